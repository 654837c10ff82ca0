"""Policy in a real browser: what an enterprise sees, lacks and files; what officials decide and change; questions."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import given_policy
from tests.browser.conftest import Visit, Visitor, must_be_accessible, must_fit, opened
from tests.exchange import given_deals as given
from zhirong.demo.measures import PLEDGE
from zhirong.demo.support import Told

pytestmark = pytest.mark.browser
DAY_SECONDS = 86_400
NARROW = 320
HASH = re.compile(r"\b[0-9a-f]{64}\b")


@pytest.fixture
def district(transactional_db: None) -> Told:
    """The demo's district as it was yesterday, told before the house opens: its clock jumps under no floor."""
    told = given_policy.a_district()
    given.time_passes(seconds=DAY_SECONDS)
    return told


@pytest.fixture
def people(district: Told, visit: Visit) -> Callable[[str], Visitor]:
    """Each of the cast in a browser of their own, once for the whole test."""
    here: dict[str, Visitor] = {}

    def of(login: str) -> Visitor:
        if login not in here:
            here[login] = visit(district.people[login], lang="en")
        return here[login]

    return of


def looks_right(page: Page) -> Page:
    """Nothing that axe finds, and no sideways scroll on the narrowest telephone."""
    must_be_accessible(page)
    must_fit(page, NARROW)
    page.set_viewport_size({"width": 1280, "height": 900})
    return page


def presses(page: Page, word: str) -> None:
    """A button of the page by its words; what answers is looked at."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=word, exact=True).first.click()
    expect(page.locator("main .why:visible, main .refusal:visible")).to_have_count(0)
    looks_right(page)


def test_a_subsidy_from_the_first_look_to_the_second_official(district: Told, people: Callable[[str], Visitor]) -> None:
    chen = people("chen")
    loan = f"loan:{district.day.year}-01"
    the_enterprise_sees_what_it_may_have(chen, loan)
    it_sees_what_is_missing(chen)
    it_is_guided_by_keyboard(chen, loan)
    its_question_is_answered(chen)
    number = it_files(chen, district)
    two_officials_decide(people("zhuguan"), people("zhuguan2"), number)
    page = opened(chen, f"/applications/{number}")
    expect(page.locator("main")).to_contain_text("208,750.19")
    expect(page.locator("main")).to_contain_text("Granted")
    assert [one.complaints for one in map(people, ("chen", "zhuguan", "zhuguan2"))] == [[], [], []]


def the_enterprise_sees_what_it_may_have(chen: Visitor, loan: str) -> None:
    """The amount of one loan to the fen, each line with its clause, and that the text is invented."""
    page = looks_right(opened(chen, "/support"))
    one = page.get_by_role("article").filter(has_text=loan.partition(":")[2])
    expect(one.first).to_contain_text("208,750.19")
    page = looks_right(opened(chen, f"/support/{PLEDGE}?about={loan}"))
    for said in ("108,750.19", "100,000", "c-interest-demo", "c-fees-demo", "assumed, not in the source"):
        expect(page.locator("main")).to_contain_text(said)
    page = looks_right(opened(chen, f"/policy/measures/{PLEDGE}"))
    expect(page.locator("main")).to_contain_text("It is not law.")


def it_sees_what_is_missing(chen: Visitor) -> None:
    page = looks_right(opened(chen, "/support/cn-hnte-recognition"))
    expect(page.locator("main")).to_contain_text("8 persons → 9 persons")


def it_files(chen: Visitor, district: Told) -> str:
    """What the service firm prepared; the firm itself finds no way to file it."""
    page = looks_right(opened(chen, "/applications"))
    link = page.get_by_role("link", name=re.compile(r"SB-\d{4}-\d{6}"))
    number = link.inner_text()
    link.click()
    looks_right(page)
    presses(page, f"File it for {district.people.firms['chen'].name}")
    expect(page.locator("main")).to_contain_text("Accepted")
    return number


def two_officials_decide(first: Visitor, second: Visitor, number: str) -> None:
    page = looks_right(opened(first, "/office/applications"))
    page.get_by_role("link", name=number).click()
    presses(page, "The papers are complete")
    page.get_by_label("Grant what the clauses give").check()
    presses(page, "Decide; a second person confirms")
    expect(page.locator("main")).to_contain_text("another official does")
    presses(opened(second, f"/office/applications/{number}"), "Confirm this decision")


def test_a_lower_ceiling_by_two_officials_leaves_yesterdays_answer_as_it_was(
    district: Told, people: Callable[[str], Visitor]
) -> None:
    year, chen, first = district.day.year + 1, people("chen"), people("zhuguan")
    asked = f"/support/{PLEDGE}?about=loan:{year - 1}-01&day={year}-06-30"
    yesterday = f"{asked}&known={district.day.isoformat()}"
    before = hash_of(opened(chen, yesterday))
    page = looks_right(opened(first, f"/office/measures/of/{PLEDGE}"))
    page.get_by_label("Figure of the measure").select_option(label="Ceiling of one enterprise a year · 2,000,000 yuan")
    page.get_by_label("From the day").fill(f"{year}-01-01")
    page.get_by_label("New value").fill("150万元")
    page.get_by_label("Clause it stands on").select_option("c-cap-demo")
    presses(page, "Write the row")
    expect(page.locator("main")).to_contain_text("changed from 2,000,000 yuan to 1,500,000 yuan")
    presses(page, "Ask a second person to approve")
    expect(page.locator("main")).to_contain_text("a second person approves it")
    presses(
        opened(people("zhuguan2"), page.url.removeprefix(first.house)), "I have read the text; it rules from now on"
    )
    after = opened(chen, asked)
    expect(after.locator("main")).to_contain_text("≤ 1,500,000")
    then = opened(chen, yesterday)
    expect(then.locator("main")).to_contain_text("≤ 2,000,000")
    assert hash_of(then) == before != hash_of(after)


def hash_of(page: Page) -> str:
    """By which the answer can be computed again."""
    found = HASH.search(page.locator("main").inner_text())
    assert found is not None
    return found[0]


def its_question_is_answered(chen: Visitor) -> None:
    """With the clauses, and from there to the words of the original."""
    page = looks_right(opened(chen, "/policy/ask"))
    page.get_by_label("Your question").fill("福田专利质押贷款，利息给补多少？")
    page.get_by_role("button", name="Ask", exact=True).click()
    looks_right(page)
    answer = page.locator("main")
    expect(answer).to_contain_text("Fifty per cent of the interest paid")
    answer.get_by_role("link", name="paragraph 11 of the original").click()
    expect(page.locator("main")).to_contain_text("按实际支付利息的百分之五十给予支持")
    looks_right(page)


def it_is_guided_by_keyboard(chen: Visitor, loan: str) -> None:
    page = looks_right(opened(chen, f"/support/check?measure={PLEDGE}&about={loan}"))
    by_keyboard(page, page.get_by_role("button", name="Begin"))
    # What the file knows is shown for a look and not asked again.
    by_keyboard(page, page.get_by_role("link", name="It is right, go on"))
    expect(page.locator("main")).to_contain_text("The answer is certain.")
    by_keyboard(page, page.get_by_role("link", name="Show the result"))
    expect(page.locator("main")).to_contain_text("208,750.19")


def by_keyboard(page: Page, control: Locator) -> None:
    """The next page, by the Enter key alone."""
    expect(control).to_have_count(1)
    control.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    looks_right(page)
