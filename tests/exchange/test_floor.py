"""The trading floor over a real database: what is acknowledged is in the rows, and the rows are the floor."""

from __future__ import annotations

import json
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.exchange.given_floor import (
    HOUR,
    SECOND,
    Clock,
    a_floor,
    a_lot,
    a_running_floor,
    fresh,
    the_write_lock_held,
    until,
)
from zhirong.base.refused import Refused
from zhirong.exchange import floor_rows
from zhirong.exchange.engine import transcript
from zhirong.exchange.engine.shape import Admit, Annul, Ban, Close, Default, Pause, PriorityMatch, Resume
from zhirong.exchange.models import LotStep
from zhirong.record import port as sql
from zhirong.record.models import Event, Leaf, Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_an_accepted_bid_is_a_row_a_leaf_an_event_and_the_lots_new_price(clock: Clock) -> None:
    lot = a_lot(clock)
    with a_running_floor(clock) as floor:
        reply = floor.bid(lot.pk, "11", 1_000_00, key="k", who_ref="a-person").result(5)
    step = LotStep.objects.get(lot=lot, kind="bid")
    assert reply.accepted
    assert (reply.facts["seq"], reply.facts["leaf"]) == (step.seq, step.leaf_id)
    assert (step.code, step.amount_fen, step.key, json.loads(step.facts)) == ("11", 1_000_00, "k", {"who": "a-person"})
    event = Event.objects.get(leaf_id=step.leaf_id)
    body = json.loads(event.body)
    assert (event.kind, event.public, body["who"], body["price_fen"], body["next_fen"]) == (
        *("exchange.bid", True, "11", 1_000_00),
        1_100_00,
    )
    assert "a-person" not in event.body
    assert (fresh(lot).state, fresh(lot).top_fen, fresh(lot).top_code, fresh(lot).bids) == ("live", 1_000_00, "11", 1)


def test_a_refused_bid_is_a_row_without_a_leaf_and_changes_no_price(clock: Clock) -> None:
    lot = a_lot(clock)
    with a_running_floor(clock) as floor:
        floor.bid(lot.pk, "11", 1_000_00).result(5)
        leaves = Leaf.objects.count()
        reply = floor.bid(lot.pk, "12", 1_050_00, key="k").result(5)
        again = floor.bid(lot.pk, "12", 1_050_00, key="k").result(5)
    assert (reply.code, reply.facts["least_fen"]) == ("bid.too_low", 1_100_00)
    assert again == reply
    step = LotStep.objects.get(lot=lot, refusal="bid.too_low")
    assert (step.leaf_id, step.least_fen, Leaf.objects.count()) == (None, 1_100_00, leaves)
    assert fresh(lot).top_fen == 1_000_00


@pytest.mark.parametrize("code", ["11", "99"])
def test_e46_what_is_no_amount_leaves_no_row(clock: Clock, code: str) -> None:
    lot = a_lot(clock)
    with a_running_floor(clock) as floor:
        reply = floor.bid(lot.pk, code, 10**30, key="k").result(5)
    assert reply.code in ("bid.not_an_amount", "bid.not_admitted")
    assert not LotStep.objects.filter(lot=lot, kind="bid").exists()


def test_an_unknown_lot_is_refused(clock: Clock) -> None:
    with a_running_floor(clock) as floor:
        assert floor.bid(77, "11", 1_000_00).result(5).code == "lot.unknown"


def test_e10_a_new_floor_knows_every_bid_and_gives_the_same_reply_to_the_same_key(clock: Clock) -> None:
    lot = a_lot(clock)
    with a_running_floor(clock) as floor:
        first = floor.bid(lot.pk, "11", 1_000_00, key="a").result(5)
        refused = floor.bid(lot.pk, "12", 1_000_00, key="b").result(5)
        floor.order(lot.pk, partial(Ban, bidder="13", reason="x")).result(5)
        before = floor._lots[lot.pk]
    with a_running_floor(clock) as floor:
        assert floor.bid(lot.pk, "11", 1_000_00, key="a").result(5) == first
        assert floor.bid(lot.pk, "12", 1_000_00, key="b").result(5) == refused
        assert floor.bid(lot.pk, "11", 5_000_00, key="a").result(5).code == "bid.key_reused"
        assert floor._lots[lot.pk].state.told() == before.state.told()
        assert floor._lots[lot.pk].last_seq == before.last_seq
        assert floor.bid(lot.pk, "12", 1_100_00).result(5).facts["number"] == 2


def test_e03_a_wake_that_finds_no_sequencer_changes_no_reply(clock: Clock) -> None:
    lot, woken = a_lot(clock), []
    with a_running_floor(clock, wake=lambda: woken.append(1)) as floor:
        assert floor.bid(lot.pk, "11", 1_000_00).result(5).accepted
        until(lambda: bool(woken))


