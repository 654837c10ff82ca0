"""The first estimate without a wait: loaded once the house is open, and only where there is a model to go by."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from tests.registry.given_rights import a_right
from tests.valuation.given_past_deals import market
from zhirong.base.calendar import beijing_day
from zhirong.record import actions as record
from zhirong.valuation import estimating, warm
from zhirong.valuation.models import MarketModel
from zhirong.web import warm as beside


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rights that were estimated."""
    found: list[str] = []
    plain = estimating.estimate_right

    def counted(right: Any, day: Any) -> Any:
        found.append(right.number)
        return plain(right, day)

    monkeypatch.setattr(estimating, "estimate_right", counted)
    return found


def keep_the_market() -> None:
    model, day = market(), beijing_day(record.now())
    made = {"made_at": record.now(), "day": day, "deals": model.deals, "sha256": model.sha256, "salt": model.salt}
    MarketModel.objects.create(body=json.dumps(model.as_json()), **made)


@pytest.mark.django_db
def test_a_house_without_a_model_loads_nothing(asked: list[str]) -> None:
    a_right()
    assert not warm.up()
    assert asked == []


@pytest.mark.django_db
def test_the_newest_right_that_can_be_estimated_is(asked: list[str]) -> None:
    keep_the_market()
    living, over = a_right(1), a_right(2, term_ends_on=beijing_day(record.now()).replace(year=2024))
    assert warm.up()
    assert asked == [over.number, living.number]


@pytest.mark.django_db
def test_a_register_of_nothing_is_no_fault(asked: list[str]) -> None:
    keep_the_market()
    assert not warm.up()


def test_pages_do_not_wait_for_it_and_a_fault_ends_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, caller = threading.Event(), threading.current_thread()

    def up() -> bool:
        assert threading.current_thread() is not caller
        return not may_end.wait(30)

    monkeypatch.setattr(warm, "up", up)
    thread = beside.begin()
    assert thread.is_alive()
    may_end.set()
    thread.join(30)
    assert not thread.is_alive()
