"""The two type faces of the papers, from their package so that each machine sets the same bytes, and what they hold."""

from __future__ import annotations

import struct
from bisect import bisect_right
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn as faces

# Stands for a sign that the faces do not hold; printers have used it so since lead type (D).
GETA = "〓"


def folder() -> Path:
    """Where the type faces lie."""
    return Path(faces.serif_path()).parent


@cache
def _ranges() -> list[tuple[int, int]]:
    """First and last code point of every run that both faces can set."""
    both = _covered(Path(faces.serif_path())) & _covered(Path(faces.sans_path()))
    runs: list[tuple[int, int]] = []
    for code in sorted(both):
        if runs and code == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], code)
        else:
            runs.append((code, code))
    return runs


def _covered(face: Path) -> set[int]:
    """The code points of a face's character map, format 12 (OpenType, cmap)."""
    raw = face.read_bytes()
    tables = {
        raw[at : at + 4]: struct.unpack_from(">I", raw, at + 8)[0]
        for at in range(12, 12 + 16 * struct.unpack_from(">H", raw, 4)[0], 16)
    }
    start = tables[b"cmap"]
    codes: set[int] = set()
    for entry in range(struct.unpack_from(">H", raw, start + 2)[0]):
        table = start + struct.unpack_from(">I", raw, start + 4 + 8 * entry + 4)[0]
        if struct.unpack_from(">H", raw, table)[0] != 12:
            continue
        for group in range(struct.unpack_from(">I", raw, table + 12)[0]):
            first, last, _ = struct.unpack_from(">3I", raw, table + 16 + 12 * group)
            codes.update(range(first, last + 1))
    return codes


def can_set(sign: str) -> bool:
    """Whether both faces hold this character."""
    code = ord(sign)
    if code < 0x20:
        return sign in "\n\t"
    runs = _ranges()
    place = bisect_right(runs, (code, 0x110000)) - 1
    return place >= 0 and runs[place][0] <= code <= runs[place][1]


def settable(text: str) -> str:
    """The text with each character that cannot be set replaced by a mark and its code, so that nothing is lost."""
    if all(can_set(sign) for sign in text):
        return text
    return "".join(sign if can_set(sign) else f"{GETA}(U+{ord(sign):04X})" for sign in text)
