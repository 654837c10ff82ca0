"""Calculations for `zr calc`: how estimates stood to prices, how honest ranges were, back-tests, simulations."""

from __future__ import annotations

from zhirong.base.engines import Engine, form, many
from zhirong.base.refused import Refused
from zhirong.valuation import calc_market_shapes as shapes
from zhirong.valuation import market_figures
from zhirong.valuation.calc_market_shapes import DAY, NUMBER, PREDICTION, SEED, TEXT, WHOLE, YES, Json
from zhirong.valuation.engine import calibration, drift, guards, ratios, rolling, simulated

RESAMPLES = 500


def ratio_study(given: Json) -> Json:
    """The measures of mass appraisal over pairs of estimate and price, with bootstrap intervals."""
    estimates = [guards.positive(shapes.number(one, "estimates"), "estimates") for one in given["estimates"]]
    prices = [guards.positive(shapes.number(one, "prices"), "prices") for one in given["prices"]]
    found = ratios.study(estimates, prices, seed=given.get("seed", 1), resamples=given.get("resamples", RESAMPLES))
    return {**shapes.told(found), "seed": given.get("seed", 1)}


def calibration_of(given: Json) -> Json:
    """Coverage, losses and places of past ranges, in all and by kind, the gates, and the kinds that fail."""
    day, told = shapes.day_of(given), shapes.predictions(given["predictions"])
    rules = market_figures.study_rules(day)
    seed = given.get("seed", 1)
    studies = rolling.studies(told, seed=seed, resamples=RESAMPLES)
    return {
        "studies": [_study(one, rules) for one in studies],
        "failing": list(calibration.failing(told, least=market_figures.range_rules(day).least_of_kind)),
        "seed": seed,
        "parameters_sha256": market_figures.sha256(day),
    }


def drift_of(given: Json) -> Json:
    """Whether prices have left the model, since when, in which direction and how far."""
    day = shapes.day_of(given)
    found = drift.watch(
        shapes.predictions(given["predictions"]), chance=market_figures.study_rules(day)["drift_chance"]
    )
    return {**shapes.told(found), "parameters_sha256": market_figures.sha256(day)}


def back_test(given: Json) -> Json:
    """The hedonic model, refitted at each quarter's first day, against the deals of that quarter."""
    day, seed = shapes.day_of(given), given.get("seed", 1)
    rules = market_figures.study_rules(day)
    rolled = rolling.of_hedonic(
        shapes.sales(given),
        priors=market_figures.priors(day),
        rules=market_figures.range_rules(day),
        kind_group=given.get("kind_group", ""),
        least_known=given.get("least_known", rules["least_known"]),
        most_origins=given.get("most_origins", MOST_ORIGINS),
        curved=given.get("curved", []),
    )
    return {
        "origins": [one.isoformat() for one in rolled.origins],
        "predicted": [shapes.told(one) for one in rolled.predicted],
        "studies": [_study(one, rules) for one in rolling.studies(rolled.predicted, seed=seed, resamples=RESAMPLES)],
        "failing": list(rolled.failing),
        "drift": shapes.told(drift.watch(rolled.predicted, chance=rules["drift_chance"])),
        "seed": seed,
        "parameters_sha256": market_figures.sha256(day),
    }


def simulated_coverage(given: Json) -> Json:
    """Coverage of 90 % ranges over simulated deals, and what is left of it in markets unlike the calibrating one."""
    day, seed = shapes.day_of(given), given.get("seed", 1)
    if given["deals"] * given["calibrating_percent"] < 100 * LEAST_CALIBRATING:
        raise Refused("valuation.too_few_to_calibrate", least=LEAST_CALIBRATING)
    told = {
        "deals": given["deals"],
        "tested": given["tested"],
        "calibrating": given["calibrating_percent"] / 100,
        "seed": seed,
        "priors": market_figures.priors(day),
        "rules": market_figures.range_rules(day),
    }
    return {
        **shapes.told(simulated.coverage(simulated.BOOK, **told)),
        "broken": [shapes.told(one) for one in simulated.broken(**told)] if given.get("with_broken") else [],
        "seed": seed,
        "parameters_sha256": market_figures.sha256(day),
    }


def _study(one: rolling.Study, rules: Json) -> Json:
    bands = {"median_band": rules["median_band"], "prb_band": rules["prb_band"]}
    return {
        **shapes.told(one),
        "gates": calibration.gates(one.calibration, one.trimmed, unbiased_prb=one.baseline["prb"], **bands),
    }


