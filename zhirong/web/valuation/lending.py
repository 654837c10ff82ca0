"""/rights/12/lending: what a right can secure; how likely a forced sale falls short of a loan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.base.deferred import Deferred
from zhirong.base.refused import Refused
from zhirong.valuation import estimated, finance_figures
from zhirong.valuation.engine import legible, units
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.result import Quantiles, Result
from zhirong.web import filters, pages
from zhirong.web.valuation import looked, shown
from zhirong.web.valuation.typed import Typed
from zhirong.web.valuation.value import head_facts

if TYPE_CHECKING:
    from zhirong.valuation.engine import lending
else:
    lending = Deferred("zhirong.valuation.engine.lending")

MONTHS = (1, 120)
FIRST_MONTHS = "24"


@dataclass(frozen=True)
class Loan:
    """What is asked: over how many months, how much (none where the page is only looked at), under which product."""

    months: int
    fen: int | None
    product: str


@require_safe
@pages.signed_in
def lending_page(request: HttpRequest, right_id: int) -> HttpResponse:
    """/rights/12/lending?loan=50万&months=24"""
    found = looked.of(request, right_id)
    facts = head_facts(found.right, found.day)
    facts["crumbs"][-1] = (gettext("Value"), reverse("right-value", args=[found.right.pk]))
    facts["crumbs"].append((gettext("What it can secure"), None))
    loan, faults = asked(request)
    told, refusal = told_of(found, loan)
    return pages.page(
        request,
        "valuation/lending.html",
        here="value",
        refusal=refusal,
        unread=found.unread,
        issued=found.issued,
        is_known=bool(told or faults) and refusal is None,
        faults=faults,
        typed=request.GET,
        months=FIRST_MONTHS,
        products=products(found.day),
        **facts,
        **told,
    )


def told_of(found: looked.Found, loan: Loan | None) -> tuple[dict[str, Any], Mapping[str, Any] | None]:
    """The figures, or why there are none: no estimate, no range to lend on, a product that lends on no such right."""
    if found.estimate is None or found.estimate.headline is None:
        return {}, found.told()
    if loan is None:
        return {}, None
    try:
        return lending_facts(found.estimate, loan), None
    except Refused as refused:
        return {}, pages.told(refused)


def asked(request: HttpRequest) -> tuple[Loan | None, Mapping[str, Any]]:
    """The loan of the address, none where something of it cannot be read, and what that is."""
    typed = Typed(request.GET)
    # A page that is opened without a form asks for the usual term; a term that was emptied is none.
    is_open = "months" not in request.GET
    months = int(FIRST_MONTHS) if is_open else typed.whole("months", least=MONTHS[0], most=MONTHS[1])
    fen = typed.fen("loan") if typed.text("loan") else None
    if fen == 0:
        fen = None
    if months is None or typed.faults:
        return None, typed.told()
    return Loan(months, fen, typed.text("product")), {}


def products(day: date) -> list[tuple[str, str]]:
    """Lenders' products that the house knows on the day."""
    figures = finance_figures.on("lending", day, ("products",))
    language = "zh" if filters.is_chinese() else "en"
    known = [(code, str(said["name"][language])) for code, said in figures.values["products"].items()]
    return [("", gettext("None")), *known]


def lending_facts(estimate: Estimate, loan: Loan) -> dict[str, Any]:
    """Ratios at each shortfall level, the asked loan's chance of shortfall, and what stands inside and outside."""
    assert estimate.headline is not None
    result = estimated.lending_value(estimate, estimated.Loan(months=loan.months, product=loan.product))
    given: Any = result.figures["haircut"]
    haircut, unit = lending.Haircut(**given), shown.unit_of(estimate.headline)
    return {
        "unit": unit.word,
        "value": shown.range_of(estimate.headline, unit),
        "proceeds": shown.range_of(result.range, unit) if result.range else None,
        "scale": shown.scale_head(scale_of(estimate.headline, result.range), unit),
        "drawings": drawings(estimate.headline, result.range),
        "levels": levels(result, unit),
        "short": short_of(haircut, loan, estimate.headline.median),
        "offer": offer_of(result, unit),
        "within": within(haircut, loan.months),
        "moves": moves(result, unit),
        "notes": [text for _, text in shown.weighed(result.notes)],
    }


