"""A measure as the engine sees it: versions, conditions, lines, ceilings and dated parameters, ready to run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine import exact, shape
from zhirong.policy.engine.exact import Expression
from zhirong.policy.engine.values import written


@dataclass(frozen=True)
class Clause:
    """One rule of the text in our words, how sure it is, and where given the official words with their offsets."""

    id: str
    source: str
    certainty: str
    zh: str
    en: str
    quote: str | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True)
class Leaf:
    """One condition. `fixable`: by action, by time, never."""

    id: str
    clause: str
    fixable: str
    rule: Expression


@dataclass(frozen=True)
class Branch:
    """All or any of its parts."""

    word: str
    parts: tuple[Condition, ...]


Condition = Leaf | Branch


@dataclass(frozen=True)
class Line:
    """One amount that is added up when it applies; `cap` limits it alone."""

    id: str
    clause: str
    amount: Expression
    when: Expression | None
    cap: Expression | None


@dataclass(frozen=True)
class Ceiling:
    """A limit of the sum; the fact `used` says what was received under it."""

    id: str
    clause: str
    scope: str
    limit: Expression
    used: str | None
    when: Expression | None


@dataclass(frozen=True)
class Row:
    """A parameter's value for the days since..until (both included), in the base since `known_from`."""

    since: date
    until: date | None
    value: Any
    clause: str
    known_from: date


@dataclass(frozen=True)
class Version:
    """The rules of a period. `basis` names the fact whose day decides; empty: the day asked."""

    id: str
    since: date
    until: date | None
    known_from: date
    basis: str
    certainty: str
    eligibility: Condition
    lines: tuple[Line, ...] | None
    ceilings: tuple[Ceiling, ...]
    at_most: bool


@dataclass(frozen=True)
class Rule:
    """How a measure goes together with others: exclusive, choose_best, deduct, joint_cap."""

    rule: str
    scope: str
    others: tuple[str, ...]
    clause: str
    limit: Expression | None


@dataclass(frozen=True)
class Material:
    id: str
    zh: str
    en: str
    proves: tuple[str, ...]
    when: Expression | None


@dataclass(frozen=True)
class Window:
    """When applications are taken."""

    opens: datetime
    closes: datetime
    clause: str


