"""/portfolios/7f3a…: many rights together: the range of the whole, what each adds, what to renew, what sleeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from zhirong.base import shown as base_shown
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange.models import ListingItem
from zhirong.record import actions as record
from zhirong.record import notices
from zhirong.registry.models import Right
from zhirong.valuation import estimated
from zhirong.valuation.actions import portfolios as deeds
from zhirong.valuation.engine import legible
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.result import Result
from zhirong.valuation.models import Portfolio, PortfolioItem
from zhirong.web import account, filters, limits, lists, pages
from zhirong.web.registry import words as registry_words
from zhirong.web.valuation import portfolios, renewing, shown

if TYPE_CHECKING:
    from zhirong.valuation.engine.renewal_advice import Advice

TOP = 5


@dataclass(frozen=True)
class Row:
    """One right of the portfolio: its estimate or why there is none, and whether to pay its next fee."""

    right: Right
    estimate: Estimate | None
    refused: Refused | None
    advice: Advice | None
    is_sleeping: bool


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form_with(portfolios.BESIDE)
def portfolio_page(request: HttpRequest, ref: str) -> HttpResponse:
    """One portfolio; posting ends it."""
    items = items_of(request, ref)
    if not items:
        raise Http404
    found = items[0].portfolio
    if request.method == "POST":
        return done(request, found)
    limits.take(request, "estimate")
    day = beijing_day(record.now())
    rows, name = rows_of(items, found, day), found.name
    told = estimated.whole([one.estimate for one in rows if one.estimate], day)
    unit = shown.unit_of(told.range if told else None)
    columns = columns_of()
    if file := lists.taken_away(request, "rights", name, columns=columns, found=rows):
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
        unread=items[0].unread_here or 0,  # type: ignore[attr-defined]
        day=day,
        unit=unit.word,
        table=lists.table(request, "rights", gettext("Rights of the portfolio"), columns=columns, found=rows),
        **(whole_facts(told, rows, unit) if told else {"whole": None}),
        **advice_facts(rows),
        numbers="\n".join(one.right.number for one in rows),
        unvalued=[(one.right.number, pages.told(one.refused)["sentence"]) for one in rows if one.refused],
    )


def done(request: HttpRequest, found: Portfolio) -> HttpResponse:
    """The portfolio as its form says it now, or its end."""
    person, deed = account.known(request), request.POST.get("deed", "")
    if deed == "end":
        deeds.end(person, found.ref)
        return HttpResponseRedirect(reverse("portfolios"))
    if deed != "keep":
        raise Refused("web.no_such_deed", deed=deed[:40])
    deeds.keep(person, portfolios.wanted(request, [found.party]), ref=found.ref)
    return HttpResponseRedirect(reverse("portfolio", args=[found.ref]))


def items_of(request: HttpRequest, ref: str) -> list[PortfolioItem]:
    """The portfolio's rights in their order, each with where it is listed now, in one query."""
    person, standing = account.known(request), pages.standing_of(request)
    live = ListingItem.objects.filter(right=OuterRef("right"), is_live=True)
    found = PortfolioItem.objects.filter(
        portfolio__ref=ref,
        portfolio__party__in=standing.parties if standing else (),
        portfolio__ended_at__isnull=True,
    ).annotate(live_number=Subquery(live.values("listing__number")[:1]), unread_here=notices.unread_beside(person.ref))
    return list(found.select_related("portfolio__party", "right").order_by("position"))


def rows_of(items: Sequence[PortfolioItem], found: Portfolio, day: date) -> list[Row]:
    """Every right with its estimate, in as many queries for two thousand as for two."""
    answers = estimated.of_rights([one.right for one in items], day, [found.party_id])
    return [row_of(item, answer) for item, answer in zip(items, answers, strict=True)]


def row_of(item: PortfolioItem, answer: Estimate | Refused) -> Row:
    """A right with what can be said of it."""
    right, is_listed = item.right, bool(item.live_number)  # type: ignore[attr-defined]
    if isinstance(answer, Refused):
        return Row(right, None, answer, None, is_sleeping=False)
    subject = answer.subject
    is_used = bool(subject.plain_licences or subject.exclusive_licences or subject.open_licence or subject.is_pledged)
    is_sleeping = not is_used and not is_listed and not answer.said.answers
    return Row(right, answer, None, renewing.advice_of(subject), is_sleeping)


