"""An input's name, value and source in both languages, as papers tell them: the words and digits of the pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from zhirong.papers.appraisal_facts import InputLine
from zhirong.papers.facts import Both
from zhirong.registry import labels as registry_labels
from zhirong.valuation import labels
from zhirong.valuation.engine import legible
from zhirong.valuation.engine.result import Grade, Input
from zhirong.valuation.engine.subject import Said

FEE = "annual_fee_"
# Inputs that are shares, where the engine gives no unit with them.
RATES = ("_rate", "_share", "_yearly", "income_tax")
# Facts whose values are codes of another catalogue.
CODED = {"owner": "owner_kind", "owner_kind": "owner_kind", "deal": "deal_kind"}
CHOICES = ("exclusive_use", "stage")
FLAGS = {"is_granted", "is_pledged", "invalidation_open", "invalidation_survived", "open_licence"}
# Somebody's own figure is told as it was given; what the house believes is told in three digits.
GIVEN = (Grade.STATED, Grade.DOCUMENT, Grade.REGISTER, Grade.DEAL)
# Counts and years are told by their name.
BARE = ("count", "year", "yes_no", "stage", "")


def line(one: Input) -> InputLine:
    """An input as it stands on a paper; an unknown one says so."""
    return InputLine(
        name=name_of(one.name),
        value=value_of(one),
        source=both("input_source", one.source),
        grade=both("grade", str(one.grade)),
        on=one.on,
    )


def read(said: Any) -> Input:
    """An input of an engine's record, as JSON keeps it."""
    day = said.get("on")
    return Input(
        name=str(said["name"]),
        value=said["value"],
        source=str(said["source"]),
        grade=Grade(said["grade"]),
        on=date.fromisoformat(day) if day else None,
        unit=str(said.get("unit") or ""),
    )


def both(group: str, code: str) -> Both:
    """A code's two names as papers take them."""
    names = labels.of(group, code)
    return Both(names["zh"], names["en"])


def name_of(code: str) -> Both:
    """A fact of a right or an input of a method."""
    if code.startswith(FEE):
        years = code.removeprefix(FEE)
        return Both(f"第 {years} 年年费", f"annual fee of year {years}")
    return both("input", code)


def value_of(one: Input) -> Both:
    """A value as people read it: codes in words, shares in per cent, money in yuan."""
    value = one.value
    if value is None or value == "":
        return Both("未知", "unknown")
    if isinstance(value, bool) or (one.name in FLAGS and value in ("0", "1")):
        return Both("是", "yes") if value in (True, "1") else Both("否", "no")
    if one.name == "field":
        return Both(f"WIPO 三十五领域之 {value}", f"field {value} of WIPO's 35")
    if isinstance(value, str):
        return _word(one.name, value)
    if one.name in CHOICES:
        return both(one.name, legible.digits(value))
    return _number(one.name, one.unit, value, is_given=one.grade in GIVEN)


def _word(name: str, code: str) -> Both:
    if name == "kind" and code in registry_labels.groups()["kind"]:
        names = registry_labels.of("kind", code)
        return Both(names["zh"], names["en"])
    return both(CODED[name], code) if name in CODED else Both(code, code)


def _number(name: str, unit: str, value: int | legible.Number, *, is_given: bool) -> Both:
    if unit.startswith(("fraction", "1/")) or (not unit and name.endswith(RATES)):
        share = legible.percent(value)
        return Both(share, share)
    is_money = unit.startswith(("yuan", "money"))
    is_whole = (is_money and is_given) or (not unit and isinstance(value, int))
    digits = f"{legible.yuan(value):,}" if is_whole else legible.digits(value)
    if unit in BARE:
        return Both(digits, digits)
    names = both("unit", "yuan" if unit == "money" else unit)
    return Both(f"{digits} {names.zh}", f"{digits} {names.en}")


def in_one_line(found: Iterable[Input]) -> list[Input]:
    """The annual fees of many years as one sum."""
    rows = list(found)
    fees = [one for one in rows if one.name.startswith(FEE) and isinstance(one.value, int | legible.Number)]
    if len(fees) < 2:
        return rows
    years = sorted(int(one.name.removeprefix(FEE)) for one in fees)
    total = sum((one.value for one in fees if isinstance(one.value, int | legible.Number)), 0)
    latest = max((one.on for one in fees if one.on), default=None)
    whole = replace(fees[-1], name=f"{FEE}{years[0]} – {years[-1]}", value=total, on=latest)
    return [whole, *(one for one in rows if not one.name.startswith(FEE))]


def without_references(found: Iterable[Input], said: Said) -> list[Input]:
    """The inputs with who answered in words: a reference of a party or of its paper tells a reader nothing."""
    names = {one.by: "answer" for one in said.answers if one.by}
    names |= {one.evidence: "answer_paper" for one in said.answers if one.evidence}
    return [replace(one, source=names.get(one.source, one.source)) for one in found]