@dataclass(frozen=True)
class Measure:
    """One benefit with its history. `raw` is the file as read, for lint, mutation and the hash."""

    id: str
    zh: str
    en: str
    kind: str
    is_draft: bool
    clauses: Mapping[str, Clause]
    parameters: Mapping[str, tuple[Row, ...]]
    versions: tuple[Version, ...]
    cumulation: tuple[Rule, ...]
    tags: tuple[str, ...]
    materials: tuple[Material, ...]
    windows: tuple[Window, ...]
    raw: Mapping[str, Any]

    @cached_property
    def sha256(self) -> str:
        """The hash of the file as read; cases and notes are part of it."""
        text = json.dumps(written(self.raw), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def measure(raw: Mapping[str, Any]) -> Measure:
    """A measure file made ready. Refused: the first finding about its form, an unreadable expression."""
    if found := shape.findings(raw):
        place, problem = found[0]
        raise Refused("policy.file_malformed", place=place, problem=problem)
    return Measure(
        id=raw["id"],
        zh=raw["title"]["zh"],
        en=raw["title"]["en"],
        kind=raw["kind"],
        is_draft=raw.get("status") == "draft",
        clauses={row["id"]: clause(row) for row in raw["clauses"]},
        parameters={name: tuple(map(of_row, entry["values"])) for name, entry in raw["parameters"].items()},
        versions=tuple(map(version, raw["versions"])),
        cumulation=tuple(map(rule, raw["cumulation"])),
        tags=tuple(raw.get("tags") or ()),
        materials=tuple(map(material, raw["materials"])),
        windows=tuple(
            Window(datetime.fromisoformat(row["from"]), datetime.fromisoformat(row["to"]), row["clause"])
            for row in raw["windows"]
        ),
        raw=raw,
    )


def clause(row: Mapping[str, Any]) -> Clause:
    says = row["says"]
    span = row.get("span")
    return Clause(
        row["id"],
        row["source"],
        row["certainty"],
        zh=says["zh"],
        en=says["en"],
        quote=row.get("quote"),
        span=(span[0], span[1]) if span else None,
    )


def of_row(row: Mapping[str, Any]) -> Row:
    return Row(row["from"], row["to"], row["value"], row["clause"], known_from=row.get("known_from") or date.min)


def maybe(row: Mapping[str, Any], name: str) -> Expression | None:
    return exact.expression(row[name]) if row.get(name) is not None else None


def version(row: Mapping[str, Any]) -> Version:
    amount = row.get("amount")
    basis = row.get("date_basis", "application_date")
    return Version(
        id=row["id"],
        since=row["from"],
        until=row["to"],
        known_from=row.get("known_from") or date.min,
        basis="" if basis == "application_date" else basis,
        certainty=row.get("certainty", ""),
        eligibility=condition(row["eligibility"]),
        lines=tuple(map(line, amount["lines"])) if amount else None,
        ceilings=tuple(map(ceiling, (amount or {}).get("ceilings") or ())),
        at_most=bool((amount or {}).get("at_most", False)),
    )


def condition(row: Mapping[str, Any]) -> Condition:
    for word in ("all", "any"):
        if word in row:
            return Branch(word, tuple(map(condition, row[word])))
    return Leaf(row["id"], row["clause"], row["fixable"], exact.expression(row["if"]))


def line(row: Mapping[str, Any]) -> Line:
    amount = exact.expression(row["expr"])
    return Line(row["id"], row["clause"], amount, when=maybe(row, "when"), cap=maybe(row, "cap"))


def ceiling(row: Mapping[str, Any]) -> Ceiling:
    return Ceiling(
        row["id"],
        row["clause"],
        row["scope"],
        limit=exact.expression(row["limit"]),
        used=row.get("used"),
        when=maybe(row, "when"),
    )


def rule(row: Mapping[str, Any]) -> Rule:
    return Rule(row["rule"], row["scope"], tuple(row["with"]), clause=row["clause"], limit=maybe(row, "limit"))


def material(row: Mapping[str, Any]) -> Material:
    return Material(row["id"], row["zh"], row["en"], proves=tuple(row["proves"]), when=maybe(row, "when"))


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every condition of a tree, in the order of the file."""
    if isinstance(condition, Leaf):
        yield condition
        return
    for part in condition.parts:
        yield from leaves(part)


def holds(since: date, until: date | None, day: date) -> bool:
    """Both days included; an open end never comes."""
    return since <= day and (until is None or day <= until)


def parameters_on(measure: Measure, day: date, known: date) -> dict[str, Any]:
    """The value of every parameter that rules on a day, by what the base held on another; a later knowledge wins."""
    found = {}
    for name, rows in measure.parameters.items():
        ruling = [row for row in rows if holds(row.since, row.until, day) and row.known_from <= known]
        if ruling:
            found[name] = max(ruling, key=lambda row: row.known_from).value
    return found


def versions_known(measure: Measure, known: date) -> Sequence[Version]:
    """The versions that the base held on a day."""
    return [one for one in measure.versions if one.known_from <= known]


def expressions(version: Version) -> Iterator[tuple[str, Expression]]:
    """Every expression of a version with its place."""
    for leaf in leaves(version.eligibility):
        yield f"leaf {leaf.id}", leaf.rule
    for one in version.lines or ():
        yield f"line {one.id}", one.amount
        yield from ((f"line {one.id} {word}", text) for word, text in (("when", one.when), ("cap", one.cap)) if text)
    for limit in version.ceilings:
        yield f"ceiling {limit.id}", limit.limit
        if limit.when:
            yield f"ceiling {limit.id} when", limit.when
