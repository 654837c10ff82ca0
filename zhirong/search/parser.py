"""From typed text to the tree of a query. Pure, bounded, and either a tree or a refusal that names the place.

not binds before and, and before or; words side by side are and; brackets may stand after a field: TI=(锂 or 钠).
"""

from __future__ import annotations

import re

from zhirong.base import numbers
from zhirong.base.refused import Refused
from zhirong.search import documents, grammar, values, words
from zhirong.search.grammar import Piece
from zhirong.search.query import (
    And,
    Branch,
    Everything,
    Exact,
    Node,
    Not,
    Note,
    Number,
    Or,
    Parsed,
    Prefix,
    State,
    Word,
)

DEEPEST = 12
MOST_LEAVES = 64

NOTHING_AFTER = {"zh": "这里之后缺少检索词", "en": "a search word is missing after this"}
NOT_EXPECTED = {"zh": "这里不能出现这个符号或连接词", "en": "this sign or operator cannot stand here"}
UNCLOSED_BRACKET = {"zh": "括号没有成对", "en": "a bracket was opened and not closed"}
TOO_DEEP = {"zh": f"括号最多 {DEEPEST} 层", "en": f"brackets may be nested {DEEPEST} deep at most"}
TOO_MANY = {"zh": f"最多 {MOST_LEAVES} 个检索词", "en": f"at most {MOST_LEAVES} search words are read"}
NO_COMPARISON = {"zh": "只有日期和价格可以比较大小", "en": "only dates and prices can be compared"}
NO_RANGE = {"zh": "只有日期和价格可以用区间", "en": "only dates and prices take a range"}
SHORT_PREFIX = {
    "zh": "截词符前至少要有一个汉字或两个字母",
    "en": "truncation needs a Chinese character or two letters before it",
}


def parse(text: str) -> Parsed:
    """The tree of a query and what was corrected in it; an empty text asks for everything."""
    return _Parser(text).parsed()


