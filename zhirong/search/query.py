"""The tree of a query: plain values that every engine compiles and nobody else needs to understand."""

from __future__ import annotations

from dataclasses import dataclass

# Text fields by the names that the engines index.
TITLE, ABSTRACT, HOLDER, INVENTOR, MORE = "title", "abstract", "holder", "inventor", "more"
ANYWHERE = (TITLE, ABSTRACT, HOLDER, INVENTOR, MORE)


@dataclass(frozen=True)
class Everything:
    """The empty query."""


@dataclass(frozen=True)
class Word:
    """An unquoted piece: all of its words are asked for, in any of the fields and in any order."""

    text: str
    fields: tuple[str, ...] = ANYWHERE


@dataclass(frozen=True)
class Exact:
    """A quoted piece: these characters in this order, wherever words begin or end."""

    text: str
    fields: tuple[str, ...] = ANYWHERE


@dataclass(frozen=True)
class Prefix:
    """A word that begins so (锂* or batter*)."""

    text: str
    fields: tuple[str, ...] = ANYWHERE


@dataclass(frozen=True)
class Number:
    """A number of a right or a listing in its comparable form, or the beginning of one."""

    key: str
    is_beginning: bool = False


@dataclass(frozen=True)
class Span:
    """A date (as yyyymmdd) or a price (in fen) from low to high, both included, None where open."""

    field: str
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Branch:
    """An IPC symbol and all that lies below it."""

    symbol: str


@dataclass(frozen=True)
class State:
    """A legal or trading state by one of its names."""

    name: str


@dataclass(frozen=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    part: Node


Node = Everything | Word | Exact | Prefix | Number | Span | Branch | State | And | Or | Not


@dataclass(frozen=True)
class Note:
    """What the asker should be told although the search went on, in both languages, with its place in the query."""

    position: int
    zh: str
    en: str


@dataclass(frozen=True)
class Parsed:
    """A query as it was understood, with what was corrected in it."""

    node: Node
    notes: tuple[Note, ...] = ()


def wanted(node: Node) -> list[Word | Exact | Prefix]:
    """The texts that a hit may contain because of the query, for marking them; nothing that was excluded."""
    if isinstance(node, Word | Exact | Prefix):
        return [node]
    if isinstance(node, And | Or):
        return [text for part in node.parts for text in wanted(part)]
    return []
