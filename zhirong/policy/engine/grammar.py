"""Expressions of measures, read by a grammar of our own: a small part of what Python writes, and nothing runs it.

choice  := or ["if" or "else" choice]          sum    := term (("+" | "-") term)*
or      := and ("or" and)*                     term   := sign (("*" | "/") sign)*
and     := not ("and" not)*                    sign   := "-" sign | atom
not     := "not" not | compare                 atom   := number | "text" | true | false | name | name "." name
compare := sum (("<" | … | "in") sum)*                 | name "(" arguments ")" | "(" choice ")" | "[" items "]"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import NoReturn

from zhirong.base.refused import Refused
from zhirong.policy.engine import tree
from zhirong.policy.engine.tree import Node

MOST_CHARACTERS, DEEPEST, MOST_NODES, MOST_DIGITS = 2_000, 30, 400, 24
# The functions with the fewest and the most arguments that each takes.
FUNCTIONS = {
    "sum": (1, 1),
    "count": (1, 1),
    "any": (1, 1),
    "all": (1, 1),
    "min": (1, 20),
    "max": (1, 20),
    "top": (2, 2),
    "slices": (2, 2),
    "step": (2, 2),
    "pick": (2, 2),
    "days": (2, 2),
    "months": (2, 2),
    "date": (3, 3),
}
WORDS = {"and", "or", "not", "in", "if", "else", "for", "true", "false"}
COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}
TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>\"[^\"\\\n]*\")|(?P<word>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/<>().,\[\]]))"
)


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """The words of an expression; a sign that the language does not know is refused with its place."""
    if len(text) > MOST_CHARACTERS:
        raise Refused("policy.expression_too_big", most=MOST_CHARACTERS, found=len(text))
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if not match or not match.lastgroup:
            raise unreadable(text, at)
        found.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return [*found, Token("end", "", end)]


def unreadable(text: str, at: int) -> Refused:
    """The refusal that shows the place, counted from 1."""
    return Refused("policy.expression_unreadable", text=text[:200], place=at + 1, found=text[at : at + 20] or "…")


@lru_cache(maxsize=8192)
def read(text: str) -> Node:
    """The tree of an expression. Refused: unreadable, too long, too deep, an unknown function."""
    reader = Reader(text, tokens(text))
    node = reader.choice()
    if reader.now.kind != "end":
        reader.stop()
    return node


@dataclass
class Reader:
    """Goes through the tokens once, one function of the grammar for each rule."""

    text: str
    tokens: list[Token]
    place: int = 0
    depth: int = 0
    nodes: int = field(default=0)

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def stop(self) -> NoReturn:
        raise unreadable(self.text, self.now.at)

    def take(self) -> Token:
        token = self.now
        self.place += 1
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise Refused("policy.expression_too_big", most=MOST_NODES, found=len(self.tokens))
        return token

    def is_at(self, *texts: str) -> bool:
        return self.now.kind in ("word", "sign") and self.now.text in texts

    def need(self, text: str) -> Token:
        if not self.is_at(text):
            self.stop()
        return self.take()

    def deeper(self, rule: Callable[[], Node]) -> Node:
        """One level in; expressions that nest without end are refused before the machine's stack is."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused("policy.expression_too_deep", most=DEEPEST, place=self.now.at + 1)
        node = rule()
        self.depth -= 1
        return node

    def choice(self) -> Node:
        return self.deeper(self._choice)

    def _choice(self) -> Node:
        then = self.chain("or", self.conjunction)
        if not self.is_at("if"):
            return then
        self.take()
        condition = self.chain("or", self.conjunction)
        self.need("else")
        return tree.Choice(then.at, condition, then, self.choice())

    def conjunction(self) -> Node:
        return self.chain("and", self.negation)

    def chain(self, word: str, rule: Callable[[], Node]) -> Node:
        parts = [rule()]
        while self.is_at(word):
            self.take()
            parts.append(rule())
        return parts[0] if len(parts) == 1 else tree.Logic(parts[0].at, word, tuple(parts))

    def negation(self) -> Node:
        if not self.is_at("not"):
            return self.comparison()
        at = self.take().at
        return tree.Not(at, self.deeper(self.negation))

    def comparison(self) -> Node:
        parts, signs, places = [self.sum()], [], []
        while self.is_at(*COMPARISONS, "in", "not"):
            token = self.take()
            if token.text == "not":
                self.need("in")
            signs.append("not in" if token.text == "not" else token.text)
            places.append(token.at)
            parts.append(self.sum())
        if not signs:
            return parts[0]
        return tree.Compare(parts[0].at, tuple(parts), tuple(signs), tuple(places))

    def sum(self) -> Node:
        return self.operations(("+", "-"), self.term)

    def term(self) -> Node:
        return self.operations(("*", "/"), self.sign)

    def operations(self, signs: tuple[str, ...], rule: Callable[[], Node]) -> Node:
        left = rule()
        levels = 0
        while self.is_at(*signs):
            sign = self.take().text
            left = tree.Arithmetic(left.at, sign, left, rule())
            levels += 1
            if self.depth + levels > 2 * DEEPEST:
                raise Refused("policy.expression_too_deep", most=DEEPEST, place=self.now.at + 1)
        return left

    def sign(self) -> Node:
        if not self.is_at("-"):
            return self.atom()
        at = self.take().at
        return tree.Negative(at, self.deeper(self.sign))

    def atom(self) -> Node:
        token = self.now
        if token.kind == "number":
            return self.number()
        if token.kind == "text":
            return tree.Literal(self.take().at, token.text[1:-1])
        if token.kind == "word":
            return self.word()
        if self.is_at("("):
            self.take()
            inner = self.choice()
            self.need(")")
            return inner
        if self.is_at("["):
            at = self.take().at
            return tree.Items(at, self.listed("]"))
        raise unreadable(self.text, token.at)

    def number(self) -> Node:
        token = self.take()
        if len(token.text) > MOST_DIGITS:
            raise unreadable(self.text, token.at)
        value = Fraction(token.text)
        return tree.Literal(token.at, int(value) if value.denominator == 1 else value)

    def word(self) -> Node:
        token = self.take()
        if token.text in ("true", "false"):
            return tree.Literal(token.at, token.text == "true")
        if token.text in WORDS:
            self.place -= 1
            self.stop()
        if self.is_at("("):
            return self.call(token)
        if not self.is_at("."):
            return tree.Name(token.at, token.text)
        self.take()
        if self.now.kind != "word" or self.now.text in WORDS:
            self.stop()
        name = self.take().text
        return tree.Parameter(token.at, name) if token.text == "p" else tree.Field(token.at, token.text, name)

    def call(self, token: Token) -> Node:
        if token.text not in FUNCTIONS:
            raise Refused("policy.function_unknown", name=token.text, place=token.at + 1)
        self.take()
        arguments = self.listed(")")
        least, most = FUNCTIONS[token.text]
        if not least <= len(arguments) <= most:
            raise unreadable(self.text, token.at)
        return tree.Call(token.at, token.text, arguments)

    def listed(self, end: str) -> tuple[Node, ...]:
        """Parts up to a closing sign; in a call the last may be a generator."""
        parts: list[Node] = []
        while not self.is_at(end):
            part = self.choice()
            if end == ")" and self.is_at("for"):
                part = self.each(part)
            parts.append(part)
            if not self.is_at(end):
                self.need(",")
        self.take()
        return tuple(parts)

    def each(self, value: Node) -> Node:
        self.take()
        if self.now.kind != "word" or self.now.text in WORDS or self.now.text == "p":
            self.stop()
        name = self.take().text
        self.need("in")
        over = self.chain("or", self.conjunction)
        condition = None
        if self.is_at("if"):
            self.take()
            condition = self.chain("or", self.conjunction)
        return tree.Each(value.at, value, name, over, condition)
