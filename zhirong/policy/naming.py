"""What facts, their choices and units are called in two languages, and how a plain value of a fact is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import shown, yaml_text
from zhirong.policy.engine import numerals, values
from zhirong.policy.engine.facts import Fact

# A year is no quantity: it is written without commas and without its unit in English.
YEARS = "year"


@cache
def _names() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml_text.parse(Path(__file__).with_name("choices.yaml").read_text("utf-8"))
    return found


def _in(pair: Mapping[str, str], language: str) -> str:
    return pair["zh" if shown.is_chinese(language) else "en"]


def fact(one: Fact, language: str) -> str:
    """The name of a fact or field; one that the vocabulary leaves unnamed is known by its key."""
    said = one.zh if shown.is_chinese(language) else one.en
    field = one.name.rpartition(".")[2]
    return said or (_in(_names()["fields"][field], language) if field in _names()["fields"] else field)


def choice(one: Fact, value: str, language: str) -> str:
    """The name of a choice of a fact; a choice of somebody's own vocabulary is shown by its key."""
    pair = _pair(one, value)
    return _in(pair, language) if pair else value


def choices(one: Fact, language: str) -> list[tuple[str, str]]:
    """Every choice of a fact with its name."""
    return [(value, choice(one, value, language)) for value in one.choices]


def chosen(one: Fact, text: str) -> str | None:
    """The choice that a text names: by its key, or by its Chinese or English name."""
    plain = text.casefold()
    for value in one.choices:
        names = {value, *(_pair(one, value) or {}).values()}
        if plain in {name.casefold() for name in names}:
            return value
    return None


def _pair(one: Fact, value: str) -> Mapping[str, str] | None:
    named = _names()["choices"]
    found: Mapping[str, str] | None = named.get(one.name, {}).get(value) or named["*"].get(value)
    return found


def unit(one: Fact, language: str) -> str:
    """The unit of a number as it stands behind it; empty where the fact has none."""
    pair = _names()["units"].get(one.unit)
    return _in(pair, language) if pair else ""


def value(one: Fact, given: Any, language: str) -> str:
    """A plain value as people read it, with its unit: 3,000,000 元, 12.5%, 是, 发明、外观设计."""
    if isinstance(given, bool):
        return _in(_names()["yes" if given else "no"], language)
    if one.kind == "number":
        return _number(one, given, language)
    if one.kind == "texts" and isinstance(given, Sequence):
        return ("、" if shown.is_chinese(language) else ", ").join(choice(one, each, language) for each in given) or "–"
    if one.kind == "records" and isinstance(given, Sequence):
        return "\n".join(_record(one, each, language) for each in given) or "–"
    return choice(one, str(given), language)


def _number(one: Fact, given: Any, language: str) -> str:
    exact = numerals.read(given, name=one.name, unit=one.unit) if isinstance(given, str) else values.exact(given)
    if one.unit == "/1":
        return f"{_decimals(exact * 100)}%"
    if one.unit == YEARS and exact.denominator == 1 and exact >= 1900:
        return f"{exact}年" if shown.is_chinese(language) else str(exact)
    return f"{_decimals(exact, grouped=True)} {unit(one, language)}".strip()


def _decimals(exact: int | Fraction, *, grouped: bool = False) -> str:
    whole, point, rest = values.decimals(Fraction(exact)).partition(".")
    return f"{int(whole):,}{point}{rest}" if grouped and whole != "-0" else whole + point + rest


def _record(one: Fact, given: Mapping[str, Any], language: str) -> str:
    colon, mark = ("：", "；") if shown.is_chinese(language) else (": ", "; ")
    fields = [one.fields[name] for name in given if name in one.fields]
    named = ((fact(field, language), field, given[field.name.rpartition(".")[2]]) for field in fields)
    return mark.join(f"{name}{colon}{value(field, said, language)}" for name, field, said in named)


def about(key: str, language: str) -> str:
    """One loan, one patent, one project in words: 贷款 2026-01; a key of another kind stands as it is."""
    kind, apart, name = key.partition(":")
    pair = _names()["abouts"].get(kind)
    return f"{_in(pair, language)} {name}" if apart and pair else key


@cache
def _topics() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml_text.parse(Path(__file__).with_name("fact_topics.yaml").read_text("utf-8"))
    return found


def topics(names: Iterable[str], language: str) -> list[tuple[str, list[str]]]:
    """The names of facts grouped by topic, in the order of the topics; a topic without any is left out."""
    wanted = set(names)
    placed = {name for topic in _topics().values() for name in topic["facts"]}
    grouped = []
    for key, topic in _topics().items():
        found = [name for name in topic["facts"] if name in wanted]
        found += sorted(wanted - placed) if key == "others" else []
        if found:
            grouped.append((_in(topic, language), found))
    return grouped
