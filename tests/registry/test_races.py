from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.registry.given_rights import a_party, a_record, a_right, an_operator, kinds_told
from zhirong.registry.actions import putting, titles
from zhirong.registry.models import Holding, Right, RightVersion
from zhirong.registry.rules import Deal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Run deeds in threads that start together; an exception is an answer too."""
    start = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        start.wait()
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        futures = [pool.submit(run, deed) for deed in deeds]
    return [future.exception() or future.result() for future in futures]


def test_the_same_new_right_put_twice_at_once_stands_once():
    who = an_operator()
    answers = at_once(*[lambda: putting.put_right(who, a_record(), source="form").change] * 3)
    assert sorted(map(str, answers)) == ["new", "same", "same"]
    assert (Right.objects.count(), RightVersion.objects.count()) == (1, 1)
    assert kinds_told() == ["registry.right_put"]


def test_two_changes_at_once_make_two_versions_and_lose_neither():
    who = an_operator()
    putting.put_right(who, a_record(), source="form")
    answers = at_once(
        lambda: putting.put_right(who, a_record(title="甲"), source="form").change,
        lambda: putting.put_right(who, a_record(title_en="B"), source="form").change,
    )
    assert answers == ["changed", "changed"]
    assert list(RightVersion.objects.order_by("version").values_list("version", flat=True)) == [1, 2, 3]
    assert Right.objects.get().title_en == "B"


def test_a_right_is_transferred_to_one_of_two_buyers_at_once():
    seller, first, second = a_party(), a_party("乙"), a_party("丙")
    right, who = a_right(parties=(seller,)), an_operator()
    on = putting.today()
    deal = Deal(by=(seller.ref,))
    at_once(
        lambda: titles.transfer(who, right, first, on=on, key="k1", seller=seller, deal=deal),
        lambda: titles.transfer(who, right, second, on=on, key="k2", seller=seller, deal=deal),
    )
    assert kinds_told().count("registry.transferred") == 1
    held = Holding.objects.filter(right=right, until__isnull=True)
    assert sum(held.values_list("share_ppm", flat=True)) == 1_000_000
    assert held.count() == 1
