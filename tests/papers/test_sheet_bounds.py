"""A small file whose cells spread over everything is refused before a place is laid out for each."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from zhirong.base.refused import Refused
from zhirong.papers import sheet_bounds, sheet_reader, verifier
from zhirong.registry.readers import sheets


def a_book(*cells: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for place in cells:
        page.write(*place, "专利号")
    book.close()
    return out.getvalue()


def repacked(content: bytes, change: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in change:
                target.writestr(name, source.read(name))
        for name, part in change.items():
            target.writestr(name, part)
    return out.getvalue()


FAR = a_book((0, 0), (1_048_575, 16_383))
SHEET = "xl/worksheets/sheet1.xml"


def spelt(old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(FAR)) as packed:
        part = packed.read(SHEET)
    assert old in part
    return repacked(FAR, {SHEET: part.replace(old, new)})


@pytest.mark.parametrize(
    "content",
    [
        FAR,
        spelt(b'r="XFD1048576"', b"r = 'xfd1048576'"),
        # Only the row says how far it is; the cell is the next of its row.
        repacked(
            FAR, {SHEET: b'<worksheet><sheetData><row r="900000000"><c><v>1</v></c></row></sheetData></worksheet>'}
        ),
        # Another format of the same library, which repeats cells in its own way.
        repacked(a_book((0, 0)), {"content.xml": b"<x/>", "mimetype": b"application/x"}),
        repacked(a_book((0, 0)), {"xl/workbook.bin": b"x"}),
    ],
)
def test_cells_that_spread_over_everything_are_refused_unread(content: bytes) -> None:
    assert len(content) < 20_000
    assert not sheet_bounds.fits(content)
    with pytest.raises(Refused) as refused:
        sheets.read(content, "rights")
    assert refused.value.code == "registry.sheet_too_wide"
    with pytest.raises(Refused) as refused:
        sheet_reader.read(content, name="x.xlsx")
    assert refused.value.code == "papers.sheet_too_large"


def test_a_long_sheet_and_a_wide_one_fit() -> None:
    assert sheet_bounds.fits(a_book((0, 0), (199_999, 40)))
    assert sheet_bounds.fits(a_book((0, 0), (10, 16_383)))


def test_an_old_book_is_sent_back_to_be_saved_anew() -> None:
    # 65,536 rows and columns fit into five kilobytes of it too.
    for read in (lambda old: sheets.read(old, "rights"), lambda old: sheet_reader.read(old, name="x.xls")):
        with pytest.raises(Refused) as refused:
            read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000))
        assert refused.value.code in ("registry.file_not_a_sheet", "papers.sheet_unreadable")


def test_a_damaged_part_is_no_sheet() -> None:
    broken = bytearray(a_book((0, 0)))
    with zipfile.ZipFile(io.BytesIO(bytes(broken))) as packed:
        at = packed.getinfo(SHEET).header_offset
    broken[at + 60 : at + 90] = bytes(30)
    with pytest.raises(Refused) as refused:
        sheets.read(bytes(broken), "rights")
    assert refused.value.code == "registry.file_not_a_sheet"


def marked(content: bytes, change: Callable[[bytearray, int], None]) -> bytes:
    """The book with a change in what the archive's list says of each part."""
    book, at = bytearray(content), 0
    while (at := book.find(b"PK\1\2", at)) >= 0:
        change(book, at)
        at += 4
    return bytes(book)


def test_a_book_that_is_locked_or_packed_in_another_way_is_no_sheet() -> None:
    def locked(book: bytearray, at: int) -> None:
        book[at + 8] |= sheet_bounds.LOCKED

    def by_lzma(book: bytearray, at: int) -> None:
        book[at + 10] = zipfile.ZIP_LZMA

    def patched(book: bytearray, at: int) -> None:
        book[at + 8] |= 0x20

    def misnamed(book: bytearray, at: int) -> None:
        book[at + 9] |= 0x8  # the name is said to be UTF-8
        book[at + 46] = 0xFF

    for change in (locked, by_lzma, patched, misnamed):
        content = marked(a_book((0, 0)), change)
        with pytest.raises(Refused) as refused:
            sheets.read(content, "rights")
        assert refused.value.code == "registry.file_not_a_sheet"
        with pytest.raises(Refused) as refused:
            sheet_reader.read(content, name="x.xlsx")
        assert refused.value.code == "papers.sheet_unreadable"


def test_an_archive_of_very_many_empty_files_is_packed_as_one() -> None:
    files = {f"{count:05d}": b"" for count in range(30_000)}
    assert verifier.unpack(verifier.pack(files)) == files
