"""Builders: an enterprise of Futian with a pledge loan of 2022 in its file, one filing short of a second measure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.enterprises import given_enterprises as given
from zhirong.enterprises.actions import facts
from zhirong.enterprises.rules import Told
from zhirong.people.models import Party, Person
from zhirong.policy import reading
from zhirong.policy.actions import support

if TYPE_CHECKING:
    from tests.routes.given_things import Things

DAY = date(2022, 10, 15)
PLEDGE, GROWTH = "cn-sz-futian-ip-pledge", "cn-sz-futian-growth-loan"
LOAN = "loan:2022-01"
ENTERPRISE: dict[str, Any] = {
    "reg_district": "440304",
    "tax_district": "440304",
    "stat_district": "440304",
    "independent_legal_person": True,
    "keeps_proper_accounts": True,
    "is_tech_enterprise": True,
    "on_district_strategic_list": False,
    "is_above_scale": False,
    "hnte_valid_at_deadline": False,
    "other_district_interest_subsidy": False,
    "received_this_year": "0",
    "staff": "80",
    "tech_staff": "7",
}
# 217,500 yuan of interest at one half, and 50,000 of 120,000 yuan of fees: 4 per cent of the principal are 200,000.
A_LOAN: dict[str, Any] = {
    "pledged_ip_kinds": ["patent"],
    "pledged_ip_owner": "self",
    "loan_term_months": "12",
    "loan_principal": "5000000",
    "loan_interest_paid": "217500.01",
    "loan_repaid": True,
    "filed_with_district": True,
    "used_service_firm": False,
}


def told(values: Mapping[str, Any], *, about: str = "") -> list[Told]:
    return [Told(name, value, about=about) for name, value in values.items()]


def an_enterprise(loan: Mapping[str, Any] | None = None, **changes: Any) -> tuple[Party, Person]:
    """The party with its file, and a member of it."""
    party = given.an_enterprise()
    person = given.a_member(party)
    facts.note_facts(person, party, told({**ENTERPRISE, **changes}), source="self")
    facts.note_facts(person, party, told({**A_LOAN, **(loan or {})}, about=LOAN), source="self")
    return party, person


def vocabulary() -> Any:
    return reading.own().vocabulary


def put_things(things: Things) -> None:
    """A kept decision and a calendar feed of the seller."""
    seller = things.seller
    kept = support.keep_decision(seller.person, seller.party, PLEDGE, day=DAY)
    feed, _ = support.make_feed(seller.person, seller.party)
    things.by_start |= {
        "/support/": {"measure_id": PLEDGE},
        "/support/kept/": {"kept_id": kept.pk},
        "/support/check/keep/": {"ref": seller.party.ref},
        "/api/support/measures/": {"measure": PLEDGE},
        "/api/support/feeds/": {"feed_id": feed.pk},
    }


def said(things: Things) -> dict[str, dict[str, object]]:
    """What the deeds of the interface need to hear of the seller's enterprise."""
    party = {"party": things.seller.party.ref}
    goal = {**party, "measure": PLEDGE, "fact": "loan_interest_paid", "least": "0", "most": "1000000"}
    return {
        "POST /api/support/what-if": {**party, "changes": [{"fact": "staff", "value": "99"}]},
        "POST /api/support/goal": goal,
        "POST /api/support/check": {"facts": {"staff": "99"}},
        "POST /api/support/feeds": party,
        "POST /api/support/decisions": {**party, "measure": PLEDGE, "day": DAY.isoformat()},
    }


def asked(things: Things) -> dict[str, dict[str, str]]:
    """What addresses to read must be asked, by the address."""
    party = {"party": things.seller.party.ref}
    return {"/api/support": party, "/api/support/best": party, "/api/support/measures/{measure}": party}
