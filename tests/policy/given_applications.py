"""Builders for applications: a measure in force, an enterprise that qualifies, officials, a case in any state."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.registry.given_rights import a_file, a_party, a_person
from zhirong.enterprises import file
from zhirong.enterprises.actions import facts
from zhirong.enterprises.models import Consent
from zhirong.enterprises.rules import Told
from zhirong.people.models import Membership, Party, Person, Secret
from zhirong.policy.actions import applications, budget_books, payments, publicity, reviews
from zhirong.policy.actions.reviews import Ruling
from zhirong.policy.applied import Application, Budget
from zhirong.policy.models import MeasureText
from zhirong.record import actions as record

MEASURE = "x-pledge-support"
OTHER = "x-interest-support"
TEXT = """format: policy-measure/1
id: {name}
title: {{zh: "质押融资支持（测试）{name}", en: Pledge support {name}}}
kind: payment
unit: CNY
jurisdiction: {{level: district, code: "440304", name: {{zh: "福田区", en: Futian}}}}
issuer: {{zh: "区科技局", en: bureau}}
document: {{title: {{zh: "指南", en: guide}}, number: null, issued: null, certainty: stated}}
sources:
- {{id: s, url: "about:blank", official: true, dated: null, locator: all}}
clauses:
- {{id: c-who, source: s, certainty: stated, says: {{zh: "注册地为福田", en: Registered in Futian}}}}
- {{id: c-interest, source: s, certainty: reading, says: {{zh: "按实付利息的一半", en: Half of the interest}}}}
- {{id: c-cap, source: s, certainty: stated, says: {{zh: "每年至多三十万元", en: At most 300000 a year}}}}
- {{id: c-once, source: s, certainty: stated, says: {{zh: "同一贷款不重复", en: Each loan is supported once}}}}
- {{id: c-budget, source: s, certainty: assumed, says: {{zh: "先到先得", en: First come}}}}
parameters: {{}}
versions:
- id: "now"
  from: 2021-01-01
  to: null
  certainty: stated
  eligibility:
    all:
    - {{id: in_futian, clause: c-who, fixable: action, if: 'reg_district == "440304"'}}
  amount:
    lines:
    - {{id: interest, clause: c-interest, expr: "0.5 * loan_interest_paid"}}
    ceilings:
    - {{id: cap, clause: c-cap, scope: enterprise_year, limit: "300000", used: received_this_year}}
cumulation: {cumulation}
tags: [{tag}]
budget: {{allocation: {allocation}, years: [], clause: c-budget}}
materials:
- {{id: form, zh: "申请表", en: application form, proves: []}}
- {{id: licence, zh: "营业执照", en: business licence, proves: [in_futian]}}
windows: {windows}
tests: []
"""


def a_measure(
    name: str = MEASURE,
    *,
    allocation: str = "first_come",
    windows: str = "[]",
    cumulation: str = "[]",
    tag: str = "x-tag",
) -> str:
    """A measure that rules now; its text stands as an approved one."""
    text = TEXT.format(name=name, allocation=allocation, windows=windows, cumulation=cumulation, tag=tag)
    now = record.now() - timedelta(seconds=1)
    MeasureText.objects.create(
        name=name,
        zh=name,
        en=name,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        state="approved",
        drafted_by=a_person("official"),
        decided_by=a_person("official"),
        drafted_at=now,
        changed_at=now,
        decided_at=now,
        known_from=now,
    )
    return name


@dataclass
class Desk:
    """An enterprise that qualifies, its member, and four officials who had no hand in each other's deeds."""

    party: Party = field(default_factory=lambda: an_enterprise())
    member: Person = field(init=False)
    first: Person = field(default_factory=lambda: a_person("official"))
    second: Person = field(default_factory=lambda: a_person("official"))
    third: Person = field(default_factory=lambda: a_person("official"))
    measure: str = MEASURE

    def __post_init__(self) -> None:
        self.member = a_person("holder", of=self.party)
        Membership.objects.filter(person=self.member).update(is_administrator=True)
        qualify(self.party, self.member)


_names = iter(range(1, 10**6))


def an_enterprise() -> Party:
    """Verified, with a bank account on file."""
    n = next(_names)
    party = a_party(f"深圳申报{n}有限公司")
    Secret.objects.create(
        party=party, kind="bank_account", cipher=b"x", key_id="k", masked="6222 **** 0001",
        fingerprint=n.to_bytes(32, "big"), kept_at=record.now(),
    )  # fmt: skip
    return party


