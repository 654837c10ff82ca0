"""The words of the trade: concepts of objects, benefits and intents, places, words that say nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from zhirong.policy.engine.consult import words

SLOTS = ("object", "benefit", "intent")


@dataclass(frozen=True)
class Concept:
    """One thing that questions name. `under`: all that it is a kind of."""

    id: str
    slot: str
    zh: str
    en: str
    under: frozenset[str] = frozenset()
    # Seldom what a question is about: bars a measure only beside another of its group, or where it stands alone.
    weak: bool = False
    group: str = ""
    # What it is of: a fee of a patent. Who names the fee in a title speaks of patents of every kind.
    of: frozenset[str] = frozenset()
    # What it may be made of: a measure with it in its title speaks of these too, without being about them.
    takes: frozenset[str] = frozenset()
    # Said of every measure that pays or spares something.
    generic: bool = False
    # Said of every measure that pays money without naming for what.
    pays: bool = False
    # A measure that names one of these may be meant: costs of guarantee, appraisal and insurance.
    met_by: frozenset[str] = frozenset()
    # It is meant only in a clause that says one of these words too.
    beside: tuple[str, ...] = ()
    # Said of every measure of these kinds.
    kinds: frozenset[str] = frozenset()
    # The name of one scheme: a measure on its parent does not cover it.
    proper: bool = False
    # A measure with this in its title is about nothing else.
    exclusive: bool = False
    # An intent that a clause with such words answers: actor, who it is for.
    about: str = ""
    roles: tuple[str, ...] = ()
    # The unit of the figure that an intent asks for.
    unit: str = ""
    # Words of which the answer must hold one, unless its clause plays one of the roles.
    needs: tuple[str, ...] = ()
    is_strict: bool = False
    # Ways of asking that no fixed words tell.
    patterns: tuple[re.Pattern[str], ...] = ()
    # The clause that answers must list things in this way.
    lists: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Hit:
    """Words of a text that name something: concepts by id, or places by code."""

    start: int
    end: int
    names: tuple[str, ...]


class Forms:
    """Forms to be found in a text, the longest at each place, never two over the same signs."""

    def __init__(self) -> None:
        self.chinese: dict[str, dict[str, tuple[str, ...]]] = {}
        self.english: dict[str, dict[tuple[str, ...], tuple[str, ...]]] = {}

    def add(self, form: str, name: str) -> None:
        """A form of a name; empty names consume their signs and say nothing."""
        form = words.plain(form)
        if words.is_chinese(form):
            rows = self.chinese.setdefault(form[:1], {})
            rows[form] = joined(rows.get(form, ()), name)
            return
        key = tuple(word for word, _, _ in words.english(form))
        if key:
            known = self.english.setdefault(key[0], {})
            known[key] = joined(known.get(key, ()), name)

    def copy(self) -> Forms:
        made = Forms()
        made.chinese = {first: dict(rows) for first, rows in self.chinese.items()}
        made.english = {first: dict(rows) for first, rows in self.english.items()}
        return made

    def hits(self, text: str) -> list[Hit]:
        """Where a plain text names what, in the order of the text."""
        found = [*self.chinese_hits(text), *self.english_hits(text)]
        return sorted((hit for hit in found if hit.names), key=lambda hit: hit.start)

    def chinese_hits(self, text: str) -> list[Hit]:
        found, place = [], 0
        while place < len(text):
            rows = self.chinese.get(text[place])
            form = max((one for one in rows or () if text.startswith(one, place)), key=len, default="")
            if rows and form:
                found.append(Hit(place, place + len(form), rows[form]))
            place += len(form) or 1
        return found

    def english_hits(self, text: str) -> list[Hit]:
        found, place, spoken = [], 0, words.english(text)
        bare = [word for word, _, _ in spoken]
        while place < len(spoken):
            rows = self.english.get(bare[place])
            fits = [one for one in rows or () if tuple(bare[place : place + len(one)]) == one]
            form = max(fits, key=len, default=())
            if rows and form:
                found.append(Hit(spoken[place][1], spoken[place + len(form) - 1][2], rows[form]))
            place += len(form) or 1
        return found


def joined(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if not name or name in names else (*names, name)


@dataclass(frozen=True)
class Lexicon:
    """Concepts with the forms of each slot, places by code, and the words that carry no subject."""

    concepts: Mapping[str, Concept]
    forms: Mapping[str, Forms]
    places: Forms
    place_names: Mapping[str, tuple[str, str]]
    plain_zh: frozenset[str] = frozenset()
    plain_en: frozenset[str] = frozenset()

    @cached_property
    def asking(self) -> tuple[Concept, ...]:
        """The intents that are told by a way of asking."""
        return tuple(one for one in self.concepts.values() if one.patterns)

    @cached_property
    def longest_plain(self) -> int:
        return max(map(len, self.plain_zh), default=1)


def lexicon(files: Sequence[Mapping[str, Any]], places: Iterable[Mapping[str, str]]) -> Lexicon:
    """The lexicon of files as read (`policy-lexicon/1`) and rows of places (code, zh, short, en)."""
    forms = {slot: Forms() for slot in SLOTS}
    parents = {name: row.get("under", ()) for file in files for name, row in file.get("concepts", {}).items()}
    concepts: dict[str, Concept] = {}
    plain_zh: set[str] = set()
    plain_en: set[str] = set()
    for file in files:
        for name, row in file.get("concepts", {}).items():
            concepts[name] = concept(name, file["slot"], row=row, parents=parents)
            for form in (*row.get("zh", ()), *row.get("en", ())):
                forms[file["slot"]].add(str(form), name)
        plain_zh |= {words.plain(str(one)) for one in file.get("plain", {}).get("zh", ())}
        plain_en |= {words.stem(str(one)) for one in file.get("plain", {}).get("en", ())}
        for form in file.get("ignore", ()):
            forms["object"].add(form, "")
            forms["benefit"].add(form, "")
        for form in file.get("ignore_intents", ()):
            forms["intent"].add(form, "")
    known, names = Forms(), {}
    for row in places:
        names[row["code"]] = (row["zh"], (row["en"] or row["zh"]).split("|")[0])
        for form in (row["zh"], *row["short"].split("|"), *row["en"].split("|")):
            if form:
                known.add(form, row["code"])
    return Lexicon(concepts, forms, known, names, plain_zh=frozenset(plain_zh), plain_en=frozenset(plain_en))


def concept(name: str, slot: str, *, row: Mapping[str, Any], parents: Mapping[str, Collection[str]]) -> Concept:
    """One concept with all that stands above it."""
    above: set[str] = set()
    waiting = list(row.get("under", ()))
    while waiting:
        parent = waiting.pop()
        if parent not in above:
            above.add(parent)
            waiting += parents.get(parent, ())
    return Concept(
        id=name,
        slot=slot,
        zh=str(next(iter(row.get("zh", ())), name)),
        en=str(next(iter(row.get("en", ())), name)),
        under=frozenset(above),
        of=frozenset(row.get("of", ())),
        takes=frozenset(row.get("takes", ())),
        weak=bool(row.get("weak")),
        group=row.get("group", ""),
        generic=bool(row.get("generic")),
        pays=bool(row.get("pays")),
        met_by=frozenset(row.get("met_by", ())),
        beside=tuple(words.plain(one) for one in row.get("beside", ())),
        kinds=frozenset(row.get("kinds", ())),
        proper=bool(row.get("proper")),
        exclusive=bool(row.get("exclusive")),
        about=row.get("about", ""),
        roles=tuple(row.get("roles", ())),
        unit=row.get("unit", ""),
        needs=tuple(words.plain(one) for one in (*row.get("needs", ()), *row.get("needs_en", ()))),
        is_strict="needs" in row or "lists" in row or bool(row.get("strict")),
        patterns=tuple(re.compile(one) for one in row.get("patterns", ())),
        lists=re.compile(row["lists"]) if "lists" in row else None,
    )
