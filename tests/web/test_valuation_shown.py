"""What the page of a value says in words of its steps and of what a change does."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests.web import given_estimates as made
from zhirong.valuation.engine.estimate_shape import Step
from zhirong.web.valuation import shown

UNIT = shown.Unit(10_000, "万元")


@pytest.mark.parametrize(
    ("method", "language", "start"),
    [
        ("market.hedonic", "zh-hans", "各类权利的一般价位"),
        ("market.hedonic", "en", "Usual price over all kinds of right"),
        ("renewal-option", "en", "Median of the method that weighs most"),
    ],
)
def test_the_waterfall_says_what_it_starts_from(method: str, language: str, start: str) -> None:
    estimate = made.an_estimate(voices=(made.a_voice(method, made.MARKET, weight=1.0, role="voice"),))
    with translation.override(language):
        assert shown.waterfall(estimate, UNIT)[0]["name"] == start


def test_a_step_of_an_unknown_fact_says_how_it_was_priced() -> None:
    steps = (Step("start", "", 1e5, 1e5), Step("claims", "", 0.8, 8e4), Step("total", "", 1.0, 8e4))
    with translation.override("en"):
        rows = shown.waterfall(made.an_estimate(waterfall=steps), UNIT)
    assert [one["value"] for one in rows] == ["", "unknown: as the deals without it", ""]
