"""The pages of support in a real browser: both languages, wide and narrow, elder, high contrast."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_valuation import VIEWS, must_be_good
from tests.policy import given_support as given
from tests.policy.given_support import DAY, GROWTH, LOAN, PLEDGE
from zhirong.policy.actions import support
from zhirong.web.support.answers import Answers

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "lang", "view", "contrast"), VIEWS)
def test_the_pages_of_support_are_accessible_and_fit(
    visit: Visit, width: int, lang: str, view: str, contrast: str
) -> None:
    party, person = given.an_enterprise({"loan_year": "2022", "filed_year": "2023"})
    kept = support.keep_decision(person, party, PLEDGE, day=DAY, about=LOAN)
    support.make_feed(person, party)
    visitor = visit(person, width=width, lang=lang, view=view, contrast=contrast)
    on = f"day={DAY.isoformat()}"
    answers = Answers(day=DAY.isoformat(), measure=PLEDGE)
    asked, said = answers.written(), answers.said("loan_term_months", "18").written()
    pages = [f"/support?{on}", f"/support/{PLEDGE}?{on}", f"/support/{GROWTH}?{on}"]
    pages += [f"/support/what-if?{on}&preset=hire_rnd_staff&fact1=loan_interest_paid&how1=add&value1=1"]
    pages += [f"/support/goal?{on}&measure={PLEDGE}|{LOAN}&fact=loan_interest_paid&goal=ceiling&most=100000000"]
    pages += ["/support/check", f"/support/check?s={asked}", f"/support/check?s={asked}&fact=interest_items&again=1"]
    pages += [f"/support/check?s={asked}&fact=pledged_ip_kinds&again=1", f"/support/check/answers?s={said}"]
    pages += [f"/support/check/result?s={said}", "/support/calendar", "/support/kept", f"/support/kept/{kept.pk}"]
    must_be_good(visitor, pages, view=view)
