"""Calendar feeds of windows, and decisions kept to be computed again."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.policy import deciding, telling
from zhirong.policy.actions import texts
from zhirong.policy.engine import values
from zhirong.policy.followed import CalendarFeed, KeptDecision
from zhirong.record import actions as record


def digest(plain: str) -> str:
    """256 random bits need no slow hash."""
    return hashlib.sha256(plain.encode()).hexdigest()


@transaction.atomic
def make_feed(who: Person, party: Party) -> tuple[CalendarFeed, str]:
    """A new feed and its secret, which nobody can see again; the one before ends, so this is how it is renewed."""
    access.require(who, "policy.make_feed", party)
    Person.objects.select_for_update().get(pk=who.pk)
    for before in CalendarFeed.objects.filter(person=who, party=party, ended_at__isnull=True):
        _end(who, before)
    plain = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(person=who, party=party, sha256=digest(plain), made_at=record.now())
    record.tell("policy.feed_made", party.topic, who=who, feed=feed.pk)
    return feed, plain


@transaction.atomic
def end_feed(who: Person, feed_id: int) -> CalendarFeed:
    """The address is worth nothing from now on. Twice is once."""
    feed = CalendarFeed.objects.select_for_update(of=("self",)).select_related("party").filter(pk=feed_id).first()
    access.require(who, "policy.end_feed", feed)
    if feed is None:
        raise Refused("policy.no_such_feed")
    if feed.ended_at is None:
        _end(who, feed)
    return feed


def _end(who: Person, feed: CalendarFeed) -> None:
    feed.ended_at = record.now()
    feed.save(update_fields=["ended_at"])
    record.tell("policy.feed_ended", feed.party.topic, who=who, feed=feed.pk)


@transaction.atomic
def keep_decision(who: Person, party: Party, measure: str, *, day: date, about: str = "") -> KeptDecision:
    """The decision of a day as the house knows it now, with its hash. The same hash again is kept once a day."""
    access.require(who, "policy.keep_decision", party)
    Party.objects.select_for_update().get(pk=party.pk)
    known = record.now()
    (one,) = deciding.decided(party, day=day, known=known, about=about, measures=[measure], counts_grants=True)
    decision = one.decision
    before = KeptDecision.objects.filter(party=party, measure=measure, about=about, day=day, sha256=decision.sha256)
    if (found := before.first()) is not None:
        return found
    kept = KeptDecision.objects.create(
        party=party,
        measure=measure,
        about=about,
        day=day,
        known=known,
        eligible=decision.eligible,
        amount_fen=decision.amount_fen,
        sha256=decision.sha256,
        body=telling.decision(decision, one.measure),
        facts=record.canonical({name: values.plain(value) for name, value in one.told.facts.items()}),
        measure_sha256=texts.keep_text(one.measure),
        kept_by=who,
    )
    record.tell(
        "policy.decision_kept",
        party.topic,
        who=who,
        decision=kept.pk,
        measure=measure,
        day=day.isoformat(),
        sha256=decision.sha256,
    )
    return kept
