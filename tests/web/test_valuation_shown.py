"""What the page of a value says in words of its steps and of what a change does."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests.web import given_estimates as made
from zhirong.valuation.engine.estimate_shape import Estimate, Step
from zhirong.valuation.engine.result import Quantiles
from zhirong.web.valuation import moving, shown

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


def a_case(headline: Quantiles, *, income: Quantiles, market: Quantiles = made.MARKET) -> Estimate:
    voices = (
        made.a_voice("market.hedonic", market, weight=0.95, role="voice"),
        made.a_voice("income.relief_from_royalty", income, weight=0.05, role="voice"),
    )
    return made.an_estimate(headline=headline, voices=voices)


def test_an_answer_says_how_much_narrower_in_proportion_and_in_yuan() -> None:
    narrow = Quantiles(600_000, 700_000, 900_000, 1_180_000, 1_600_000, 2_000_000, 2_400_000, 1_300_000)
    before, after = a_case(made.BLEND, income=made.COST), a_case(narrow, income=made.COST)
    with translation.override("zh-hans"):
        assert moving.told(before, after, "已记下回答").endswith("区间收窄 26%（按比例）；宽度由 257 变为 180 万元。")
        assert "区间没有收窄，反而放宽 36%" in moving.told(after, before, "已记下回答")


def test_a_figure_that_stays_says_how_little_the_method_weighs_that_moved() -> None:
    before, after = (a_case(made.BLEND, income=one) for one in (made.COST, made.COST.times(2)))
    with translation.override("en"):
        said = moving.told(before, after, "Answer kept")
    assert "In proportion it is not narrower; its width goes from 2.57 to 2.57 m yuan." in said
    assert said.endswith(
        "The figure stays as it is: of its methods this moves only these: Income (relief from royalty) weighs 5%."
    )


def test_a_figure_that_no_method_reads_says_so() -> None:
    case = a_case(made.BLEND, income=made.COST)
    with translation.override("en"):
        assert moving.told(case, case, "Answer kept").endswith("no method that speaks here reads this.")
