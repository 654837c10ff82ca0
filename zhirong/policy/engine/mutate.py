"""Whether the cases of a measure would notice a slip: each leaf, comparison and parameter moved a little.

A mutant that every case still passes is a survivor: something that no case looks at.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine import cases, grammar, measure, tree
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.values import is_number, simplest

MORE = Fraction(102, 100)
FLIPPED = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "in": "not in",
    "not in": "in",
}
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutant:
    """What was moved, and whether a case noticed."""

    what: str
    is_killed: bool


def mutants(raw: Mapping[str, Any], known: Vocabulary) -> list[Mutant]:
    """Every mutant of a measure that has passed its lint and its cases."""
    return [Mutant(what, is_noticed(changed, known)) for what, changed in changes(raw)]


def is_noticed(changed: Mapping[str, Any], known: Vocabulary) -> bool:
    """Whether at least one case fails on the changed measure."""
    try:
        made = measure.measure(changed)
    except Refused:
        return True
    return any(cases.problems(made, case, known) for case in changed.get("tests") or ())


def changes(raw: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each change by itself, on a copy."""
    for path, text in expressions(raw):
        place = ".".join(map(str, path))
        if path[-1] == "if":
            yield f"{place} made true", changed(raw, path, "true")
        for node in tree.walk(grammar.read(text)):
            if not isinstance(node, tree.Compare):
                continue
            for sign, at in zip(node.signs, node.places, strict=True):
                yield f"{place} at {at + 1}: {sign} flipped", changed(raw, path, flipped(text, sign, at))
    for name, entry in raw["parameters"].items():
        for number, row in enumerate(entry["values"]):
            if row["value"] is None or isinstance(row["value"], str):
                continue
            path = ("parameters", name, "values", number, "value")
            yield f"parameter {name} of {row['from']} two per cent more", changed(raw, path, more(row["value"]))


def flipped(text: str, sign: str, at: int) -> str:
    """The text with one sign turned round; `not in` may have any space between its words."""
    end = at + len(sign)
    if sign == "not in":
        end = text.index("in", at + 3) + 2
    return f"{text[:at]}{FLIPPED[sign]}{text[end:]}"


def more(value: Any) -> Any:
    """Two per cent more: of a table each row's value, not its bounds."""
    if isinstance(value, list):
        return [[row[0], simplest(row[1] * MORE)] for row in value]
    return simplest(value * MORE) if is_number(value) else value


def expressions(raw: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every expression of the versions with its path in the file."""
    for number, version in enumerate(raw["versions"]):
        yield from in_tree(version["eligibility"], ("versions", number, "eligibility"))
        amount = version.get("amount") or {}
        for part in ("lines", "ceilings"):
            for place, row in enumerate(amount.get(part) or ()):
                names = [name for name in ("when", "expr", "cap", "limit") if row.get(name) is not None]
                yield from ((("versions", number, "amount", part, place, name), row[name]) for name in names)


def in_tree(row: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    """The leaves of a condition."""
    for word in ("all", "any"):
        for place, part in enumerate(row.get(word) or ()):
            yield from in_tree(part, (*path, word, place))
    if "if" in row:
        yield (*path, "if"), row["if"]


def changed(raw: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy with one value replaced. Parts that YAML shares between versions are parted first."""
    whole: dict[str, Any] = {name: one for name, one in raw.items() if name not in ("tests", "test_base")}
    whole = {**unshared(whole), "tests": raw.get("tests") or [], "test_base": raw.get("test_base") or {}}
    inner: Any = whole
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return whole


def unshared(value: Any) -> Any:
    """A copy in which an alias is a copy of its own (copy.deepcopy would keep them one)."""
    if isinstance(value, dict):
        return {name: unshared(one) for name, one in value.items()}
    if isinstance(value, list):
        return [unshared(one) for one in value]
    return copy.copy(value)
