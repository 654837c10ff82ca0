"""Calculations for `zr calc`: the market approach, ranges with tested coverage and ratio studies."""

from __future__ import annotations

import math

from zhirong.base.engines import Engine, form, many
from zhirong.valuation import calc_market_shapes as shapes
from zhirong.valuation import calc_market_studies, market_figures
from zhirong.valuation.calc_market_shapes import DAY, NUMBER, TEXT, WHOLE, Json
from zhirong.valuation.engine import comparables, conformal, guards, hedonic, market_approach, selection
from zhirong.valuation.engine.conformal import Score
from zhirong.valuation.engine.result import Grade, Input, Result
from zhirong.valuation.engine.selection import Listing


def hedonic_fit(given: Json) -> Json:
    """The model fitted to all the deals, as plain values."""
    model = hedonic.fit(
        shapes.sales(given),
        under=market_figures.priors(shapes.day_of(given)),
        curved=given.get("curved", []),
        walk_by=given.get("kind_group", ""),
    )
    return {
        "model": model.as_json(),
        "model_sha256": model.sha256(),
        "parameters_sha256": market_figures.sha256(shapes.day_of(given)),
    }


def hedonic_predict(given: Json) -> Json:
    """The range of one right by the market approach, its model fitted on the older deals, tested on the latest."""
    day = shapes.day_of(given)
    market = market_approach.learn(
        shapes.sales(given),
        priors=market_figures.priors(day),
        rules=market_figures.range_rules(day),
        calibrating=market_figures.study_rules(day)["calibrating"],
        kind_group=given.get("kind_group", ""),
        curved=given.get("curved", []),
    )
    return market_approach.appraise(
        market,
        shapes.item(given["right"], given, on=day),
        currency=given.get("currency", "CNY"),
        parameters_sha256=market_figures.sha256(day),
    ).as_json()


def comparable_deals(given: Json) -> Json:
    """The nearest deals to one right and what each comes to when adjusted to it."""
    day, sales, group = shapes.day_of(given), shapes.sales(given), given.get("kind_group", "")
    model = hedonic.fit(sales, under=market_figures.priors(day), curved=given.get("curved", []), walk_by=group)
    right = shapes.item(given["right"], given, on=day)
    found = comparables.nearest(model, right, sales, count=given.get("count", 5), kind_group=group)
    return {
        "comparables": [shapes.told(one) for one in found],
        "model_sha256": model.sha256(),
        "parameters_sha256": market_figures.sha256(day),
    }


def sale_chance(given: Json) -> Json:
    """The chance that a listed right finds a buyer, from listings that did and did not."""
    day = shapes.day_of(given)
    model = selection.fit(
        [Listing(item=shapes.item(one["right"], given, on=day), is_sold=one["is_sold"]) for one in given["listings"]],
        effect_sd=market_figures.study_rules(day)["chance_effect_sd"],
        most_levels=market_figures.priors(day).most_levels,
    )
    return {
        "chance": selection.chances(model, [shapes.item(given["right"], given, on=day)]).tolist()[0],
        "listings": model.listings,
        "sold": model.sold,
        "parameters_sha256": market_figures.sha256(day),
    }


