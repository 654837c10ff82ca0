"""What a second of the house's clock costs while nothing is due: all day is such seconds, and so is a demo's load."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.exchange import given_deals as given
from zhirong.exchange import jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def test_a_second_in_which_nothing_is_due_asks_little(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    house = given.House()
    given.an_announced(house, given.a_side("holder"))
    jobs.do_due()
    with django_assert_max_num_queries(24):
        jobs.do_due()
