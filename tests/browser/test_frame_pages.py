"""The frame in a real browser: every public page in every view, by keyboard, without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WIDTHS, Visit, must_be_accessible, must_fit, must_have_targets
from tests.people.given_people import PASSWORD, a_membership, a_party, a_person

pytestmark = pytest.mark.browser
PUBLIC = ["/", "/sign-in", "/sign-up", "/site-map", "/accessibility", "/api-guide", "/no/such/page"]
SOME = ["/", "/sign-in", "/no/such/page"]
OWN = ["/account", "/account/password", "/account/organisations", "/account/parties"]


@pytest.mark.parametrize(
    ("lang", "width", "view", "contrast", "paths"),
    [
        ("zh-hans", 1280, "plain", "plain", PUBLIC),
        ("en", 390, "plain", "plain", PUBLIC),
        ("zh-hans", 390, "elder", "plain", SOME),
        ("en", 1280, "plain", "high", SOME),
    ],
)
def test_public_pages_are_accessible_in_every_view(
    visit: Visit, lang: str, width: int, view: str, contrast: str, paths: list[str]
) -> None:
    visitor = visit(width=width, lang=lang, view=view, contrast=contrast)
    for path in paths:
        page = visitor.go(path)
        must_fit(page)
        must_have_targets(page, 60 if view == "elder" else 44)
        must_be_accessible(page)
        page.close()


@pytest.mark.parametrize("view", ["plain", "elder"])
def test_pages_fit_every_width(visit: Visit, view: str) -> None:
    person = a_person("holder")
    a_party(administrator=person)
    visitor = visit(person, view=view)
    for path in PUBLIC + OWN:
        page = visitor.go(path)
        must_fit(page, *WIDTHS)
        page.close()


def test_own_pages_are_accessible(visit: Visit) -> None:
    person = a_person("holder")
    party = a_party(administrator=person)
    a_membership(a_person(), party)
    ends = f"/account/roles/{person.role_grants.get().pk}/end"
    for width, lang in [(1280, "zh-hans"), (390, "en")]:
        visitor = visit(person, width=width, lang=lang)
        for path in [*OWN, ends, f"/account/parties/{party.pk}"]:
            page = visitor.go(path)
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            must_fit(page)
            must_have_targets(page)
            must_be_accessible(page)
            page.close()


def test_the_content_policy_lets_our_own_pages_work(visit: Visit) -> None:
    visitor = visit()
    page = visitor.go("/")
    expect(page.locator("html")).to_have_attribute("data-script", "on")
    assert visitor.complaints == []


def test_the_skip_link_comes_first_and_leads_to_the_content(visit: Visit) -> None:
    page = visit().go("/sign-in")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/sign-in#main$"))


def log_in(page: Page, login: str, password: str) -> None:
    page.get_by_label("登录名").first.fill(login)
    page.get_by_label("密码").first.fill(password)
    page.get_by_role("button", name="登录").first.click()


@pytest.mark.parametrize("script", [True, False])
def test_logging_in_works_with_and_without_script(visit: Visit, script: bool) -> None:
    person = a_person(password=PASSWORD)
    page = visit(script=script).go("/sign-in")
    log_in(page, person.login, "not the one")
    expect(page.locator(".why")).to_contain_text("登录名或密码不符")
    expect(page.get_by_label("登录名").first).to_have_value(person.login)
    log_in(page, person.login, PASSWORD)
    expect(page.get_by_role("link", name=person.name)).to_be_visible()


def test_the_clock_of_the_page_runs(visit: Visit) -> None:
    page = visit().go("/")
    shown = page.locator("time[data-now]")
    before = shown.inner_text()
    expect(shown).not_to_have_text(before)
