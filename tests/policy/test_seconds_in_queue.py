"""What one official made of support waits in the office's queue for another."""

from __future__ import annotations

import pytest

from tests.exchange import given_desk as desk
from tests.policy import given_applications as given
from tests.policy import given_measures
from tests.web.given_pages import text_of
from zhirong.policy.actions import budget_books, payments
from zhirong.policy.models import MeasureText

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_a_list_a_budget_and_a_text_wait_for_another_official() -> None:
    given.a_measure()
    side = given.Desk()
    given.a_budget(side)
    made = payments.make_list(side.first, [given.approved(side).number])
    book = budget_books.set_budget(
        side.first, given.MEASURE, 2032, amount_fen=123_456_00, allocation="first_come", last_gets_rest=True,
        source="批复",
    )  # fmt: skip
    text = given_measures.a_waiting(side.first)
    page = text_of(desk.browser_of(side.second), "/office")
    assert [word in page for word in ("拨付清单待复核", "年度预算待复核", "措施文本待审批")] == [True, True, True]
    assert (made.number in page, "123,456" in page, f"/office/budget-books/{book.pk}" in page) == (True, True, True)
    assert f"/office/measures/{text.pk}" in page
    payments.confirm_list(side.second, made.pk)
    budget_books.confirm_budget(side.second, book.pk, proposed_sha256=book.proposed_sha256)
    MeasureText.objects.filter(pk=text.pk).update(state="draft")
    page = text_of(desk.browser_of(side.second), "/office")
    assert [word in page for word in ("拨付清单待复核", "年度预算待复核", "措施文本待审批")] == [False, False, False]