def conformal_range(given: Json) -> Json:
    """The range around an estimated median, from how far past estimates were off in units of their scales."""
    day = shapes.day_of(given)
    rules = market_figures.range_rules(day)
    scores = [
        Score(shapes.day_of(one, "on"), one.get("kind", ""), shapes.number(one["score"], "score"))
        for one in given["scores"]
    ]
    ranges = conformal.calibrate(scores, under=rules, failing=given.get("failing", []))
    mu = math.log(guards.positive(shapes.number(given["median"], "median"), "median"))
    log_scale = math.log(guards.within(shapes.number(given["scale"], "scale"), "scale", least=1e-6, most=50))
    kind = given.get("kind", "")
    found = conformal.quantiles(ranges, kind, mu=mu, log_scale=log_scale)
    symmetric = {
        f"{percent}": conformal.interval(ranges, kind, mu=mu, log_scale=log_scale, nominal=percent / 100)
        for percent in (50, 80, 90)
    }
    return Result(
        method="conformal-range",
        version="1",
        value_date=day,
        currency=given.get("currency", "CNY"),
        range=found.range,
        parameters_sha256=market_figures.sha256(day),
        inputs=(
            *(Input(name, given[name], "given", Grade.STATED, day) for name in ("median", "scale")),
            Input("scores", len(scores), "given", Grade.STATED, day, "entries"),
        ),
        notes=found.notes,
        figures={
            "basis": found.basis,
            "tested_on": found.deals,
            "symmetric": {
                name: {"low": conformal.amount(one.low), "high": conformal.amount(one.high), "basis": one.basis}
                for name, one in symmetric.items()
            },
        },
    ).as_json()


MARKET = shapes.market(deals=1500, columns=40)
ALWAYS = ("columns", "groups", "deals", "day")
HASHES: Json = {"model_sha256": TEXT, "parameters_sha256": TEXT}
COMPARABLE = form(
    {
        "reference": TEXT,
        "on": DAY,
        "kind": TEXT,
        "price": NUMBER,
        "factor": NUMBER,
        "adjusted": NUMBER,
        "distance": NUMBER,
    },
    "reference",
    "price",
    "adjusted",
)
LISTING = form({"right": shapes.RIGHT, "is_sold": shapes.YES}, "right", "is_sold")
SCORE = form({"on": DAY, "kind": TEXT, "score": NUMBER}, "on", "score")

ENGINES: dict[str, Engine] = {
    "hedonic-fit": Engine(
        run=hedonic_fit,
        takes=form({**MARKET, "day": DAY}, *ALWAYS),
        gives=form({"model": {"type": "object"}, **HASHES}, "model", *HASHES),
        line="The hedonic model of prices: shrunk effects of columns, groups and quarters, fitted to deals.",
    ),
    "hedonic-predict": Engine(
        run=hedonic_predict,
        takes=form({**MARKET, "day": DAY, "right": shapes.RIGHT, "currency": TEXT}, *ALWAYS, "right"),
        gives=shapes.RESULT,
        line="The range of a right by the market approach, with the factor of each fact and what tested the range.",
    ),
    "comparables": Engine(
        run=comparable_deals,
        takes=form(
            {**MARKET, "day": DAY, "right": shapes.RIGHT, "count": {**WHOLE, "minimum": 1, "maximum": 50}},
            *ALWAYS,
            "right",
        ),
        gives=form({"comparables": many(COMPARABLE, most=50), **HASHES}, "comparables", *HASHES),
        line="The nearest past deals of a right, each adjusted to it by the hedonic model.",
    ),
    "conformal-range": Engine(
        run=conformal_range,
        takes=form(
            {
                "day": DAY,
                "median": NUMBER,
                "scale": NUMBER,
                "kind": TEXT,
                "currency": TEXT,
                "failing": many(TEXT, most=20),
                "scores": many(SCORE, most=5000),
            },
            "day",
            "median",
            "scale",
            "scores",
        ),
        gives=shapes.RESULT,
        line="A range around a median whose coverage past deals have tested, by kind where it has enough of them.",
    ),
    "sale-chance": Engine(
        run=sale_chance,
        takes=form(
            {
                "columns": MARKET["columns"],
                "groups": MARKET["groups"],
                "listings": many(LISTING, least=1, most=3000),
                "day": DAY,
                "right": shapes.RIGHT,
            },
            "columns",
            "groups",
            "listings",
            "day",
            "right",
        ),
        gives=form({"chance": NUMBER, "listings": WHOLE, "sold": WHOLE, "parameters_sha256": TEXT}, "chance"),
        line="The chance that a listed right finds a buyer, to stand beside its price.",
    ),
    **calc_market_studies.ENGINES,
}
