"""What a seller's own file may say of its right, and what only the operator's look at the office's register can."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from tests.registry.given_rights import (
    HOLDER,
    a_file,
    a_number,
    a_party,
    a_person,
    a_record,
    a_right,
    an_operator,
    standing_of,
)
from zhirong.registry import queries
from zhirong.registry.actions import imports, putting
from zhirong.registry.engine.facts import Act
from zhirong.registry.engine.states import State
from zhirong.registry.models import ImportBatch, ImportRow, Right

pytestmark = [pytest.mark.django_db, pytest.mark.both]
HEADINGS = "申请号,名称,权利人,申请日,授权公告日,届满日,年费缴至年度,年费核对日\n"
OLD = a_number(1, year=2004)


def brought(*cells: str, party=None, who=None) -> ImportBatch:
    data = (HEADINGS + ",".join(cells)).encode()
    who = who or a_person("holder", of=party)
    return imports.stage_import(who, "rights", data, file=a_file(data), holder=party)


def faults(batch: ImportBatch) -> list[tuple[str, str]]:
    (row,) = ImportRow.objects.filter(batch=batch)
    return [(one["column"], one["code"]) for one in json.loads(row.faults)]


def test_a_seller_does_not_lengthen_an_expired_patent_by_its_own_sheet():
    batch = brought(
        OLD, "旧发明", HOLDER, "2004-01-05", "2006-06-02", "2099-12-31", "20", "2024-01-01", party=a_party()
    )
    assert batch.faults == 0
    imports.commit_import(batch.brought_by, batch)
    said = queries.record_of(Right.objects.get())
    assert (said.term_ends_on, said.fees_paid_through_year, said.fees_as_of, said.source_day) == (None, 0, None, None)
    right, today = Right.objects.get(), putting.today()
    assert standing_of(right, today).state is State.EXPIRED
    assert [one.code for one in queries.is_free(right, Act.SELL, today).blocking] == ["ended_expired"]


def test_the_operators_file_tells_term_and_fees():
    batch = brought(
        OLD, "旧发明", HOLDER, "2004-01-05", "2006-06-02", "2029-12-31", "20", "2024-01-01", who=an_operator()
    )
    imports.commit_import(batch.brought_by, batch)
    said = queries.record_of(Right.objects.get())
    assert (said.term_ends_on, said.fees_paid_through_year) == (date(2029, 12, 31), 20)
    assert (said.fees_as_of, said.source_day) == (date(2024, 1, 1), date(2024, 1, 1))


def test_a_sellers_sheet_moves_no_day_of_law_that_the_register_gave():
    party = a_party()
    right = a_right(1, parties=(party,))
    before = queries.record_of(right)
    batch = brought(
        a_number(1), "改了的名称", HOLDER, "2020-12-31", "2025-06-02", "2099-12-31", "20", "2026-11-01", party=party
    )
    shown = queries.preview(batch)
    imports.commit_import(batch.brought_by, batch)
    right.refresh_from_db()
    after = queries.record_of(right)
    assert ([one.change for one in shown], after.title) == (["changed"], "改了的名称")
    assert (after.filed_on, after.granted_on, after.term_ends_on) == (before.filed_on, before.granted_on, None)
    assert (after.fees_as_of, after.source_day) == (before.fees_as_of, before.source_day)


def test_after_a_sellers_sheet_the_offices_paper_is_still_the_newer_one():
    party = a_party()
    batch = brought(a_number(1), "一种方法", HOLDER, "2021-03-05", "2023-06-02", "", "19", "2026-11-01", party=party)
    imports.commit_import(batch.brought_by, batch)
    putting.put_right(an_operator(), a_record(1, title="登记簿的名称", source_day=date(2026, 1, 5)), source="gazette")
    assert Right.objects.get().title == "登记簿的名称"


@pytest.mark.parametrize("who_brings", ["seller", "operator"])
def test_days_that_are_still_to_come_are_faults_of_their_columns(who_brings):
    by = {"party": a_party()} if who_brings == "seller" else {"who": an_operator()}
    tomorrow = (putting.today() + timedelta(days=1)).isoformat()
    batch = brought(a_number(1), "一种方法", HOLDER, "2021-03-05", tomorrow, "2099-12-31", "6", tomorrow, **by)
    assert faults(batch) == [("授权公告日", "registry.day_to_come"), ("年费核对日", "registry.day_to_come")]


def test_a_filing_date_after_the_year_of_the_number_is_a_fault():
    batch = brought(OLD, "旧发明", HOLDER, "2014-01-05", "2016-06-02", "", "", "", party=a_party())
    assert faults(batch) == [("申请日", "registry.filed_after_number")]