# A back-test fits once a quarter: fewer deals and columns than one fit may have.
MOST_ORIGINS, LEAST_CALIBRATING = 8, 20
SMALL_MARKET = shapes.market(deals=800, columns=20)
STUDIES: Json = {"type": "array", "items": {"type": "object"}}
SEEDED: Json = {"seed": WHOLE, "parameters_sha256": TEXT}
AMOUNTS = many(NUMBER, least=1, most=5000)
DRIFT: Json = {
    "deals": WHOLE,
    "capital": NUMBER,
    "highest": NUMBER,
    "is_alarm": YES,
    "direction": {"enum": ["above", "below", "none"]},
    "since": {"type": ["string", "null"]},
    "factor": {"type": ["number", "null"]},
}
MEASURE = form({"name": TEXT, **dict.fromkeys(("value", "low", "high"), shapes.MAYBE)}, "name", "value", "low", "high")
COVERED = form({"way": TEXT, "share": NUMBER, "by_kind": {"type": "object"}, "factor": NUMBER}, "way", "share")
BROKEN = form({"case": TEXT, "promised": NUMBER, "share": NUMBER, "standard_error": NUMBER}, "case", "share")

ENGINES: dict[str, Engine] = {
    "ratio-study": Engine(
        run=ratio_study,
        takes=form(
            {
                "estimates": AMOUNTS,
                "prices": AMOUNTS,
                "seed": SEED,
                "resamples": {**WHOLE, "minimum": 100, "maximum": 2000},
            },
            "estimates",
            "prices",
        ),
        gives=form(
            {
                "deals": WHOLE,
                "measures": many(MEASURE, most=6),
                "chased_share": shapes.MAYBE,
                "chased_p": shapes.MAYBE,
                "seed": WHOLE,
            },
            "deals",
            "measures",
        ),
        line="Estimates against prices: median ratio, COD, PRD, PRB, MKI and KI with intervals; sales chasing.",
    ),
    "calibration": Engine(
        run=calibration_of,
        takes=form(
            {"day": DAY, "predictions": many(PREDICTION, least=1, most=3000), "seed": SEED},
            "day",
            "predictions",
        ),
        gives=form({"studies": STUDIES, "failing": {"type": "array", "items": TEXT}, **SEEDED}, "studies", "failing"),
        line="How honest past ranges were: coverage, CRPS, pinball, places of prices, gates, kinds that fail.",
    ),
    "drift": Engine(
        run=drift_of,
        takes=form({"day": DAY, "predictions": many(PREDICTION, most=5000)}, "day", "predictions"),
        gives=form({**DRIFT, "parameters_sha256": TEXT}, "is_alarm", "direction"),
        line="Whether prices have left the model: an alarm with its direction, since when and how far.",
    ),
    "back-test": Engine(
        run=back_test,
        takes=form(
            {
                **SMALL_MARKET,
                "day": DAY,
                "seed": SEED,
                "least_known": {**WHOLE, "minimum": 2, "maximum": 800},
                "most_origins": {**WHOLE, "minimum": 1, "maximum": MOST_ORIGINS},
            },
            "columns",
            "groups",
            "deals",
            "day",
        ),
        gives=form(
            {
                "origins": {"type": "array", "items": DAY},
                "predicted": STUDIES,
                "studies": STUDIES,
                "failing": {"type": "array", "items": TEXT},
                "drift": form(DRIFT, "is_alarm"),
                **SEEDED,
            },
            "origins",
            "predicted",
            "studies",
        ),
        line="The market approach predicted deals before they happened, quarter by quarter: what came of it.",
    ),
    "simulated-coverage": Engine(
        run=simulated_coverage,
        takes=form(
            {
                "day": DAY,
                "deals": {**WHOLE, "minimum": 50, "maximum": 2000},
                "tested": {**WHOLE, "minimum": 100, "maximum": 2000},
                "calibrating_percent": {**WHOLE, "minimum": 5, "maximum": 95},
                "seed": SEED,
                "with_broken": YES,
            },
            "day",
            "deals",
            "tested",
            "calibrating_percent",
        ),
        gives=form(
            {
                "deals": WHOLE,
                "tested": WHOLE,
                "by_kind": {"type": "object"},
                "r_squared": NUMBER,
                "ranges": many(COVERED, most=3),
                "broken": many(BROKEN, most=5),
                **SEEDED,
            },
            "ranges",
            "broken",
        ),
        line="Coverage of 90 % ranges over simulated deals, plain, normalised and by kind, and what breaks it.",
    ),
}
