"""Consent of an enterprise that another party reads its file or prepares its applications, until a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.enterprises import consented, rules
from zhirong.enterprises.models import Consent
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record


@transaction.atomic
def give_consent(
    who: Person, party: Party, to: Party, *, purpose: str, until: date, may_prepare: bool = False
) -> Consent:
    """`to` may read the file of `party` until the day, and prepare its applications if so said.

    A new consent to the same party takes the place of the older; the same words again change nothing.
    """
    access.require(who, "enterprises.give_consent", party)
    if party.pk == to.pk:
        raise Refused("enterprises.consent_to_itself")
    purpose = rules.must_be_text(purpose, field="purpose", most=200)
    now = record.now()
    today = beijing_day(now)
    latest = today + timedelta(days=consented.longest_days(today))
    if not today <= until <= latest:
        raise Refused("enterprises.consent_day", until=until, today=today, latest=latest)
    Party.objects.select_for_update().get(pk=party.pk)
    before = Consent.objects.filter(party=party, to=to, ended_at__isnull=True).first()
    if before is not None:
        if (before.purpose, before.until, before.may_prepare) == (purpose, until, may_prepare):
            return before
        _end(who, before)
    given = Consent.objects.create(
        party=party, to=to, may_prepare=may_prepare, purpose=purpose, until=until, given_by=who, given_at=now
    )
    facts: dict[str, Any] = {
        "consent": given.pk,
        "to_party": to.ref,
        "may_prepare": may_prepare,
        "until": until.isoformat(),
    }
    record.tell("enterprises.consent_given", party.topic, who=who, **facts)
    return given


@transaction.atomic
def end_consent(who: Person, consent_id: int) -> Consent:
    """From now on it holds no more; either side may end it. Twice is once."""
    found = Consent.objects.select_for_update(of=("self",)).select_related("party", "to").filter(pk=consent_id).first()
    access.require(who, "enterprises.end_consent", found)
    if found is None:
        raise Refused("enterprises.consent_unknown")
    if found.ended_at is None:
        _end(who, found)
    return found


def _end(who: Person, one: Consent) -> None:
    one.ended_at, one.ended_by = record.now(), who
    one.save(update_fields=["ended_at", "ended_by"])
    facts: dict[str, Any] = {"consent": one.pk, "to_party": one.to.ref}
    record.tell("enterprises.consent_ended", one.party.topic, who=who, **facts)
