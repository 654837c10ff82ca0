"""Calculations for `zr calc`: several methods of one right become one range, many rights become one portfolio."""

from __future__ import annotations

from dataclasses import replace

from zhirong.base.engines import Engine, form, many
from zhirong.valuation import finance_figures, finance_forms
from zhirong.valuation.engine import pledge_records, portfolio, reconcile, reconciled
from zhirong.valuation.finance_forms import CURRENCY, DAY, MAYBE, NUMBER, SEED, TEXT, WHOLE, Json


def reconciliation(given: Json) -> Json:
    """One range from the ranges of several methods, with their weights."""
    said = finance_forms.sound(given)
    day = finance_forms.day(said)
    figures = finance_figures.on(
        "reconciling", day, ("apart_times", "least_weight", "common_correlation", "prior_deals")
    )
    rule = figures.values
    opinions = [reconciled.Opinion(one["method"], one.get("median"), one.get("log_sd")) for one in said["methods"]]
    found = reconciled.reconciled(
        opinions,
        errors=reconciled.tested(
            said.get("errors", []),
            opinions,
            correlation=rule["common_correlation"],
            prior_deals=rule["prior_deals"],
        ),
        correlation=rule["common_correlation"],
        rules=reconcile.Rules(apart=rule["apart_times"], least_weight=rule["least_weight"]),
        value_date=day,
        currency=said.get("currency", "CNY"),
        parameters_sha256=figures.sha256,
        step=finance_figures.moves("reconciling", day, "correlation_step"),
    )
    return replace(found, inputs=found.inputs + figures.inputs, notes=found.notes + figures.notes).as_json()


def portfolio_value(given: Json) -> Json:
    """The range of many rights together."""
    said = finance_forms.sound(given)
    day = finance_forms.day(said)
    figures = finance_figures.on(
        "lending",
        day,
        ("portfolio_correlation", "portfolio_tail"),
        stated={"portfolio_correlation": said.get("correlation", {})},
    )
    found = pledge_records.portfolio_value(
        [
            portfolio.of_money(
                one["key"], one["median"], log_sd=one["log_sd"], field=one.get("field"), set_key=one.get("set")
            )
            for one in said["assets"]
        ],
        correlation=portfolio.Correlation(**figures.values["portfolio_correlation"]),
        tail=figures.values["portfolio_tail"],
        seed=said.get("seed", 1),
        value_date=day,
        currency=said.get("currency", "CNY"),
        parameters_sha256=figures.sha256,
        move=finance_figures.moves("lending", day, "correlation_move"),
    )
    return replace(found, inputs=found.inputs + figures.inputs, notes=found.notes + figures.notes).as_json()


METHOD = form({"method": TEXT, "median": MAYBE, "log_sd": MAYBE}, "method")
ASSET = form(
    {
        "key": TEXT,
        "median": NUMBER,
        "log_sd": NUMBER,
        "field": {**WHOLE, "minimum": 1, "maximum": 1000},
        "set": TEXT,
    },
    "key",
    "median",
    "log_sd",
)

ENGINES: dict[str, Engine] = {
    "reconcile": Engine(
        run=reconciliation,
        takes=form(
            {
                "day": DAY,
                "currency": CURRENCY,
                "methods": many(METHOD, least=1, most=reconcile.MOST_METHODS),
                "errors": many(many(MAYBE, least=1, most=reconcile.MOST_METHODS), least=0, most=5000),
            },
            "day",
            "methods",
        ),
        gives=finance_forms.RECORD,
        line="One range from several methods of one right: weights of least variance, contradictions shown.",
    ),
    "portfolio-value": Engine(
        run=portfolio_value,
        takes=form(
            {
                "day": DAY,
                "currency": CURRENCY,
                "assets": many(ASSET, least=1, most=2000),
                "correlation": form({"field": NUMBER, "common": NUMBER}),
                "seed": SEED,
            },
            "day",
            "assets",
        ),
        gives=finance_forms.RECORD,
        line="The range of many rights together with what they share, and how concentrated it is.",
    ),
}
