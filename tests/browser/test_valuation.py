"""The pages of valuation in a real browser: both languages, wide and narrow, elder, high contrast, without script."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit, must_be_accessible, must_fit, must_have_targets
from tests.exchange import given_deals as given

pytestmark = pytest.mark.browser


def test_the_value_of_a_right_is_accessible_and_fits(visit: Visit) -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    paths = [f"/rights/{right.pk}/value", f"/rights/{right.pk}/lending?loan=10万", "/valuation", "/valuation/back-test"]
    for width, lang, view in ((1280, "zh-hans", "plain"), (320, "en", "plain"), (390, "zh-hans", "elder")):
        visitor = visit(seller.person, width=width, lang=lang, view=view)
        for path in paths:
            page = visitor.go(path)
            must_fit(page)
            must_have_targets(page, 60 if view == "elder" else 44)
            if view == "plain":
                must_be_accessible(page)
            import os

            if os.environ.get("SHOTS"):
                page.screenshot(
                    path=f"/tmp/shots/{path.replace('/', '_').split('?')[0]}-{width}-{lang}.png", full_page=True
                )
            page.close()
        assert visitor.complaints == []
