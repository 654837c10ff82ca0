"""Facts of the demo's enterprises, invented: the same for the same seed and day, and their shares are known.

Of a hundred, so many would be recognised as high-tech enterprises today, so many lack one or two conditions, of so many
something is not known, and the rest cannot qualify. Loans, fees and rents are drawn apart from that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

DISTRICT = "440304"
NEXT_DISTRICT = "440305"
# Of a hundred enterprises.
RECOGNITION = (("met", 26), ("nearly", 32), ("unknown", 20), ("far", 22))
ELSEWHERE, CERTIFIED, WITH_LOAN, WITH_FEES, IN_GOVERNMENT_SPACE, WITH_VERIFIED_RND = 6, 45, 24, 50, 35, 70
# A loan of a hundred: as it should be, perhaps not yet repaid, interest not told, for too long a term.
LOANS = (("met", 45), ("nearly", 30), ("unknown", 15), ("far", 10))
# The first enterprises with a loan borrowed so much that a ceiling bites; of a hundred so many filed none.
LARGE_LOANS, UNFILED = 3, 12
# R&D to sales as the recognition asks for, by last year's income.
STEPS = ((50_000_000, 500), (200_000_000, 400), (10**12, 300))
INDUSTRIES = ("manufacturing", "software", "software", "manufacturing", "other", "trade")
Facts = dict[str, Any]


def of_enterprises(seed: int, day: date, *, count: int) -> list[Mapping[str, Facts]]:
    """For each of so many enterprises its facts by source, plain as a file holds them: numbers as text."""
    dice, large = Random(f"enterprise facts {seed}"), LARGE_LOANS
    found: list[Mapping[str, Facts]] = []
    for _ in range(count):
        sheets = _one(dice, day)
        if dice.randrange(100) < WITH_LOAN:
            sheets["bank"] = _loan(dice, is_large=large > 0)
            sheets["office"] |= _filed(dice, sheets)
            large -= 1
        found.append(sheets)
    return found


def _drawn(dice: Random, of_hundred: tuple[tuple[str, int], ...]) -> str:
    return dice.choices([name for name, _ in of_hundred], [weight for _, weight in of_hundred])[0]


def _one(dice: Random, day: date) -> dict[str, Facts]:
    """What the register, an audit and the district's offices say of one enterprise."""
    standing = _drawn(dice, RECOGNITION)
    staff = dice.choice([14, 22, 30, 45, 60, 80, 110, 160, 240, 400, 650])
    sales = staff * dice.randrange(320, 1_150) * 1_000
    audit = _audited(dice, staff=staff, sales=sales)
    home = NEXT_DISTRICT if dice.randrange(100) < ELSEWHERE else DISTRICT
    is_certified = standing == "met" and dice.randrange(100) < CERTIFIED
    registry: Facts = {
        "founded_on": (day - timedelta(days=dice.randrange(600, 6_000))).isoformat(),
        "reg_district": home,
        "owns_core_ip": True,
        "industry": dice.choice(INDUSTRIES),
        "hnte_valid": is_certified,
    }
    if is_certified:
        registry["hnte_certified_on"] = (day - timedelta(days=dice.randrange(60, 900))).isoformat()
    office: Facts = {
        "staff": str(staff),
        "innovation_score": str(dice.randrange(71, 93)),
        "major_incident_last_year": False,
        "in_supported_field": True,
        "applied_on": day.isoformat(),
    }
    _taxed_and_housed(dice, office, sales)
    sheets = {"registry": registry, "audit": audit, "office": office}
    SHORT[standing](dice, sheets)
    return sheets


