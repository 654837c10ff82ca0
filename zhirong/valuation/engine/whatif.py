"""What if (假如): the same estimate with one thing changed, recomputed by the same function."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from zhirong.base.refused import Refused
from zhirong.registry.engine import terms
from zhirong.valuation.engine import estimate, guards, income_voice
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.income_voice import Case
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.result import Grade
from zhirong.valuation.engine.ruling import Figures
from zhirong.valuation.engine.subject import Answer, Said, Subject

# No patent lives longer, with any compensation of its term.
MOST_YEARS = 60
# A yearly rate beyond it is no discount of this market but a slip.
MOST_RATE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be otherwise; None and False leave it as it is.

    `last_year`: the last patent year for which the fee is paid. `discount_shift`: added to the yearly rate, as 0.02.
    `royalty_rate`, `annual_income`: as if proven.
    """

    last_year: int | None = None
    exclusive_licence: bool = False
    discount_shift: float = 0.0
    royalty_rate: float | None = None
    annual_income: float | None = None


def of(
    subject: Subject, model: MarketModel | None, under: Figures, *, change: Change, said: Said = income_voice.NOTHING
) -> Estimate:
    """The estimate of the right with this change. Refused: a year outside its term, a rate outside its band."""
    return estimate.of_case(case_of(subject, said, change=change, under=under), model, under)


def case_of(subject: Subject, said: Said, *, change: Change, under: Figures) -> Case:
    """The case that this change makes."""
    rate = float(under.value("estimate.discount_rate")) + guards.finite(change.discount_shift, "discount_shift")
    guards.within(rate, "discount_rate", least=0.0, most=MOST_RATE)
    years = None
    if change.last_year is not None:
        # To the market too it is a right that ends then.
        subject = replace(subject, term_ends_on=_end_of(subject, change.last_year))
        years = subject.remaining_years
    if change.exclusive_licence:
        subject = replace(subject, exclusive_licences=subject.exclusive_licences + 1)
        said = _with(said, income_voice.EXCLUSIVE, 1.0)
    if change.royalty_rate == 0:
        raise Refused("valuation.royalty_zero")
    if change.royalty_rate is not None:
        said = _with(said, income_voice.RATE, change.royalty_rate)
    if change.annual_income is not None:
        said = _with(said, income_voice.INCOME, change.annual_income)
    return Case(subject=subject, said=said, discount_shift=change.discount_shift, years_most=years)


def _with(said: Said, question: str, value: float) -> Said:
    """The answers with this one in place of another to the same question."""
    kept = tuple(one for one in said.answers if one.question != question)
    return Said((*kept, Answer(question=question, value=value, grade=Grade.REGISTER)))


def _end_of(subject: Subject, last_year: int) -> date:
    """The day on which a right ends whose last fee is that of this patent year."""
    if subject.filed_on is None or subject.term_ends_on is None or not 1 <= last_year <= MOST_YEARS:
        raise Refused("valuation.year_not_ahead", year=last_year)
    ends = min(terms.year_begins_on(subject.filed_on, last_year + 1), subject.term_ends_on)
    if ends <= subject.day:
        raise Refused("valuation.year_not_ahead", year=last_year)
    return ends


def told(
    *,
    last_year: int | None,
    exclusive_licence: bool,
    discount_points: int,
    royalty_rate: str,
    annual_income: int | None,
) -> Change:
    """A change as a form tells it: points of the rate as whole hundredths, the royalty as a text such as 0.05."""
    try:
        rate = float(royalty_rate) if royalty_rate else None
    except ValueError:
        raise Refused("valuation.not_finite", name=income_voice.RATE) from None
    return Change(
        last_year=last_year,
        exclusive_licence=exclusive_licence,
        discount_shift=discount_points / 100,
        royalty_rate=rate,
        annual_income=annual_income,
    )
