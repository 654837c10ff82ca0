"""The pages of enterprise files in a real browser: narrow and wide, both languages, elder, high contrast."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_valuation import VIEWS, must_be_good
from tests.enterprises import given_enterprises as given
from tests.registry.given_rights import a_right
from zhirong.enterprises.actions import places

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "lang", "view", "contrast"), VIEWS)
def test_a_file_is_accessible_to_the_enterprise_and_to_officials(
    visit: Visit, width: int, lang: str, view: str, contrast: str
) -> None:
    party, official = given.an_enterprise(code=given.CODES[0]), given.an_official()
    a_right(1, parties=(party,))
    given.stated(party, "staff", "98", source="tax", source_text="社保清单 2026-03")
    given.stated(party, "staff", "120")
    items = [{"amount": "30000.5", "accrued_on": "2022-03-21"}, {"amount": "12000", "accrued_on": "2022-06-21"}]
    given.stated(party, "interest_items", items, source="bank", about="loan:2022-01")
    places.put_place(official, "FT-P", kind="park", name="科技园")
    places.put_tenancy(official, party, "FT-P", since=given.DAY)
    own = f"/enterprises/{party.ref}"
    facts = [f"{own}/fact?name=staff", f"{own}/fact?name=interest_items&about=loan:2022-01"]
    visitor = visit(given.an_administrator(party), width=width, lang=lang, view=view, contrast=contrast)
    paths = ["/enterprises", own, f"{own}?about=loan:2022-01", *facts, f"{own}/consents", "/enterprises/import"]
    must_be_good(visitor, paths, view=view)
    visitor = visit(official, width=width, lang=lang, view=view, contrast=contrast)
    must_be_good(visitor, [own, "/office/enterprises", "/office/places", "/office/places/FT-P"], view=view)
