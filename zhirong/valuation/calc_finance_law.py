"""Calculations for `zr calc`: damages for infringement and advice on licence fees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zhirong.base.engines import Engine, form, many
from zhirong.base.refused import Refused
from zhirong.valuation import finance_figures, finance_forms
from zhirong.valuation.engine import damages, licence_fee, licence_record
from zhirong.valuation.finance_forms import DAY, MAYBE, NUMBER, YES, Json

LINES = ["base_industry", "intermediates", "consumer_goods", "high_tech"]


def infringement_damages(given: Json) -> Json:
    """Which way of the law leads to an amount, its bounds, and what past losses are worth now."""
    said = finance_forms.sound(given)
    day, infringed = finance_forms.day(said), finance_forms.day(said, "infringed_on")
    if infringed > day:
        raise Refused("valuation.after_value_date", name="infringed_on", on=infringed, day=day)
    figures = finance_figures.on(
        "damages",
        infringed,
        ("steps", "statutory_yuan", "punitive_times", "licence_times"),
    )
    rule = figures.values
    law = damages.Law(
        steps=rule["steps"],
        statutory=damages.Band(**rule["statutory_yuan"]),
        punitive=_band(rule["punitive_times"]),
        licence_times=damages.Band(**rule["licence_times"]),
    )
    claim = damages.Claim(
        actual_loss=_flows(said.get("actual_loss")),
        infringer_profit=_flows(said.get("infringer_profit")),
        licence_fee=said.get("licence_fee"),
        licence_times=said.get("licence_times"),
        wilful_and_serious=said.get("wilful_and_serious", False),
        punitive_times=said.get("punitive_times"),
        expenses=said.get("expenses"),
    )
    found = damages.damages(claim, law, value_date=day, parameters_sha256=figures.sha256)
    return replace(found, inputs=found.inputs + figures.inputs, notes=found.notes + figures.notes).as_json()


def licence_fees(given: Json) -> Json:
    """A fixed and a running licence fee for patents and a term."""
    said = finance_forms.sound(given)
    day = finance_forms.day(said)
    names = ("recorded_contracts", "running_rates", "fee_spread", "discount_rate", "open_licence_ceilings")
    figures = finance_figures.on("licence_fees", day, names)
    rule = figures.values
    recorded = rule["recorded_contracts"]
    is_open = said["open_licence"]
    found = licence_record.advice(
        licence_fee.Licence(patents=said["patents"], years=said["years"]),
        own=[licence_fee.Licence(**one) for one in said.get("own", [])],
        market=licence_record.Market(
            reference=licence_fee.Reference(
                contracts=recorded["contracts"],
                patents=recorded["patents"],
                mean_fixed_fee=recorded["mean_fixed_fee"],
                mean_fixed_years=recorded["mean_fixed_years"],
            ),
            spread=licence_fee.Spread(**rule["fee_spread"]),
            rate=rule["discount_rate"],
            ceilings=licence_fee.Ceilings(**rule["open_licence_ceilings"]) if is_open else None,
            band=tuple(rule["running_rates"][said["line"]]) if "line" in said else None,
        ),
        outlook=licence_record.Outlook(
            score=said.get("score"),
            margin=said.get("margin"),
            sales=said.get("sales", ()),
            remaining_years=said.get("remaining_years"),
            licensees=said.get("licensees"),
        ),
        value_date=day,
        parameters_sha256=figures.sha256,
        moves=finance_figures.moves("licence_fees", day, "fee_moves"),
    )
    return replace(found, inputs=found.inputs + figures.inputs, notes=found.notes + figures.notes).as_json()


def _flows(said: Json | None) -> Any:
    """Losses by their years as of the day of valuation; None where nothing is told."""
    if said is None:
        return None
    flows = [damages.Flow(**one) for one in said["flows"]]
    return damages.worth_now(flows, past_rate=said["past_rate"], future_rate=said["future_rate"])


def _band(said: Json | None) -> damages.Band | None:
    return None if said is None else damages.Band(**said)


FLOWS = form(
    {
        "flows": many(form({"years_before": NUMBER, "amount": NUMBER}, "years_before", "amount"), least=1, most=200),
        "past_rate": NUMBER,
        "future_rate": NUMBER,
    },
    "flows",
    "past_rate",
    "future_rate",
)
COUNT = {"type": "integer", "minimum": 1, "maximum": 100_000}
OWN = form({"fee": NUMBER, "patents": COUNT, "years": NUMBER}, "fee", "patents", "years")

ENGINES: dict[str, Engine] = {
    "infringement-damages": Engine(
        run=infringement_damages,
        takes=form(
            {
                "day": DAY,
                "infringed_on": DAY,
                "actual_loss": FLOWS,
                "infringer_profit": FLOWS,
                "licence_fee": MAYBE,
                "licence_times": MAYBE,
                "wilful_and_serious": YES,
                "punitive_times": MAYBE,
                "expenses": MAYBE,
            },
            "day",
            "infringed_on",
        ),
        gives=finance_forms.RECORD,
        line="Damages for infringing a patent: the law's ways in order, statutory bounds, punitive multiples.",
    ),
    "licence-fee": Engine(
        run=licence_fees,
        takes=form(
            {
                "day": DAY,
                "patents": COUNT,
                "years": NUMBER,
                "open_licence": YES,
                "own": many(OWN, least=0, most=500),
                "line": {"enum": LINES},
                "score": MAYBE,
                "margin": MAYBE,
                "sales": many(NUMBER, least=0, most=50),
                "remaining_years": MAYBE,
                "licensees": MAYBE,
            },
            "day",
            "patents",
            "years",
            "open_licence",
        ),
        gives=finance_forms.RECORD,
        line="Advice on a licence fee, fixed and running, from recorded contracts and one's own (O9, O10).",
    ),
}
