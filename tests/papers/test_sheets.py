"""Sheets: what is written reads back exactly, with its places, and no text becomes a formula."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base import money
from zhirong.base.refused import Refused
from zhirong.papers import sheet_reader, sheets
from zhirong.papers.sheets import Column

MADE = datetime(2026, 11, 25, 7, 10, tzinfo=UTC)
COLUMNS = (
    Column(head="名称", width=40),
    Column(head="挂牌价（元）", kind="money"),
    Column(head="件数", kind="number"),
    Column(head="申请日", kind="day"),
    Column(head="挂牌时间", kind="moment"),
)
ROWS = [
    ("一种锂离子电池的回收方法", 1_280_000_50, 1, date(2019, 12, 20), MADE),
    ('=HYPERLINK("http://x")', 1, 2, None, None),
    ("-5 与 @cmd", 10**15, 3, None, None),
]


def a_workbook() -> bytes:
    return sheets.workbook("挂牌/清单", COLUMNS, ROWS, made_at=MADE)


def test_a_workbook_reads_back_with_its_places() -> None:
    table = sheet_reader.read(a_workbook(), name="清单.xlsx")
    assert table.heads == {"名称": "A1", "挂牌价（元）": "B1", "件数": "C1", "申请日": "D1", "挂牌时间": "E1"}
    first = table.rows[0]
    assert (first.line, first.cells["名称"].text) == (2, "一种锂离子电池的回收方法")
    assert first.cells["挂牌价（元）"] == sheet_reader.Cell("B2", "1280000.5")
    assert money.read_yuan(first.cells["挂牌价（元）"].text) == 1_280_000_50
    assert first.cells["申请日"].value == date(2019, 12, 20)
    assert first.cells["挂牌时间"].value == datetime(2026, 11, 25, 15, 10)  # noqa: DTZ001 a sheet knows no zone
    assert table.rows[2].cells["挂牌价（元）"].value == "10000000000000.00"


def test_no_text_becomes_a_formula_in_a_workbook() -> None:
    with zipfile.ZipFile(io.BytesIO(a_workbook())) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert 'topLeftCell="A2"' in sheet


def test_the_same_rows_give_the_same_workbook() -> None:
    assert a_workbook() == a_workbook()


def test_csv_opens_with_its_chinese_and_without_formulas() -> None:
    content = sheets.csv_file(COLUMNS, ROWS)
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[1] == "一种锂离子电池的回收方法,1280000.50,1,2019-12-20,2026-11-25 15:10:00"
    assert lines[2].startswith("\"'=HYPERLINK")
    assert lines[3].startswith("'-5")
    table = sheet_reader.read(content, name="x.csv")
    assert table.rows[1].cells["名称"].text == '=HYPERLINK("http://x")'


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20), min_size=1))
@settings(max_examples=60, deadline=None)
def test_any_text_survives_csv_and_no_cell_begins_like_a_formula(texts: list[str]) -> None:
    content = sheets.csv_file((Column(head="a"), Column(head="b")), [("x", text) for text in texts])
    table = sheet_reader.read(content, name="x.csv")
    assert [row.cells["b"].value or "" for row in table.rows] == [text.strip() for text in texts]
    assert all(not sheets.harmless(text).lstrip(" ").startswith(sheets.DANGEROUS) for text in texts)


def test_csv_in_gb18030_with_semicolons_is_read() -> None:
    table = sheet_reader.read("\r\n名称;价格\r\n电池;5 000\r\n".encode("gb18030"), name="x.csv")
    assert table.heads == {"名称": "A2", "价格": "B2"}
    assert table.rows[0].cells["价格"] == sheet_reader.Cell("B3", "5 000")


def test_empty_columns_rows_and_short_rows_keep_their_places() -> None:
    table = sheet_reader.read(b"a,,b\n\n1\n,,2\n", name="x.csv")
    assert table.heads == {"a": "A1", "b": "C1"}
    assert [(row.line, row.cells["a"].value, row.cells["b"]) for row in table.rows] == [
        (3, "1", sheet_reader.Cell("C3", None)),
        (4, None, sheet_reader.Cell("C4", "2")),
    ]


def test_columns_are_named_as_people_name_them() -> None:
    assert [sheet_reader.letters(at) for at in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\3\4 broken", "papers.sheet_unreadable"),
        (b"\xd0\xcf\x11\xe0 broken", "papers.sheet_unreadable"),
        (b"a\0b", "papers.sheet_unreadable"),
        (b'a,"b\n', "papers.sheet_unreadable"),
        (b"\n , \n", "papers.sheet_empty"),
        (b"", "papers.sheet_empty"),
        (b"a,a\n1,2\n", "papers.head_twice"),
        (b"a" + b"," * 300, "papers.sheet_too_large"),
    ],
)
def test_a_file_that_is_no_table_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        sheet_reader.read(content, name="x")
    assert refusal.value.code == code


def test_a_file_that_would_unpack_to_too_much_is_refused_before_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    content = a_workbook()
    monkeypatch.setattr(sheet_reader, "MOST_UNPACKED_BYTES", 1_000)
    with pytest.raises(Refused) as refusal:
        sheet_reader.read(content, name="x")
    assert refusal.value.code == "papers.sheet_too_large"


def test_a_workbook_made_elsewhere_with_an_offset_table_keeps_its_places() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    sheet.write(2, 1, "名称")
    sheet.write(3, 1, 201911324567.0)
    book.close()
    table = sheet_reader.read(target.getvalue(), name="x.xlsx")
    assert table.heads == {"名称": "B3"}
    assert table.rows[0].cells["名称"] == sheet_reader.Cell("B4", 201911324567)
