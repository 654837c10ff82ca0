"""Calculations of the exchange for `zr calc`: an auction, a rule set, fees, deposits, forfeiture, deadlines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final, get_type_hints

from zhirong.base import shown
from zhirong.base.calendar import beijing_day, china
from zhirong.base.engines import Engine
from zhirong.base.refused import Refused
from zhirong.exchange import calc_auction, listing_rules, rule_sets, rules
from zhirong.exchange.calc_auction import DAY, FEN, RULE_SET, TEXT, YES, a_list, an_object
from zhirong.exchange.rule_sets import NS, RuleSet, Span

Json = dict[str, Any]
HINTS: Final = get_type_hints(RuleSet)
SPANS: Final = tuple(field.name for field in fields(RuleSet) if HINTS[field.name] is Span)
# Some forty years; the calendar counts day by day.
MOST_COUNT: Final = 10_000
YEARS: Final = range(1985, 2101)


def _rule_set(given: Json) -> RuleSet:
    return rule_sets.rule_set(given["rule_set"], date.fromisoformat(given["day"]))


def rule_set(given: Json) -> Json:
    """Every figure of a rule set as it is in force on a day, with its source and how certain it is."""
    found, day = _rule_set(given), date.fromisoformat(given["day"])
    entries = rule_sets.sources(found.code)
    figures = []
    for name in sorted(entries):
        begun = max((one for one in entries[name] if one["from"] <= day), key=lambda one: one["from"])
        figures.append(
            {
                "name": name,
                "value": plain(getattr(found, name)),
                "from": begun["from"].isoformat(),
                "source": begun["source"],
                "certain": begun.get("certain", ""),
            }
        )
    head = {name: getattr(found, name) for name in ("code", "zh", "en", "basis", "marked")}
    return {**head, "day": given["day"], "figures": figures}


def plain(value: Any) -> Any:
    """A figure in JSON: spans and shares as the rule set's file writes them, ladders as pairs."""
    if isinstance(value, Span | Fraction):
        return str(value)
    return [plain(part) for part in value] if isinstance(value, tuple) else value


def fees(given: Json) -> Json:
    """One side's fee on a price, progressive, with its least and its cap (X6)."""
    found, side = _rule_set(given), given["side"]
    ladder = found.fees_seller_ppm if side == "seller" else found.fees_buyer_ppm
    return {
        "fee_fen": rules.fee_fen(found, given["price_fen"], side=side),
        "least_fen": found.fee_least_fen,
        "most_ppm": found.fee_most_ppm,
        "rounding": found.fee_rounding,
        "rates": [{"from_fen": low, "rate_ppm": rate} for low, rate in ladder],
    }


def deposit(given: Json) -> Json:
    """The deposit on an asking price (B11)."""
    found = _rule_set(given)
    return {
        "deposit_fen": rules.deposit_fen(found, given["asking_fen"]),
        "share": str(found.deposit_share),
        "least_fen": found.deposit_least_fen,
        "most_fen": found.deposit_most_fen,
    }


def forfeiture(given: Json) -> Json:
    """Where a defaulter's deposit goes: costs of the sale, the price gap, the seller (court rule 24)."""
    found = _rule_set(given)
    parts = rules.forfeiture_fen(found, given["deposit_fen"], costs_fen=given["costs_fen"], gap_fen=given["gap_fen"])
    return {"parts": [{"to": name, "fen": fen} for name, fen in parts.items()]}


def deadline(given: Json) -> Json:
    """When a span that starts at an instant ends, by the clock or by the calendar of working days (T4)."""
    start = datetime.fromisoformat(given["from"])
    if start.tzinfo is None or start.year not in YEARS:
        raise Refused("calc.bad_input", name="from", calculation="deadline")
    span = _span(given, start)
    days = span.ns // NS["days"] if not span.is_by_calendar else span.count * (31 if span.unit == "months" else 3)
    if days > 366 * 100:
        raise Refused("calc.bad_input", name="count", calculation="deadline")
    due = listing_rules.after(start, span, china())
    at = due.at.astimezone(shown.BEIJING)
    return {"at": at.isoformat(), "span": str(span), "provisional": due.provisional}


