"""Facts: their vocabulary, what somebody gave for them, and what cannot all be true at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine import exact, numerals, values

KINDS = ("bool", "number", "text", "texts", "date", "records")
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
LONGEST_TEXT = 200


@dataclass(frozen=True)
class Fact:
    """A name that measures may ask for. `unit` belongs to numbers, `choices` to texts, `fields` to records."""

    name: str
    kind: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    zh: str = ""
    en: str = ""
    source: str = ""
    fields: Mapping[str, Fact] = field(default_factory=dict)
    least: Any = None
    most: Any = None


@dataclass(frozen=True)
class Contradiction:
    """What can never be true of facts at once, as an expression that is true then."""

    id: str
    expression: exact.Expression
    zh: str
    en: str


@dataclass(frozen=True)
class Vocabulary:
    """Every fact by its name, and the contradictions between them."""

    facts: Mapping[str, Fact]
    contradictions: Sequence[Contradiction] = ()


def vocabulary(raw: Mapping[str, Any]) -> Vocabulary:
    """A facts file (`policy-facts/1`) as read. Refused: an entry that is none."""
    found = {name: fact(name, entry) for name, entry in (raw.get("facts") or {}).items()}
    rules = []
    for row in raw.get("contradictions") or []:
        if not isinstance(row, Mapping) or any(not isinstance(row.get(key), str) for key in ("id", "if", "zh", "en")):
            raise Refused("policy.file_malformed", place="contradictions", problem="needs id, if, zh, en")
        rules.append(Contradiction(row["id"], exact.expression(row["if"]), row["zh"], row["en"]))
    return Vocabulary(found, tuple(rules))


def fact(name: str, entry: Any) -> Fact:
    """One entry of the vocabulary."""
    if not isinstance(entry, Mapping) or entry.get("type") not in KINDS:
        raise Refused("policy.file_malformed", place=f"facts.{name}", problem=f"type is none of {', '.join(KINDS)}")
    return Fact(
        name=name,
        kind=entry["type"],
        unit=str(entry.get("unit", "")),
        choices=tuple(str(one) for one in entry.get("values") or ()),
        zh=str(entry.get("zh", "")),
        en=str(entry.get("en", "")),
        source=str(entry.get("source", "")),
        fields={key: fact(f"{name}.{key}", inner) for key, inner in (entry.get("fields") or {}).items()},
        least=entry.get("least"),
        most=entry.get("most"),
    )


def settled(given: Mapping[str, Any], known: Vocabulary) -> dict[str, Any]:
    """What was given, exact and of the right kinds; a fact given as nothing is left out, for it is unknown.

    Refused: a name that the vocabulary lacks, a value of another kind or unit, an impossible day, a contradiction.
    """
    facts: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known.facts:
            raise Refused("policy.fact_unknown", name=str(name)[:100])
        if value is not None:
            facts[name] = of_kind(known.facts[name], value)
    case = exact.Case(facts, {})
    for rule in known.contradictions:
        if rule.expression.facts <= facts.keys() and rule.expression.run(case) is True:
            names = [called(known.facts[name]) for name in sorted(rule.expression.facts)]
            raise Refused(
                "policy.facts_contradict",
                names={"zh": "、".join(one["zh"] for one in names), "en": ", ".join(one["en"] for one in names)},
                says=f"{rule.zh} / {rule.en}",
            )
    return facts


def called(fact: Fact) -> dict[str, str]:
    """A fact in a sentence: what people call it, with its name in the vocabulary behind."""
    zh = f"{fact.zh}（{fact.name}）" if fact.zh else fact.name
    return {"code": fact.name, "zh": zh, "en": f"{fact.en} ({fact.name})" if fact.en else fact.name}


def of_kind(fact: Fact, value: Any) -> Any:
    """A value as its fact takes it. A refusal that names the fact calls it as people do."""
    try:
        return _of_kind(fact, value)
    except Refused as no:
        if no.facts.get("name") != fact.name:
            raise
        raise Refused(no.code, **{**no.facts, "name": called(fact)}) from None


def _of_kind(fact: Fact, value: Any) -> Any:
    if fact.kind == "number":
        return number(fact, value)
    if fact.kind == "date":
        return day(fact, value)
    if fact.kind in ("texts", "records"):
        return listed(fact, value)
    wanted: type = {"bool": bool, "text": str}[fact.kind]
    if not isinstance(value, wanted):
        raise misfit(fact, value)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise misfit(fact, value)
    return value


def misfit(fact: Fact, value: Any) -> Refused:
    return Refused("policy.fact_misfit", name=fact.name, wanted=fact.kind, found=str(value)[:40])


def number(fact: Fact, value: Any) -> Any:
    """An exact number; a text is read with its unit."""
    if isinstance(value, bool):
        raise misfit(fact, value)
    if isinstance(value, str):
        value = numerals.read(value, name=fact.name, unit=fact.unit)
    value = values.exact(value)
    if not values.is_number(value):
        raise misfit(fact, value)
    if (fact.least is not None and value < fact.least) or (fact.most is not None and value > fact.most):
        least, most = ("…" if bound is None else str(values.written(bound)) for bound in (fact.least, fact.most))
        raise Refused(
            "policy.fact_out_of_band", name=fact.name, value=str(values.written(value)), least=least, most=most
        )
    return value


def day(fact: Fact, value: Any) -> date:
    """A day that the calendar has, within three centuries."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise Refused("policy.no_such_day", text=value[:40]) from None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise misfit(fact, value)
    if not EARLIEST <= value <= LATEST:
        raise Refused("policy.no_such_day", text=value.isoformat())
    return value


def listed(fact: Fact, value: Any) -> tuple[Any, ...]:
    """A list of texts or of records; a field that a record lacks is unknown."""
    if not isinstance(value, list | tuple):
        raise misfit(fact, value)
    if len(value) > exact.MOST_RECORDS:
        raise Refused("policy.list_too_long", most=exact.MOST_RECORDS, found=len(value))
    if fact.kind == "texts":
        if any(not isinstance(one, str) or len(one) > LONGEST_TEXT for one in value):
            raise misfit(fact, value)
        return tuple(value)
    return tuple(record(fact, one) for one in value)


def record(fact: Fact, one: Any) -> dict[str, Any]:
    """One record with known fields only."""
    if not isinstance(one, Mapping):
        raise misfit(fact, one)
    for name in one:
        if name not in fact.fields:
            raise Refused("policy.fact_unknown", name=f"{fact.name}.{name}"[:100])
    return {name: of_kind(fact.fields[name], value) for name, value in one.items() if value is not None}
