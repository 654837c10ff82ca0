"""Reading the registry: the facts of rights for the rules, the one question, and what pages show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import prefetch_related_objects

from zhirong.registry import records, rules
from zhirong.registry.engine import fees, states
from zhirong.registry.engine.facts import (
    Act,
    Consent,
    Ending,
    Entry,
    EventKind,
    FeeRecord,
    Holder,
    Kind,
    Licence,
    LicenceKind,
    OpenLicence,
    Payment,
    Pledge,
    Reduction,
    RightFacts,
    Scope,
    Seizure,
    Suspension,
)
from zhirong.registry.models import Encumbrance, Holding, RegisterEvent, Right
from zhirong.registry.records import RightRecord

ONE_DAY = timedelta(days=1)
PARTS = ("holdings__party", "events", "encumbrances__party", "consents__party", "fee_payments")


@dataclass(frozen=True, slots=True)
class Answer:
    """The freedom of a right for one act, with its sentences ready for a page."""

    act: Act
    allowed: bool
    reasons: tuple[rules.Reason, ...]


def right_by_key(key: str) -> Right | None:
    """A right by its key or by `publication:CN…`; one that waits in an import is not seen."""
    kind, _, number = key.partition(":")
    found = Right.objects.visible()
    return (found.filter(publication_number=number) if kind == "publication" else found.filter(key=key)).first()


def record_of(right: Right) -> RightRecord:
    """What the newest version of the right says."""
    return records.with_abstract(records.from_text(right.facts), right.abstract)


def facts_of(right: Right, day: date) -> RightFacts:
    """All that the rules need; holders are those of the day."""
    return facts_of_many([right], day)[0]


def facts_of_many(rights: Sequence[Right], day: date) -> list[RightFacts]:
    """The facts of many rights in six queries for all, read anew each time: a right may have changed since."""
    for right in rights:
        right._prefetched_objects_cache = {}
    prefetch_related_objects(list(rights), *PARTS)
    return [_facts(right, day) for right in rights]


def is_free(right: Right, act: Act, day: date, *, deal: rules.Deal = rules.PLAIN_DEAL) -> rules.Freedom:
    """Whether this right is free for the act on the day, and if not, why (B9, P1, P7, O3, K1)."""
    return rules.free_to(act, facts_of(right, day), day, deal=deal)


def are_free(
    rights: Sequence[Right], act: Act, day: date, *, deal: rules.Deal = rules.PLAIN_DEAL
) -> list[rules.Freedom]:
    """The same question for many rights at once, for listings in bulk."""
    return [rules.free_to(act, facts, day, deal=deal) for facts in facts_of_many(rights, day)]


def freedom_table(right: Right, day: date, *, deal: rules.Deal = rules.PLAIN_DEAL) -> list[Answer]:
    """The answer for each act, for the page of a right."""
    facts = facts_of(right, day)
    found = [rules.free_to(act, facts, day, deal=deal) for act in Act]
    return [Answer(freedom.act, freedom.allowed, freedom.reasons) for freedom in found]


def standing_of(right: Right, day: date) -> states.Standing:
    """The state of the right on the day with what lies over it."""
    return states.standing(facts_of(right, day), day)


def fee_table(right: Right, day: date, *, reduction: Reduction = Reduction.NONE) -> list[fees.FeeYear]:
    """Every annual fee with its due date, what was paid and what is owed on the day."""
    return fees.fee_table(facts_of(right, day), day, reduction=reduction)


def holdings_on(right: Right, day: date) -> list[Holding]:
    """Who holds the right on the day, in the register's order."""
    return _on_day(right.holdings.select_related("party").all(), day)


def weights_on(right: Right, day: date) -> list[Encumbrance]:
    """What weighs on the right on the day, oldest first."""
    return [one for one in right.encumbrances.select_related("party").order_by("since", "pk") if weighs(one, day)]


def entries_of(right: Right) -> list[RegisterEvent]:
    """The register's entries, newest first."""
    return list(right.events.order_by("-day", "-pk"))