def qualify(party: Party, member: Person, *, interest: str = "400000", **more: Any) -> None:
    """Registered in Futian, with interest paid: half of it is due."""
    said = {"reg_district": "440304", "loan_interest_paid": interest, **more}
    facts.note_facts(member, party, [Told(name, value) for name, value in said.items()], source="self")


def a_budget(
    desk: Desk,
    amount_fen: int = 10**9,
    *,
    measure: str = "",
    allocation: str = "first_come",
    last_gets_rest: bool = True,
) -> Budget:
    """This year's money, confirmed by a second official."""
    row = budget_books.set_budget(
        desk.first,
        measure or desk.measure,
        record.now().year,
        amount_fen=amount_fen,
        allocation=allocation,
        last_gets_rest=last_gets_rest,
        source="区财政批复",
    )
    return budget_books.confirm_budget(desk.second, row.pk, proposed_sha256=row.proposed_sha256)


def a_loan(desk: Desk, about: str, *, interest: str = "") -> str:
    """A loan in the file as the bank states it; without an amount, the one stated of the enterprise."""
    known = file.facts_of(desk.party, day=record.now().date()).facts
    said = Told("loan_interest_paid", interest or known["loan_interest_paid"], about=about)
    facts.note_facts(desk.first, desk.party, [said], source="bank")
    return about


def drafted(desk: Desk, *, about: str = "", measure: str = "") -> Application:
    """A draft with every material; a thing that it is about stands in the file."""
    if about:
        a_loan(desk, about)
    return started(desk, about, measure=measure)


def started(desk: Desk, about: str, *, measure: str = "") -> Application:
    """A draft with every material, by the file as it is."""
    row = applications.start(desk.member, desk.party, measure or desk.measure, about=about)
    for material in ("form", "licence"):
        applications.attach(desk.member, row.pk, material=material, file=a_file(material.encode()))
    return row


def start_and_file(desk: Desk, about: str) -> Application:
    return applications.file(desk.member, started(desk, about).pk)


def confirmed(desk: Desk, row: Application) -> Application:
    """A filed case found eligible."""
    reviews.complete(desk.first, row.pk)
    row = reviews.decide(desk.first, row.pk, Ruling(verdict="eligible"))
    return reviews.confirm(desk.second, row.pk, decided_sha256=row.decided_sha256)


def filed(desk: Desk, **how: Any) -> Application:
    return applications.file(desk.member, drafted(desk, **how).pk)


def complete(desk: Desk, **how: Any) -> Application:
    return reviews.complete(desk.first, filed(desk, **how).pk)


def proposed(desk: Desk, **how: Any) -> Application:
    return reviews.decide(desk.first, complete(desk, **how).pk, Ruling(verdict="eligible"))


def eligible(desk: Desk, **how: Any) -> Application:
    row = proposed(desk, **how)
    return reviews.confirm(desk.second, row.pk, decided_sha256=row.decided_sha256)


def published(desk: Desk, **how: Any) -> Application:
    return publicity.publish(desk.first, eligible(desk, **how).pk)


def approved(desk: Desk, **how: Any) -> Application:
    row = published(desk, **how)
    Application.objects.filter(pk=row.pk).update(publicity_until=date(2020, 1, 1))
    return publicity.close(desk.first, row.pk)


def paid(desk: Desk, **how: Any) -> Application:
    row = approved(desk, **how)
    made = payments.make_list(desk.first, [row.number])
    payments.confirm_list(desk.second, made.pk)
    line = made.lines.get()
    payments.note_paid(
        desk.first, line.pk, amount_fen=line.amount_fen, on=record.now().date() - timedelta(days=1),
        reference=f"R{line.pk}",
    )  # fmt: skip
    return fresh(row)


def fresh(row: Application) -> Application:
    return Application.objects.select_related("party", "budget").get(pk=row.pk)


def consented(desk: Desk, firm: Party) -> Consent:
    """The enterprise lets a firm prepare for it."""
    return Consent.objects.create(
        party=desk.party,
        to=firm,
        may_prepare=True,
        purpose="准备申报",
        until=record.now().date() + timedelta(days=30),
        given_by=desk.member,
        given_at=record.now(),
    )
