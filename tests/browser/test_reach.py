"""The pages of reach, forecasts and invitations in a real browser: wide in Chinese, narrow in English."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_valuation import must_be_good
from tests.policy import given_reach
from tests.policy.given_reach import HNTE, HONOURS
from tests.registry import given_rights
from zhirong.policy.actions import reaching

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "lang"), [(1280, "zh-hans"), (320, "en")])
def test_the_pages_of_an_official_are_accessible_and_fit(visit: Visit, width: int, lang: str) -> None:
    near = given_reach.an_enterprise("深圳市接近达标智能科技有限公司", HNTE, HONOURS, innovation_score=70, tech_staff=4)
    given_reach.a_place("P1", near)
    given_reach.an_enterprise("深圳市未知事实有限公司", HONOURS, reg_district=None)
    official = given_reach.an_official()
    given_reach.a_screening(official)
    reaching.note_take_up(official, HONOURS, 2026, ppm=(100_000, 200_000, 900_000), source="往年申领")
    given_reach.a_budget(HONOURS, 30_000_00, year=2026)
    visitor = visit(official, width=width, lang=lang)
    pages = ["/policy/reach", f"/policy/almost?measure={HNTE}", "/policy/forecasts?year=2026"]
    must_be_good(visitor, [*pages, f"/policy/forecasts/{HONOURS}/2026"], view="plain")
    member = visit(given_rights.a_person("holder", of=near), width=width, lang=lang)
    must_be_good(member, ["/policy/invitations"], view="plain")
