"""What a row keeps though other rows say it, so that lists and constraints can ask for it: the two agree."""

from __future__ import annotations

import json

import pytest
from django.db.models import Count, F, Q

from tests.routes import given_things
from zhirong.base import text
from zhirong.exchange.models import Deal, Intent, Listing, Lot
from zhirong.ledger import reports
from zhirong.ledger.models import Due, Hold
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.record.models import Event, Leaf, Notice
from zhirong.registry import records
from zhirong.registry.models import ImportBatch, ImportRow, Right

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def test_after_a_day_with_everything_in_it_no_row_contradicts_another() -> None:
    given_things.all_things()
    assert of_the_exchange() == of_the_books() == of_the_register() == of_the_record() == []


def of_the_exchange() -> list[object]:
    """Sides of a deal, the edition of a listing, the sums of a lot, the state of a deposit."""
    deals = Deal.objects.exclude(seller=F("listing__seller"), buyer=F("intent__party"), listing=F("intent__listing"))
    approved = Count("changes", filter=Q(changes__state="approved"))
    listings = Listing.objects.annotate(approved=approved).exclude(edition=F("approved") + 1)
    intents = [
        one
        for one in Intent.objects.exclude(hold_id="")
        if Hold.objects.filter(entry__id=one.hold_id, state="held").exists() != (one.deposit_state == "held")
    ]
    lots = [
        one
        for one in Lot.objects.exclude(last_seq=0)
        if one.last_seq != one.steps.latest("seq").seq
        or one.closes_ns != one.steps.latest("seq").closes_ns
        or one.bids != one.steps.filter(kind="bid", refusal="").count()
    ]
    assert (Deal.objects.count() > 1, Intent.objects.exclude(hold_id="").count() > 1) == (True, True)
    return [*deals, *listings, *intents, *lots]


def of_the_books() -> list[object]:
    """The four sums of an account, the balance of a posting; a due whose payout is made is not open."""
    dues = Due.objects.exclude(Q(state__in=("made", "paid"), payout__isnull=False) | Q(payout=None))
    return [*reports.faults(), *dues]


def of_the_register() -> list[object]:
    """A right shows its newest version; an import knows how many lines it has and how many are faulty."""
    rights = []
    for one in Right.objects.visible():
        newest = records.from_text(one.versions.get(version=one.version).facts)
        said = (newest.key, str(newest.kind), newest.number, newest.title, newest.filed_on, newest.granted_on)
        if said != (one.key, one.kind, one.number, one.title, one.filed_on, one.granted_on):
            rights.append(one)
    faulty = Count("lines", filter=~Q(lines__faults="[]"))
    batches = ImportBatch.objects.annotate(read=Count("lines"), faulty=faulty).exclude(
        rows=F("read"), faults=F("faulty")
    )
    assert ImportRow.objects.exists()
    assert Right.objects.exists()
    return [*rights, *batches, *(one for one in Party.objects.all() if one.name_key != text.party_name(one.name))]


def of_the_record() -> list[object]:
    """A leaf's hash is that of its body; event and notice name the thing that their leaf names."""
    leaves = [one for one in Leaf.objects.all() if bytes(one.hash) != record.leaf_hash(one.body)]
    spelt = [
        one
        for one in Leaf.objects.all()
        if (one.kind, one.topic) != (json.loads(one.body)["kind"], json.loads(one.body)["topic"])
    ]
    events = Event.objects.exclude(kind=F("leaf__kind"), topic=F("leaf__topic"))
    notices = Notice.objects.exclude(kind=F("leaf__kind"), topic=F("leaf__topic"), at=F("leaf__at"))
    assert Notice.objects.exists()
    return [*leaves, *spelt, *events, *notices]