def _span(given: Json, start: datetime) -> Span:
    """A span as given, or the figure of a rule set on the day it starts."""
    if {"count", "unit"} <= given.keys() and not {"rule_set", "figure"} & given.keys():
        return Span(given["count"], given["unit"])
    if {"rule_set", "figure"} <= given.keys() and not {"count", "unit"} & given.keys():
        day = beijing_day(start)
        found: Span = getattr(rule_sets.rule_set(given["rule_set"], day), given["figure"])
        return found
    raise Refused("calc.bad_input", name="count + unit | rule_set + figure", calculation="deadline")


ON: Final = {"rule_set": RULE_SET, "day": DAY}
PRICE: Final = {**FEN, "minimum": 1}
WHOLE: Final = {"type": "integer"}


def _engine(run: Callable[[Json], Json], takes: Json, gives: Json, *, line: str) -> Engine:
    """All that is named in the input of these small engines is needed."""
    return Engine(run=run, takes=an_object(takes, *takes), gives=an_object(gives, *gives), line=line)


ENGINES: Final[dict[str, Engine]] = {
    calc_auction.NAME: Engine(
        run=calc_auction.english_auction,
        takes=calc_auction.TAKES,
        gives=calc_auction.GIVES,
        line="An English auction with a soft close: terms and orders in, every answer and the end out (B1, B7, X7).",
    ),
    "rule-set": _engine(
        rule_set,
        ON,
        {
            **dict.fromkeys(("code", "zh", "en", "basis"), TEXT),
            "marked": YES,
            "day": DAY,
            "figures": a_list(
                an_object({"name": TEXT, "value": {}, "from": DAY, "source": TEXT, "certain": TEXT}, "name", "value")
            ),
        },
        line="The figures of a rule set in force on a day, each with its source and how certain it is.",
    ),
    "fees": _engine(
        fees,
        {**ON, "price_fen": PRICE, "side": {"type": "string", "enum": ["seller", "buyer"]}},
        {
            "fee_fen": WHOLE,
            "least_fen": WHOLE,
            "most_ppm": WHOLE,
            "rounding": TEXT,
            "rates": a_list(an_object({"from_fen": WHOLE, "rate_ppm": WHOLE})),
        },
        line="One side's fee on a price under a rule set (X6).",
    ),
    "deposit": _engine(
        deposit,
        {**ON, "asking_fen": PRICE},
        {"deposit_fen": WHOLE, "share": TEXT, "least_fen": WHOLE, "most_fen": WHOLE},
        line="The deposit on an asking price under a rule set (B11).",
    ),
    "forfeiture": _engine(
        forfeiture,
        {**ON, "deposit_fen": FEN, "costs_fen": FEN, "gap_fen": FEN},
        {"parts": a_list(an_object({"to": TEXT, "fen": WHOLE}, "to", "fen"))},
        line="Where the deposit of a winner who defaults goes under a rule set (court rule 24).",
    ),
    "deadline": Engine(
        run=deadline,
        takes=an_object(
            {
                "from": {"type": "string", "format": "date-time", "examples": ["2026-09-30T15:00:00+08:00"]},
                "count": {"type": "integer", "minimum": 0, "maximum": MOST_COUNT},
                "unit": {"type": "string", "enum": [*NS, "working_days", "months"]},
                "rule_set": RULE_SET,
                "figure": {"type": "string", "enum": list(SPANS)},
            },
            "from",
        ),
        gives=an_object({"at": TEXT, "span": TEXT, "provisional": YES}, "at", "span", "provisional"),
        line="When a span of a rule set ends, counted from an instant; working days by the calendar (T4).",
    ),
}
