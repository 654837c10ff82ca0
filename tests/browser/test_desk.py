"""The pages of holders and buyers in a real browser: both languages, wide and narrow, with and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, must_be_accessible, must_fit, must_have_targets
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from zhirong.exchange.actions import questions
from zhirong.exchange.models import Acceptance, Listing

pytestmark = pytest.mark.browser


def test_every_page_of_the_desk_is_accessible_and_fits(visit: Visit) -> None:
    sold = desk.a_deal()
    seller, buyer = sold.seller, sold.buyer
    listing = given.an_announced(sold.house, seller)
    questions.ask(buyer.person, listing.pk, text="能否提供检索报告？")
    right = given.a_right(sold.house, seller.party)
    draft = given.a_draft(sold.house, seller)
    paths = [
        "/desk", "/desk/listings", "/desk/bids", "/desk/deals", "/desk/money", "/desk/messages", "/desk/certificates",
        "/rights", f"/rights/{right.pk}", "/import", f"/listings/new?right={right.pk}",
        f"/listings/{draft.number}/seller", f"/listings/{listing.number}/seller", f"/deals/{sold.deal.number}",
    ]  # fmt: skip
    for width, lang in ((1280, "zh-hans"), (390, "en")):
        visitor = visit(seller.person, width=width, lang=lang)
        for path in paths:
            page = visitor.go(path)
            must_fit(page)
            must_have_targets(page)
            must_be_accessible(page)
            page.close()
        assert visitor.complaints == []
    narrow = visit(seller.person, width=320, view="elder")
    for path in paths:
        page = narrow.go(path)
        must_fit(page)
        page.close()


def test_a_settled_deal_is_accessible_in_every_view(visit: Visit) -> None:
    sold = desk.settled(desk.paid(desk.signed(desk.a_deal())))
    for width, lang, contrast in ((1280, "en", "high"), (390, "zh-hans", "plain")):
        page = visit(sold.buyer.person, width=width, lang=lang, contrast=contrast).go(f"/deals/{sold.deal.number}")
        must_fit(page)
        must_have_targets(page)
        must_be_accessible(page)


@pytest.mark.parametrize("script", [True, False])
def test_a_right_is_listed_by_plain_forms(visit: Visit, script: bool) -> None:
    house, seller = given.House(), given.a_side("holder")
    given.a_right(house, seller.party)
    page = visit(seller.person, script=script).go("/listings/new")
    page.locator("input[name=rights]").first.check()
    page.get_by_label("标题").fill("液冷均温结构专利转让")
    page.get_by_label("挂牌价（元）").fill("128万")
    page.get_by_role("button", name="计算费用与期限").click()
    expect(page.get_by_text("壹佰贰拾捌万元整")).to_be_visible()
    expect(page.get_by_label("挂牌价（元）")).to_have_value("128万")
    page.get_by_role("button", name="存为草稿").click()
    page.get_by_role("button", name="送审").click()
    expect(page.get_by_text("审核中").first).to_be_visible()
    assert Listing.objects.get().state == "submitted"


def test_the_contract_is_accepted_by_reading_ticking_and_one_red_button(visit: Visit) -> None:
    sold = desk.a_deal()
    page = visit(sold.buyer.person, width=390).go(f"/deals/{sold.deal.number}")
    assert page.locator(".btn.bind").count() == 1
    page.get_by_label("我已阅读合同，并有权代表该主体确认").check()
    page.locator(".btn.bind").click()
    expect(page.locator(".btn.bind")).to_have_count(0)
    assert Acceptance.objects.get().side == "buyer"
