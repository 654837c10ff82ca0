"""The rules in the open: every figure of every rule set with its date, source and certainty; and what a sale costs."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from zhirong.base import citations, money, yaml_text
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import periods, rule_sets, rules
from zhirong.exchange.rule_sets import RuleSet, Span
from zhirong.record import actions as record
from zhirong.web import filters, pages, reading
from zhirong.web.exchange import words

FIGURES = {
    "form": gettext_noop("Form of the auction"),
    "announcement": gettext_noop("Announcement, at least"),
    "announcement_again": gettext_noop("Announcement of a second auction after one without a sale, at least"),
    "announcement_extension": gettext_noop("Extension when nobody came"),
    "announcement_extensions": gettext_noop("How often it is extended"),
    "deposit_share": gettext_noop("Deposit, share of the asking price"),
    "deposit_least_fen": gettext_noop("Deposit, at least"),
    "deposit_most_fen": gettext_noop("Deposit, at most"),
    "steps": gettext_noop("Step, by price"),
    "least_duration": gettext_noop("Bidding lasts at least"),
    "window": gettext_noop("Last window"),
    "extension": gettext_noop("A bid in it moves the end to"),
    "match": gettext_noop("Time for priority purchasers"),
    "leader_may_overbid": gettext_noop("The leader may bid again"),
    "least_bidders": gettext_noop("Bidders needed"),
    "late_admission": gettext_noop("Late admission while the lot runs"),
    "one_bidder": gettext_noop("With one bidder"),
    "refund": gettext_noop("Deposits of others go back within"),
    "seller_answer": gettext_noop("The seller answers within; silence consents"),
    "contract": gettext_noop("Contract within"),
    "payment": gettext_noop("Payment within"),
    "certificate": gettext_noop("Certificate within"),
    "recordal": gettext_noop("Change of owner filed within"),
    "result_notice": gettext_noop("Result public after the contract for at least"),
    "fees_seller_ppm": gettext_noop("Seller's fee, by part of the price"),
    "fees_buyer_ppm": gettext_noop("Buyer's fee, by part of the price"),
    "fee_least_fen": gettext_noop("Fee, at least"),
    "fee_rounding": gettext_noop("Fee, to the fen"),
    "fee_most_ppm": gettext_noop("Fee, at most"),
    "on_default": gettext_noop("When the winner fails"),
    "forfeiture": gettext_noop("A forfeited deposit pays, in order"),
    "relist_cut": gettext_noop("Unsold, offered again at most lower by"),
    "relist_within": gettext_noop("Offered again within"),
    "most_fen": gettext_noop("Highest price the house takes"),
}
# What the same figures are in the free and limited form (B1).
IN_PERIODS = {
    "least_duration": gettext_noop("Free period, at least"),
    "window": gettext_noop("Limited period behind it, once somebody bid"),
    "extension": gettext_noop("A bid in the limited period starts it anew with"),
}
WORDS = {
    "timed": gettext_noop("timed, with extension"),
    "free_limited": gettext_noop("free period, then limited period"),
    "contract": gettext_noop("contract at no less than the asking price"),
    "fail": gettext_noop("no sale"),
    "next_best": gettext_noop("the next best follows"),
    "rerun": gettext_noop("run again"),
    "costs": gettext_noop("costs of the sale"),
    "gap": gettext_noop("the gap in price"),
    "seller": gettext_noop("the seller"),
    "half_even": gettext_noop("nearest fen; half a fen to the even one"),
    "half_up": gettext_noop("nearest fen; half a fen up"),
    "down": gettext_noop("down to the fen"),
    "up": gettext_noop("up to the fen"),
}
CERTAIN = {
    "text": ("go", gettext_noop("Checked")),
    "memory": ("half", gettext_noop("Not checked")),
    "design": ("off", gettext_noop("House's own")),
}
MEANING = {
    "text": gettext_noop("the figure was read in the published text"),
    "memory": gettext_noop(
        "the published text was not at hand; the operator confirms the figure before it is relied on"
    ),
    "design": gettext_noop("no law fixes the figure; the house chose it, and the operator may set another"),
}
SOURCES = Path(__file__).parent / "sources.yaml"
# The rule set a house works by comes before the one for demonstrations.
ORDER = ("platform", "court_timed", "free_limited", "state_owned", "demo")


@require_safe
def rules_page(request: HttpRequest) -> HttpResponse:
    """/rules: what holds today, set by set."""
    day = beijing_day(record.now())
    sets = [(found, figures(found)) for found in in_force(day)]
    return pages.page(
        request,
        "exchange/rules.html",
        crumbs=[(gettext("Trading rules"), None)],
        sets=[(found, words.rule_set_name(found), lines) for found, lines in sets],
        certainties=[(CERTAIN[one][0], gettext(CERTAIN[one][1]), gettext(MEANING[one])) for one in CERTAIN],
        marks=marks(),
        day=day,
    )


def marks() -> list[tuple[str, str, str]]:
    """Every mark that stands behind a rule's title on the pages: the mark, the title, what the rule says."""
    side = "zh" if filters.is_chinese() else "en"
    return [
        (mark, told[side][:1].upper() + told[side][1:], told["says"][side]) for mark, told in citations.titles().items()
    ]


