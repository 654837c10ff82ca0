"""What is known of one right on a day, as the methods read it. `None` is unknown and never zero."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from zhirong.valuation.engine.result import Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One right as of `day`. Years are years of 365.25 days; flags are as of the day, never later (no leakage)."""

    day: date
    # The registry's kind: invention, utility_model, design, trade_mark, copyright, software, circuit_layout.
    kind: str
    number: str = ""
    filed_on: date | None = None
    granted_on: date | None = None
    # The last day of the legal term; None where it cannot be told.
    term_ends_on: date | None = None
    # None: nobody here looked whether the fees were paid.
    is_in_force: bool | None = None
    # One of WIPO's 35 fields of technology, and the section letter of the first class.
    field: int | None = None
    section: str = ""
    ipc_count: int | None = None
    claims: int | None = None
    independent_claims: int | None = None
    family: int | None = None
    citations: int | None = None
    inventors: int | None = None
    # firm, university, person or unknown (None).
    owner_kind: str | None = None
    holders: int | None = None
    plain_licences: int = 0
    exclusive_licences: int = 0
    is_pledged: bool = False
    # Seized, suspended by a dispute of ownership, or contested.
    is_blocked: bool = False
    invalidation_open: bool = False
    invalidation_survived: bool = False
    open_licence: bool = False
    # The last patent year whose annual fee is known to be paid; None where nobody looked.
    paid_through_year: int | None = None
    # none, single or joint, as in the registry.
    reduction: str = "none"

    @property
    def age_years(self) -> float | None:
        """Since filing."""
        return None if self.filed_on is None else max(0.0, (self.day - self.filed_on).days / 365.25)

    @property
    def remaining_years(self) -> float | None:
        """To the end of the legal term."""
        return None if self.term_ends_on is None else max(0.0, (self.term_ends_on - self.day).days / 365.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody said to a guided question: `value` in its unit (money in yuan, rates as fractions, years)."""

    question: str
    value: float
    by: str = ""
    on: date | None = None
    grade: Grade = Grade.STATED
    # The ref of the evidence file where `grade` is document.
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """The answers that count, one a question."""

    answers: tuple[Answer, ...] = field(default_factory=tuple)

    def get(self, question: str) -> Answer | None:
        """The answer to this question, if there is one."""
        return next((one for one in self.answers if one.question == question), None)
