"""The law of the record: which files may be kept, how the clock moves, what a notice must not contain."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from zhirong.base.refused import Refused

LARGEST_BYTES: Final = 50 * 1024 * 1024
# An archive that grows more than a hundredfold, or beyond this, is a bomb and no evidence (ASVS 5.2.3).
LARGEST_UNPACKED_BYTES: Final = 500 * 1024 * 1024
LARGEST_GROWTH: Final = 100
MOST_MEMBERS: Final = 10_000

_ZIP, _OLE = (b"PK\x03\x04",), (b"\xd0\xcf\x11\xe0",)
# Extension -> media type and the beginnings that such a file may have; none for text, which must be text.
TYPES: Final[Mapping[str, tuple[str, tuple[bytes, ...]]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "ofd": ("application/ofd", _ZIP),
    "zip": ("application/zip", _ZIP),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "doc": ("application/msword", _OLE),
    "xls": ("application/vnd.ms-excel", _OLE),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
    "xml": ("application/xml", ()),
    "json": ("application/json", ()),
    "yaml": ("application/yaml", ()),
    "yml": ("application/yaml", ()),
}
_UNSAFE_NAME = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]")


def safe_name(name: str) -> str:
    """The name a file is shown and sent under: its last part, without signs that steer a path, a header or a line."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    clean = "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cf"))
    clean = _UNSAFE_NAME.sub("_", clean).strip(" .")
    if not clean:
        raise Refused("file.no_name")
    stem, dot, extension = clean.rpartition(".")
    return f"{stem[:150]}{dot}{extension[:10]}" if dot else clean[:150]


def media_type(name: str, content: bytes) -> str:
    """What the file is, by its extension and its content together; where they disagree it is refused (ASVS 5.2.2)."""
    extension = name.rpartition(".")[2].lower()
    if extension not in TYPES:
        raise Refused("file.kind_not_taken", extension=extension)
    if not content:
        raise Refused("file.empty")
    if len(content) > LARGEST_BYTES:
        raise Refused("file.too_large", size=len(content), largest=LARGEST_BYTES)
    kind, beginnings = TYPES[extension]
    if beginnings and not content.startswith(beginnings):
        raise Refused("file.not_what_it_says", extension=extension)
    if not beginnings:
        _must_be_text(content, extension)
    if beginnings == _ZIP:
        _must_be_a_sound_archive(content, extension)
    return kind


def _must_be_text(content: bytes, extension: str) -> None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return
    raise Refused("file.not_what_it_says", extension=extension)


def _must_be_a_sound_archive(content: bytes, extension: str) -> None:
    """No member may leave the folder it is unpacked in, be a link, or be a bomb; office files may hold no macros."""
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as reason:
        raise Refused("file.not_what_it_says", extension=extension) from reason
    unpacked = sum(member.file_size for member in members)
    if unpacked > min(LARGEST_UNPACKED_BYTES, LARGEST_GROWTH * len(content)) or len(members) > MOST_MEMBERS:
        raise Refused("file.archive_too_large", unpacked=unpacked, largest=LARGEST_UNPACKED_BYTES)
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        is_link = member.external_attr >> 28 == 0o12
        if ".." in parts or not parts[0] or ":" in parts[0] or is_link or "\x00" in member.filename:
            raise Refused("file.archive_escapes", member=member.filename[:100])
        if parts[-1].lower() == "vbaproject.bin":
            raise Refused("file.has_macros")
    names = {member.filename for member in members}
    if extension in ("docx", "xlsx") and "[Content_Types].xml" not in names:
        raise Refused("file.not_what_it_says", extension=extension)


def step_us(now: datetime, to: datetime) -> int:
    """How far the demo's clock moves; never back, since what fell due has happened."""
    if to <= now:
        raise Refused("clock.never_back", now_at=now, asked_at=to)
    step = to - now
    return (step.days * 86_400 + step.seconds) * 1_000_000 + step.microseconds


class Blank(dict[str, object]):
    """Facts for a sentence: one that the deed does not hold is left out rather than guessed."""

    def __missing__(self, name: str) -> str:
        return "…"


def sentence(text: str, facts: Mapping[str, object]) -> str:
    """A notice's sentence with its facts in place."""
    return text.format_map(Blank(facts))
