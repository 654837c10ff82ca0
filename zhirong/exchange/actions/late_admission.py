"""Late admission (补充准入): whose deposit came in time may be let in while the lot runs, if the rule set allows it.

The bank's statement of the last day is read after registration closed: by then the intent has lapsed though its money
was there. The rows say so first; then the floor, which alone changes a live lot, is told. Should the house fall in
between, the clock tells the floor.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Sum

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import floor_doors
from zhirong.exchange.actions import money
from zhirong.exchange.actions.listings import locked, rules_of
from zhirong.exchange.engine.shape import Admit
from zhirong.exchange.models import Intent, Lot, LotStep
from zhirong.ledger.models import BankLine
from zhirong.people.models import Person
from zhirong.record import actions as record

RUNNING = ("scheduled", "live", "paused")
# States of a bank's line whose money is here: one that the bank took back paid nothing.
PAID = ("credited", "matched")
# A younger decision is still with the person who made it, who tells the floor at once.
PATIENCE = timedelta(seconds=10)
# The floor did not take the order: nothing of the admission may stand.
AWAY = ("lot.unknown", "floor.stopped", "floor.full", "floor.unknown")
NOT_TAKEN = ("lot.ended", "lot.annulled", "lot.barred", "lot.unknown", "floor.stopped", "floor.full")


def lot_of(intent: Intent) -> Lot | None:
    """The lot of the intent's listing, if it still runs."""
    return Lot.objects.filter(listing=intent.listing_id, state__in=RUNNING).order_by("-run").first()


def is_possible(intent: Intent) -> bool:
    """Whether the operator may think of it: the lot runs and the announced rules know late admission."""
    listing = intent.listing
    waits = intent.state in ("registered", "lapsed") and listing.state == "bidding"
    return waits and rules_of(listing).late_admission and lot_of(intent) is not None


def must_be_possible(intent: Intent) -> None:
    """Refuse what the rule set does not know, and a lot that has ended."""
    if not rules_of(intent.listing).late_admission:
        raise Refused("intent.no_late_admission", number=intent.listing.number, rule_set=intent.listing.rule_set)
    if lot_of(intent) is None:
        raise Refused("intent.not_now", state=intent.state)


def freeze_deposit(intent: Intent) -> None:
    """Freeze the deposit that the bank's lines show to have come by the day on which registration closed (B7).

    Two payments under its code that together make the sum came in time as one would have.
    """
    if intent.deposit_state in ("held", "none"):
        return
    closes_at = intent.listing.closes_at
    assert closes_at is not None, "a listing with a lot was announced"
    lines = BankLine.objects.filter(memo__contains=intent.payment_code, value_day__lte=beijing_day(closes_at))
    came_fen = lines.filter(state__in=PAID).aggregate(all=Sum("amount"))["all"] or 0
    if came_fen < intent.deposit_fen or not money.freeze_deposit(intent, of_repaid_fen=money.unused_fen(intent)):
        raise Refused("intent.deposit_not_in_time", deposit_fen=intent.deposit_fen, closed_at=closes_at)


def tell_floor(intent: Intent, *, who: Person) -> None:
    """Let the bidder in. The floor is always told: it may hold a lot whose beginning is not in the rows yet.

    A lot that it has not begun it reads from the rows, the admission with them, and then knows the bidder already.
    """
    lot = lot_of(intent)
    begun = lot is not None and lot.last_seq > 0
    if begun and LotStep.objects.filter(lot=lot, kind="admitted", code=intent.code).exists():
        return
    try:
        if lot is None:
            raise Refused("lot.ended", ended_ns=0)
        let_in = partial(Admit, bidder=intent.code, rank=intent.priority_rank or 0)
        floor_doors.order(lot.pk, let_in, who_ref=who.ref)
    except Refused as refused:
        if not begun and refused.code in AWAY:
            # A floor that stands still reads the rows when it starts.
            return
        if refused.code in NOT_TAKEN:
            _take_back(intent.pk)
        raise


def untold(now: datetime) -> list[int]:
    """Intents admitted after registration closed of which the floor, that has begun their lot, was never told."""
    if floor_doors.health().state != "running":
        return []
    late = Intent.objects.filter(state="admitted", listing__state="bidding", decided_by__isnull=False)
    late = late.filter(decided_at__gt=F("listing__closes_at"), decided_at__lte=now - PATIENCE)
    begun = Lot.objects.filter(listing=OuterRef("listing"), last_seq__gt=0)
    told = LotStep.objects.filter(lot__listing=OuterRef("listing"), kind="admitted", code=OuterRef("code"))
    return list(late.filter(Exists(begun), ~Exists(told)).order_by("pk").values_list("pk", flat=True))


def tell_floor_again(intent_id: int) -> None:
    """Finish an admission after whose rows the house fell; outside any transaction, as its first try."""
    intent = Intent.objects.select_related("listing", "decided_by").get(pk=intent_id)
    assert intent.decided_by is not None
    tell_floor(intent, who=intent.decided_by)


@transaction.atomic
def _take_back(intent_id: int) -> None:
    """The lot ended before the floor heard of it: the intent has lapsed as before, and the deposit is free again."""
    listing_id = Intent.objects.values_list("listing", flat=True).get(pk=intent_id)
    listing = locked(listing_id)
    intent = Intent.objects.select_for_update(of=("self",)).select_related("party", "person").get(pk=intent_id)
    intent.state = "lapsed"
    intent.save(update_fields=["state"])
    to, party = [intent.person], intent.party.ref
    record.tell("exchange.lapsed", listing.topic, who=None, to=to, number=listing.number, party=party)
    money.release_deposit(intent)
