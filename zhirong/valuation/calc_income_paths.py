"""Calculations for `zr calc`: the Chinese royalty rate, and ranges of income paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zhirong.base.deferred import Deferred
from zhirong.base.engines import Engine, form, many
from zhirong.base.refused import Refused
from zhirong.valuation import calc_income_shapes as shapes
from zhirong.valuation.calc_income_shapes import Json
from zhirong.valuation.engine import royalty
from zhirong.valuation.engine.result import Note

if TYPE_CHECKING:
    from zhirong.valuation.engine import path_results, paths
else:
    path_results = Deferred("zhirong.valuation.engine.path_results")
    paths = Deferred("zhirong.valuation.engine.paths")

MOST_RIGHTS, MOST_PATHS = 50, 32_768


def royalty_rate(given: Json) -> Json:
    """A royalty inside the industry's band by the score of the right, with the ceilings of practice as a check."""
    day = shapes.day_of(given)
    if ("industry" in given) == ("band" in given):
        raise Refused("valuation.one_of_two", one="industry", other="band")
    low, high = given["band"] if "band" in given else _band(given["industry"], day)
    ceiling = shapes.figure("royalty_ceiling", day).value
    found = royalty.chinese_rate(
        royalty.Band(low, high),
        scores=given["scores"],
        weights=shapes.figure("score_weight", day).value,
        ceilings=royalty.Ceilings(**ceiling),
        profit_margin=given.get("profit_margin"),
    )
    notes = found.notes if "band" in given else (Note("band_from_memory"), *found.notes)
    return {
        "rate": found.rate,
        "score": found.score,
        "of_profit": found.of_profit,
        "low": low,
        "high": high,
        "notes": shapes.said_notes(notes),
        "parameters_sha256": shapes.parameters_sha256(day),
    }


def _band(industry: str, day: Any) -> Any:
    bands = shapes.figure("royalty_band", day).value
    if industry not in bands:
        raise Refused("valuation.industry_unknown", industry=industry, known=sorted(bands))
    return bands[industry]


def income_paths(given: Json) -> Json:
    """Ranges of a few rights whose income, royalty and discount are uncertain."""
    day = shapes.day_of(given)
    of_class, spread, cut = (
        shapes.figure(name, day) for name in ("volatility_class", "discount_spread", "discount_cut")
    )
    figures = {"volatility": of_class.source, "spread": spread.source, "cut": cut.source}
    tax = shapes.told_tax(given, figures)
    rights = given["rights"]
    royalties = [one["royalty"] for one in rights]
    columns: dict[str, list[Any]] = {
        name: [one[name] for one in rights] for name in ("base", "drift", "life", "hazard", "discount")
    }
    asked = [_class_of(one, of_class.value) for one in rights]
    used = sorted(set(asked))
    batch = paths.batch(
        **columns,
        volatility=[used.index(one) for one in asked],
        low=[one["low"] for one in royalties],
        mode=[one["mode"] for one in royalties],
        high=[one["high"] for one in royalties],
        tax=[tax] * len(rights),
    )
    setup = paths.Setup(
        volatilities=tuple(of_class.value[one - 1] for one in used),
        years=shapes.figure("path_years", day).value,
        paths=given.get("paths", shapes.figure("paths", day).value),
        spread=spread.value,
        cut=cut.value,
        seed=given.get("seed", 0),
        is_mid_year=given["timing"] == "middle",
    )
    found = path_results.results(
        batch,
        setup,
        day=day,
        discount_step=shapes.figure("discount_step", day).value,
        figures=figures,
        assumed=[
            name
            for name, figure in (("volatility", of_class), ("spread", spread), ("cut", cut))
            if figure.certain == "assumed"
        ],
        currency=given.get("currency", "CNY"),
        parameters_sha256=shapes.parameters_sha256(day),
    )
    return {"results": [shapes.record(one) for one in found]}


def _class_of(one: Json, classes: list[Any]) -> int:
    wanted: int = one["volatility_class"]
    if not 1 <= wanted <= len(classes):
        raise Refused("valuation.outside_band", name="volatility_class", value=wanted, least=1, most=len(classes))
    return wanted


TRIANGLE = form({"low": shapes.NUMBER, "mode": shapes.NUMBER, "high": shapes.NUMBER}, "low", "mode", "high")
RIGHT = form(
    {
        "base": shapes.NUMBER,
        "drift": shapes.NUMBER,
        "volatility_class": {"type": "integer", "minimum": 1, "maximum": 100},
        "life": shapes.NUMBER,
        "hazard": shapes.NUMBER,
        "discount": shapes.NUMBER,
        "royalty": TRIANGLE,
    },
    "base",
    "drift",
    "volatility_class",
    "life",
    "hazard",
    "discount",
    "royalty",
)
SCORES = form(
    {"legal": shapes.NUMBER, "technical": shapes.NUMBER, "economic": shapes.NUMBER}, "legal", "technical", "economic"
)

ENGINES: dict[str, Engine] = {
    "royalty-rate": Engine(
        run=royalty_rate,
        takes=form(
            {
                "value_date": shapes.DAY,
                "industry": shapes.TEXT,
                "band": many(shapes.NUMBER, least=2, most=2),
                "scores": SCORES,
                "profit_margin": shapes.NUMBER,
            },
            "value_date",
            "scores",
        ),
        gives=form(
            {
                "rate": shapes.AMOUNT,
                "score": shapes.AMOUNT,
                "of_profit": {"type": ["number", "null"]},
                "low": shapes.AMOUNT,
                "high": shapes.AMOUNT,
                "notes": {"type": "array"},
                "parameters_sha256": shapes.TEXT,
            },
            "rate",
            "score",
        ),
        line="The Chinese royalty rate: a place in the industry's band by three scores, and its ceilings (V8, O9).",
    ),
    "income-paths": Engine(
        run=income_paths,
        takes=form(
            {
                "value_date": shapes.DAY,
                "currency": shapes.CURRENCY,
                "timing": shapes.TIMING,
                **shapes.TAX,
                "paths": {"type": "integer", "minimum": 100, "maximum": MOST_PATHS},
                "seed": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
                "rights": many(RIGHT, least=1, most=MOST_RIGHTS),
            },
            "value_date",
            "timing",
            "rights",
        ),
        gives=form({"results": many(shapes.RESULT, least=1, most=MOST_RIGHTS)}, "results"),
        line="Ranges of royalties saved over uncertain income, royalty and discount, with their exact means.",
    ),
}
