"""/portfolios/7f3a…: many rights together: the range of the whole, what each adds, what to renew, what sleeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from zhirong.base import shown as base_shown
from zhirong.base.refused import Refused
from zhirong.exchange.models import ListingItem
from zhirong.record import notices
from zhirong.valuation import portfolio_kept
from zhirong.valuation.actions import portfolios as deeds
from zhirong.valuation.engine import legible
from zhirong.valuation.models import Portfolio, PortfolioItem
from zhirong.valuation.portfolio_kept import Advised, Kept, Line, Whole
from zhirong.web import account, filters, lists, pages
from zhirong.web.registry import words as registry_words
from zhirong.web.valuation import portfolios, shown

TOP = 5
# Lines of each list of advice; the table of rights has them all.
LISTED = 20


@dataclass(frozen=True)
class Row:
    """One right of the portfolio as it was computed, and whether nobody uses it as far as is known here."""

    line: Line
    is_sleeping: bool


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form_with(portfolios.BESIDE)
def portfolio_page(request: HttpRequest, ref: str) -> HttpResponse:
    """One portfolio as it was computed last; posting changes or ends it."""
    found = portfolio_of(request, ref)
    if request.method == "POST":
        return done(request, found)
    state = portfolio_kept.states(portfolio_kept.standing().filter(pk=found.pk))[found.pk]
    kept = portfolio_kept.read(found.value, state=state) if hasattr(found, "value") else None
    rows, told = rows_of(found, kept), kept.whole if kept else None
    language = "zh" if filters.is_chinese() else "en"
    unit, columns = shown.unit_of(told.range if told else None), columns_of()
    if file := lists.taken_away(request, "rights", found.name, columns=columns, found=rows):
        return file
    return pages.page(
        request,
        "valuation/portfolio.html",
        here="value",
        crumbs=[
            (gettext("Value"), reverse("value")),
            (gettext("Portfolios"), reverse("portfolios")),
            (found.name, None),
        ],
        portfolio=found,
        unread=found.unread_here or 0,  # type: ignore[attr-defined]
        day=kept.day if kept else None,
        computing=None if kept and kept.is_current else computing(found, state),
        unit=unit.word,
        table=lists.table(request, "rights", gettext("Rights of the portfolio"), columns=columns, found=rows),
        **(whole_facts(told, rows, unit) if told else {"whole": None, "moves": []}),
        **advice_facts(rows),
        numbers="\n".join(one.line.number for one in rows) if kept else numbers_of(found),
        unvalued=[(one.line.number, one.line.why[language]) for one in rows if one.line.refusal],
    )


def computing(found: Portfolio, state: str) -> str:
    """How far the job is that computes it anew."""
    job = portfolio_kept.job_of(found.pk, state)
    if job is None or job.state == "waiting":
        return gettext("It is computed within a minute or two; look again then.")
    if job.state == "running":
        facts = {"done": filters.thousands(job.done), "total": filters.thousands(job.total)}
        return gettext("%(done)s of %(total)s rights are valued; look again in a moment.") % facts
    return gettext("It could not be computed; the next attempt is tomorrow, or when the portfolio changes.")


def done(request: HttpRequest, found: Portfolio) -> HttpResponse:
    """The portfolio as its form says it now, or its end."""
    person, deed = account.known(request), request.POST.get("deed", "")
    if deed == "end":
        deeds.end(person, found.ref)
        return HttpResponseRedirect(reverse("portfolios"))
    if deed != "keep":
        raise Refused("web.no_such_deed", deed=deed[:40])
    return portfolios.kept(request, portfolios.wanted(request, [found.party]), ref=found.ref)


def portfolio_of(request: HttpRequest, ref: str) -> Portfolio:
    """The portfolio of one of this person's parties with what it came to, in one query."""
    person, standing = account.known(request), pages.standing_of(request)
    rows = Portfolio.objects.filter(
        ref=ref, party__in=standing.parties if standing else (), ended_at__isnull=True
    ).annotate(unread_here=notices.unread_beside(person.ref))
    found = rows.select_related("party", "value").defer("value__body").first()
    if found is None:
        raise Http404
    return found


def rows_of(found: Portfolio, kept: Kept | None) -> list[Row]:
    """Every right as it was computed; what is listed since sleeps no more."""
    if kept is None:
        return []
    mine = PortfolioItem.objects.filter(portfolio=found).values("right")
    listed = set(ListingItem.objects.filter(is_live=True, right__in=mine).values_list("right_id", flat=True))
    return [Row(one, not one.is_used and one.right_id not in listed) for one in kept.lines]


def numbers_of(found: Portfolio) -> str:
    """The numbers of its rights, one a line."""
    return "\n".join(found.items.order_by("position").values_list("right__number", flat=True))


