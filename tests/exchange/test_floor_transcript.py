"""The transcript that the floor leaves behind, judged again by the verifier, which shares no code with it."""

from __future__ import annotations

import json
from functools import partial

import pytest
from django.db import transaction

from tests.exchange.given_floor import HOUR, SECOND, Clock, a_lot, a_running_floor, fresh, until
from tests.exchange.given_lots import TERMS
from zhirong.exchange.engine.shape import Admit, Annul, Ban, Default, Edit, Pause, PriorityMatch, Resume
from zhirong.exchange.models import Lot
from zhirong.papers import evidence, verifier
from zhirong.record import actions as record
from zhirong.record import sequencer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def found_in(lot: Lot, result: dict[str, object]) -> list[tuple[str, str]]:
    """What the verifier finds in the lot's transcript."""
    with transaction.atomic():
        topic = f"listing:{lot.listing_id}"
        leaf = record.tell("exchange.announced", topic, who=None, public=True, number="T1", asking_fen=1_000_00)
    sequencer.number_now()
    leaf.refresh_from_db()
    paper = evidence.transcript(lot.topic, announcement=leaf, result=result)
    return verifier.verify(paper).found


def test_an_auction_with_everything_in_it_verifies() -> None:
    clock = Clock()
    lot = a_lot(clock, "11", "12", "21", ranks={"21": 1}, match_ns=60 * SECOND)
    with a_running_floor(clock) as floor:

        def told(make: object) -> None:
            assert floor.order(lot.pk, make).result(5).accepted  # type: ignore[arg-type]

        assert floor.bid(lot.pk, "11", 1_000_00).result(5).accepted
        assert not floor.bid(lot.pk, "12", 1_000_00).result(5).accepted
        told(partial(Admit, bidder="77"))
        assert floor.bid(lot.pk, "77", 1_500_00).result(5).accepted
        told(partial(Pause, reason="check"))
        clock.passes(20 * SECOND)
        told(Resume)
        told(partial(Ban, bidder="77", reason="collusion"))
        clock.passes(fresh(lot).closes_ns - clock.wall() - 10 * SECOND)
        assert floor.bid(lot.pk, "12", 1_100_00).result(5).accepted
        clock.passes(2 * 60 * SECOND)
        until(lambda: fresh(lot).state == "matching")
        told(partial(PriorityMatch, bidder="21"))
        told(partial(Default, bidder="21", reason="no payment"))
    result = json.loads(fresh(lot).result)
    assert result == {"outcome": "sold", "winner": "12", "price_fen": 1_100_00, "bids": 3}
    assert found_in(lot, result) == []
    assert found_in(lot, {**result, "winner": "11"}) != []


@pytest.mark.parametrize("form", ["timed", "free_limited"])
def test_an_edited_and_annulled_auction_verifies(form: str) -> None:
    clock = Clock()
    lot = a_lot(clock, form=form, reserve_fen=9_999_99)
    with a_running_floor(clock) as floor:
        floor.bid(lot.pk, "11", 1_000_00).result(5)
        now = clock.wall()
        edit = partial(Edit, terms=TERMS, opens_ns=now, end_ns=now + HOUR, reason="claims")
        assert floor.order(lot.pk, edit).result(5).accepted
        assert floor.order(lot.pk, partial(Admit, bidder="11")).result(5).accepted
        assert floor.bid(lot.pk, "11", 2_000_00).result(5).accepted
        assert floor.order(lot.pk, partial(Annul, reason="fault")).result(5).accepted
    assert found_in(lot, json.loads(fresh(lot).result)) == []


def test_an_unsold_lot_verifies() -> None:
    clock = Clock()
    lot = a_lot(clock)
    with a_running_floor(clock):
        clock.passes(HOUR)
        until(lambda: fresh(lot).state == "closed")
    assert found_in(lot, json.loads(fresh(lot).result)) == []
