"""What the trading floor put on the record is a transcript that verifies without the floor."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from tests.exchange.given_floor import HOUR, SECOND, Clock, a_lot, a_running_floor, fresh
from zhirong.exchange.engine.shape import Ban, Close, Command, Pause, Resume
from zhirong.exchange.floor import Floor
from zhirong.exchange.models import Lot
from zhirong.papers import evidence, verifier
from zhirong.record import actions as record
from zhirong.record import receipts, sequencer
from zhirong.record.models import Leaf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def order(floor: Floor, lot: Lot, command: type[Command], **facts: Any) -> None:
    assert floor.order(lot.pk, partial(command, **facts), who_ref="operator").result(5).accepted


def transcript(lot: Lot) -> bytes:
    with transaction.atomic():
        announced = record.tell("exchange.announced", f"listing:{lot.listing_id}", who=None, public=True, asking_fen=1)
    sequencer.number_now()
    ended = json.loads(fresh(lot).result)
    result: dict[str, Any] = {**ended, "bids": fresh(lot).bids}
    return evidence.transcript(lot.topic, announcement=Leaf.objects.get(pk=announced.pk), result=result)


def found(content: bytes) -> list[str]:
    return [en for _, en in verifier.verify(content, pinned=receipts.house_key()).found]


def test_an_auction_with_a_ban_and_a_pause_is_judged_again_from_its_leaves_alone() -> None:
    clock = Clock()
    lot = a_lot(clock, "11", "12", "13", reserve_fen=1_000_00)
    with a_running_floor(clock) as floor:
        floor.bid(lot.pk, "11", 1_000_00, key="a", who_ref="p").result(5)
        assert not floor.bid(lot.pk, "12", 1_000_01, key="b", who_ref="p").result(5).accepted
        floor.bid(lot.pk, "12", 1_100_00, key="c", who_ref="p").result(5)
        order(floor, lot, Ban, bidder="12", reason="shill bidding")
        order(floor, lot, Pause, reason="outage")
    with a_running_floor(clock) as floor:  # the lines go on counting after a restart
        clock.passes(60 * SECOND)
        order(floor, lot, Resume)
        floor.bid(lot.pk, "13", 1_100_00, key="d", who_ref="p").result(5)
        clock.passes(3 * HOUR)
        order(floor, lot, Close)
    content = transcript(lot)
    assert found(content) == []
    paper = json.loads(content)
    assert (paper["result"]["outcome"], paper["result"]["winner"], paper["result"]["price_fen"]) == (
        *("sold", "13"),
        1_100_00,
    )
    assert [line["leaf"]["line"] for line in paper["lines"]] == list(range(1, len(paper["lines"]) + 1))
    assert "reserve" not in content.decode()
    assert "bidders" not in paper["lines"][0]["leaf"]
