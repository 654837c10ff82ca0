"""The states of a deal come from one table: which are over, and that an old one is still shown."""

from __future__ import annotations

import pytest

from tests.exchange import given_desk as desk
from tests.web.given_pages import text_of
from zhirong.exchange import listing_rules, sales
from zhirong.exchange.actions import succession
from zhirong.exchange.models import Deal

pytestmark = pytest.mark.django_db


def test_a_deal_is_over_where_no_deed_leads_on() -> None:
    assert listing_rules.DEAL_OVER == ("settled", "defaulted", "declined", "withdrawn", "annulled")
    assert listing_rules.DEAL_UNDONE == ("defaulted", "declined", "withdrawn", "annulled")
    assert ("offered", *sales.SOLD) == (*listing_rules.DEAL_LIVE, "settled")
    assert succession.FELL_OUT == ("defaulted", "declined", "withdrawn")


def test_no_deed_takes_an_offer_back_and_one_that_was_taken_back_is_still_shown() -> None:
    assert not any("withdrawn" in deeds.values() for deeds in listing_rules.DEAL_STEPS.values())
    sold = desk.a_deal()
    house, deal = sold.house, sold.deal
    Deal.objects.filter(pk=deal.pk).update(state="withdrawn", ended_at=deal.made_at, end_reason="写错了")
    assert "写错了" in text_of(desk.browser_of(house.operator), f"/deals/{deal.number}")
    assert "顺位要约" in text_of(desk.browser_of(house.operator), f"/office/deals/{deal.pk}")
