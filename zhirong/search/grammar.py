"""Signs and words of the query language (SEARCH B2): from typed text to pieces, each with its place."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from zhirong.base.refused import Refused
from zhirong.search import query, words

LONGEST = 1_000
Kind = Literal["(", ")", "and", "or", "not", "word", "exact", "range", "field"]

TEXT_FIELDS = {
    "ti": (query.TITLE,),
    "ab": (query.ABSTRACT,),
    "ta": (query.TITLE, query.ABSTRACT),
    "pa": (query.HOLDER,),
    "in": (query.INVENTOR,),
}
DATE_FIELDS = {"ad": "applied", "pd": "published", "gd": "granted", "ld": "listed"}
NUMBER_FIELDS = frozenset(("an", "pn", "ln"))
CODES = (*TEXT_FIELDS, *DATE_FIELDS, *sorted(NUMBER_FIELDS), "ic", "ls", "price")
ALIASES = {
    "标题": "ti",
    "名称": "ti",
    "发明名称": "ti",
    "摘要": "ab",
    "申请人": "pa",
    "权利人": "pa",
    "专利权人": "pa",
    "ap": "pa",
    "发明人": "in",
    "设计人": "in",
    "申请日": "ad",
    "公开日": "pd",
    "公告日": "gd",
    "授权日": "gd",
    "挂牌日": "ld",
    "申请号": "an",
    "专利号": "an",
    "公开号": "pn",
    "公告号": "pn",
    "标的号": "ln",
    "挂牌号": "ln",
    "分类号": "ic",
    "ipc": "ic",
    "法律状态": "ls",
    "状态": "ls",
    "价格": "price",
    "挂牌价": "price",
}
OPERATORS: dict[str, Kind] = {
    "and": "and", "与": "and", "并且": "and", "&": "and", "&&": "and",
    "or": "or", "或": "or", "或者": "or", "|": "or", "||": "or",
    "not": "not", "非": "not", "!": "not",
}  # fmt: skip
_SIGNS = str.maketrans("“”„‟「」『』【】〔〕、，；。≥≤", '""""""""[]()    ≥≤')
_BREAKS = frozenset('()"[];')
_NAMES = {code: code for code in CODES} | ALIASES
_COMPARISONS = frozenset(("=", ":", "≥", "≤", ">=", "<=", ">", "<"))
_SAME = {":": "=", "≥": ">=", "≤": "<="}
# Written with blanks on certificates (ZL 2019 1 1324567.3), in databases (CN 111047602 B), in the IPC (H01M 10/05).
_SPACED_NUMBER = re.compile(
    r"(?:(?:zl|cn)\s*)?(?:19|20)\d{2}\s+[12389]\s+\d{7}\s?\.?\s?[\dx]\b"
    r"|(?:zl|cn)\s+\d{5,}(?:\.[\dx]\b|\s?[a-z]\d?\b)?"
    r"|[a-h]\d{2}[a-z]\s+\d{1,4}/\d{2,6}\b",
    re.ASCII,
)

UNCLOSED_QUOTE = {"zh": "引号没有成对", "en": "a quotation mark was opened and not closed"}
UNCLOSED_RANGE = {"zh": "方括号没有成对", "en": "a square bracket was opened and not closed"}


class Piece(NamedTuple):
    """One sign or word: what it is, its text, its place (counted from 1); a field carries its comparison."""

    kind: Kind
    text: str
    at: int
    comparison: str = ""


def refused(problem: dict[str, str], at: int) -> Refused:
    """The refusal of a query that cannot be read, naming the place of the trouble counted from 1."""
    return Refused("search.syntax", problem=problem, position=at)


def pieces(text: str) -> list[Piece]:
    """The text cut into pieces; full-width signs count as their half-width ones."""
    if len(text) > LONGEST:
        raise Refused("search.too_long", length=len(text), longest=LONGEST)
    plain = words.fold(text).translate(_SIGNS)
    found: list[Piece] = []
    at = 0
    while at < len(plain):
        if plain[at].isspace() or plain[at] in "],;":
            at += 1
            continue
        piece, at = _next(plain, at)
        found.append(piece)
    return found


def _next(plain: str, at: int) -> tuple[Piece, int]:
    sign = plain[at]
    if sign in "()":
        return Piece("(" if sign == "(" else ")", sign, at + 1), at + 1
    if sign == '"':
        return _until(plain, at, end='"', kind="exact", problem=UNCLOSED_QUOTE)
    if sign == "[":
        return _until(plain, at, end="]", kind="range", problem=UNCLOSED_RANGE)
    spaced = _SPACED_NUMBER.match(plain, at)
    if spaced:
        return Piece("word", re.sub(r"\s", "", spaced[0]), at + 1), spaced.end()
    return _word(plain, at)


def _word(plain: str, at: int) -> tuple[Piece, int]:
    """A word up to the next blank, bracket or quote; or, before a comparison, the code of a field."""
    end = at
    while end < len(plain) and not _ends_word(plain, end):
        if _comparison(plain, end):
            field = _field(plain, at, end=end, compared_at=end)
            if field:
                return field
        end += 1
    end = max(end, at + 1)
    word = plain[at:end]
    behind = end
    while behind < len(plain) and plain[behind].isspace():
        behind += 1
    if behind > end and _comparison(plain, behind) and word in _NAMES:
        return _field(plain, at, end=end, compared_at=behind) or (Piece("word", word, at + 1), end)
    return Piece(OPERATORS.get(word, "word"), word, at + 1), end


def _field(plain: str, at: int, *, end: int, compared_at: int) -> tuple[Piece, int] | None:
    """The field that is compared here; None where a colon or sign is part of a word (3:1, >5)."""
    comparison = _comparison(plain, compared_at)
    name = plain[at:end]
    if name in _NAMES:
        return Piece("field", _NAMES[name], at + 1, _SAME.get(comparison, comparison)), compared_at + len(comparison)
    if comparison == "=" and name:
        raise Refused("search.unknown_field", field=name, position=at + 1, known=[code.upper() for code in CODES])
    return None


def _until(plain: str, at: int, *, end: str, kind: Kind, problem: dict[str, str]) -> tuple[Piece, int]:
    close = plain.find(end, at + 1)
    if close < 0:
        raise refused(problem, at + 1)
    return Piece(kind, plain[at + 1 : close].strip(), at + 1), close + 1


def _comparison(plain: str, at: int) -> str:
    two = plain[at : at + 2]
    if two in _COMPARISONS:
        return two
    return plain[at : at + 1] if plain[at : at + 1] in _COMPARISONS else ""


def _ends_word(plain: str, at: int) -> bool:
    sign = plain[at]
    if sign == ",":
        # 1,280,000 is one price; a comma between words only parts them.
        return not (plain[at - 1 : at].isdigit() and plain[at + 1 : at + 2].isdigit())
    return sign.isspace() or sign in _BREAKS