def _audited(dice: Random, *, staff: int, sales: int) -> Facts:
    """An audit in which every condition of the recognition holds."""
    three_years = sales * dice.randrange(230, 290) // 100
    share = next(share for most, share in STEPS if sales <= most)
    research = three_years * (share + dice.randrange(40, 700)) // 10_000
    found = {
        "sales_last_year": sales,
        "sales_3y": three_years,
        "rnd_3y": research,
        "rnd_domestic_3y": research * dice.randrange(70, 101) // 100,
        "hightech_income_last_year": sales * dice.randrange(62, 96) // 100,
        "total_income_last_year": sales,
        "tech_staff": -(-staff * dice.randrange(12, 46) // 100),
    }
    if dice.randrange(100) < WITH_VERIFIED_RND:
        found["rnd_verified"] = research // 3
    return {name: str(value) for name, value in found.items()}


def _taxed_and_housed(dice: Random, office: Facts, sales: int) -> None:
    """Taxable income with the fees of its patents, and rent of government space, of some."""
    income = sales * dice.randrange(-2, 9) // 100
    if dice.randrange(100) < WITH_FEES:
        applicant: Facts = {"kind": "enterprise"}
        if dice.randrange(100) < 80:
            applicant["taxable_income"] = str(income)
        office["applicants"] = [applicant]
        office["reducible_fees"] = str(dice.randrange(2, 60) * 450)
    if dice.randrange(100) < IN_GOVERNMENT_SPACE:
        office["rents_government_space"] = True
        office["market_rent_of_year"] = str(dice.randrange(20, 400) * 12_000)


Shortening = Callable[[Random, dict[str, Facts]], None]


def _nothing(dice: Random, sheets: dict[str, Facts]) -> None:
    """All conditions hold."""


def _one_or_two(dice: Random, sheets: dict[str, Facts]) -> None:
    """One or two things lack that the enterprise can bring about: research, research staff, points."""
    audit, office = sheets["audit"], sheets["office"]
    for lack in dice.sample(("rnd", "staff", "score"), dice.choice((1, 1, 2))):
        if lack == "rnd":
            share = next(share for most, share in STEPS if int(audit["sales_last_year"]) <= most)
            research = int(audit["sales_3y"]) * share // 10_000 * dice.randrange(70, 98) // 100
            audit |= {"rnd_3y": str(research), "rnd_domestic_3y": str(research)}
            if "rnd_verified" in audit:
                audit["rnd_verified"] = str(research // 3)
        elif lack == "staff":
            audit["tech_staff"] = str(max(1, int(office["staff"]) * dice.randrange(5, 10) // 100))
        else:
            office["innovation_score"] = str(dice.randrange(58, 71))


def _something_unknown(dice: Random, sheets: dict[str, Facts]) -> None:
    """One or two facts that nobody has told yet."""
    for name in dice.sample(("innovation_score", "tech_staff", "rnd_domestic_3y"), dice.choice((1, 1, 2))):
        sheets["audit"].pop(name, None)
        sheets["office"].pop(name, None)


def _much(dice: Random, sheets: dict[str, Facts]) -> None:
    """Another field, and no intellectual property: what else it does is nobody's question."""
    audit, office = sheets["audit"], sheets["office"]
    office["in_supported_field"] = sheets["registry"]["owns_core_ip"] = False
    for name in audit.keys() - {"sales_last_year", "rnd_verified"}:
        del audit[name]
    office["innovation_score"] = str(dice.randrange(30, 55))


SHORT: dict[str, Shortening] = {
    "met": _nothing, "nearly": _one_or_two, "unknown": _something_unknown, "far": _much,
}  # fmt: skip


def _loan(dice: Random, *, is_large: bool) -> Facts:
    """A loan on patents as its bank tells it."""
    standing = "met" if is_large else _drawn(dice, LOANS)
    months = 12 if is_large else dice.choice((6, 9, 12, 12, 12))
    principal = dice.randrange(90, 121) * 1_000_000 if is_large else dice.randrange(10, 160) * 100_000
    interest_fen = principal * 100 * dice.randrange(330, 465) * months // 120_000
    with_firm = dice.randrange(2) == 1
    bank: Facts = {
        "loan_principal": str(principal),
        "loan_term_months": "24" if standing == "far" else str(months),
        "loan_interest_paid": f"{interest_fen // 100}.{interest_fen % 100:02d}",
        "loan_repaid": standing != "nearly" or dice.randrange(2) == 1,
        "pledged_ip_kinds": ["patent"],
        "pledged_ip_owner": "self",
        "keeps_proper_accounts": True,
        "used_service_firm": with_firm,
        "loan_fees_paid": str(principal * dice.randrange(8, 46) // 1_000 if with_firm else 0),
    }
    if standing == "unknown":
        bank.pop("loan_interest_paid")
    return bank


def _filed(dice: Random, sheets: Mapping[str, Facts]) -> Facts:
    """What the district knows of an enterprise with a loan; some that paid theirs back did not file it."""
    home = sheets["registry"]["reg_district"]
    return {
        "tax_district": home,
        "stat_district": home,
        "independent_legal_person": True,
        "is_tech_enterprise": True,
        "filed_with_district": dice.randrange(100) >= UNFILED,
        "other_district_interest_subsidy": False,
    }
