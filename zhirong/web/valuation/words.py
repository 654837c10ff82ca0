"""Codes of the engines in words: methods, the facts of a right, grades, deals, questions and states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from zhirong.valuation import labels, told
from zhirong.valuation.engine import legible
from zhirong.valuation.engine.result import Grade, Input
from zhirong.web import filters
from zhirong.web.registry import words as registry_words

# The shape of a state, of a grade, of a method's part (PAGES 3); the word comes from the labels.
ROLES = {"voice": "go", "floor": "half", "beside": "off", "silent": "off"}
GRADES: dict[Grade, str] = {
    Grade.REGISTER: "go",
    Grade.DEAL: "go",
    Grade.DOCUMENT: "go",
    Grade.FIGURE: "go",
    Grade.STATED: "half",
    Grade.FITTED: "half",
    Grade.ASSUMED: "wait",
}
APPRAISALS = {
    "draft": "off",
    "requested": "wait",
    "assigned": "on",
    "working": "on",
    "returned": "wait",
    "signed": "half",
    "reviewed": "half",
    "issued": "done",
    "withdrawn": "off",
    "lapsed": "no",
}
RUNS = {"waiting": "wait", "running": "on", "done": "go", "failed": "no", "dropped": "off"}
BASES = {"tested": "go", "pooled": "half", "untested": "wait"}


def of(group: str, code: str) -> str:
    """A code's name in the language of the page, with a capital where the language has them."""
    names = labels.of(group, code)
    text = names["zh" if filters.is_chinese() else "en"]
    return text if filters.is_chinese() else text[:1].upper() + text[1:]


def known(group: str) -> list[str]:
    """The codes of a group in their order."""
    return list(labels.groups()[group])


def method(code: str) -> str:
    """A method by its name for people; a valuer's own keeps the name that the valuer gave it."""
    if code.partition(".")[0] == "expert":
        return gettext("The valuer's own method")
    return of("method", code)


def role(code: str) -> tuple[str, str]:
    """What part a method plays, as shape and word."""
    return ROLES[code], of("role", code)


def grade(code: Grade) -> tuple[str, str]:
    """How well an input is known, as shape and word."""
    return GRADES[code], of("grade", code)


def basis(code: str) -> tuple[str, str]:
    """Where the width of a range comes from, as shape and word."""
    return BASES.get(code, "off"), of("basis", code)


def fact(code: str) -> str:
    """A fact of a right or an input of a method."""
    if code.startswith("annual_fee_"):
        return gettext("Annual fee of year %(year)s") % {"year": code.removeprefix("annual_fee_")}
    return of("input", code)


def deal_kind(code: str) -> str:
    """How a past deal came about."""
    return of("deal_kind", code)


def source(code: str, names: Mapping[str, str]) -> str:
    """Where an input comes from: a party by its name, a code of ours in words, any other text as it stands."""
    return names.get(code) or of("input_source", code)


def value_of(name: str, value: Any) -> str:
    """A value of a fact as people read it."""
    if value is None or value == "":
        return gettext("Unknown")
    if isinstance(value, bool) or (name in told.FLAGS and value in ("0", "1")):
        return gettext("It is so") if value in (True, "1") else gettext("It is not so")
    if name == "kind":
        return registry_words.label("kind", str(value))
    if name == "field":
        return gettext("Field %(n)s of WIPO's 35") % {"n": value}
    if isinstance(value, str):
        return of(told.CODED[name], value) if name in told.CODED else value
    if name.endswith(told.RATES):
        return legible.percent(value)
    return filters.thousands(value) if isinstance(value, int) else legible.digits(value)


def input_value(one: Input) -> str:
    """An input's value with its unit."""
    if one.value is None or isinstance(one.value, str | bool) or not one.unit:
        return value_of(one.name, one.value)
    if one.grade in (Grade.STATED, Grade.DOCUMENT, Grade.REGISTER, Grade.DEAL):
        return as_said(one.name, one.unit, one.value)
    return in_unit(one.name, one.unit, one.value)


def as_said(code: str, unit_code: str, value: legible.Number) -> str:
    """A number in its unit as somebody gave it, to the last yuan."""
    if is_money(unit_code):
        return f"{filters.thousands(legible.yuan(value))} {unit(unit_code)}"
    return in_unit(code, unit_code, value)


def in_unit(code: str, unit_code: str, value: legible.Number) -> str:
    """A number in its unit, in three figures where it is money; a choice by its word."""
    if code in ("exclusive_use", "stage"):
        return of(code, legible.digits(value))
    if is_share(unit_code):
        return legible.percent(value)
    if is_money(unit_code):
        return f"{legible.digits(value)} {unit(unit_code)}"
    return f"{legible.digits(value)} {unit(unit_code)}".strip()


def is_share(unit_code: str) -> bool:
    """Whether people read and type it in per cent."""
    return unit_code.startswith(("fraction", "1/"))


def is_money(unit_code: str) -> bool:
    """Whether it is told in yuan."""
    return unit_code.startswith(("yuan", "money"))


def unit(code: str) -> str:
    """A unit as people read it after a number; a plain count has none."""
    if code in ("count", "year", "yes_no", "stage", ""):
        return ""
    names = labels.of("unit", "yuan" if code == "money" else code)
    return names["zh" if filters.is_chinese() else "en"]


def appraisal(code: str) -> tuple[str, str]:
    """The state of an appraisal as shape and word."""
    return APPRAISALS[code], of("appraisal_state", code)


def run(code: str) -> tuple[str, str]:
    """The state of a run as shape and word."""
    return RUNS[code], of("run_state", code)
