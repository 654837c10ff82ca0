"""The files of the cast's enterprises in the demo: facts by source, loans one by one, some with their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import yaml_text
from zhirong.demo.cast import EVIDENCE, Cast
from zhirong.demo.district import OFFICIAL, UNDATED
from zhirong.enterprises import sources
from zhirong.enterprises.actions import consents, facts
from zhirong.enterprises.actions.facts import Brought
from zhirong.enterprises.rules import Told
from zhirong.policy import kept, stating
from zhirong.record import actions as record

# Whose facts are brought with a paper each; those of the others come from one sheet.
MAIN, SERVICE_FIRM = "chen", "fuwu"
CONSENT_DAYS = 365
WHOLE = {"filed_with_district": True, "loan_repaid": True}
TITLE = "演示：企业档案材料"


@cache
def told() -> dict[str, Any]:
    """The files as they are written down."""
    found: dict[str, Any] = yaml_text.parse(Path(__file__).with_name("files.yaml").read_text("utf-8"))
    return found


def key(text: str, day: date) -> str:
    """A loan's key of this demo's years."""
    return text.replace("YEAR", str(day.year)).replace("LAST", str(day.year - 1))


def note(people: Cast, day: date) -> None:
    """What offices and banks say of each of them, and what its own person states."""
    sheet = []
    for login in (one for one in told() if one != "loans"):
        by_source: dict[str, list[Told]] = {}
        for source, one in _all(login, day):
            by_source.setdefault(source, []).append(one)
        own = by_source.pop(sources.SELF)
        paper = _paper(people, login, "self") if login == MAIN else None
        facts.note_facts(people[login], people.firms[login], own, source=sources.SELF, evidence=paper)
        for source, stated in by_source.items():
            if login == MAIN:
                proof = _paper(people, OFFICIAL, source)
                facts.note_facts(people[OFFICIAL], people.firms[login], stated, source=source, evidence=proof)
            else:
                sheet += [Brought(people.firms[login], source, one) for one in stated]
    proof = record.keep_file(people[OFFICIAL], "演示企业事实表（二）.csv", TITLE.encode())
    facts.bring_facts(people[OFFICIAL], sheet, proof=proof)


def let_prepare(people: Cast, day: date) -> None:
    """The main enterprise lets the service firm read its file and prepare for it; filing stays with itself."""
    consents.give_consent(
        people[MAIN],
        people.firms[MAIN],
        people.firms[SERVICE_FIRM],
        purpose="准备惠企政策申报材料（演示）",
        until=day + timedelta(days=CONSENT_DAYS),
        may_prepare=True,
    )


def _paper(people: Cast, login: str, source: str) -> Any:
    name = sources.names()[source]["zh"]
    return record.keep_file(people[login], f"演示证明材料（{name}）.pdf", EVIDENCE.encode() + source.encode())


def _all(login: str, day: date) -> Iterator[tuple[str, Told]]:
    """Every statement about an enterprise and its loans, with its source."""
    for source, found in told()[login].items():
        for name, value in found.items():
            since = None if name in UNDATED else date(day.year, 1, 1)
            yield source, Told(name, _plain(name, value, day), since=since, source_text=TITLE)
    for loan in told()["loans"].get(login, ()):
        about = f"loan:{key(loan['key'], day)}"
        for source, found in _of_loan(loan, day.year).items():
            for name, value in found.items():
                yield source, Told(name, _plain(name, value, day), about=about, source_text=TITLE)


def _plain(name: str, value: Any, day: date) -> Any:
    """A fact as a file holds it, from what stands in ours as people write."""
    vocabulary = kept.base().vocabulary
    if isinstance(value, bool | int | list):
        return stating.plain(name, value, vocabulary)
    return stating.read(name, key(str(value), day), vocabulary)


def _of_loan(loan: Mapping[str, Any], year: int) -> dict[str, dict[str, Any]]:
    """A loan on patents as bank, register, district and enterprise each know it."""
    whole = {**WHOLE, loan.get("lacks", ""): False}
    return {
        "bank": {
            "loan_principal": loan["principal"],
            "loan_interest_paid": f"{loan['interest']:.2f}",
            "loan_fees_paid": loan["fees"],
            "loan_term_months": loan["months"],
            "loan_repaid": whole["loan_repaid"],
        },
        "registry": {"pledged_ip_kinds": ["patent"], "pledged_ip_owner": "self"},
        "office": {
            "filed_with_district": whole["filed_with_district"],
            "other_district_interest_subsidy": False,
            "loan_year": year,
        },
        "self": {"used_service_firm": loan["fees"] > 0},
    }
