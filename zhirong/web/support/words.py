"""Words of these pages: states, sources, certainty, and the value of a fact as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from zhirong.enterprises import sources
from zhirong.enterprises.file import Stated
from zhirong.policy import naming
from zhirong.policy.engine import values
from zhirong.policy.engine.facts import Fact, Vocabulary
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


def language() -> str:
    """The language of the page."""
    return translation.get_language() or "zh-hans"


def label(name: str, known: Vocabulary) -> str:
    """What a fact is called."""
    return naming.fact(known.facts[name], language()) if name in known.facts else name


def value(fact: Fact | None, found: Any) -> str:
    """A value as people read it; the unknown says so."""
    if found is None:
        return gettext("unknown")
    return naming.value(fact, found, language()) if fact else str(values.written(found))


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


def listed_names(fact: Fact) -> str:
    """The fields of a record as they are typed: 金额=…; 计息日=…"""
    return "; ".join(f"{naming.fact(field, language())}=…" for field in fact.fields.values())
