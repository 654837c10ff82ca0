"""The pages of measures in a real browser: both languages, wide and narrow, elder, high contrast."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_valuation import VIEWS, must_be_good
from tests.policy import given_measures as given
from zhirong.policy.actions import measures, originals

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "lang", "view", "contrast"), VIEWS)
def test_the_pages_of_measures_are_accessible_and_fit(
    visit: Visit, width: int, lang: str, view: str, contrast: str
) -> None:
    writer, second = given.an_official(), given.an_official()
    waiting = given.a_waiting(writer)
    draft = measures.draft_measure(second, given.with_ceiling(160_000).replace("fixable: time", "fixable: soon"))
    original = given.an_original(writer, "第一条 给予贴息。", "第二条 单家企业累计至多二十万元。")
    paragraph = original.paragraphs.get(number=2)
    originals.link_clause(writer, given.LOAN, "c-cap", paragraph_id=paragraph.pk, quote="至多二十万元")
    visitor = visit(second, width=width, lang=lang, view=view, contrast=contrast)
    reading = ["/policy", f"/policy/measures/{given.LOAN}", "/policy/measures/cn-sz-futian-ip-pledge"]
    changes = f"/policy/measures/{given.LOAN}/changes?from=2026-01-01&to=2027-01-01"
    office = ["/office/measures", f"/office/measures/of/{given.LOAN}", f"/office/measures/{waiting.pk}"]
    office += [f"/office/measures/{draft.pk}", f"/office/measures/{waiting.pk}/effect", "/office/originals"]
    papers = ["/policy/originals", f"/policy/originals/{original.pk}"]
    linking = f"/office/originals/{original.pk}?measure={given.LOAN}"
    must_be_good(visitor, [*reading, changes, *papers, *office, linking], view=view)
