"""One clock: it only goes forward, and only a demo may move it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from tests.record.given_deeds import ANNA
from zhirong.base.refused import Refused
from zhirong.record import actions, clock
from zhirong.record.models import ClockMove, Leaf

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO = True
    actions.forget_shift()


def test_no_two_readings_are_equal_even_when_the_machines_clock_steps_back(monkeypatch: pytest.MonkeyPatch):
    times = iter([1_000_000, 1_000_000, 400_000, 2_000_000])
    monkeypatch.setattr(clock.time, "time_ns", lambda: next(times))
    one = clock.Clock()
    assert [one.now_ns() for _ in range(4)] == [1_000_000, 1_000_001, 1_000_002, 2_000_000]


def test_now_is_the_machines_time_in_utc():
    before = datetime.now(UTC)
    now = actions.now()
    assert now.tzinfo is UTC
    assert before - timedelta(microseconds=1) <= now <= datetime.now(UTC)


@pytest.mark.usefixtures("demo")
def test_a_demo_moves_its_time_forward_and_says_so():
    to = actions.now() + timedelta(days=3)
    assert to <= actions.move_clock(ANNA, to, why="announcement over") < to + timedelta(seconds=5)
    assert to <= actions.now() < to + timedelta(seconds=5)
    body = json.loads(Leaf.objects.get().body)
    assert (body["kind"], body["to_at"], body["why"], body["who"]) == (
        "record.clock_moved",
        to.isoformat(),
        "announcement over",
        ANNA.ref,
    )
    actions.forget_shift()  # as another process, or after a restart
    assert to <= actions.now() < to + timedelta(seconds=5)


@pytest.mark.usefixtures("demo")
def test_two_moves_add_up():
    begun = actions.now()
    actions.move_clock(ANNA, begun + timedelta(days=1))
    actions.move_clock(ANNA, begun + timedelta(days=2))
    assert timedelta(days=2) <= actions.now() - begun < timedelta(days=2, seconds=5)


@pytest.mark.usefixtures("demo")
def test_the_clock_never_goes_back():
    to = actions.now() - timedelta(seconds=1)
    with pytest.raises(Refused) as refused:
        actions.move_clock(ANNA, to)
    assert refused.value.code == "clock.never_back"
    assert (ClockMove.objects.count(), Leaf.objects.count()) == (0, 0)


def test_outside_a_demo_there_is_no_such_clock(django_assert_num_queries):
    with pytest.raises(Refused) as refused:
        actions.move_clock(ANNA, actions.now() + timedelta(days=1))
    assert refused.value == Refused("clock.not_a_demo")
    assert (ClockMove.objects.count(), Leaf.objects.count()) == (0, 0)
    actions.forget_shift()
    with django_assert_num_queries(0):
        actions.now()


def test_an_instant_keeps_its_microseconds():
    assert clock.instant_of(1_795_312_800_123_456_789) == datetime(2026, 11, 22, 2, 0, 0, 123456, tzinfo=UTC)
