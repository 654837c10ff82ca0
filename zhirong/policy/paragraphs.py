"""The words of an original (HTML, PDF, DOCX) as paragraphs of plain text: bounded, and nothing in it is ever run.

What stands in an original is text for people and stays text: it is escaped wherever it is shown, and no sentence of
it steers the house. A picture of words holds none.
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

import pypdf
from lxml import etree
from pypdf.errors import PyPdfError

from zhirong.base.refused import Refused

MOST_BYTES, MOST_UNPACKED = 20 * 1024 * 1024, 24 * 1024 * 1024
MOST_PAGES, MOST_PARAGRAPHS, MOST_CHARACTERS, LONGEST = 300, 5_000, 1_000_000, 8_000
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Elements of which nobody reads the words, and those that begin a paragraph of their own.
UNSEEN = {"script", "style", "noscript", "template", "head", "svg", "math", "select", "textarea", "iframe", "object"}
BLOCKS = {
    "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "section", "article", "br", "hr",
    "blockquote", "dd", "dt", "header", "footer", "main", "nav", "aside", "pre", "caption", "body", "form", "td", "th",
}  # fmt: skip
ENDS = tuple("。；：！？.;:!?")
# 第十三条, 一、, （一）, 1.: how a paragraph of an official text begins.
BEGINS = re.compile(
    r"(?:第[一二三四五六七八九十百零〇\d]{1,6}[章节条款项]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,3}[.、．])"
)
CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
# What a broken PDF makes its reader stumble over; a reader that stumbles has read nothing.
STUMBLES = (
    PyPdfError, ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError,
    NotImplementedError, EOFError, zlib.error, struct.error,
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """One paragraph: its page where the file has pages, its text, and its offsets in the whole, one a line."""

    page: int | None
    text: str
    begins: int
    ends: int


def kind_of(content: bytes) -> str:
    """html, pdf or docx, by what the file is and not by its name. Refused: anything else."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return "docx"
    if re.search(rb"<\s*(?:!doctype\s+html|html|head|body|p|div|table)\b", content[:65_536], re.IGNORECASE):
        return "html"
    raise Refused("policy.original_kind")


def read(content: bytes) -> tuple[str, list[Words]]:
    """The kind and the paragraphs. Refused: another kind, broken, without words, larger than the bounds."""
    must_fit("bytes", len(content), MOST_BYTES)
    kind = kind_of(content)
    found: Iterable[tuple[int | None, str]]
    if kind == "pdf":
        found = of_pdf(content)
    elif kind == "docx":
        found = ((None, text) for text in of_docx(content))
    else:
        found = ((None, text) for text in of_html(decoded(content)))
    told = placed(found)
    if not told:
        raise Refused("policy.original_unreadable", problem="no words")
    return kind, told


def must_fit(what: str, found: int, most: int) -> None:
    if found > most:
        raise Refused("policy.original_too_large", what=what, found=found, most=most)


def placed(found: Iterable[tuple[int | None, str]]) -> list[Words]:
    """Cleaned, the empty ones left out, the overlong ones cut, each with its offsets."""
    told: list[Words] = []
    at = 0
    for page, raw in found:
        for text in pieces(clean(raw)):
            told.append(Words(page, text, at, at + len(text)))
            at += len(text) + 1
            must_fit("paragraphs", len(told), MOST_PARAGRAPHS)
            must_fit("characters", at, MOST_CHARACTERS)
    return told


def clean(text: str) -> str:
    """On one line, without signs that cannot be seen: they turn words round or hide others."""
    seen = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or visible(sign))
    return " ".join(seen.split())


def visible(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def pieces(text: str) -> Iterator[str]:
    """A text that is one endless paragraph, cut behind a sentence where there is one."""
    while len(text) > LONGEST:
        cut = text.rfind("。", LONGEST // 2, LONGEST) + 1 or LONGEST
        yield text[:cut]
        text = text[cut:].lstrip()
    if text:
        yield text


def decoded(content: bytes) -> str:
    """A page's characters: by its mark, by what it declares, else UTF-8 or GB 18030."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    named = re.search(rb"charset\s*=\s*[\"']?\s*(gb2312|gbk|gb18030)", content[:4096], re.IGNORECASE)
    for encoding in ("gb18030", "utf-8") if named else ("utf-8", "gb18030"):
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise Refused("policy.original_unreadable", problem="encoding")


class Page(HTMLParser):
    """Collects what a reader of the page would see, a paragraph for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.now: list[str] = []
        self.unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN and tag != "body":
            self.unseen.append(tag)
        elif tag == "body":
            # A head that nobody closed ends where the body begins.
            self.unseen = [one for one in self.unseen if one != "head"]
        if tag in BLOCKS:
            self.end()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.unseen:
            del self.unseen[self.unseen.index(tag) :]
        if tag in BLOCKS:
            self.end()

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.now.append(data)

    def end(self) -> None:
        if self.now:
            self.found.append("".join(self.now))
            self.now = []


def of_html(text: str) -> list[str]:
    """The paragraphs of a page; scripts, styles and what they would make are none."""
    page = Page()
    page.feed(text)
    page.close()
    page.end()
    return page.found


def of_docx(content: bytes) -> Iterator[str]:
    """The paragraphs of the body, tables cell by cell; no macro, no embedded file, no field is looked at."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("word/document.xml") as member:
            # The size that a member declares may be a lie: what is read is counted.
            data = member.read(MOST_UNPACKED + 1)
    except KeyError:
        raise Refused("policy.original_kind") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise Refused("policy.original_unreadable", problem="archive") from None
    must_fit("bytes", len(data), MOST_UNPACKED)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Refused("policy.original_unreadable", problem="entities")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise Refused("policy.original_unreadable", problem="XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("policy.original_unreadable", problem="entities")
    for paragraph in root.iter(f"{WORD}p"):
        yield "".join(words_of(paragraph))


def words_of(paragraph: etree._Element) -> Iterator[str]:
    """Its runs in order; what was struck out in a tracked change is no longer said, a box inside has its own."""
    for node in paragraph.iter(f"{WORD}t", f"{WORD}tab", f"{WORD}br"):
        owner = next(node.iterancestors(f"{WORD}p"), None)
        if owner is paragraph:
            yield node.text or "" if node.tag == f"{WORD}t" else " "


def of_pdf(content: bytes) -> list[tuple[int | None, str]]:
    """The paragraphs of each page, lines put together again."""
    found: list[tuple[int | None, str]] = []
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise Refused("policy.original_unreadable", problem="encrypted")
        must_fit("pages", len(reader.pages), MOST_PAGES)
        size = 0
        for number, page in enumerate(reader.pages, start=1):
            text = page.extract_text()
            size += len(text)
            must_fit("characters", size, MOST_CHARACTERS)
            found += [(number, one) for one in joined(text.splitlines())]
    except STUMBLES:
        raise Refused("policy.original_unreadable", problem="PDF") from None
    return found


def joined(lines: Iterable[str]) -> Iterator[str]:
    """Lines of a page as paragraphs: one ends with its sentence or where the next begins with a number of its own."""
    now = ""
    for raw in lines:
        line = clean(raw)
        if now and (not line or now.endswith(ENDS) or BEGINS.match(line)):
            yield now
            now = ""
        glue = "" if not now or (CJK.match(line[:1] or "x") and CJK.match(now[-1])) else " "
        now = f"{now}{glue}{line}" if line else now
    if now:
        yield now