def in_force(day: date) -> list[RuleSet]:
    """Every rule set as it stands on a day."""
    codes = sorted(rule_sets.codes(), key=lambda code: (ORDER.index(code) if code in ORDER else len(ORDER), code))
    return [rule_sets.rule_set(code, day) for code in codes]


@cache
def sources(code: str) -> dict[str, list[dict[str, Any]]]:
    """The figures of a rule set as its file holds them, read once: the files do not change while the house is open."""
    return rule_sets.sources(code)


@cache
def said_sources() -> dict[str, dict[str, str]]:
    """Every source of the shipped rule sets in both languages."""
    said: dict[str, dict[str, str]] = yaml_text.parse(SOURCES.read_text("utf-8"))
    return said


def source_said(source: str) -> str:
    """A figure's source in the language of the page, without the marks of the rule book; a house's own as it stands."""
    pair = said_sources().get(source)
    return pair["zh" if filters.is_chinese() else "en"] if pair else source


def figures(found: RuleSet) -> list[dict[str, Any]]:
    """Each figure with the date it holds from, its source and how certain it is."""
    entries = sources(found.code)
    lines = []
    for name, label in FIGURES.items():
        if name not in entries:
            continue
        begun = [entry for entry in entries[name] if entry["from"] <= found.day]
        entry = max(begun, key=lambda one: one["from"])
        shape, certain = CERTAIN[entry["certain"]]
        lines.append(
            {
                "label": gettext(IN_PERIODS.get(name, label) if found.form == periods.FORM else label),
                "value": said(name, getattr(found, name)),
                "since": entry["from"],
                "source": source_said(entry["source"]),
                "certain": (shape, gettext(certain)),
            }
        )
    return lines


def said(name: str, value: Any) -> str:
    """A figure as people read it."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, Span):
        return words.span(value)
    if isinstance(value, Fraction):
        return words.share(value)
    if isinstance(value, tuple):
        return ladder(name, value)
    if name.endswith("_ppm"):
        return words.rate(int(value))
    if name.endswith("_fen"):
        return words.money(int(value)) if value else gettext("none")
    return gettext(WORDS[value]) if value in WORDS else str(value)


def ladder(name: str, rungs: tuple[Any, ...]) -> str:
    """A table by price in one line: from 0: 2%; from 1,000,000 yuan: 1.5%."""
    apart = "；" if filters.is_chinese() else "; "
    if rungs and not isinstance(rungs[0], tuple):
        return apart.join(gettext(WORDS[one]) if one in WORDS else str(one) for one in rungs)
    if len(rungs) == 1:
        return rung(name, rungs[0][1])
    return apart.join(
        gettext("from %(price)s %(value)s") % {"price": words.money(low), "value": rung(name, value)}
        for low, value in rungs
    )


def rung(name: str, value: Any) -> str:
    if isinstance(value, Span):
        return words.span(value)
    return words.rate(value) if name.endswith("_ppm") else words.money(value)


@require_safe
def fees(request: HttpRequest) -> HttpResponse:
    """/fees?price=1280000&rule_set=platform: the schedule, and what it comes to at a price."""
    day = beijing_day(record.now())
    sets = in_force(day)
    code = reading.choice(request, "rule_set", [one.code for one in sets], default=sets[0].code)
    chosen = next(one for one in sets if one.code == code)
    price_fen = None
    try:
        price_fen = money.read_yuan(request.GET["price"]) if request.GET.get("price") else None
    except Refused as refused:
        request.house_refused = Refused(refused.code, **{"field": "price", **refused.facts})  # type: ignore[attr-defined]
    return pages.page(
        request,
        "exchange/fees.html",
        crumbs=[(gettext("Fees"), None)],
        sets=[(one.code, words.rule_set_name(one)) for one in sets],
        chosen=chosen,
        chosen_name=words.rule_set_name(chosen),
        price_text=request.GET.get("price", ""),
        bands=bands(chosen),
        bill=bill(chosen, price_fen) if price_fen is not None else None,
        least_fen=chosen.fee_least_fen,
        most=words.rate(chosen.fee_most_ppm),
        day=day,
    )


def bands(found: RuleSet) -> list[tuple[str, str, str]]:
    """(part of the price, seller's rate, buyer's rate); both sides share their rungs or are shown by the finer one."""
    lows = sorted({low for low, _ in (*found.fees_seller_ppm, *found.fees_buyer_ppm)})
    made = []
    for place, low in enumerate(lows):
        high = lows[place + 1] if place + 1 < len(lows) else None
        part = (
            gettext("%(low)s to %(high)s") % {"low": words.money(low), "high": words.money(high)}
            if high is not None
            else gettext("above %(low)s") % {"low": words.money(low)}
        )
        made.append((part, words.rate(_at(found.fees_seller_ppm, low)), words.rate(_at(found.fees_buyer_ppm, low))))
    return made


def _at(table: rule_sets.Ladder, low: int) -> int:
    return [rate for start, rate in table if start <= low][-1]


def bill(found: RuleSet, price_fen: int) -> dict[str, int]:
    """What each side pays and gets at a price."""
    seller, buyer = (rules.fee_fen(found, price_fen, side=side) for side in ("seller", "buyer"))
    return {
        "price": price_fen,
        "seller_fee": seller,
        "buyer_fee": buyer,
        "seller_gets": price_fen - seller,
        "buyer_pays": price_fen + buyer,
        "deposit": rules.deposit_fen(found, price_fen),
    }