def whole_facts(told: Whole, rows: Sequence[Row], unit: shown.Unit) -> dict[str, Any]:
    """The range of the whole, how concentrated it is, and the rights that weigh most."""
    figures: Any = told.figures
    scale = legible.scale([told.range.p5, told.range.p95])
    found = shown.range_of(told.range, unit)
    by_key = {str(one.line.right_id): one.line for one in rows}
    top = sorted(figures["assets"], key=lambda one: -one["share"])[:TOP]
    most = max((one["share"] for one in top), default=1)
    return {
        "whole": found,
        "whole_drawing": shown.drawn(told.range, scale=scale, label=found.told, is_blend=True),
        "whole_scale": shown.scale_head(scale, unit),
        "effective": legible.digits(figures["effective_number"]),
        "counted": len(figures["assets"]),
        "safe_share": legible.percent(figures["p10_of_mean"], places=0),
        "tail": legible.percent(figures["tail"], places=0),
        "top": [
            {
                "title": filters.title(by_key[one["key"]]),
                "address": reverse("right-value", args=[int(one["key"])]),
                "share": legible.percent(one["share"]),
                "tail": legible.percent(one["tail_share"]),
                "drawing": shown.charts.bar(*legible.counts([one["share"], most])),
            }
            for one in top
        ],
        "notes": [text for _, text in shown.weighed(told.notes)],
        "moves": shown.swings(shown.in_percent(told.sensitivities), told.range, unit),
    }


def advice_facts(rows: Sequence[Row]) -> dict[str, Any]:
    """Which patents to let lapse: fees saved less value lost is one figure; expectations add, medians do not."""
    advised = [(one.line, one.line.advice) for one in rows if one.line.advice]
    drop = sorted(((line, advice) for line, advice in advised if advice.net < 0), key=lambda pair: pair[1].net)
    saved = sum((advice.fees_saved for _, advice in drop), 0)
    lost = sum((advice.value_lost for _, advice in drop), 0)
    sleeping = [one.line for one in rows if one.is_sleeping]
    return {
        "drop": [drop_line(line, advice) for line, advice in drop[:LISTED]],
        "dropped": len(drop),
        "keep": len(advised) - len(drop),
        "unadvised": len(rows) - len(advised),
        "saved": filters.thousands(legible.yuan(saved)),
        "lost": filters.thousands(legible.yuan(lost)),
        "net": filters.thousands(legible.yuan(saved - lost)),
        "sleeping": [sleeping_line(one) for one in sleeping[:LISTED]],
        "sleepers": len(sleeping),
    }


def drop_line(one: Line, advice: Advised) -> dict[str, Any]:
    """A patent that is worth less than its fees."""
    return {
        "title": filters.title(one),
        "number": one.number,
        "address": reverse("right-value", args=[one.right_id]),
        "year": advice.next_year,
        "fee": filters.thousands(legible.yuan(advice.next_fee)),
        "saved": filters.thousands(legible.yuan(advice.fees_saved)),
        "lost": filters.thousands(legible.yuan(advice.value_lost)),
        "net": filters.thousands(legible.yuan(-advice.net)),
    }


def sleeping_line(one: Line) -> dict[str, str]:
    """A right that nobody uses as far as is known here."""
    return {
        "title": filters.title(one),
        "number": one.number,
        "address": reverse("right", args=[one.right_id]),
        "list": f"{reverse('listing-new')}?right={one.right_id}",
    }


def columns_of() -> list[lists.Column]:
    """The rights of the portfolio with their ranges; the sheet holds the same in yuan."""
    return [
        lists.Column(
            head=gettext("Right"),
            value=lambda one: filters.title(one.line),
            link=lambda one: reverse("right-value", args=[one.line.right_id]),
        ),
        lists.Column(head=gettext("Number"), value=lambda one: one.line.number),
        lists.Column(head=gettext("Kind"), value=lambda one: registry_words.label("kind", one.line.kind)),
        lists.Column(head=gettext("P5 (yuan)"), value=lambda one: end_of(one, "p5"), kind="money"),
        lists.Column(head=gettext("Median (yuan)"), value=lambda one: end_of(one, "median"), kind="money"),
        lists.Column(head=gettext("P95 (yuan)"), value=lambda one: end_of(one, "p95"), kind="money"),
        lists.Column(head=gettext("Mean (yuan)"), value=lambda one: end_of(one, "mean"), kind="money"),
        lists.Column(head=gettext("Next fee"), value=fee_word, state=fee_state),
    ]


def end_of(one: Row, name: str) -> int | None:
    """One end of a right's range in fen, to three digits as on its own page."""
    return None if one.line.range is None else legible.rounded_fen(getattr(one.line.range, name))


def fee_word(one: Row) -> str | None:
    """What to do about the next fee."""
    if one.line.advice is None:
        return None
    fee = base_shown.yuan(legible.fen(one.line.advice.next_fee), "zh" if filters.is_chinese() else "en")
    return (gettext("Pay %(fee)s") if one.line.advice.net >= 0 else gettext("Let lapse, %(fee)s")) % {"fee": fee}


def fee_state(one: Row) -> str:
    """Its shape."""
    return "" if one.line.advice is None else "go" if one.line.advice.net >= 0 else "wait"
