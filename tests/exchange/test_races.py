"""Races on the floor: many threads, one lot, and a floor that is killed under load."""

from __future__ import annotations

import json
import threading
from functools import partial

import pytest
from django.db import connection

from tests.exchange.given_floor import HOUR, SECOND, Clock, a_lot, a_running_floor, fresh, until
from zhirong.exchange.engine.shape import Ban, Pause, Reply, Resume
from zhirong.exchange.floor import Floor
from zhirong.exchange.models import LotStep
from zhirong.record.models import Event, Leaf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
CODES = [str(code) for code in range(100, 132)]


def all_at_once(*deeds: object) -> None:
    """Run each in a thread of its own, all released at the same instant."""
    gate = threading.Barrier(len(deeds))

    def run(deed: object) -> None:
        gate.wait()
        deed()  # type: ignore[operator]

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_e04_of_32_equal_bids_at_once_exactly_one_counts() -> None:
    clock = Clock()
    lot = a_lot(clock, *CODES)
    replies: list[Reply] = []
    with a_running_floor(clock) as floor:
        all_at_once(*[lambda c=code: replies.append(floor.bid(lot.pk, c, 1_000_00).result(5)) for code in CODES])
    assert sorted(reply.code for reply in replies) == [""] + ["bid.too_low"] * 31
    assert {reply.facts["least_fen"] for reply in replies if reply.code} == {1_100_00}
    assert LotStep.objects.filter(lot=lot, kind="bid", leaf__isnull=False).count() == 1


def test_the_same_key_from_32_threads_is_one_bid_with_one_reply() -> None:
    clock = Clock()
    lot = a_lot(clock, *CODES)
    replies: list[Reply] = []
    with a_running_floor(clock) as floor:
        all_at_once(*[lambda: replies.append(floor.bid(lot.pk, "100", 1_000_00, key="k").result(5))] * 32)
    assert len(replies) == 32
    assert all(reply == replies[0] for reply in replies)
    assert LotStep.objects.filter(lot=lot, kind="bid").count() == 1


def bidding(floor: Floor, lot_id: int, code: str, *, times: int, replies: list[Reply]) -> None:
    """A client that always bids what it was told would be valid."""
    price = 1_000_00
    for _ in range(times):
        reply = floor.bid(lot_id, code, price).result(10)
        replies.append(reply)
        price = reply.facts.get("least_fen") or reply.facts.get("price_fen", price) + 100_00


def test_under_32_threads_the_rows_say_exactly_what_was_acknowledged() -> None:
    clock = Clock()
    lot = a_lot(clock, *CODES)
    replies: list[Reply] = []
    with a_running_floor(clock) as floor:
        all_at_once(*[partial(bidding, floor, lot.pk, code, times=20, replies=replies) for code in CODES])
    told = sorted((reply.facts["seq"], reply.facts["price_fen"]) for reply in replies if reply.accepted)
    kept = list(
        LotStep.objects.filter(lot=lot, kind="bid", refusal="").order_by("seq").values_list("seq", "amount_fen")
    )
    assert told == kept
    assert [price for _, price in kept] == sorted({price for _, price in kept})
    assert LotStep.objects.filter(lot=lot, kind="bid").count() == 32 * 20
    assert (
        Leaf.objects.filter(kind="exchange.bid").count()
        == Event.objects.filter(kind="exchange.bid").count()
        == len(kept)
    )
    assert (fresh(lot).top_fen, fresh(lot).bids) == (kept[-1][1], len(kept))


def test_pauses_and_bans_between_bids_leave_one_order_that_a_new_floor_reads_back() -> None:
    clock = Clock()
    lot = a_lot(clock, *CODES)
    replies: list[Reply] = []

    def official() -> None:
        for code in CODES[:5]:
            floor.order(lot.pk, partial(Pause, reason="check")).result(10)
            floor.order(lot.pk, Resume).result(10)
            floor.order(lot.pk, partial(Ban, bidder=code, reason="collusion")).result(10)

    with a_running_floor(clock) as floor:
        clients = [partial(bidding, floor, lot.pk, code, times=10, replies=replies) for code in CODES]
        all_at_once(official, *clients)
        before = floor._lots[lot.pk].state.told()
    with a_running_floor(clock) as floor:
        floor.bid(lot.pk, "999", 1).result(5)
        assert floor._lots[lot.pk].state.told() == before
    assert fresh(lot).top_code not in CODES[:5]


def test_e01_the_close_and_the_last_bids_race_and_no_acknowledged_bid_is_lost() -> None:
    clock = Clock()
    lot = a_lot(clock, *CODES, window_ns=1, extension_ns=1)
    replies: list[Reply] = []
    with a_running_floor(clock) as floor:

        def time_passes() -> None:
            threading.Event().wait(0.05)
            clock.passes(HOUR + SECOND)

        all_at_once(time_passes, *[partial(bidding, floor, lot.pk, c, times=40, replies=replies) for c in CODES])
        until(lambda: fresh(lot).state == "closed")
    accepted = [reply.facts for reply in replies if reply.accepted]
    result = json.loads(fresh(lot).result)
    highest = max(accepted, key=lambda facts: facts["price_fen"])
    assert (result["winner"], result["price_fen"]) == (highest["bidder"], highest["price_fen"])
    hammer = LotStep.objects.get(lot=lot, kind="hammer")
    assert all(facts["at_ns"] < hammer.received_ns and facts["seq"] < hammer.seq for facts in accepted)


def test_a_bid_while_others_write_waits_for_the_lock_and_counts() -> None:
    clock = Clock()
    lot = a_lot(clock, *CODES)
    with a_running_floor(clock) as floor:
        replies: list[Reply] = []

        def somebody_else() -> None:
            try:
                for _ in range(20):
                    Leaf.objects.create(at="2026-01-01T00:00:00Z", kind="x", topic="x", body="{}", hash=b"")
            finally:
                connection.close()

        all_at_once(somebody_else, *[partial(bidding, floor, lot.pk, c, times=5, replies=replies) for c in CODES[:8]])
    assert not [reply for reply in replies if reply.code.startswith("floor.")]
    assert Leaf.objects.filter(kind="x").count() == 20
