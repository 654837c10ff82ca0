"""Whom a text affects: everybody screened under the ruling text and under this one, on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.people.models import Party
from zhirong.policy import drafting, kept, population
from zhirong.policy.engine.effect import Change, Effect
from zhirong.policy.models import MeasureText
from zhirong.policy.population import Population
from zhirong.policy.reading import Base
from zhirong.record import actions as record
from zhirong.web import filters
from zhirong.web.measures import measure, words
from zhirong.web.office import rooms

SHOWN = 50
GROUPS = {
    "gains": ("go", gettext_noop("Would qualify and do not now")),
    "loses": ("no", gettext_noop("Qualify now and would not")),
    "more": ("go", gettext_noop("Would get more")),
    "less": ("no", gettext_noop("Would get less")),
    "other": ("wait", gettext_noop("Whose answer becomes, or ceases to be, unknown")),
}
STATES = {
    "met": gettext_noop("qualifies"),
    "not_met": gettext_noop("does not qualify"),
    "unknown": gettext_noop("not known yet"),
    "not_in_force": gettext_noop("not in force"),
    "refused": gettext_noop("facts do not fit"),
}


@dataclass(frozen=True)
class Line:
    """An enterprise before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Group:
    """Enterprises that a text changes in one way, as many as are shown, and how many there are."""

    shape: str
    word: str
    count: int
    lines: list[Line]


@dataclass(frozen=True)
class Told:
    """The effect of a text on everybody on a day, for a page; `refused` where nobody was screened yet."""

    day: date
    people: int = 0
    sides: Sequence[tuple[str, str, str]] = ()
    groups: Sequence[Group] = ()
    refused: Refused | None = None


@rooms.room("policy.see_drafts")
def effect_page(request: HttpRequest, text_id: int) -> HttpResponse:
    """/office/measures/<id>/effect?day=: on a day of one's choice, everybody read anew."""
    one = get_object_or_404(MeasureText, pk=text_id)
    title = gettext("Whom it affects")
    return rooms.show(
        request,
        "measure_effect.html",
        here="office-measures",
        title=title,
        way=(one.zh if filters.is_chinese() else one.en, reverse("office-measure-text", args=[one.pk])),
        one=one,
        effect=told(one, kept.base(), day=measure.day_of(request, "day"), is_asked=True),
    )


def told(one: MeasureText, base: Base, *, day: date | None = None, is_asked: bool = False) -> Told | None:
    """The effect of a text; nothing where it cannot be read yet."""
    new = drafting.readable(one.text)
    if new is None:
        return None
    old = drafting.before(one, base)
    on = day or drafting.first_day(old, new, beijing_day(record.now()))
    try:
        whole = population.crowd(on, is_asked=is_asked)
        found = population.effect(old, new, day=on, whole=whole)
    except Refused as no:
        return Told(on, refused=no)
    return Told(on, len(whole.ids), sides(found), groups(found, whole))


def sides(found: Effect) -> list[tuple[str, str, str]]:
    """What, before, after: how many qualify, how many cannot be told, the sum."""
    both = (found.before, found.after)
    rows = [
        (gettext("Enterprises that qualify"), [filters.thousands(one.met) for one in both]),
        (gettext("Enterprises whose answer is unknown"), [filters.thousands(one.unknown) for one in both]),
        (gettext("Qualify, amount unknown"), [filters.thousands(one.unpriced) for one in both]),
        (gettext("Sum of the known amounts (yuan)"), [filters.yuan(one.total_fen) for one in both]),
    ]
    return [(word, before, after) for word, (before, after) in rows]


def groups(found: Effect, whole: Population) -> list[Group]:
    """Who changes, in one question for all names."""
    by_name = {name: getattr(found, name) for name in GROUPS}
    shown = {whole.ids[one.place] for ones in by_name.values() for one in ones[:SHOWN]}
    names = dict(Party.objects.filter(pk__in=shown).values_list("pk", "name"))
    return [
        Group(shape, gettext(word), len(by_name[name]), [line(one, whole, names) for one in by_name[name][:SHOWN]])
        for name, (shape, word) in GROUPS.items()
        if by_name[name]
    ]


def line(one: Change, whole: Population, names: dict[int, str]) -> Line:
    """One enterprise before and after."""
    return Line(
        names.get(whole.ids[one.place], "–"), answer(one.before, one.before_fen), answer(one.after, one.after_fen)
    )


def answer(state: str, amount_fen: int | None) -> str:
    """A state with its amount, where there is one."""
    word = words.word(STATES, state)
    if amount_fen is None:
        return word
    return gettext("%(state)s, %(amount)s yuan") % {"state": word, "amount": filters.yuan(amount_fen)}
