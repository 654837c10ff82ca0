from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as some

from zhirong.base.refused import Refused
from zhirong.registry.engine.facts import Kind
from zhirong.registry.readers import rows, sheets

HEADINGS = ["申请号", "名称", "权利人", "申请日", "授权公告日", "分类号", "年费缴至年度"]
GOOD = ["201910302430.1", "一种方法", "甲公司", "2019-04-16", "2021-08-03", "G06F 17/27；H04L 9/32", "7"]


def excel(*lines: list[object]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, line in enumerate(lines):
        for place, cell in enumerate(line):
            if isinstance(cell, date):
                page.write_datetime(at, place, cell, day)
            else:
                page.write(at, place, cell)
    book.close()
    return out.getvalue()


def csv_of(*lines: list[str], encoding: str = "utf-8") -> bytes:
    return "\r\n".join(",".join(line) for line in lines).encode(encoding)


def read(data: bytes) -> list[rows.RightRow]:
    return list(rows.rights(sheets.read(data, "rights"), today=date(2026, 11, 22)))


def refusal(data: bytes, sheet: sheets.Sheet = "rights") -> Refused:
    with pytest.raises(Refused) as refused:
        sheets.read(data, sheet)
    return refused.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_of_any_chinese_encoding_is_read(encoding):
    (row,) = read(csv_of(HEADINGS, GOOD, encoding=encoding))
    assert row.faults == ()
    assert (row.line, row.record.key, row.record.kind) == (2, "patent:2019103024301", Kind.INVENTION)
    assert (row.record.filed_on, row.record.granted_on) == (date(2019, 4, 16), date(2021, 8, 3))
    assert row.record.ipc == ("G06F 17/27", "H04L 9/32")
    assert row.record.fees_paid_through_year == 7
    assert [one.name for one in row.record.holders] == ["甲公司"]


def test_an_excel_sheet_with_real_dates_and_numbers_is_read():
    line = ["201910302430.1", "一种方法", "甲公司", date(2019, 4, 16), date(2021, 8, 3), "G06F 17/27", 7]
    (row,) = read(excel(HEADINGS, line))
    assert row.faults == ()
    assert (row.record.filed_on, row.record.fees_paid_through_year) == (date(2019, 4, 16), 7)


def test_english_headings_and_a_title_line_above_are_understood():
    data = csv_of(
        ["Rights of our company"],
        ["Application number", "Title", "Holders", "Filing date"],
        ["ZL201910302430.1", "A method", "A Ltd 60%; B University 40%", "2019/4/16"],
    )
    (row,) = read(data)
    assert (row.line, row.faults) == (3, ())
    assert [(one.name, one.share_ppm) for one in row.record.holders] == [
        ("A Ltd", 600_000),
        ("B University", 400_000),
    ]


def test_every_fault_of_a_row_is_told_with_its_column():
    bad = ["201910302430.2", "", "甲 60%；乙 50%", "2019-13-16", "2021-08-03", "XYZ", "77"]
    (row,) = read(csv_of(HEADINGS, bad))
    assert row.record is None
    assert [(fault.column, fault.code) for fault in row.faults] == [
        ("申请号", "number.wrong_check_digit"),
        ("名称", "registry.cell_empty"),
        ("权利人", "registry.shares_do_not_sum"),
        ("申请日", "registry.day_unknown"),
        ("分类号", "number.not_an_ipc_symbol"),
        ("年费缴至年度", "registry.patent_year_unknown"),
    ]
    assert row.faults[0].facts["right"] == "201910302430.1"


def test_a_faulty_row_does_not_hide_the_others():
    found = read(csv_of(HEADINGS, GOOD, ["x"], [""], ["202110246810.5", *GOOD[1:]]))
    assert [(row.line, not row.faults) for row in found] == [(2, True), (3, False), (5, True)]


def test_a_number_that_stands_twice_is_a_fault_of_the_later_row():
    found = read(csv_of(HEADINGS, GOOD, ["ZL201910302430.1", *GOOD[1:]]))
    assert found[0].faults == ()
    assert [(fault.code, fault.facts) for fault in found[1].faults] == [("registry.number_twice", {"line": 2})]


def test_a_grant_before_filing_is_a_fault():
    (row,) = read(csv_of(HEADINGS, [*GOOD[:4], "2018-01-01", *GOOD[5:]]))
    assert [(fault.column, fault.code) for fault in row.faults] == [("授权公告日", "registry.day_before_filing")]


def test_plainer_rights_are_read_by_their_kind():
    data = csv_of(
        ["类型", "号码", "名称", "权利人", "注册日", "届满日"],
        ["商标", "第12345678号", "某牌", "甲公司", "2020-01-07", "2030-01-06"],
        ["软件著作权", "2021SR0123456", "某系统", "甲公司", "2021-02-01", ""],
        ["布图设计", "BS.21000123.4", "某芯片", "甲公司", "2021-06-01", ""],
        ["作品", "国作登字-2021-F-00012345", "某图", "甲公司", "2021-06-01", ""],
        ["发明", "201521000001.5", "某物", "甲公司", "2021-06-01", ""],
    )
    found = read(data)
    assert [row.record.key if row.record else row.faults[0].code for row in found] == [
        "trade_mark:12345678",
        "software:2021SR0123456",
        "circuit_layout:BS.21000123.4",
        "copyright:国作登字-2021-F-00012345",
        "number.wrong_check_digit",
    ]


def test_a_sheet_without_a_needed_column_is_refused_by_its_name():
    refused = refusal(csv_of(["申请号", "名称"], ["1", "2"]))
    assert (refused.code, refused.facts) == ("registry.sheet_lacks_columns", {"columns": ["权利人"]})


def test_an_empty_sheet_is_refused():
    assert refusal(csv_of(HEADINGS)).code == "registry.sheet_empty"
    assert refusal(b"").code == "registry.sheet_lacks_columns"


@pytest.mark.parametrize("data", [b"PK\x03\x04 not a zip", b"\xd0\xcf\x11\xe0 no book", b"\x00\x01\x02"])
def test_what_is_no_sheet_is_refused(data):
    assert refusal(data).code in {"registry.file_not_a_sheet", "registry.sheet_lacks_columns"}


def test_a_packed_bomb_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for place in range(5):
            packed.writestr(f"xl/{place}.xml", b"0" * 50_000_000)
    assert refusal(out.getvalue()).code == "registry.file_too_large"


def test_more_rows_than_the_bound_are_refused():
    assert refusal(b"\n".join([b"a"] * 50_006)).code == "registry.sheet_too_long"


@pytest.mark.parametrize("sheet", ["rights", "listings"])
def test_the_template_has_the_headings_and_a_page_of_notes(sheet):
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sheets.template(sheet)))
    assert book.sheet_names == ["填写 Fill in", "说明 Notes"]
    headings = book.get_sheet_by_index(0).to_python()[0]
    assert headings == [entry["names"][0] for entry in sheets.columns(sheet).values()]
    notes = book.get_sheet_by_index(1).to_python()
    assert len(notes) == len(headings) + 1
    assert all(all(cell for place, cell in enumerate(line) if place != 2) for line in notes)


