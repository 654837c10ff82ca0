"""Edge cases of EXCHANGE 2.3 that only the running house can show (e05 is E5 there)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.exchange import given_deals as given
from tests.exchange.given_floor import Clock, a_lot, a_running_floor, fresh, until
from tests.exchange.given_hall import signed_in
from tests.people import given_people as people
from tests.people.given_people import refused
from tests.web.given_pages import text_of
from zhirong.base.calendar import china
from zhirong.exchange import floor_rows, listing_rules
from zhirong.exchange.actions import intents, listings
from zhirong.exchange.models import Intent, Listing, LotStep
from zhirong.exchange.rule_sets import Span
from zhirong.ledger.models import Expectation, Hold

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = 10**9


def test_e05_a_fault_while_the_floors_gate_is_held_lets_it_go() -> None:
    clock = Clock()
    lot = a_lot(clock)

    def breaks(at_ns: int) -> Any:
        raise ValueError(f"no command at {at_ns}")

    with a_running_floor(clock) as floor:
        with pytest.raises(ValueError, match="no command"):
            floor.order(lot.pk, breaks)
        assert floor.bid(lot.pk, "11", 1_000_00).result(5).accepted
        assert floor.health().state == "running"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_e05_a_fault_inside_the_write_lock_lets_it_go_and_the_next_floor_writes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    lot = a_lot(clock)

    def breaks(*_: object) -> None:
        raise ValueError("a fault between the lock and the commit")

    with monkeypatch.context() as broken, a_running_floor(clock) as floor:
        broken.setattr(floor_rows, "write", breaks)
        assert floor.bid(lot.pk, "11", 1_000_00, key="k").result(5).code == "floor.unknown"
        until(lambda: floor.health().state == "fallen")
    assert not LotStep.objects.filter(lot=lot).exists()
    with a_running_floor(clock) as again:
        assert again.bid(lot.pk, "11", 1_000_00, key="k").result(5).accepted
    assert fresh(lot).top_fen == 1_000_00


def test_e34_neither_seller_nor_its_agent_nor_the_houses_own_people_come_to_bid() -> None:
    house, seller = given.House(), given.a_side("holder", "buyer")
    listing = given.an_announced(house, seller)
    agent, clerk = given.a_side("buyer"), given.a_side("buyer")
    people.a_membership(seller.person, agent.party)
    people.a_membership(house.operator, clerk.party)
    for one, why in ((seller, "seller"), (agent, "seller"), (clerk, "staff")):
        with refused(f"lot.{why}_may_not_bid"):
            intents.register(one.person, listing.pk, party=one.party)
    assert not Intent.objects.exists()


@pytest.fixture(params=["Europe/Kyiv", "America/New_York", "Asia/Shanghai"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine stands somewhere else, where the clocks change."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


# Kyiv and New York set their clocks back on 25 October and 1 November 2026.
NIGHT = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)


@pytest.mark.usefixtures("place")
def test_e43_a_term_ends_at_the_same_instant_wherever_the_machine_stands() -> None:
    for days in (1, 10):
        ends = listing_rules.after(NIGHT, Span(days * 24, "hours"), china())
        assert ends.at - NIGHT == timedelta(days=days)
    # In Beijing it is the 30th already; 1 to 7 October are free, Saturday the 10th is worked.
    before_the_holiday = datetime(2026, 9, 29, 16, 30, tzinfo=UTC)
    ends = listing_rules.after(before_the_holiday, Span(3, "working_days"), china())
    assert ends.at == datetime(2026, 10, 10, 10, 0, tzinfo=UTC)


@pytest.mark.usefixtures("place")
def test_e43_a_lot_over_the_night_of_the_clocks_is_as_long_as_announced() -> None:
    clock = Clock()
    clock.wall_shift = int(NIGHT.timestamp()) * SECOND - time.time_ns()
    lot = a_lot(clock, lasts_ns=4 * 3600 * SECOND)
    with a_running_floor(clock) as floor:
        for hours in range(3):
            assert floor.bid(lot.pk, str(11 + hours), (1_000 + 100 * hours) * 100).result(5).accepted
            floor.expect_clock_move()
            clock.passes(3600 * SECOND)
    kept = fresh(lot)
    assert (kept.closes_ns - kept.opens_ns, kept.extensions) == (4 * 3600 * SECOND, 0)


def test_e46_where_no_deposit_is_asked_nothing_is_frozen_owed_or_said_to_be() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller, asking_fen=5)
    assert listing.deposit_fen == 0
    browser, page = signed_in(buyer.person), f"/listings/{listing.number}"
    assert "报名，无需保证金" in text_of(browser, page)
    intent = intents.register(buyer.person, listing.pk, party=buyer.party)
    assert (intent.state, intent.deposit_state, len(intent.code)) == ("admitted", "none", 4)
    assert not Hold.objects.exists()
    assert not Expectation.objects.exists()
    text = text_of(browser, page)
    assert "不收保证金" in text
    assert "保证金 0 元" not in text
    assert "退还保证金" not in text
    assert intents.withdraw(buyer.person, intent.pk).state == "withdrawn"
    assert given.free_fen(buyer) == 0


def test_e46_without_a_deposit_a_qualification_is_still_decided_by_a_person() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller, asking_fen=5)
    Listing.objects.filter(pk=listing.pk).update(requirement="须有电池生产许可。")
    intent = intents.register(buyer.person, listing.pk, party=buyer.party)
    assert (intent.state, intent.deposit_state) == ("registered", "none")
    text = text_of(signed_in(buyer.person), f"/listings/{listing.number}")
    assert "正在审核资格" in text
    assert "保证金已冻结" not in text
    assert listings.withdraw(seller.person, listing.pk, reason="不再出让。").state == "withdrawn"
