"""What weighs on a right: pledge, seizure, suspension, licence, open licence, invalidation; and consents to acts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from zhirong.base import citations
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry import labels, queries, rules
from zhirong.registry.actions import deeds, entries, putting
from zhirong.registry.engine.facts import EVERYWHERE, Act, EventKind, LicenceKind, Scope, Weight
from zhirong.registry.models import Consent, Encumbrance, Holding, Right

ENTRIES = {
    Weight.PLEDGE: EventKind.PLEDGE_PRESERVATION,
    Weight.SEIZURE: EventKind.PLEDGE_PRESERVATION,
    Weight.LICENCE: EventKind.LICENCE,
    Weight.OPEN_LICENCE: EventKind.OPEN_LICENCE,
}
LICENCES = (Weight.LICENCE, Weight.OPEN_LICENCE)
LICENSING = {
    LicenceKind.EXCLUSIVE: Act.LICENSE_EXCLUSIVE,
    LicenceKind.SOLE: Act.LICENSE_SOLE,
    LicenceKind.PLAIN: Act.LICENSE_PLAIN,
}


# How sentences and rules follow one another.
GAPS = {"zh": "", "en": " "}
JOINTS = {"zh": "；", "en": "; "}


@dataclass(frozen=True, slots=True)
class Favoured:
    """In whose favour: a party of the house, or a name as the paper has it."""

    name: str
    party: Party | None = None


@transaction.atomic
def encumber(
    who: Person,
    right: Right,
    weight: Weight,
    *,
    favoured: Favoured,
    since: date,
    number: str = "",
    until: date | None = None,
    licence: LicenceKind = LicenceKind.PLAIN,
    territory: str = EVERYWHERE,
    field: str = EVERYWHERE,
    deal: rules.Deal | None = None,
    file: File | None = None,
) -> Encumbrance:
    """A weight as it was registered. A pledge or licence made here passes the gate first; the same number is once.

    `deal` is None for what the office or a court already registered: a fact is noted, not judged.
    """
    access.require(who, "registry.encumber")
    row = entries.locked(right)
    known = Encumbrance.objects.filter(right=row, kind=str(weight), number=number, since=since)
    if done := known.filter(in_favour_of=favoured.name).first():
        return done
    if weight not in LICENCES:
        # A licence may begin later than it is recorded.
        entries.must_be_past(since)
    record.must_be_evidence(file)
    scope = Scope(since, until, territory, field)
    if deal is not None:
        _refuse_unless_free(row, weight, licence, day=since, deal=deal)
    one = Encumbrance.objects.create(
        right=row,
        kind=str(weight),
        number=number,
        in_favour_of=favoured.name,
        party=favoured.party,
        since=since,
        until=until,
        facts=_said(weight, licence, scope),
        file=file,
        entered_by=who,
        entered_at=record.now(),
    )
    if weight in ENTRIES:
        _enter(who, one, ENTRIES[weight], day=since, step="begun")
    _tell_begun(who, one)
    return one


@transaction.atomic
def release(who: Person, encumbrance: Encumbrance, *, day: date, file: File | None = None) -> Encumbrance:
    """A weight is lifted; from this day it does not count. A second release changes nothing."""
    access.require(who, "registry.release")
    row = entries.locked(encumbrance.right)
    one = Encumbrance.objects.select_for_update().get(pk=encumbrance.pk)
    if one.ended_on is not None:
        return one
    if day < one.since:
        raise Refused("registry.release_before_begin", day=day, since=one.since)
    entries.must_be_past(day)
    record.must_be_evidence(file)
    one.ended_on, one.end_file = day, file
    one.save(update_fields=["ended_on", "end_file"])
    if one.kind in {str(weight) for weight in ENTRIES}:
        _enter(who, one, ENTRIES[Weight(one.kind)], day=day, step="ended")
    deeds.tell("registry.released", row, who=who, encumbrance=one.pk, weight=one.kind, day=day.isoformat())
    return one


@transaction.atomic
def consent(
    who: Person, right: Right, act: Act, *, by: Favoured, until: date | None = None, file: File | None = None
) -> Consent:
    """A co-owner or a pledgee agrees to an act (专利法 14, 民法典 444). The same paper twice is one.

    A party agrees for itself, when it is verified; the paper of somebody without a party is noted by the operator.
    """
    access.require(who, "registry.consent", entries.OfParty(by.party.pk if by.party else None))
    row = entries.locked(right)
    day = putting.today()
    signer = _signer(row, by, day)
    known = Consent.objects.filter(right=row, act=str(act), by_name=signer.name, until=until)
    if done := known.filter(party=signer.party).first():
        return done
    record.must_be_evidence(file)
    paper = Consent.objects.create(
        right=row,
        by_name=signer.name,
        party=signer.party,
        act=str(act),
        given_on=day,
        until=until,
        file=file,
        entered_by=who,
        entered_at=record.now(),
    )
    deeds.tell(
        "registry.consented",
        row,
        who=who,
        consent=paper.pk,
        act=str(act),
        party=signer.party.ref if signer.party else "",
        until=until.isoformat() if until else "",
    )
    return paper


def _tell_begun(who: Person, one: Encumbrance) -> None:
    deeds.tell(
        "registry.encumbered",
        one.right,
        who=who,
        encumbrance=one.pk,
        weight=one.kind,
        since=one.since.isoformat(),
        number=one.number,
    )


def _refuse_unless_free(right: Right, weight: Weight, licence: LicenceKind, *, day: date, deal: rules.Deal) -> None:
    acts = {Weight.PLEDGE: Act.PLEDGE, Weight.OPEN_LICENCE: Act.OPEN_LICENCE, Weight.LICENCE: LICENSING[licence]}
    if weight in acts:
        refuse_unless_free(right, acts[weight], day, deal=deal)


def refuse_unless_free(right: Right, act: Act, day: date, *, deal: rules.Deal) -> None:
    """Refused with the codes of every reason that blocks."""
    blocking = queries.is_free(right, act, day, deal=deal).blocking
    if blocking:
        raise Refused(
            "registry.not_free",
            number=right.number,
            act=labels.of("act", act),
            reasons={
                language: GAPS[language].join(rules.sentence(one, language) for one in blocking) for language in GAPS
            },
            rules={
                language: JOINTS[language].join(citations.rule(one.rule, language) for one in blocking)
                for language in JOINTS
            },
            codes=[one.code for one in blocking],
        )


def signers(held: Sequence[Holding], lasting: Iterable[Encumbrance]) -> list[Favoured]:
    """Whose agreement an act may need: co-owners (专利法 14) and pledgees (民法典 444).

    Whoever holds a right alone agrees by acting; a court, a licensee or an applicant for invalidation has no say.
    """
    owners = [Favoured(one.name, one.party) for one in held] if len(held) > 1 else []
    return owners + [Favoured(_name_of(one), one.party) for one in lasting if one.kind == Weight.PLEDGE]


def _signer(right: Right, by: Favoured, day: date) -> Favoured:
    """The co-owner or pledgee as the register names it; others have no say.

    A party is found by itself and never by the name it gives: anybody may give a bank's name.
    """
    for one in signers(queries.holdings_on(right, day), queries.weights_on(right, day)):
        is_the_party = by.party is not None and one.party == by.party
        if is_the_party or (by.party is None and by.name and one.name == by.name):
            return one
    raise Refused("registry.nothing_to_consent", number=right.number)


def _name_of(one: Encumbrance) -> str:
    return one.in_favour_of or (one.party.name if one.party else "")


def _said(weight: Weight, licence: LicenceKind, scope: Scope) -> str:
    if weight is not Weight.LICENCE:
        return "{}"
    said = {"kind": str(licence), "territory": scope.territory, "field": scope.field}
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def _enter(who: Person, one: Encumbrance, kind: EventKind, *, day: date, step: str) -> None:
    said: dict[str, object] = {"encumbrance": one.pk, "step": step, "weight": one.kind}
    entries.write_entry(who, one.right, kind, day=day, source="register", facts=said)
