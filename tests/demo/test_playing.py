"""The auction that plays itself: lively from its opening to its end, each bid told as it happens."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.exchange import given_deals as given
from tests.exchange.given_hall import Day, the_floor
from zhirong.demo import player
from zhirong.exchange.models import Lot, LotStep

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = 10**9


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the terminal says; the player's waits pass on the house's clock and not on ours."""
    lines: list[str] = []
    monkeypatch.setattr(player, "say", lines.append)
    monkeypatch.setattr(player.time, "sleep", lambda seconds: given.time_passes(seconds=int(seconds)))
    return lines


def move_on(span: timedelta) -> None:
    given.time_passes(seconds=span // timedelta(seconds=1))


def test_bids_come_throughout_and_the_last_ones_move_the_end(told: list[str]) -> None:
    lot, _ = Day().auction()
    opens_ns, was_ns = lot.opens_ns, lot.closes_ns
    with the_floor():
        player.bid_live(lot, move_on)
    lot = Lot.objects.get(pk=lot.pk)
    window_ns = json.loads(lot.terms)["window_ns"]
    bids = list(LotStep.objects.filter(lot=lot, kind="bid", refusal="").order_by("seq"))
    times = [opens_ns, *(one.received_ns for one in bids)]
    # A minute of quiet would be a third of what is watched.
    assert max(later - before for before, later in pairwise(times)) <= 40 * SECOND
    assert sum(one.received_ns > was_ns - window_ns for one in bids) == lot.extensions >= player.LAST_BIDS - 1
    assert lot.closes_ns > was_ns
    assert all(one.code != before.code for before, one in pairwise(bids))


def test_each_bid_is_told_with_its_time_its_code_and_its_price(told: list[str]) -> None:
    lot, intents = Day().auction()
    with the_floor():
        player.bid_live(lot, move_on)
    bids = list(LotStep.objects.filter(lot=lot, kind="bid", refusal="").order_by("seq"))
    lines = [line for line in told if re.match(r"\d\d:\d\d:\d\d  ", line)]
    assert len(lines) == len(bids) > 15
    assert {line.split()[1] for line in lines} == {one.code for one in intents}
    assert lines[0].endswith("800,000 元 / yuan")
    assert sum("end moved to" in line for line in lines) == Lot.objects.get(pk=lot.pk).extensions
    assert [line for line in told if line not in lines] == [line for line in told if "clock moves on" in line]