class _Parser:
    def __init__(self, text: str) -> None:
        self.pieces = grammar.pieces(text)
        self.end = len(text) + 1
        self.place = 0
        self.depth = 0
        self.leaves = 0
        self.notes: list[Note] = []

    def parsed(self) -> Parsed:
        if not self.pieces:
            return Parsed(Everything())
        node = self.alternatives(None)
        if self.peek() is not None:
            raise grammar.refused(NOT_EXPECTED, self.at())
        return Parsed(node, tuple(self.notes))

    def peek(self) -> Piece | None:
        return self.pieces[self.place] if self.place < len(self.pieces) else None

    def at(self) -> int:
        piece = self.peek()
        return piece.at if piece else self.end

    def takes(self, *kinds: str) -> bool:
        """Step over the next piece if it is of one of these kinds."""
        piece = self.peek()
        if piece is None or piece.kind not in kinds:
            return False
        self.place += 1
        return True

    def alternatives(self, field: Piece | None) -> Node:
        parts = [self.together(field)]
        while self.takes("or"):
            parts.append(self.together(field))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def together(self, field: Piece | None) -> Node:
        parts = [self.negated(field)]
        while True:
            piece = self.peek()
            if piece is None or piece.kind in (")", "or"):
                break
            self.takes("and")
            parts.append(self.negated(field))
        telling = [part for part in parts if not isinstance(part, Everything)]
        if len(telling) < 2:
            return telling[0] if telling else Everything()
        return And(tuple(telling))

    def negated(self, field: Piece | None) -> Node:
        is_negated = False
        while self.takes("not"):
            is_negated = not is_negated
        node = self.single(field)
        return Not(node) if is_negated and not isinstance(node, Everything) else node

    def single(self, field: Piece | None) -> Node:
        piece = self.peek()
        if piece is None:
            raise grammar.refused(NOTHING_AFTER, self.end)
        if piece.kind not in ("(", "field", "word", "exact", "range"):
            raise grammar.refused(NOT_EXPECTED, piece.at)
        self.place += 1
        if piece.kind == "(":
            return self.bracket(piece, field)
        if piece.kind == "field":
            if field is not None:
                raise grammar.refused(NOT_EXPECTED, piece.at)
            return self.single(piece)
        self.leaves += 1
        if self.leaves > MOST_LEAVES:
            raise grammar.refused(TOO_MANY, piece.at)
        return self.leaf(piece, field)

    def bracket(self, opened: Piece, field: Piece | None) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise grammar.refused(TOO_DEEP, opened.at)
        node = self.alternatives(field)
        if not self.takes(")"):
            raise grammar.refused(UNCLOSED_BRACKET if self.peek() is None else NOT_EXPECTED, opened.at)
        self.depth -= 1
        return node

    def leaf(self, piece: Piece, field: Piece | None) -> Node:
        if field is None:
            return self.anywhere(piece)
        if field.text in grammar.DATE_FIELDS or field.text == "price":
            return values.span(field, piece)
        if field.comparison != "=":
            raise grammar.refused(NO_COMPARISON, field.at)
        if piece.kind == "range":
            raise grammar.refused(NO_RANGE, piece.at)
        if field.text in grammar.NUMBER_FIELDS:
            return self.number(piece)
        if field.text == "ls":
            return State(piece.text)
        if field.text == "ic":
            return _branch(piece)
        return _text(piece, grammar.TEXT_FIELDS[field.text])

    def anywhere(self, piece: Piece) -> Node:
        if piece.kind == "range":
            raise grammar.refused(NO_RANGE, piece.at)
        node = _text(piece, None)
        if piece.kind == "word" and _SYMBOL.fullmatch(piece.text):
            return Or((_branch(piece), node))
        if piece.kind != "word" or not _LIKE_A_NUMBER.fullmatch(piece.text):
            return node
        number = self.number(piece)
        # Figures such as 13245673 may as well be a plain word of a text.
        return Or((number, node)) if isinstance(node, Word) else number

    def number(self, piece: Piece) -> Node:
        """The number asked for; a wrong check digit is put right and told (N11)."""
        if piece.text.endswith("*"):
            return Number(documents.number_key(piece.text), is_beginning=True)
        try:
            return Number(documents.number_key(numbers.read_right_number(piece.text).key))
        except Refused as refusal:
            right = refusal.facts.get("right")
            if right is None:
                return Number(documents.number_key(piece.text))
            if refusal.code == "number.wrong_check_digit":
                self.notes.append(_corrected(piece, right=str(right)))
            return Number(documents.number_key(str(right)))


def _corrected(piece: Piece, *, right: str) -> Note:
    given = piece.text.upper()
    return Note(
        piece.at,
        zh=f"{given} 的校验位不符，应为 {right}，已按后者检索。",
        en=f"The check digit of {given} did not fit; the number is {right} and was searched for.",
    )


# A word that may be meant as a number of a right or a listing: seven digits at least, or letters before digits.
_LIKE_A_NUMBER = re.compile(r"(?=(?:[^\d]*\d){5})[a-z]{0,4}[-.]?\d[\d.\-]*(?:sr\d+)?[a-z]?\d?x?\*?", re.ASCII)


# Shorter ones (H, H01) may be anything; from the subclass on it is a symbol.
_SYMBOL = re.compile(r"[a-h]\d{2}[a-z](?:\d{1,4}(?:/\d{2,6})?)?", re.ASCII)


def _text(piece: Piece, fields: tuple[str, ...] | None) -> Node:
    """Quoted text, truncated word or plain word in these fields; signs alone ask for nothing."""
    chosen = () if fields is None else (fields,)
    if not any(sign.isalnum() for sign in piece.text):
        return Everything()
    if piece.kind == "exact":
        return Exact(piece.text, *chosen)
    stem = piece.text.rstrip("*")
    if stem == piece.text:
        return Word(piece.text, *chosen)
    if not words.is_chinese(stem) and len(stem) < 2:
        raise grammar.refused(SHORT_PREFIX, piece.at)
    return Prefix(stem, *chosen)


def _branch(piece: Piece) -> Node:
    symbol = documents.symbol(piece.text.rstrip("*+"))
    if symbol is None:
        raise Refused("search.not_an_ipc_symbol", text=piece.text.upper()[:40], position=piece.at)
    return Branch(documents.branch(symbol)[-1])