def weighs(one: Encumbrance, day: date) -> bool:
    """Whether an encumbrance lasts on the day; the day of its release is free again."""
    until = last_day(one)
    return one.since <= day and (until is None or day <= until)


def last_day(one: Encumbrance) -> date | None:
    """The last day it weighs: before its release, or its own end. A pledge outlives its debt until it is cancelled."""
    if one.ended_on is not None:
        return one.ended_on - ONE_DAY
    return None if one.kind == "pledge" else one.until


def _facts(right: Right, day: date) -> RightFacts:
    said = records.from_text(right.facts)
    weights = list(right.encumbrances.all())
    of_kind = {kind: [one for one in weights if one.kind == kind] for kind in {one.kind for one in weights}}
    return RightFacts(
        kind=Kind(right.kind),
        number=right.number,
        filed_on=said.filed_on,
        published_on=said.published_on,
        examination_asked_on=said.examination_asked_on,
        granted_on=said.granted_on,
        term_ends_on=said.term_ends_on,
        entries=tuple(_entry(event) for event in right.events.all()),
        holders=tuple(_holder(one) for one in _on_day(right.holdings.all(), day)),
        co_owners_agreed_otherwise=said.more.get("co_owners_agreed", "") == "yes",
        consents=tuple(
            Consent(by, Act(paper.act), paper.given_on, paper.until)
            for paper in right.consents.all()
            for by in {paper.by_name, paper.party.ref if paper.party else paper.by_name}
        ),
        pledges=tuple(Pledge(_name(one), one.since, last_day(one), one.number) for one in of_kind.get("pledge", ())),
        seizures=tuple(Seizure(_name(one), one.since, last_day(one), one.number) for one in of_kind.get("seizure", ())),
        suspensions=tuple(Suspension(one.since, last_day(one)) for one in of_kind.get("suspension", ())),
        licences=tuple(_licence(one) for one in of_kind.get("licence", ())),
        open_licences=tuple(OpenLicence(one.since, last_day(one)) for one in of_kind.get("open_licence", ())),
        invalidation_asked_on=tuple(one.since for one in of_kind.get("invalidation", ()) if weighs(one, day)),
        has_same_day_application=said.has_same_day_application,
        report=said.report,
        export=said.export,
        is_publicly_funded=said.is_publicly_funded,
        fees=_fee_record(right, said),
    )


def _fee_record(right: Right, said: RightRecord) -> FeeRecord:
    payments = tuple(
        Payment(paid.year, paid.paid_on, paid.amount_fen, Reduction(paid.reduction))
        for paid in right.fee_payments.all()
    )
    return FeeRecord(said.fees_paid_through_year, said.fees_as_of, payments)


def _on_day(holdings: Iterable[Holding], day: date) -> list[Holding]:
    """Holdings without a first day hold since ever; the day of a transfer belongs to the new holder."""
    found = [one for one in holdings if one.until is None or day < one.until]
    now = [one for one in found if one.since is None or one.since <= day]
    # Before its own grant an imported right still shows whom it names.
    return sorted(now or found, key=lambda one: (one.position, one.pk))


def _holder(one: Holding) -> Holder:
    return Holder(one.name, one.party.ref if one.party else "", Fraction(one.share_ppm, records.WHOLE_PPM))


def _entry(event: RegisterEvent) -> Entry:
    more: dict[str, Any] = json.loads(event.facts)
    ending = more.get("ending")
    return Entry(EventKind(event.kind), event.day, Ending(ending) if ending else None, int(more.get("days", 0)))


def _licence(one: Encumbrance) -> Licence:
    more: dict[str, Any] = json.loads(one.facts)
    scope = Scope(one.since, last_day(one), more.get("territory", "*"), more.get("field", "*"))
    return Licence(LicenceKind(more.get("kind", "plain")), _name(one), scope, one.number)


def _name(one: Encumbrance) -> str:
    """Pledgees and licensees by their ref where the house knows them: consents are given by the same name."""
    return one.in_favour_of or (one.party.name if one.party else "")