def test_e24_the_floor_closes_a_lot_by_its_stored_end_without_being_told(clock: Clock) -> None:
    lot = a_lot(clock)
    with a_running_floor(clock) as floor:
        floor.bid(lot.pk, "11", 1_000_00).result(5)
        clock.passes(HOUR)
        until(lambda: fresh(lot).state == "closed")
        assert floor.bid(lot.pk, "12", 1_100_00).result(5).code == "bid.late"
    assert json.loads(fresh(lot).result) == {
        "outcome": "sold",
        "winner": "11",
        "price_fen": 1_000_00,
        "bids": 1,
    }
    assert fresh(lot).closed_ns is not None


def test_the_opening_is_told_once(clock: Clock) -> None:
    lot = a_lot(clock)
    with a_running_floor(clock):
        until(lambda: fresh(lot).state == "live")
    assert Event.objects.filter(kind="exchange.lot_opened").count() == 1


def test_e08_a_bid_stamped_before_the_end_counts_though_the_disk_is_slow(clock: Clock) -> None:
    lot = a_lot(clock, lasts_ns=2 * SECOND)
    floor = a_floor(clock)
    floor.start()
    with the_write_lock_held():
        bid = floor.bid(lot.pk, "11", 1_000_00)
        clock.passes(5 * SECOND)
        late = floor.bid(lot.pk, "12", 1_100_00 * 10)
    assert bid.result(15).accepted
    assert late.result(15).facts["at_ns"] > bid.result().facts["at_ns"]
    floor.stop()


def test_e09_a_wall_clock_that_steps_back_keeps_the_order(clock: Clock) -> None:
    lot = a_lot(clock)
    with a_running_floor(clock) as floor:
        first = floor.bid(lot.pk, "11", 1_000_00).result(5)
        clock.wall_shift -= HOUR
        second = floor.bid(lot.pk, "12", 1_100_00).result(5)
    assert 0 < second.facts["at_ns"] - first.facts["at_ns"] < SECOND


def test_e09_a_wall_clock_that_jumps_ahead_pauses_the_lots(clock: Clock) -> None:
    lot = a_lot(clock)
    with a_running_floor(clock) as floor:
        floor.bid(lot.pk, "11", 1_000_00).result(5)
        clock.wall_shift += 2 * HOUR
        assert floor.bid(lot.pk, "12", 1_100_00).result(5).code == "bid.paused"
        assert fresh(lot).state == "paused"
        assert floor.order(lot.pk, Resume).result(5).accepted
        assert floor.bid(lot.pk, "12", 1_100_00).result(5).accepted


def test_a_move_of_the_demo_clock_is_no_jump(clock: Clock) -> None:
    lot = a_lot(clock)
    with a_running_floor(clock) as floor:
        floor.bid(lot.pk, "11", 1_000_00).result(5)
        floor.expect_clock_move()
        clock.wall_shift += 2 * HOUR
        until(lambda: fresh(lot).state == "closed")
    assert json.loads(fresh(lot).result)["winner"] == "11"


def test_e23_after_an_outage_the_lots_get_the_lost_time_and_a_window(clock: Clock, tmp_path: Path) -> None:
    lot, beat = a_lot(clock), tmp_path / "floor.lock"
    with a_running_floor(clock, beat) as floor:
        floor.bid(lot.pk, "11", 1_000_00).result(5)
        until(lambda: bool(beat.read_text()))
    clock.passes(2 * HOUR)
    with a_running_floor(clock, beat) as floor:
        assert floor.bid(lot.pk, "12", 1_100_00).result(5).accepted
        assert fresh(lot).closes_ns - lot.closes_ns > 2 * HOUR
    kinds = list(LotStep.objects.filter(lot=lot, leaf__isnull=False).order_by("seq").values_list("kind", flat=True))
    assert [kind for kind in kinds if kind not in ("opened", "admitted")] == [
        "begun",
        "bid",
        "paused",
        "resumed",
        "bid",
    ]


def test_e23_the_floor_is_open_only_once_the_new_end_is_committed(clock: Clock, tmp_path: Path) -> None:
    lot, beat = a_lot(clock), tmp_path / "floor.lock"
    with a_running_floor(clock, beat) as floor:
        floor.bid(lot.pk, "11", 1_000_00).result(5)
        until(lambda: bool(beat.read_text()))
    clock.passes(2 * HOUR)
    with a_running_floor(clock, beat):
        assert (fresh(lot).state, fresh(lot).closes_ns - lot.closes_ns > 2 * HOUR) == ("live", True)


def test_a_short_restart_is_no_outage(clock: Clock, tmp_path: Path) -> None:
    lot, beat = a_lot(clock), tmp_path / "floor.lock"
    with a_running_floor(clock, beat) as floor:
        floor.bid(lot.pk, "11", 1_000_00).result(5)
        until(lambda: bool(beat.read_text()))
    clock.passes(5 * SECOND)
    with a_running_floor(clock, beat) as floor:
        assert floor.bid(lot.pk, "12", 1_100_00).result(5).accepted
    assert not LotStep.objects.filter(kind="paused").exists()


