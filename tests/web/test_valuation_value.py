"""The page of a right's value: a range with its record, why, what would make it surer, and what if."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.web.given_pages import text_of
from zhirong.registry.models import Right

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house() -> given.House:
    return given.House()


def a_right(house: given.House, side: given.Side) -> Right:
    return given.a_right(house, side.party)


def test_anybody_sees_the_range_of_a_published_patent_and_that_it_is_no_report(house: given.House) -> None:
    right = a_right(house, given.a_side("holder"))
    text = text_of(Client(), f"/rights/{right.pk}/value")
    assert "这是自动估值，不是评估报告。" in text
    assert re.search(r'class="fig">[\d,.]+ – [\d,.]+<small>', text)
    assert "&lt;svg" not in text