def scale_of(*ranges: Quantiles | None) -> shown.Scale:
    """One scale for the value and for what a forced sale brings."""
    return legible.scale([end for one in ranges if one for end in (one.p5, one.p95)])


def drawings(value: Quantiles, proceeds: Quantiles | None) -> list[tuple[str, str]]:
    """The value today and the proceeds of a sale, one under the other."""
    scale = scale_of(value, proceeds)
    rows = [(gettext("Likely value today"), value), (gettext("Proceeds of a forced sale then"), proceeds)]
    return [
        (word, shown.drawn(found, scale=scale, label=f"{word}{gettext(': ')}{shown.range_of(found).told}"))
        for word, found in rows
        if found is not None
    ]


def moves(result: Result, unit: shown.Unit) -> list[dict[str, str]]:
    """The median proceeds at each part of the haircut a step lower and higher."""
    told = shown.in_percent(result.sensitivities, but=("years",))
    return shown.swings(told, result.range, unit) if result.range else []


def levels(result: Result, unit: shown.Unit) -> list[dict[str, str]]:
    """How much may be lent at each chance of a shortfall."""
    rows: Any = result.figures["levels"]
    most = max((one["ratio"] for one in rows), default=1)
    return [
        {
            "chance": legible.percent(one["shortfall"], places=0),
            "ratio": legible.percent(one["ratio"]),
            "loan": unit.of(one["loan"]),
            "drawing": shown.charts.bar(*legible.counts([one["ratio"], most])),
        }
        for one in rows
    ]


def short_of(haircut: lending.Haircut, loan: Loan, value: legible.Number) -> dict[str, str] | None:
    """The asked loan's share of the value and its chance of a shortfall; none where none is asked."""
    if loan.fen is None:
        return None
    share = legible.number(loan.fen) / 100 / value
    lost = lending.loss(haircut, lent=share, pd=1)
    return {
        "ratio": legible.percent(share),
        "chance": legible.percent(lost.shortfall_probability),
        "lgd": legible.percent(lost.lgd),
    }


def offer_of(result: Result, unit: shown.Unit) -> dict[str, Any] | None:
    """What the chosen product lends, and what binds or hinders it."""
    found: Any = result.figures.get("product")
    if found is None:
        return None
    rows: Any = result.figures["levels"]
    chance, last = found["shortfall_probability"], rows[-1]["shortfall"]
    bounds = {"ratio": gettext("bound by its ratio"), "cap": gettext("bound by its cap")}
    return {
        "loan": unit.of(found["loan"]),
        "bound": "" if found["hindrances"] else bounds[found["bound_by"]],
        "chance": legible.percent(chance) if chance else "–",
        "beyond": legible.percent(last, places=0) if chance and chance > last else "",
    }


def within(haircut: lending.Haircut, months: int) -> list[tuple[str, str]]:
    """What the figures already count, each with its size."""
    percent = legible.percent
    term = units.years(months)
    years = gettext("%(all)s = %(term)s of the loan + %(sale)s of the sale") % {
        "all": legible.fixed(haircut.years, 1),
        "term": legible.fixed(term, 1),
        "sale": legible.fixed(haircut.years - term, 1),
    }
    return [
        (gettext("Cost of the sale"), percent(haircut.cost)),
        (gettext("Discount of a forced sale"), percent(haircut.forced_sale)),
        (gettext("Loss of value a year"), percent(haircut.decay)),
        (gettext("Movement of the market a year (s.d.)"), percent(haircut.volatility)),
        (gettext("Error of this estimate (log s.d.)"), legible.fixed(haircut.valuation_sd, 2)),
        (gettext("Years until the money is there"), years),
    ]