def test_a_second_floor_for_the_same_shard_refuses_to_start(clock: Clock, tmp_path: Path) -> None:
    # PostgreSQL's own lock keeps the other out without a file, on whatever machine it runs.
    lock = None if connection.vendor == "postgresql" else tmp_path / "floor.lock"
    with a_running_floor(clock, lock):
        with pytest.raises(Refused) as refused:
            a_floor(clock, lock).start()
        assert refused.value.code == "floor.taken"
    with a_running_floor(clock, lock) as floor:
        assert floor.health().state == "running"


class FailingPort:
    """A port whose next commit fails as a disk does."""

    def __init__(self) -> None:
        self.inner = sql.beside(connection)
        self.dialect = self.inner.dialect
        self.failures = (sqlite3.Error, OSError)
        self.fails = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def commit(self) -> None:
        if self.fails:
            raise OSError(28, "No space left on device")
        self.inner.commit()


def test_e12_a_failed_commit_stops_the_floor_and_acknowledges_nothing(clock: Clock) -> None:
    lot, port = a_lot(clock), FailingPort()
    floor = a_floor(clock, open_port=lambda: port)
    floor.start()
    assert floor.bid(lot.pk, "11", 1_000_00, key="a").result(5).accepted
    port.fails = True
    assert floor.bid(lot.pk, "12", 1_100_00, key="b").result(5).code == "floor.unknown"
    until(lambda: floor.health().state == "fallen")
    assert "No space left" in floor.health().reason
    assert floor.bid(lot.pk, "12", 1_100_00, key="c").result(5).code == "floor.stopped"
    assert fresh(lot).top_fen == 1_000_00
    with a_running_floor(clock) as again:
        assert again.bid(lot.pk, "12", 1_100_00, key="b").result(5).accepted


def test_a_stopped_floor_answers_what_waited_and_takes_nothing_more(clock: Clock) -> None:
    lot, floor = a_lot(clock), a_floor(clock)
    floor.start()
    bids = [floor.bid(lot.pk, str(11 + i % 2), 1_000_00 + i * 100_00) for i in range(50)]
    floor.stop()
    assert all(bid.result(0).accepted for bid in bids)
    assert floor.bid(lot.pk, "11", 9_000_00).result(0).code == "floor.stopped"
    assert floor.health().state == "stopped"


def test_a_late_admission_lets_a_bidder_in_and_a_ban_puts_it_out(clock: Clock) -> None:
    lot = a_lot(clock, "11", "12")
    with a_running_floor(clock) as floor:
        assert floor.bid(lot.pk, "77", 1_000_00).result(5).code == "bid.not_admitted"
        assert floor.order(lot.pk, partial(Admit, bidder="77"), who_ref="official").result(5).accepted
        assert floor.bid(lot.pk, "77", 1_000_00).result(5).accepted
        assert floor.order(lot.pk, partial(Ban, bidder="77", reason="collusion")).result(5).accepted
        assert floor.bid(lot.pk, "77", 1_100_00).result(5).code == "bid.barred"
    assert (fresh(lot).top_fen, fresh(lot).top_code) == (None, "")


def test_a_pause_is_told_to_every_bidder_and_a_bid_to_none(clock: Clock) -> None:
    lot = a_lot(clock, "11", "12")
    with a_running_floor(clock) as floor:
        floor.bid(lot.pk, "11", 1_000_00).result(5)
        floor.order(lot.pk, partial(Pause, reason="check"), who_ref="official").result(5)
    assert Notice.objects.filter(kind="exchange.bid").count() == 0
    assert Notice.objects.filter(kind="exchange.lot_paused").count() == 2


def test_priority_default_and_annulment_go_through_the_same_queue(clock: Clock) -> None:
    lot = a_lot(clock, "11", "12", "21", ranks={"21": 1}, match_ns=60 * SECOND)
    with a_running_floor(clock) as floor:
        floor.bid(lot.pk, "11", 1_000_00).result(5)
        clock.passes(HOUR)
        until(lambda: fresh(lot).state == "matching")
        assert floor.order(lot.pk, partial(PriorityMatch, bidder="21")).result(5).facts["winner"] == "21"
        reply = floor.order(lot.pk, partial(Default, bidder="21", reason="no payment")).result(5)
        assert (reply.facts["winner"], reply.facts["price_fen"]) == ("11", 1_000_00)
        assert floor.order(lot.pk, partial(Annul, reason="fault")).result(5).accepted
        assert floor.order(lot.pk, Close).result(5).code == "lot.annulled"
    assert json.loads(fresh(lot).result)["outcome"] == "annulled"
    lines = transcript.lines(floor_rows.transcript(sql.beside(connection), lot.pk))
    assert [line.kind for line in lines if line.kind not in ("begun", "opened", "admitted")] == [
        *("bid", "matching", "matched", "hammer", "defaulted", "annulled"),
    ]


def test_neither_record_nor_feed_tells_the_reserve(clock: Clock) -> None:
    lot = a_lot(clock, reserve_fen=7_777_77)
    with a_running_floor(clock) as floor:
        floor.bid(lot.pk, "11", 1_000_00).result(5)
    assert not [leaf for leaf in Leaf.objects.all() if "777777" in leaf.body]
