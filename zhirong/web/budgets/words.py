"""Words of these pages: what a measure is called, how far a condition is, and shares of a forecast."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext

from zhirong.policy.almost import Almost
from zhirong.policy.engine.decide import LeafFound
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure
from zhirong.web import filters
from zhirong.web.support import shown
from zhirong.web.support import words as said

PPM = 1_000_000


def measure(one: Measure | None, name: str) -> str:
    """Its title; a draft says that it is one; one that the base lost keeps its id."""
    if one is None:
        return name
    title = said.both(one)
    return gettext("%(title)s (draft, not in force)") % {"title": title} if one.is_draft else title


def reason(row: Almost, one: Measure, known: Vocabulary) -> str:
    """Why somebody is invited: how many conditions are wanting, which, how far, and what helps."""
    parts = [condition(leaf, one, known) for leaf in row.conditions]
    return gettext("%(n)s short of “%(title)s”: %(conditions)s") % {
        "n": conditions_short(len(parts)),
        "title": said.both(one),
        "conditions": gettext("; ").join(parts),
    }


def conditions_short(count: int) -> str:
    """One condition, two conditions …"""
    return gettext("one condition") if count == 1 else gettext("%(n)s conditions") % {"n": count}


def condition(leaf: LeafFound, one: Measure, known: Vocabulary) -> str:
    """What its clause says, by how much it is short, how it can be mended, and how sure the clause is."""
    clause = one.clauses.get(leaf.clause)
    notes = [shown.fixable(leaf)]
    if leaf.short_by == 0:
        notes.insert(0, gettext("exactly on the bound, which has to be passed"))
    elif far := shown.short_by(leaf, known):
        notes.insert(0, gettext("short by %(far)s") % {"far": far})
    if unsure := said.certainty(leaf.certainty):
        notes.append(unsure)
    text = said.both(clause) if clause else leaf.id
    return gettext("%(clause)s (%(notes)s)") % {"clause": text, "notes": filters.listed(notes)}


def percent(share: Fraction | None) -> str:
    """A share with one decimal."""
    if share is None:
        return ""
    tenths = (share.numerator * 2000 + share.denominator) // (2 * share.denominator)
    return f"{tenths // 10}.{tenths % 10}%"


def ppm(millionths: int) -> str:
    """Millionths as per cent, no needless decimals."""
    whole, rest = divmod(millionths, 10_000)
    return f"{whole}%" if not rest else f"{whole}.{rest:04d}".rstrip("0") + "%"


def gaps(found: Sequence[Any], known: Vocabulary, most: int = 2) -> str:
    """The facts that keep most answers open, in words."""
    return filters.listed([said.label(gap.fact, known) for gap in found[:most]])
