"""What a ratio measure says: within its band, as wide errors bring about alone, or a bias and which way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.valuation.given_past_deals import under
from zhirong.valuation.engine import ratios, verdicts

BANDS = {"median_ratio": (0.9, 1.1), "prd": (0.98, 1.03), "prb": (-0.05, 0.05), "mki": (0.95, 1.05)}


@pytest.mark.parametrize(
    ("name", "value", "interval", "usual", "verdict"),
    [
        ("prd", None, (None, None), None, "unknown"),
        ("prd", 1.03, (1.0, 1.06), 1.2, "within"),
        ("prd", 1.30, (1.1, 1.5), 1.25, "usual"),
        ("prd", 1.30, (1.28, 1.5), 1.25, "dear_low"),
        ("prd", 1.10, (1.05, 1.2), 1.25, "usual"),
        ("prd", 0.90, (None, None), None, "dear_high"),
        ("prb", -0.20, (-0.25, -0.15), -0.05, "dear_low"),
        ("prb", -0.20, (-0.25, -0.15), -0.18, "usual"),
        ("prb", 0.09, (0.06, 0.12), 0.0, "dear_high"),
        ("mki", 0.80, (0.7, 0.9), 1.0, "dear_low"),
        ("mki", 1.20, (1.1, 1.3), 1.0, "dear_high"),
        ("median_ratio", 0.85, (0.8, 0.89), 1.0, "low"),
        ("median_ratio", 1.15, (1.11, 1.2), 1.0, "high"),
        ("median_ratio", 0.85, (0.7, 1.02), 1.0, "usual"),
    ],
)
def test_a_measure_says_what_it_says(name: str, value: Any, interval: Any, usual: Any, verdict: str) -> None:
    assert verdicts.of(name, value, interval=interval, usual=usual, band=BANDS[name]) == verdict


def test_estimates_that_go_half_way_with_the_price_say_that_dear_rights_are_too_low() -> None:
    random = np.random.default_rng(3)
    logs = random.normal(13, 1.2, 600)
    prices = np.exp(logs)
    honest = [math.exp(one) for one in logs + random.normal(0, 0.3, 600)]
    timid = [math.exp(one) for one in 13 + 0.5 * (logs - 13) + random.normal(0, 0.3, 600)]
    assert said(timid, prices.tolist()) == {"prd": "dear_low", "prb": "dear_low", "mki": "usual"}
    assert "dear_low" not in said(honest, prices.tolist()).values()


def said(estimates: list[float], prices: list[float]) -> dict[str, str]:
    found = ratios.study(estimates, prices, seed=1, resamples=200)
    usual = ratios.baseline(estimates, prices, seed=1)
    told = {one.name: one for one in found.measures}
    return {
        name: verdicts.of(
            name,
            told[name].value,
            interval=(told[name].low, told[name].high),
            usual=usual[name],
            band=BANDS[name],
        )
        for name in ("prd", "prb", "mki")
    }


def test_under_is_as_the_book_says() -> None:
    assert under().value("market.study_rules")["median_band"] == list(BANDS["median_ratio"])
    assert under().value("market.study_rules")["prb_band"] == list(BANDS["prb"])
