"""The pages of valuation in a real browser: both languages, wide and narrow, elder, high contrast, without script."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Visitor, must_be_accessible, must_fit, must_have_targets
from tests.exchange import given_deals as given
from tests.valuation import given_valuation
from tests.web.test_valuation_many import a_study
from zhirong.valuation.models import Answer

pytestmark = pytest.mark.browser
VIEWS = [
    (1280, "zh-hans", "plain", "plain"),
    (320, "en", "plain", "plain"),
    (390, "zh-hans", "elder", "plain"),
    (1280, "en", "plain", "high"),
]


def must_be_good(visitor: Visitor, paths: list[str], *, view: str) -> None:
    """Every one of these pages fits, can be hit and passes axe, its details open."""
    for path in paths:
        page = visitor.go(path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        must_fit(page)
        must_have_targets(page, 60 if view == "elder" else 44)
        must_be_accessible(page)
        kept(page, path)
        page.close()
    assert visitor.complaints == []


def kept(page: Page, path: str) -> None:
    """A picture of the page, where somebody asks for pictures."""
    if folder := os.environ.get("SHOTS"):
        name = path.split("?")[0].strip("/").replace("/", "_")
        width, lang = page.viewport_size, page.locator("html").get_attribute("lang")
        page.screenshot(path=f"{folder}/{name}-{width['width'] if width else 0}-{lang}.png", full_page=True)


@pytest.mark.parametrize(("width", "lang", "view", "contrast"), VIEWS)
def test_the_pages_of_a_holder_are_accessible_and_fit(
    visit: Visit, width: int, lang: str, view: str, contrast: str
) -> None:
    house, side = given.House(), given.a_side("holder")
    right = given.a_right(house, side.party)
    ref = given_valuation.a_portfolio(side, right, given.a_right(house, side.party))
    visitor = visit(side.person, width=width, lang=lang, view=view, contrast=contrast)
    own = f"/rights/{right.pk}"
    paths = [f"{own}/value?points=5", f"{own}/lending?loan=10万", "/portfolios", f"/portfolios/{ref}"]
    must_be_good(visitor, [*paths, "/appraisals", "/appraisals/new"], view=view)
    a_study()
    must_be_good(visitor, ["/valuation", "/valuation/back-test"], view=view)


@pytest.mark.parametrize(("width", "lang", "view", "contrast"), VIEWS)
def test_an_appraisal_is_accessible_to_client_and_valuer(
    visit: Visit, width: int, lang: str, view: str, contrast: str
) -> None:
    house = given.House()
    working, done = given_valuation.worked(house), given_valuation.issued(house)
    for job, person in ((working, working.firm.first), (working, working.client.person), (done, done.client.person)):
        visitor = visit(person, width=width, lang=lang, view=view, contrast=contrast)
        must_be_good(visitor, [f"/appraisals/{job.row().number}"], view=view)


@pytest.mark.parametrize("script", [True, False])
def test_a_question_is_answered_and_the_page_says_what_it_did(visit: Visit, script: bool) -> None:
    house, side = given.House(), given.a_side("holder")
    right = given.a_right(house, side.party)
    page = visit(side.person, script=script).go(f"/rights/{right.pk}/value")
    question = page.locator("#q-annual_income")
    question.get_by_label("回答（元）").fill("五百")
    question.get_by_role("button", name="回答并重算").click()
    wrong = page.locator("#q-annual_income")
    expect(wrong.locator(".why")).to_be_visible()
    expect(wrong.get_by_label("回答（元）")).to_have_value("五百")
    wrong.get_by_label("回答（元）").fill("500万")
    wrong.get_by_role("button", name="回答并重算").click()
    expect(page.locator("[role=status]").first).to_contain_text("区间收窄")
    assert Answer.objects.get().value_micro == 5_000_000 * 10**6


@pytest.mark.parametrize("script", [True, False])
def test_what_if_is_computed_on_the_spot(visit: Visit, script: bool) -> None:
    right = given.a_right(given.House(), given.a_side("holder").party)
    page = visit(script=script).go(f"/rights/{right.pk}/value")
    page.get_by_label("折现率增减").fill("5")
    page.get_by_role("button", name="重算").click()
    expect(page.locator("#what-if")).to_contain_text("折现率 +5 个百分点：九成区间由")
