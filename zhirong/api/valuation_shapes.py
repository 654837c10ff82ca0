"""Bodies of valuation: ranges in fen, factors and shares in millionths, inputs with source and grade."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import Field

from zhirong.api import shapes
from zhirong.valuation import labels, notes
from zhirong.valuation.engine import units
from zhirong.valuation.engine.estimate_shape import Comparable, Estimate, Question, Record, Step, Voice
from zhirong.valuation.engine.result import Input, Note, Quantiles, Result, Sensitivity

MILLIONTHS = "Millionths"


class RangeTold(shapes.Told):
    """A distribution of money in fen: seven quantiles in rising order and the mean, which is no median."""

    p5: shapes.Fen
    p10: shapes.Fen
    p25: shapes.Fen
    median: shapes.Fen
    p75: shapes.Fen
    p90: shapes.Fen
    p95: shapes.Fen
    mean: shapes.Fen


class NoteTold(shapes.Told):
    """Something to know about a figure."""

    code: str = Field(examples=["reference_only"])
    weight: str = Field(description="info or warn")
    zh: str
    en: str


class InputTold(shapes.Told):
    """One input as it was used; a dash is unknown, and `source` says what stood in for it."""

    name: str
    value: str
    unit: str
    source: str
    source_en: str
    grade: str = Field(examples=["register"])
    on: date | None = Field(description="The source's own day; null where it is not known")


class SensitivityTold(shapes.Told):
    """The median when one input stands at its low and at its high value."""

    name: str
    low: str
    high: str
    at_low_fen: shapes.Fen
    at_high_fen: shapes.Fen


class VoiceTold(shapes.Told):
    """One method beside the others with its own range."""

    method: str = Field(examples=["market.hedonic"])
    version: str
    role: str = Field(description="voice, floor, beside or silent")
    weight_ppm: int = Field(description=MILLIONTHS)
    range: RangeTold | None
    inputs: list[InputTold]
    notes: list[NoteTold]


class WaterfallStepTold(shapes.Told):
    """One bar of the waterfall: a fact, by how much it moves the median, and the median after it."""

    name: str
    value: str
    factor_ppm: int = Field(description="Millionths: 1310000 is × 1.31")
    running_fen: shapes.Fen


class GuidedQuestionTold(shapes.Told):
    """A guided question that is open, its usual answers, and how wide the range would be after it."""

    code: str = Field(examples=["annual_income"])
    unit: str
    low_micro: int = Field(description="Millionths of the unit")
    typical_micro: int
    high_micro: int
    narrows_to_ppm: int = Field(description="Millionths of today's log width")
    then_narrows_to_ppm: int = Field(description="The same once the first question is answered as expected")


class ComparableTold(shapes.Told):
    """A past deal near this right whose price anybody could read, and what it says of this right."""

    reference: str
    on: date
    kind: str
    price_fen: shapes.Fen
    factor_ppm: int
    adjusted_fen: shapes.Fen


class RecordTold(shapes.Told):
    """How the estimates of this segment did on its last deals, each predicted before it; null where too few were."""

    segment: str
    deals: int
    median_ratio_ppm: int | None
    cod_ppm: int | None = Field(description="Coefficient of dispersion in millionths of a per cent")
    coverage_50_ppm: int | None
    coverage_80_ppm: int | None
    coverage_90_ppm: int | None


class EstimateTold(shapes.Told):
    """An automatic estimate. It is not an appraisal report (资产评估法)."""

    right_id: int
    number: str
    day: date
    currency: str
    is_appraisal_report: bool = Field(False, description="Always false")
    basis: str = Field(description="tested, pooled or untested: where the width of the range comes from")
    range: RangeTold | None = Field(description="null where no method could say anything")
    voices: list[VoiceTold]
    waterfall: list[WaterfallStepTold]
    tornado: list[SensitivityTold]
    questions: list[GuidedQuestionTold]
    comparables: list[ComparableTold]
    record: RecordTold | None
    inputs: list[InputTold]
    notes: list[NoteTold]
    parameters_sha256: str
    model_sha256: str
    seed: int | None


def estimate(right_id: int, found: Estimate) -> EstimateTold:
    """The estimate as a body."""
    return EstimateTold(
        right_id=right_id,
        number=found.subject.number,
        day=found.day,
        currency=found.currency,
        is_appraisal_report=False,
        basis=found.basis,
        range=money(found.headline),
        voices=[voice(one) for one in found.voices],
        waterfall=[step(one) for one in found.waterfall],
        tornado=[sensitivity(one) for one in found.tornado],
        questions=[question(one) for one in found.questions],
        comparables=[comparable(one) for one in found.comparables],
        record=None if found.record is None else record_of(found.record),
        inputs=[input_of(one) for one in found.inputs],
        notes=noted(found.notes),
        parameters_sha256=found.parameters_sha256,
        model_sha256=found.model_sha256,
        seed=found.seed,
    )


def money(found: Quantiles | None) -> RangeTold | None:
    """A range in fen."""
    return None if found is None else RangeTold(**units.in_fen(found))


def voice(one: Voice) -> VoiceTold:
    return VoiceTold(
        method=one.result.method,
        version=one.result.version,
        role=one.role,
        weight_ppm=units.ppm(one.weight),
        range=money(one.result.range),
        inputs=[input_of(each) for each in one.result.inputs],
        notes=noted(one.result.notes),
    )


def step(one: Step) -> WaterfallStepTold:
    return WaterfallStepTold(
        name=one.name, value=one.value, factor_ppm=units.ppm(one.factor), running_fen=units.fen(one.running)
    )


def sensitivity(one: Sensitivity) -> SensitivityTold:
    return SensitivityTold(
        name=one.name,
        low=units.text(one.low),
        high=units.text(one.high),
        at_low_fen=units.fen(one.median_at_low),
        at_high_fen=units.fen(one.median_at_high),
    )


def question(one: Question) -> GuidedQuestionTold:
    return GuidedQuestionTold(
        code=one.code,
        unit=one.unit,
        low_micro=units.ppm(one.low),
        typical_micro=units.ppm(one.typical),
        high_micro=units.ppm(one.high),
        narrows_to_ppm=units.ppm(one.narrows_to),
        then_narrows_to_ppm=units.ppm(one.then_narrows_to),
    )


def comparable(one: Comparable) -> ComparableTold:
    return ComparableTold(
        reference=one.reference,
        on=one.on,
        kind=one.kind,
        price_fen=units.fen(one.price),
        factor_ppm=units.ppm(one.factor),
        adjusted_fen=units.fen(one.adjusted),
    )


def record_of(one: Record) -> RecordTold:
    names = ("median_ratio", "cod", "coverage_50", "coverage_80", "coverage_90")
    shares: dict[str, Any] = {f"{name}_ppm": maybe_ppm(getattr(one, name)) for name in names}
    return RecordTold(segment=one.segment, deals=one.deals, **shares)


def maybe_ppm(share: Any) -> int | None:
    """Millionths; nothing of nothing."""
    return None if share is None else units.ppm(share)


def input_of(one: Input) -> InputTold:
    return InputTold(
        name=one.name,
        value=units.text(one.value),
        unit=one.unit,
        source=one.source,
        source_en=labels.of("input_source", one.source)["en"],
        grade=str(one.grade),
        on=one.on,
    )


def noted(found: Sequence[Note]) -> list[NoteTold]:
    """Notes in both languages."""
    return [
        NoteTold(
            code=one.code,
            weight=str(notes.catalogue()[one.code].get("weight", "info")),
            zh=notes.sentence(one, "zh"),
            en=notes.sentence(one, "en"),
        )
        for one in found
    ]


class LevelTold(shapes.Told):
    """How much may be lent so that a sale falls short with this probability."""

    shortfall_ppm: int
    ratio_ppm: int
    loan_fen: shapes.Fen


class LendingTold(shapes.Told):
    """What a pledge of the right brings in a forced sale, and what may be lent on it."""

    right_id: int
    day: date
    value_fen: shapes.Fen = Field(description="The median of the estimate")
    proceeds: RangeTold | None
    levels: list[LevelTold]
    product: str
    offered_fen: shapes.Fen | None = Field(description="The most that the product lends; null without a product")
    bound_by: str
    hindrances: list[str]
    notes: list[NoteTold]
    parameters_sha256: str


def lending(right_id: int, found: Estimate, lent: Result) -> LendingTold:
    """A lending value as a body."""
    offer: dict[str, Any] = lent.figures.get("product") or {}
    assert found.headline is not None
    return LendingTold(
        right_id=right_id,
        day=found.day,
        value_fen=units.fen(found.headline.median),
        proceeds=money(lent.range),
        levels=[
            LevelTold(
                shortfall_ppm=units.ppm(one["shortfall"]),
                ratio_ppm=units.ppm(one["ratio"]),
                loan_fen=units.fen(one["loan"]),
            )
            for one in lent.figures["levels"]
        ],
        product=str(offer.get("name", "")),
        offered_fen=units.fen(offer["loan"]) if offer else None,
        bound_by=str(offer.get("bound_by", "")),
        hindrances=list(offer.get("hindrances", ())),
        notes=noted(lent.notes),
        parameters_sha256=lent.parameters_sha256,
    )