def test_the_template_filled_in_is_read():
    headings = [entry["names"][0] for entry in sheets.columns("rights").values()]
    cells = {"号码": GOOD[0], "名称": "某物", "权利人": "甲公司", "申请日": "2019-04-16"}
    (row,) = read(excel(headings, [cells.get(heading, "") for heading in headings]))
    assert row.faults == ()


def test_listings_are_read_with_their_price_and_numbers():
    data = csv_of(
        ["专利号", "挂牌价（元）", "说明"],
        ["ZL201910302430.1；CN101945314B", "128万", "成套出让"],
        ["201910302430.1", "0", ""],
        ["", "x", ""],
    )
    found = list(rows.listings(sheets.read(data, "listings")))
    assert found[0].listing.keys == ("patent:2019103024301", "publication:CN101945314B")
    assert (found[0].listing.asking_fen, found[0].listing.summary) == (128_000_000, "成套出让")
    assert [(fault.column, fault.code) for fault in found[1].faults] == [
        ("挂牌价（元）", "registry.price_not_positive")
    ]
    assert [fault.column for fault in found[2].faults] == ["专利号", "挂牌价（元）"]


@given(some.lists(some.lists(some.text(max_size=12), max_size=8), max_size=8))
@settings(max_examples=100, deadline=None)
def test_no_csv_makes_the_reader_fall_over(lines):
    text = "\n".join([",".join(HEADINGS), *(",".join(line) for line in lines)])
    try:
        found = read(text.encode())
    except Refused:
        return
    assert all((row.record is None) == bool(row.faults) for row in found)