def whole_facts(told: Result, rows: Sequence[Row], unit: shown.Unit) -> dict[str, Any]:
    """The range of the whole, how concentrated it is, and the rights that weigh most."""
    assert told.range is not None
    figures: Any = told.figures
    scale = legible.scale([told.range.p5, told.range.p95])
    found = shown.range_of(told.range, unit)
    told_rows = [one for one in rows if one.estimate]
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
                "title": filters.title(told_rows[int(one["key"])].right),
                "address": reverse("right-value", args=[told_rows[int(one["key"])].right.pk]),
                "share": legible.percent(one["share"]),
                "tail": legible.percent(one["tail_share"]),
                "drawing": shown.charts.bar(*legible.counts([one["share"], most])),
            }
            for one in top
        ],
        "notes": [text for _, text in shown.weighed(told.notes)],
    }


def advice_facts(rows: Sequence[Row]) -> dict[str, Any]:
    """Which patents to let lapse: fees saved less value lost is one figure; expectations add, medians do not."""
    drop = [one for one in rows if one.advice and one.advice.net < 0]
    keep = [one for one in rows if one.advice and one.advice.net >= 0]
    saved = sum((one.advice.fees_saved for one in drop if one.advice), 0)
    lost = sum((one.advice.value_lost for one in drop if one.advice), 0)
    return {
        "drop": [drop_line(one) for one in sorted(drop, key=lambda one: one.advice.net if one.advice else 0)],
        "keep": len(keep),
        "unadvised": len(rows) - len(drop) - len(keep),
        "saved": filters.thousands(legible.yuan(saved)),
        "lost": filters.thousands(legible.yuan(lost)),
        "net": filters.thousands(legible.yuan(saved - lost)),
        "sleeping": [sleeping_line(one) for one in rows if one.is_sleeping],
    }


def drop_line(one: Row) -> dict[str, Any]:
    """A patent that is worth less than its fees."""
    assert one.advice is not None
    return {
        "title": filters.title(one.right),
        "number": one.right.number,
        "address": reverse("right-value", args=[one.right.pk]),
        "year": one.advice.next_year,
        "fee": filters.thousands(legible.yuan(one.advice.next_fee)),
        "saved": filters.thousands(legible.yuan(one.advice.fees_saved)),
        "lost": filters.thousands(legible.yuan(one.advice.value_lost)),
        "net": filters.thousands(legible.yuan(-one.advice.net)),
    }


def sleeping_line(one: Row) -> dict[str, str]:
    """A right that nobody uses as far as is known here."""
    return {
        "title": filters.title(one.right),
        "number": one.right.number,
        "address": reverse("right", args=[one.right.pk]),
        "list": f"{reverse('listing-new')}?right={one.right.pk}",
    }


def columns_of() -> list[lists.Column]:
    """The rights of the portfolio with their ranges; the sheet holds the same in yuan."""
    return [
        lists.Column(
            head=gettext("Right"),
            value=lambda one: filters.title(one.right),
            link=lambda one: reverse("right-value", args=[one.right.pk]),
        ),
        lists.Column(head=gettext("Number"), value=lambda one: one.right.number),
        lists.Column(head=gettext("Kind"), value=lambda one: registry_words.label("kind", one.right.kind)),
        lists.Column(head=gettext("P5 (yuan)"), value=lambda one: end_of(one, "p5"), kind="money"),
        lists.Column(head=gettext("Median (yuan)"), value=lambda one: end_of(one, "median"), kind="money"),
        lists.Column(head=gettext("P95 (yuan)"), value=lambda one: end_of(one, "p95"), kind="money"),
        lists.Column(head=gettext("Mean (yuan)"), value=lambda one: end_of(one, "mean"), kind="money"),
        lists.Column(head=gettext("Next fee"), value=fee_word, state=fee_state),
    ]


def end_of(one: Row, name: str) -> int | None:
    """One end of a right's range in fen, to three digits as on its own page."""
    if one.estimate is None or one.estimate.headline is None:
        return None
    return legible.rounded_fen(getattr(one.estimate.headline, name))


def fee_word(one: Row) -> str | None:
    """What to do about the next fee."""
    if one.advice is None:
        return None
    fee = base_shown.yuan(legible.fen(one.advice.next_fee), "zh" if filters.is_chinese() else "en")
    return (gettext("Pay %(fee)s") if one.advice.net >= 0 else gettext("Let lapse, %(fee)s")) % {"fee": fee}


def fee_state(one: Row) -> str:
    """Its shape."""
    return "" if one.advice is None else "go" if one.advice.net >= 0 else "wait"
