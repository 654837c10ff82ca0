"""The shape of an automatic estimate (自动估值): what a page, a report or the interface shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zhirong.valuation.engine.result import Input, Note, Quantiles, Result, Sensitivity
from zhirong.valuation.engine.subject import Said, Subject


@dataclass(frozen=True, slots=True)
class Voice:
    """One method beside the others. `weight` is its share in the headline; 0 stands beside (a floor, an outlier)."""

    result: Result
    weight: float
    # voice, floor, beside or silent; a note of the result says why.
    role: str


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the waterfall: the factor by which a fact of this right moves the median, and the running median."""

    name: str
    value: str
    factor: float
    running: float


@dataclass(frozen=True, slots=True)
class Question:
    """A guided question that is still open and by how much its answer would narrow the range.

    `narrows_to` is the expected width of the range (ln p95 − ln p5) after the answer, as a fraction of today's;
    computed by valuing anew over the answer's prior. `then_narrows_to`: the same once the question that narrows most is
    answered as expected, of the width that is left then; alone, many a question has little to add to.
    """

    code: str
    unit: str
    low: float
    typical: float
    high: float
    narrows_to: float
    then_narrows_to: float = 1.0


@dataclass(frozen=True, slots=True)
class Comparable:
    """A past deal near this right: its price, the factor that adjusts it to this right, and the adjusted price."""

    reference: str
    on: date
    kind: str
    price: float
    factor: float
    adjusted: float
    distance: float


@dataclass(frozen=True, slots=True)
class Record:
    """How the estimates of this segment did on its last deals, predicted before each of them."""

    segment: str
    deals: int
    median_ratio: float | None
    cod: float | None
    coverage_50: float | None
    coverage_80: float | None
    coverage_90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A range of money for one right on a day. Amounts in yuan as floats; nothing here is an appraisal report."""

    subject: Subject
    said: Said
    day: date
    currency: str = "CNY"
    # None only where no method could say anything; a note says why.
    headline: Quantiles | None
    # tested: the range's width comes from predicted deals of this kind; pooled: of all kinds; untested: from priors.
    basis: str
    voices: tuple[Voice, ...] = ()
    waterfall: tuple[Step, ...] = ()
    tornado: tuple[Sensitivity, ...] = ()
    questions: tuple[Question, ...] = ()
    comparables: tuple[Comparable, ...] = ()
    record: Record | None = None
    inputs: tuple[Input, ...] = ()
    notes: tuple[Note, ...] = ()
    parameters_sha256: str = ""
    model_sha256: str = ""
    seed: int | None = None
