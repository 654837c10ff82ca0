"""The one shape in which every module hands its things to the search: texts, numbers, facets and sort keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

FACETS = ("kind", "state", "right_kind", "section", "subclass", "holder", "year", "mode", "place", "topic")
DATES = ("applied", "published", "granted", "listed", "closes")
SORTS = ("price", "applied", "listed", "closes")

_SYMBOL = re.compile(r"([A-H])(\d{2})?([A-Z])?(?:(\d{1,4})(?:/(\d{2,6}))?)?$")


@dataclass(frozen=True, kw_only=True)
class Document:
    """What can be found of one thing; the thing itself, its texts for show included, stays with its module.

    `id` is the topic on the record (`right:12`, `listing:7`), `more` are further texts of low weight
    (the English title, names of IPC classes), `facets` those that cannot be read off the other values. In the order of
    a date named in `behind` it stands after all that are not, and before those that have no such date.
    """

    id: str
    kind: str
    title: str
    abstract: str = ""
    more: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    inventors: tuple[str, ...] = ()
    ipc: tuple[str, ...] = ()
    dates: Mapping[str, date | datetime] = field(default_factory=dict)
    behind: frozenset[str] = frozenset()
    state: str = ""
    state_names: tuple[str, ...] = ()
    price_fen: int | None = None
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.dates.keys() <= set(DATES), f"unknown dates {set(self.dates) - set(DATES)}"
        assert self.behind <= self.dates.keys(), f"behind without a date {set(self.behind) - set(self.dates)}"
        assert self.facets.keys() <= set(FACETS), f"unknown facets {set(self.facets) - set(FACETS)}"


def symbol(text: str) -> str | None:
    """An IPC symbol in its short form: H01M 10/0525 -> H01M10/0525; None when it is not one (N14)."""
    plain = re.sub(r"\s", "", text).upper()
    found = _SYMBOL.match(plain)
    if not found:
        return None
    levels = list(found.groups())
    # Each level needs the one above it: A/01 or H10/00 are no symbols.
    given = [bool(level) for level in levels]
    return plain if given == sorted(given, reverse=True) else None


def branch(text: str) -> list[str]:
    """The symbol and all that lies above it, so that a search for H01M finds what lies below (SEARCH B8)."""
    short = symbol(text)
    if short is None:
        return []
    group, _, subgroup = short.partition("/")
    above = [group[:1], group[:3], group[:4], group]
    # The main group 10/00 is the heading of everything in 10/…; it is kept under the bare group.
    return list(dict.fromkeys([*above, short] if subgroup.strip("0") else above))


def number_key(number: str) -> str:
    """A number without blanks, dots, dashes and case: the form in which numbers are compared."""
    return re.sub(r"[^0-9A-Z\u4e00-\u9fff]", "", number.upper())


def number_keys(number: str) -> list[str]:
    """The spellings under which a number is found: without country, ZL, check digit and kind code too (N12, N13)."""
    key = number_key(number)
    bare = re.sub(r"^(CN|ZL)", "", key)
    keys = [key, bare]
    if re.fullmatch(r"\d{12}[0-9X]|\d{8}[0-9X]", bare):
        keys.append(bare[:-1])
    kind = re.fullmatch(r"([A-Z]{2})?(\d{5,})[A-Z]\d?", key)
    if kind:
        keys += [(kind[1] or "") + kind[2], kind[2]]
    return list(dict.fromkeys(keys))


def facet_values(document: Document) -> dict[str, list[str]]:
    """Every facet of a document: the given ones and those that its own values tell."""
    values = {name: list(given) for name, given in document.facets.items()}
    values["kind"] = [document.kind]
    if document.state:
        values["state"] = [document.state]
    branches = [branch(one) for one in document.ipc]
    values.setdefault("section", _unique(found[0] for found in branches if found))
    values.setdefault("subclass", _unique(found[2] for found in branches if len(found) > 2))
    values.setdefault("holder", _unique(document.holders))
    applied = document.dates.get("applied")
    if applied:
        values.setdefault("year", [str(applied.year)])
    return {name: texts for name, texts in values.items() if texts}


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
