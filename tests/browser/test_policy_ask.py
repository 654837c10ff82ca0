"""Consultation in a real browser: the empty box, an answer with its amount, a refusal."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_valuation import VIEWS, must_be_good
from tests.exchange import given_deals as given

pytestmark = pytest.mark.browser
ASKED = (
    {},
    {"q": "转让专利一年赚了800万元，企业所得税怎么减？", "day": "2022-12-01"},
    {"q": "福田专利质押贷款1000万，付了利息43.5万，能补多少", "day": "2022-12-01"},
    {"q": "Does Qingdao subsidise the interest of a trademark pledge loan?", "day": "2022-12-01"},
)


@pytest.mark.parametrize(("width", "lang", "view", "contrast"), VIEWS)
def test_consultation_is_accessible_and_fits(visit: Visit, width: int, lang: str, view: str, contrast: str) -> None:
    visitor = visit(given.a_side("holder").person, width=width, lang=lang, view=view, contrast=contrast)
    must_be_good(visitor, [f"/policy/ask?{urlencode(one)}" for one in ASKED], view=view)
