"""/support/what-if: two R&D people more, one invention filed, or any facts otherwise: what changes, side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from zhirong.base.refused import Refused
from zhirong.policy import deciding, kept, supporting, suppositions
from zhirong.policy.deciding import Decided
from zhirong.policy.engine import what_if
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.what_if import Change
from zhirong.policy.supporting import Row
from zhirong.web import filters, lists, pages, reading
from zhirong.web.support import asked as asking
from zhirong.web.support import mine, shown, supposing, words
from zhirong.web.support.asked import Asked

PRESETS = {
    "hire_rnd_staff": gettext_noop("Hire two R&D people"),
    "file_invention": gettext_noop("File one invention"),
    "grant_invention": gettext_noop("Have one invention granted"),
}


@require_safe
@pages.signed_in
def what_if_page(request: HttpRequest) -> HttpResponse:
    """Nothing is kept: the address holds all that is supposed."""
    asked, title = asking.read(request), gettext("What if")
    frame: dict[str, Any] = {
        "here": "policy",
        "crumbs": [(gettext("My support"), reverse("support") + asked.link()), (title, None)],
        "title": title,
        "asked": asked,
    }
    if asked.party is None:
        return pages.page(request, "support/nobody.html", **frame)
    known = kept.base(asked.known).vocabulary
    found = deciding.everything(asked.party, **asked.told())
    preset = reading.choice(request, "preset", PRESETS)
    changes, faults = supposing.read(request, known)
    figure = suppositions.figure(preset, asked.day) if preset else None
    changes = [*(suppositions.changes(preset, asked.day) if preset else []), *changes]
    told: dict[str, Any] = {}
    if changes and not faults:
        try:
            told = side_by_side(found, changes, known, asked=asked)
        except Refused as no:
            faults["value1"] = {**pages.told(no), "field": "value1"}
    if told and (file := taken_away(request, told["rows"], title)):
        return file
    return pages.page(
        request,
        "support/what_if.html",
        **frame,
        presets=[(name, gettext(word), address(name, asked), name == preset) for name, word in PRESETS.items()],
        source=figure.source if figure else "",
        source_certainty=words.certainty(figure.certain) if figure else "",
        rows=form_rows(request),
        options=[("", gettext("No fact"))] + supposing.options(found, known),
        ways=supposing.ways(),
        faults=faults,
        typed=request.GET,
        changes=[change_told(one, known) for one in changes],
        is_asked=bool(changes),
        told=told,
        tabs=mine.tabs("support-what-if", asked),
    )


def address(name: str, asked: Asked) -> str:
    return reverse("support-what-if") + asked.link(preset=name)


def form_rows(request: HttpRequest) -> list[dict[str, str]]:
    """The rows of the form with what was typed."""
    names = ("fact", "how", "value")
    return [
        {"place": str(place), **{name: request.GET.get(f"{name}{place}", "") for name in names}}
        for place in range(1, supposing.ROWS + 1)
    ]


def change_told(change: Change, known: Vocabulary) -> str:
    """One supposition in words."""
    label = words.label(change.name, known)
    if change.how == what_if.FORGET:
        return gettext("%(fact)s not known") % {"fact": label}
    value = words.value(known.facts.get(change.name), change.value)
    if change.how == what_if.ADD:
        return gettext("%(fact)s by %(value)s") % {"fact": label, "value": value if value[:1] == "-" else f"+{value}"}
    return gettext("%(fact)s: %(value)s") % {"fact": label, "value": value}


def side_by_side(found: list[Decided], changes: list[Change], known: Vocabulary, *, asked: Asked) -> dict[str, Any]:
    """Both columns of every measure that changes, the best allowed sums, and what could not be counted."""
    after, skipped = deciding.supposed(found, changes, known, moment=asked.moment)
    rows_before, rows_after = supporting.rows(found, known), supporting.rows(after, known)
    best_before, best_after = supporting.best(rows_before), supporting.best(rows_after)
    pairs = [
        difference(was, now, known, asked=asked)
        for was, now in zip(rows_before, rows_after, strict=True)
        if what_if.difference(was.decided.decision, now.decided.decision).is_any or was.fixes != now.fixes
    ]
    return {
        "rows": sorted(pairs, key=lambda one: (not one["flips"], -(one["by_fen"] or 0), one["title"])),
        "same": len(found) - len(pairs),
        "before_fen": None if best_before.refused else best_before.total_fen,
        "after_fen": None if best_after.refused else best_after.total_fen,
        "skipped": filters.listed(sorted(words.label(name, known) for name in skipped)),
    }


def difference(was: Row, now: Row, known: Vocabulary, *, asked: Asked) -> dict[str, Any]:
    """A measure before and after."""
    made = was.decided.measure
    found = what_if.difference(was.decided.decision, now.decided.decision)
    clauses = {leaf.id: leaf.clause for leaf in now.decided.decision.leaves}
    return {
        "title": words.both(made),
        "about": shown.about(was.decided.about) if was.decided.about else "",
        "address": shown.address(was.decided, asked),
        "flips": found.flips,
        "by_fen": found.by_fen,
        "before": column(was),
        "after": column(now),
        "conditions": [
            {
                "clause": shown.clause(clauses.get(name, name), made),
                "before": words.of(words.CONDITION, before),
                "after": words.of(words.CONDITION, then),
            }
            for name, before, then in found.conditions
        ],
        "fix": shown.fix(now.fixes[0], now.decided, known) if now.fixes else None,
    }


def column(row: Row) -> dict[str, Any]:
    """One side."""
    due_fen = what_if.due(row.decided.decision) if row.decided.decision.amount or row.state != "met" else None
    return {
        "state": words.of(words.STATES, row.state),
        "due_fen": due_fen,
        "pays": row.decided.decision.amount is not None,
    }


def taken_away(request: HttpRequest, rows: list[dict[str, Any]], title: str) -> HttpResponse | None:
    """The comparison as CSV or Excel."""
    columns = [
        lists.Column(head=gettext("Measure"), value=lambda one: one["title"]),
        lists.Column(head=gettext("For"), value=lambda one: one["about"]),
        lists.Column(head=gettext("State before"), value=lambda one: one["before"]["state"][1]),
        lists.Column(head=gettext("State then"), value=lambda one: one["after"]["state"][1]),
        lists.Column(head=gettext("Due before (yuan)"), value=lambda one: one["before"]["due_fen"], kind="money"),
        lists.Column(head=gettext("Due then (yuan)"), value=lambda one: one["after"]["due_fen"], kind="money"),
        lists.Column(head=gettext("Difference (yuan)"), value=lambda one: one["by_fen"], kind="money"),
    ]
    return lists.taken_away(request, "what-if", title, columns=columns, found=rows)
