"""How far the cells of an Excel file spread, read before the reader sets up a place for each.

The reader's own library lays out every place between the first cell and the last: five kilobytes with one cell at
XFD1048576 ask for half a terabyte, and a refused allocation ends the whole process.
"""

from __future__ import annotations

import io
import re
import zipfile

# A table of 200,000 rows in 50 columns; each place takes some 32 bytes.
MOST_PLACES = 10_000_000
# Only the format that we read: others of the same library (ODS, XLSB) repeat cells in ways of their own.
NEEDED, STRANGE = "xl/workbook.xml", frozenset({"content.xml", "xl/workbook.bin"})
# The bit that says a part is enciphered, and the two ways in which Excel packs one (APPNOTE 4.4.4, 4.4.5).
LOCKED, PACKED = 0x1, frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
PLACE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]*)([0-9]*)""")


def fits(content: bytes) -> bool:
    """Whether a packed sheet is of Excel's own format and spreads over no more places than a reader may lay out."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if any(part.flag_bits & LOCKED or part.compress_type not in PACKED for part in packed.infolist()):
            raise zipfile.BadZipFile("a part is locked, or packed in another way than Excel's")
        names = packed.namelist()
        if NEEDED not in names or STRANGE & {*names}:
            return False
        # Whichever part the book names as its sheet: every one is looked at.
        return all(_places(packed.read(name)) <= MOST_PLACES for name in names if name.lower().endswith(".xml"))


def _places(part: bytes) -> int:
    """Rows times columns up to the last that any cell or row of this part names."""
    last_row, last_column = 1, 1
    for found in PLACE.finditer(part):
        last_row = max(last_row, int(found[2][:9] or 0))
        last_column = max(last_column, _column(found[1][:9].upper()))
    return last_row * last_column


def _column(letters: bytes) -> int:
    count = 0
    for letter in letters:
        count = count * 26 + letter - 64
    return count
