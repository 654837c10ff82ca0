"""An estimate made by hand, with one of everything that a page shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from zhirong.valuation.engine.estimate_shape import Comparable, Estimate, Question, Record, Step, Voice
from zhirong.valuation.engine.result import Grade, Input, Note, Quantiles, Result, Sensitivity
from zhirong.valuation.engine.subject import Said, Subject

DAY = date(2026, 3, 2)
BLEND = Quantiles(460_000, 560_000, 820_000, 1_180_000, 1_700_000, 2_500_000, 3_030_000, 1_400_000)
MARKET = Quantiles(520_000, 620_000, 880_000, 1_260_000, 1_800_000, 2_600_000, 3_180_000, 1_500_000)
COST = Quantiles(220_000, 240_000, 270_000, 310_000, 350_000, 400_000, 440_000, 320_000)


def a_voice(method: str, found: Quantiles | None, *, weight: float, role: str, note: str = "") -> Voice:
    result = Result(
        method=method,
        version="1",
        value_date=DAY,
        range=found,
        parameters_sha256="7c1f" + "0" * 60,
        notes=(Note(note),) if note else (),
    )
    return Voice(result, weight, role)


def an_estimate(**changes: Any) -> Estimate:
    """A patent between 460,000 and 3,030,000 yuan, tested on 312 deals."""
    made = Estimate(
        subject=Subject(day=DAY, kind="invention", number="201910302430.1"),
        said=Said(),
        day=DAY,
        headline=BLEND,
        basis="tested",
        voices=(
            a_voice("cost", COST, weight=0.0, role="floor"),
            a_voice("market", MARKET, weight=0.65, role="voice"),
            a_voice("renewal", BLEND, weight=0.35, role="voice"),
            a_voice("income", None, weight=0.0, role="silent", note="reference_only"),
        ),
        waterfall=(
            Step("start", "", 470_000.0, 470_000.0),
            Step("citations", "14", 1.62, 761_400.0),
            Step("family", "1", 0.87, 662_418.0),
            Step("total", "", 1.0, 662_418.0),
        ),
        tornado=(
            Sensitivity("claims", 4.0, 16.0, 1_000_000.0, 1_300_000.0),
            Sensitivity("discount_rate", 0.12, 0.25, 1_500_000.0, 800_000.0),
        ),
        questions=(
            Question("revenue", "yuan", 1e5, 1e6, 1e7, 0.8),
            Question("royalty_rate", "share", 0.01, 0.03, 0.06, 0.93),
        ),
        comparables=(
            Comparable("deal:CJ-2025-000012", date(2025, 11, 3), "auction", 900_000.0, 1.31, 1_179_000.0, 0.4),
        ),
        record=Record("invention", 312, 0.98, 93.2, 0.51, 0.8, 0.907),
        inputs=(
            Input("claims", 10, "register", Grade.REGISTER, DAY, ""),
            Input("discount_rate", 0.18, "VALUATION 2.3", Grade.ASSUMED, date(2024, 1, 1), "rate"),
            Input("family", None, "the median of its kind", Grade.FITTED),
        ),
        notes=(Note("reference_only"),),
        parameters_sha256="7c1f" + "0" * 60,
        model_sha256="ab12" + "0" * 60,
        seed=7,
    )
    return replace(made, **changes)
