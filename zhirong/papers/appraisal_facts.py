"""What stands on an appraisal report (评估报告) and on the sheet of an automatic estimate (自动估值单)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from zhirong.papers.facts import Both, House, RightLine, Side


@dataclass(frozen=True, kw_only=True)
class AppraisedRight:
    """A right with its legal state, holders, fees, pledges and licences on the day of the report (V10)."""

    line: RightLine
    state: Both
    fees: Both
    holders: tuple[Both, ...]
    burdens: tuple[Both, ...]
    licences: tuple[Both, ...]


@dataclass(frozen=True, kw_only=True)
class InputLine:
    """One input of a computed method as it was used; `value` as people read it."""

    name: Both
    value: Both
    source: Both
    grade: Both
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class MethodLine:
    """One method: what it comes to, its weight, why, and what the engine had computed where another figure stands."""

    name: Both
    approach: Both
    low_fen: int
    likely_fen: int
    high_fen: int
    weight: str
    reason: str
    override_reason: str = ""
    computed_likely_fen: int | None = None
    # Method and edition of the engine, and the hash of its parameters; empty where the valuer computed elsewhere.
    engine: str = ""
    parameters_sha256: str = ""
    inputs: tuple[InputLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signed or reviewed, as what, when."""

    role: Both
    name: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class EvidenceLine:
    """A paper that the report rests on, by its hash."""

    title: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """An appraisal report as it was issued: everything that V10 asks for."""

    house: House
    number: str
    issued_at: datetime
    valuer: Side
    client: Side
    # How the client stands to the rights.
    standing: Both
    use: str
    purpose: Both
    value_type: Both
    value_date: date
    rights: tuple[AppraisedRight, ...]
    scope: str
    basis: tuple[Both, ...]
    methods: tuple[MethodLine, ...]
    single_method_reason: str
    process: str
    assumptions: str
    low_fen: int
    likely_fen: int
    high_fen: int
    conclusion: str
    special_matters: str
    # Why the most likely figure lies outside the span of the methods; empty where it does not.
    outside_reason: str
    usable_until: date
    archive_years: int
    papers: tuple[EvidenceLine, ...]
    signatures: tuple[Signature, ...]
    payload_hash: str
    is_demo: bool


@dataclass(frozen=True, kw_only=True)
class VoiceLine:
    """One method of an automatic estimate with its own range; without one where it could say nothing."""

    name: Both
    role: Both
    weight: str
    low_fen: int | None
    median_fen: int | None
    high_fen: int | None


@dataclass(frozen=True, kw_only=True)
class EstimateSheet:
    """An automatic estimate on paper. It says in its title that it is no appraisal report (资产评估法)."""

    house: House
    made_at: datetime
    day: date
    right: RightLine
    state: Both
    p5_fen: int
    p25_fen: int
    median_fen: int
    p75_fen: int
    p95_fen: int
    mean_fen: int
    basis: Both
    voices: tuple[VoiceLine, ...]
    inputs: tuple[InputLine, ...]
    notes: tuple[Both, ...]
    record: Both
    parameters_sha256: str
    model_sha256: str
    seed: str
    is_demo: bool
