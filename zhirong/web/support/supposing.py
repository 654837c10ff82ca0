"""Facts that a form supposes: typed as people type them, each fault beside its own field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from zhirong.base.refused import Refused
from zhirong.policy import deciding, naming, stating
from zhirong.policy.deciding import Decided
from zhirong.policy.engine import what_if
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.what_if import Change
from zhirong.web import pages
from zhirong.web.support import words

ROWS = 3
LONGEST = 400


def options(found: Iterable[Decided], known: Vocabulary, *, only: str = "") -> list[tuple[str, str]]:
    """The facts that these measures ask for, by name; `only` one kind of them."""
    asked = frozenset[str]().union(*(deciding.facts_asked(one.measure) for one in found))
    facts = [known.facts[name] for name in asked if name in known.facts]
    named = [(one.name, naming.fact(one, words.language())) for one in facts if not only or one.kind == only]
    return sorted(named, key=lambda one: one[1])


def ways() -> list[tuple[str, str]]:
    """How a fact may be otherwise."""
    return [
        (what_if.SET, gettext("becomes")),
        (what_if.ADD, gettext("rises by (with −: falls by)")),
        (what_if.FORGET, gettext("is not known")),
    ]


def read(request: HttpRequest, known: Vocabulary) -> tuple[list[Change], dict[str, Any]]:
    """The changes of the address, and the faults by field."""
    changes, faults = [], {}
    for place in range(1, ROWS + 1):
        name = request.GET.get(f"fact{place}", "")
        if not name:
            continue
        try:
            changes.append(change(request.GET, place, known))
        except Refused as no:
            faults[f"value{place}"] = {**pages.told(no), "field": f"value{place}"}
    return changes, faults


def change(values: QueryDict, place: int, known: Vocabulary) -> Change:
    """One row of the form."""
    name, how = values.get(f"fact{place}", ""), values.get(f"how{place}", "") or what_if.SET
    text = values.get(f"value{place}", "").strip()[:LONGEST]
    if how == what_if.FORGET:
        return Change(name, what_if.FORGET)
    if how == what_if.ADD:
        return Change(name, what_if.ADD, text.replace("−", "-").removeprefix("+"))
    return Change(name, what_if.SET, stating.read(name, text, known))
