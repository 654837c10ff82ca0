"""Words of these pages: states, sources, certainty, and the value of a fact as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext, gettext_noop

from zhirong.enterprises import sources
from zhirong.enterprises.file import Stated
from zhirong.policy.engine import values
from zhirong.policy.engine.facts import Fact
from zhirong.policy.engine.values import is_number
from zhirong.web import filters

STATES = {
    "met": ("go", gettext_noop("Met")),
    "nearly": ("wait", gettext_noop("Nearly")),
    "unknown": ("half", gettext_noop("Not known yet")),
    "not_met": ("no", gettext_noop("Not met")),
    "not_in_force": ("off", gettext_noop("Not in force")),
}
CONDITION = {
    True: ("go", gettext_noop("Met")),
    False: ("no", gettext_noop("Not met")),
    None: ("half", gettext_noop("Unknown")),
}
KINDS = {
    "payment": gettext_noop("Paid out"),
    "fee": gettext_noop("Fee not to be paid"),
    "tax_base": gettext_noop("Less taxable income"),
    "recognition": gettext_noop("Recognition"),
    "permission": gettext_noop("Permission"),
}
CERTAINTY = {
    "reading": gettext_noop("one of several readings"),
    "assumed": gettext_noop("assumed, not in the source"),
    "memory": gettext_noop("from memory, not checked"),
}
UNITS = {
    "person": gettext_noop("persons"),
    "count": gettext_noop("pieces"),
    "day": gettext_noop("days"),
    "month": gettext_noop("months"),
    "point": gettext_noop("points"),
    "CNY": gettext_noop("yuan"),
}
WINDOWS = {
    "open": ("go", gettext_noop("Applications are open")),
    "opens": ("wait", gettext_noop("Applications open later")),
    "closed": ("no", gettext_noop("Applications are closed")),
    "unknown": ("half", gettext_noop("The text names no window")),
}


def of(names: Mapping[Any, tuple[str, str]], key: Any) -> tuple[str, str]:
    """Shape and word."""
    shape, word = names[key]
    return shape, gettext(word)


def kind(name: str) -> str:
    return gettext(KINDS[name])


def certainty(name: str) -> str:
    """Nothing where the source simply says so."""
    return gettext(CERTAINTY[name]) if name in CERTAINTY else ""


def both(thing: Any) -> str:
    """The words of a clause, a measure or a fact in the language of the page."""
    return str(thing.zh if filters.is_chinese() else thing.en or thing.zh)


def of_raw(names: Mapping[str, str]) -> str:
    """The same of an entry `{zh, en}`."""
    return str(names["zh"] if filters.is_chinese() else names.get("en") or names["zh"])


def unit(fact: Fact) -> str:
    """What stands behind a number of this fact."""
    if fact.unit == "/1":
        return "%"
    return gettext(UNITS[fact.unit]) if fact.unit in UNITS else ""


def value(fact: Fact | None, found: Any) -> str:
    """A value as people read it; the unknown says so."""
    if found is None:
        return gettext("unknown")
    if isinstance(found, bool):
        return gettext("yes") if found else gettext("no")
    if fact is not None and is_number(found):
        return number(fact, found)
    if isinstance(found, date | datetime):
        return filters.day(found)
    if isinstance(found, list | tuple):
        if found and isinstance(found[0], Mapping):
            return gettext("%(n)s entries") % {"n": len(found)}
        return filters.listed(choice(fact, str(one)) for one in found) or gettext("none")
    return choice(fact, str(values.written(found)))


def number(fact: Fact, found: int | Fraction) -> str:
    """A number in its unit: money to the fen, shares as per cent, years plain."""
    if fact.unit == "CNY":
        return f"{filters.yuan(values.fen(found))} {gettext('yuan')}"
    if fact.unit == "/1":
        return f"{values.decimals(Fraction(found) * 100)}%"
    plain = values.decimals(Fraction(found))
    if fact.unit == "year":
        return plain
    word = unit(fact)
    whole = filters.thousands(found) if isinstance(found, int) else plain
    return f"{whole} {word}" if word else whole


def choice(_fact: Fact | None, code: str) -> str:
    """What a value to choose from is called."""
    return code


def said_by(stated: Stated | None) -> str:
    """Whose word a fact is, and since when the house knows it."""
    if stated is None:
        return gettext("supposed here")
    names = sources.names().get(stated.source)
    source = of_raw(names) if names else stated.source
    return gettext("%(source)s, known since %(day)s") % {"source": source, "day": filters.day(stated.known_from)}


def source(name: str) -> str:
    """Who normally supplies a fact."""
    names = sources.names().get(name)
    return of_raw(names) if names else name
