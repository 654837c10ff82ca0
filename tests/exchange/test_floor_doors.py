"""The ways to the floor: from threads and from an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.exchange.given_floor import Clock, a_lot, fresh
from zhirong.base.refused import Refused
from zhirong.exchange import floor_doors
from zhirong.exchange.engine.shape import Pause, Reply, Resume
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[None]:
    record.now()
    floor_doors.start(data=tmp_path)
    yield
    floor_doors.stop()


def test_a_bid_from_a_thread_waits_for_its_commit(house: None) -> None:
    lot = a_lot(Clock())
    assert floor_doors.bid(lot.pk, "11", 1_000_00, key="k").accepted
    assert fresh(lot).top_fen == 1_000_00
    assert floor_doors.health().state == "running"


def test_many_bids_of_one_event_loop_are_each_answered_once(house: None) -> None:
    codes = [str(code) for code in range(100, 150)]
    lot = a_lot(Clock(), *codes)

    async def everyone() -> list[Reply]:
        bids = [floor_doors.bid_async(lot.pk, code, 1_000_00 + i * 100_00) for i, code in enumerate(codes)]
        return await asyncio.gather(*bids)

    replies = asyncio.run(everyone())
    assert all(reply.accepted for reply in replies)
    assert [reply.facts["number"] for reply in replies] == list(range(1, 51))


def test_a_client_that_gave_up_disturbs_nobody(house: None) -> None:
    lot = a_lot(Clock())

    async def impatient() -> Reply:
        waiting = asyncio.ensure_future(floor_doors.bid_async(lot.pk, "11", 1_000_00))
        await asyncio.sleep(0)
        waiting.cancel()
        return await floor_doors.bid_async(lot.pk, "12", 1_100_00)

    assert asyncio.run(impatient()).accepted
    assert fresh(lot).bids == 2, "a bid that reached the floor counts, whether or not its sender stayed"


def test_an_official_hears_a_refusal_as_one(house: None) -> None:
    lot = a_lot(Clock())
    floor_doors.order(lot.pk, partial(Pause, reason="check"), who_ref="official")
    with pytest.raises(Refused) as refused:
        floor_doors.order(lot.pk, partial(Pause, reason="check"), who_ref="official")
    assert refused.value.code == "lot.paused"
    assert floor_doors.order(lot.pk, Resume).facts["stage"] == "open"


def test_without_a_floor_nothing_is_taken() -> None:
    assert floor_doors.health().state == "absent"
    with pytest.raises(Refused) as refused:
        floor_doors.bid(1, "11", 1_000_00)
    assert refused.value.code == "floor.stopped"


def test_a_key_that_does_not_fit_is_refused_before_the_floor(house: None) -> None:
    with pytest.raises(Refused) as refused:
        floor_doors.bid(1, "11", 1_000_00, key="k" * 65)
    assert refused.value.code == "bid.key_too_long"


def test_a_house_that_opens_for_the_first_time_had_no_outage_before(tmp_path: Path) -> None:
    floor_doors.start(data=tmp_path)
    lot = a_lot(Clock())
    assert floor_doors.bid(lot.pk, "11", 1_000_00).accepted
    with pytest.raises(Refused) as refused:
        floor_doors.open_first(data=tmp_path)
    assert refused.value.code == "floor.taken", "a floor that runs beats for itself"
    floor_doors.stop()
    long_ago = str(record.now_ns() - 3600 * 10**9)
    (tmp_path / "floor-0.lock").write_text(long_ago)
    floor_doors.open_first(data=tmp_path)
    floor_doors.start(data=tmp_path)
    assert floor_doors.bid(lot.pk, "12", 1_100_00).accepted
    floor_doors.stop()
    assert (fresh(lot).closes_ns, fresh(lot).extensions) == (lot.closes_ns, 0)
    (tmp_path / "floor-0.lock").write_text(long_ago)
    floor_doors.start(data=tmp_path)
    assert floor_doors.bid(lot.pk, "11", 1_200_00).accepted
    floor_doors.stop()
    assert fresh(lot).closes_ns > lot.closes_ns, "without that word the same silence is an outage"
