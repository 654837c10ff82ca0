"""/policy/forecasts: what every measure will cost in a year, and one of them with its budget's book and assumptions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.base.calendar import beijing_day
from zhirong.people import access
from zhirong.policy import forecasts, kept, reach
from zhirong.policy.actions import reaching
from zhirong.policy.engine.budget import Standing
from zhirong.policy.forecasts import Expected
from zhirong.policy.reading import Base
from zhirong.record import actions as record
from zhirong.web import account, filters, lists, pages
from zhirong.web.budgets import assumed, reached, words
from zhirong.web.valuation.typed import Typed

ALLOCATIONS = ("first_come", "pro_rata", "ranking", "total_control")
SPAN = 3


@require_safe
@pages.signed_in
def forecasts_page(request: HttpRequest) -> HttpResponse:
    """/policy/forecasts?year=2026: every measure that pays."""
    access.require(pages.standing_of(request), "policy.see_reach")
    year, title, base = year_of(request), gettext("What the measures will cost"), kept.base()
    run = forecasts.latest()
    rows = forecasts.expected(reach.read(run.found), year) if run else []
    rows.sort(key=lambda one: (one.ranges is None, -one.reach.total_fen, one.reach.measure))
    shown = columns(base)
    if file := lists.taken_away(request, "forecasts", title, columns=shown, found=rows):
        return file
    return pages.page(
        request,
        "budgets/forecasts.html",
        here="policy",
        crumbs=reached.crumbs((gettext("Whom the measures reach"), pages.place("policy-reach")), (title, None)),
        title=title,
        year=year,
        years=[(str(one), str(one)) for one in range(this_year() - SPAN, this_year() + SPAN)],
        run=run,
        total=sums(rows),
        silent=sum(one.ranges is None for one in rows),
        table=lists.table(
            request, "forecasts", gettext("Forecast of %(year)s") % {"year": year}, columns=shown, found=rows
        ),
    )


@pages.signed_in
@pages.form
@pages.does("policy.note_take_up")
@require_http_methods(["GET", "HEAD", "POST"])
def forecast_page(request: HttpRequest, measure: str, year: int) -> HttpResponse:
    """One measure in one year: the range, what it rests on, and the book of its budget."""
    access.require(pages.standing_of(request), "policy.see_reach")
    base = kept.base()
    if measure not in base.measures or not reaching.FIRST_YEAR <= year <= reaching.LAST_YEAR:
        raise Http404
    if request.method == "POST":
        note_take_up(request, measure, year)
        return HttpResponseRedirect(reverse("policy-forecast", args=[measure, year]))
    run = forecasts.latest()
    row = next((one for one in (reach.read(run.found) if run else []) if one.measure == measure), None)
    found = forecasts.expected([row], year) if row else []
    money = found[0].money if found else forecasts.ruling_budgets(year).filter(measure=measure).first()
    burnt = forecasts.burnt(money) if money else []
    one = base.measures[measure]
    title = gettext("%(title)s: forecast of %(year)s") % {"title": words.measure(one, measure), "year": year}
    return pages.page(
        request,
        "budgets/forecast.html",
        here="policy",
        crumbs=reached.crumbs(
            (gettext("What the measures will cost"), reverse("policy-forecasts") + f"?year={year}"), (title, None)
        ),
        title=title,
        one=found[0] if found else None,
        run=run,
        is_in_force=bool(row and row.version),
        can_note=access.could(pages.standing_of(request), "policy.note_take_up"),
        assumptions=assumed.assumptions(found[0], run) if found and run else [],
        ranges=ranges(found[0]) if found else [],
        money=money,
        allocation=allocation(money.allocation) if money else "",
        burnt=burnt,
        drawing=drawing(burnt, money.amount_fen, year) if money else None,
        last=burnt[-1] if burnt else None,
    )


def note_take_up(request: HttpRequest, measure: str, year: int) -> None:
    """What the form says; all its faults at once."""
    typed = Typed(request.POST)
    shares = [typed.percent(name) for name in forecasts.WORDS]
    source = typed.text("source")
    typed.refuse(request)
    low, likely, high = (int((share or Fraction(0)) * forecasts.PPM) for share in shares)
    reaching.note_take_up(account.known(request), measure, year, ppm=(low, likely, high), source=source)


def this_year() -> int:
    """The year in Beijing."""
    return beijing_day(record.now()).year


def year_of(request: HttpRequest) -> int:
    """The year asked for, else this one."""
    given = request.GET.get("year", "")
    return lists.number_of(given, least=reaching.FIRST_YEAR, most=reaching.LAST_YEAR) if given else this_year()


def columns(base: Base) -> list[lists.Column]:
    """One measure a row."""

    def part(place: int) -> Any:
        return lambda one: one.ranges[place].total_fen if one.ranges else None

    return [
        lists.Column(
            head=gettext("Policy measure"),
            value=lambda one: words.measure(base.measures.get(one.reach.measure), one.reach.measure),
            link=lambda one: reverse("policy-forecast", args=[one.reach.measure, one.year]),
        ),
        lists.Column(
            head=gettext("Due to all who meet it (yuan)"), value=lambda one: one.reach.total_fen, kind="money"
        ),
        lists.Column(head=gettext("Take-up"), value=assumed.take_up),
        lists.Column(head=gettext("Low (yuan)"), value=part(0), kind="money"),
        lists.Column(head=gettext("Likely (yuan)"), value=part(1), kind="money"),
        lists.Column(head=gettext("High (yuan)"), value=part(2), kind="money"),
        lists.Column(
            head=gettext("Budget of the year (yuan)"),
            value=lambda one: one.money.amount_fen if one.money else None,
            kind="money",
        ),
        lists.Column(head=gettext("Likely, of the budget"), value=share),
        lists.Column(head=gettext("Used up on, if high"), value=used_up, kind="day"),
    ]


def share(one: Expected) -> str:
    """Of the budget, where there is one."""
    return words.percent(one.ranges[1].share) if one.ranges and one.money else ""


def used_up(one: Expected) -> date | None:
    return one.ranges[2].used_up_on if one.ranges and one.money else None


def sums(rows: list[Expected]) -> dict[str, int]:
    """Low, likely and high of all measures whose take-up is named."""
    told = [one.ranges for one in rows if one.ranges]
    return {word: sum(ranges[place].total_fen for ranges in told) for place, word in enumerate(forecasts.WORDS)}


def ranges(one: Expected) -> list[tuple[str, int, str, date | None]]:
    """Low, likely and high: the sum, the share of the budget, and the day on which it is used up."""
    if one.ranges is None:
        return []
    names = (gettext("Low"), gettext("Likely"), gettext("High"))
    return [
        (name, found.total_fen, *((words.percent(found.share), found.used_up_on) if one.money else ("", None)))
        for name, found in zip(names, one.ranges, strict=True)
    ]


def allocation(name: str) -> str:
    """How it is given out."""
    return {
        "first_come": gettext("first come, first served"),
        "pro_rata": gettext("all the same share, to the fen"),
        "ranking": gettext("by score"),
        "total_control": gettext("total control: the text names no order"),
    }[name]


def drawing(burnt: list[Standing], amount_fen: int, year: int) -> Any:
    """What is left of the budget, day by day."""
    first = date(year, 1, 1)
    points = [(0, amount_fen), *(((one.day - first).days, one.left_fen) for one in burnt)]
    if len(points) == 1:
        return None
    quarters = [((date(year, month, 1) - first).days, f"{year}-{month:02d}") for month in (1, 4, 7, 10)]
    label = gettext("Of %(whole)s yuan %(left)s yuan were left on %(day)s") % {
        "whole": filters.yuan(amount_fen),
        "left": filters.yuan(burnt[-1].left_fen),
        "day": filters.day(burnt[-1].day),
    }
    values = [(amount_fen, filters.yuan(amount_fen)), (0, "0")]
    return pages.Charts().steps_line(points, until=364, label=label, values=values, times=quarters)
