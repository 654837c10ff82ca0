"""What the income says: relief from royalty over paths, from dated priors and from what the holder answered.

V = income × royalty × (1 − tax) × annuity (VALUATION 2.3). Each input is a lognormal belief; an answer joins it by
the normal law's rule in logs, so that it always makes the belief surer, the more the better it is proven. The paths
carry the spread of a known case; what is unsure about the inputs adds to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from zhirong.valuation.engine import guards, paths, plain_paths
from zhirong.valuation.engine.result import LEVELS
from zhirong.valuation.engine.ruling import Figures
from zhirong.valuation.engine.subject import Answer, Said, Subject

Floats = npt.NDArray[np.float64]
METHOD = "income.relief_from_royalty"
INCOME, RATE, YEARS, EXCLUSIVE, STAGE = "annual_income", "royalty_rate", "useful_years", "exclusive_use", "stage"
QUESTIONS = (INCOME, RATE, YEARS, EXCLUSIVE, STAGE)
NAMES = {INCOME: "income", RATE: "rate", YEARS: "years", EXCLUSIVE: "exclusive", STAGE: "stage"}
UNITS = {INCOME: "yuan_a_year", RATE: "fraction", YEARS: "years", EXCLUSIVE: "fraction", STAGE: "stage"}
LEAST_YEARS, MOST_YEARS = 0.05, 50.0
LEAST_RATE = 1e-4
Z95 = 1.6448536269514722


NOTHING = Said()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One right as it is to be valued: what was said, and what a "what if" changes."""

    subject: Subject
    said: Said = NOTHING
    discount_shift: float = 0.0
    # The last year of use that is left, as where it is renewed no longer.
    years_most: float | None = None
    # How far inputs are moved in logs from what is believed, by question: for sensitivities.
    shifts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Belief:
    """A lognormal belief of one input: ln of its median and its log s.d.; NaN where nothing is known."""

    log_median: float
    log_sd: float

    def after(self, log_value: float, log_sd: float) -> Belief:
        """Joined with an answer: precisions add, medians weigh by them. A belief of nothing becomes the answer."""
        if math.isnan(self.log_median):
            return Belief(log_value, log_sd)
        mine, its = self.log_sd**-2, log_sd**-2
        return Belief((self.log_median * mine + log_value * its) / (mine + its), (mine + its) ** -0.5)


@dataclass(frozen=True, slots=True)
class Beliefs:
    """All inputs of one case. Income in yuan a year, rate a share of it, years from the day; `band` around it."""

    income: Belief
    rate: Belief
    years: Belief
    exclusive: Belief
    stage: Belief
    band: tuple[float, float]
    discount: float
    years_most: float

    def get(self, question: str) -> Belief:
        """The belief that this question is about."""
        return (self.income, self.rate, self.years, self.exclusive, self.stage)[QUESTIONS.index(question)]

    @property
    def life(self) -> float:
        """Years of income: as believed, never beyond the legal term."""
        return min(max(math.exp(self.years.log_median), LEAST_YEARS), self.years_most)


@dataclass(frozen=True, slots=True)
class Spoken:
    """(n,) ln of the median value in yuan and its log s.d., and those of the same case before any answer."""

    log_median: Floats
    log_sd: Floats
    prior_log_median: Floats
    prior_log_sd: Floats


def prior(case: Case, under: Figures) -> Beliefs:
    """What is believed before anybody says anything, from dated figures and the register."""
    return _shifted(_prior(case, under), case)


def _prior(case: Case, under: Figures) -> Beliefs:
    subject, kind = case.subject, case.subject.kind
    earned, used = under.value("estimate.commercialised_income_yuan"), under.value("estimate.commercialised_share")
    spread = float(under.value("estimate.income_log_sd"))
    income = Belief(math.nan, math.nan)
    if kind in earned and kind in used:
        # The mean is published; a lognormal's median lies σ²/2 below it in logs.
        income = Belief(math.log(float(earned[kind]) * float(used[kind])) - spread**2 / 2, spread)
    low, usual, high = band_of(subject, under)
    bounds = (subject.remaining_years, case.years_most)
    most = min((bound for bound in bounds if bound is not None), default=MOST_YEARS)
    useful = float(under.value("estimate.useful_years").get(kind, MOST_YEARS))
    return Beliefs(
        income=income,
        rate=Belief(math.log(usual), float(under.value("estimate.royalty_log_sd"))),
        years=Belief(math.log(max(min(useful, most), LEAST_YEARS)), float(under.value("estimate.useful_years_log_sd"))),
        exclusive=Belief(0.0, float(under.value("estimate.exclusive_log_sd"))),
        stage=Belief(0.0, float(under.value("estimate.stage_log_sd"))),
        band=(low / usual, high / usual),
        discount=float(under.value("estimate.discount_rate")) + case.discount_shift,
        years_most=min(max(most, LEAST_YEARS), MOST_YEARS),
    )


def band_of(subject: Subject, under: Figures) -> tuple[float, float, float]:
    """The royalty band of the right's field of technology, or that of any field."""
    bands: Mapping[str, Sequence[float]] = under.value("estimate.royalty_bands")
    named = under.value("estimate.royalty_band_of_field").get(subject.field, "any")
    low, usual, high = bands[named]
    return float(low), float(usual), float(high)


def believed(case: Case, under: Figures) -> Beliefs:
    """The prior joined with every answer."""
    found = _prior(case, under)
    changes: dict[str, Any] = {}
    for question, name in NAMES.items():
        answer = case.said.get(question)
        if answer is not None:
            spread = float(under.value("estimate.answer_log_sd")[str(answer.grade)])
            changes[name] = found.get(question).after(log_of(answer, found, under), spread)
    return _shifted(replace(found, **changes), case)


def _shifted(found: Beliefs, case: Case) -> Beliefs:
    changes: dict[str, Any] = {}
    for question, move in case.shifts:
        belief = found.get(question)
        changes[NAMES[question]] = Belief(belief.log_median + move, belief.log_sd)
    return replace(found, **changes)


def log_of(answer: Answer, before: Beliefs, under: Figures) -> float:
    """An answer on the log scale of its belief. Refused: not finite, negative, outside its band."""
    value = guards.not_negative(answer.value, answer.question)
    if answer.question == INCOME:
        guards.within(value, INCOME, least=0.0, most=1e13)
        return math.log(max(value, float(under.value("estimate.least_income_yuan"))))
    if answer.question == RATE:
        return math.log(max(guards.within(value, RATE, least=0.0, most=1.0), LEAST_RATE))
    if answer.question == YEARS:
        guards.within(value, YEARS, least=0.0, most=100.0)
        return math.log(min(max(value, LEAST_YEARS), before.years_most))
    if answer.question == EXCLUSIVE:
        share = guards.within(value, EXCLUSIVE, least=0.0, most=1.0)
        ends = under.value("estimate.exclusive_factor")
        return math.log(float(ends["shared"])) * (1 - share) + math.log(float(ends["alone"])) * share
    factors = under.value("estimate.stage_factor")
    at = guards.within(value, STAGE, least=1.0, most=float(len(factors)))
    return float(np.interp(at, np.arange(1, len(factors) + 1), np.log(np.array(factors, dtype=np.float64))))


def voice(cases: Sequence[Case], under: Figures) -> Spoken:
    """The voice of many cases; NaN where no income is known or said. Each case reads the same alone or among many.

    An answer never widens it: paths of a longer life spread wider, and that alone is no doubt about the right.
    """
    before = [prior(case, under) for case in cases]
    told = [place for place, case in enumerate(cases) if any(case.said.get(one) for one in QUESTIONS)]
    prior_median, prior_sd = value(before, under)
    median, sd = prior_median.copy(), prior_sd.copy()
    if told:
        places = np.array(told)
        median[places], sd_told = value([believed(cases[place], under) for place in told], under)
        sd[places] = np.fmin(sd_told, prior_sd[places])
    return Spoken(median, sd, prior_median, prior_sd)


def value(beliefs: Sequence[Beliefs], under: Figures) -> tuple[Floats, Floats]:
    """(n,) ln of the median value and (n,) its log s.d. of many beliefs; NaN where no income is known."""
    count = len(beliefs)
    median, sd = np.full(count, np.nan), np.full(count, np.nan)
    known = np.array([not math.isnan(one.income.log_median) for one in beliefs], dtype=np.bool_)
    chosen = [one for one, is_known in zip(beliefs, known, strict=True) if is_known]
    if not chosen:
        return median, sd
    # By the plain twin: a page then needs no compiler, and its memory (150 MB) stays free. Runs take the same.
    found = plain_paths.value(batch(chosen, under), paths.tables(setup(under)))
    spread = np.log(found[:, 6] / found[:, 0]) / (2 * Z95)
    doubt = np.array([_doubt(one, under) for one in chosen])
    scale = np.array([one.income.log_median + one.exclusive.log_median + one.stage.log_median for one in chosen])
    median[known] = scale + np.log(found[:, LEVELS.index(0.5)])
    sd[known] = np.sqrt(spread**2 + doubt)
    return median, sd


def batch(beliefs: Sequence[Beliefs], under: Figures) -> paths.Batch:
    """The cases as the paths take them, for an income of one yuan a year."""
    count = len(beliefs)
    rates = np.array([math.exp(one.rate.log_median) for one in beliefs])
    bands = np.array([one.band for one in beliefs])
    return paths.batch(
        base=np.ones(count),
        drift=np.full(count, float(under.value("estimate.income_growth"))),
        volatility=np.zeros(count, dtype=np.int64),
        life=np.array([one.life for one in beliefs]),
        hazard=np.full(count, float(under.value("estimate.hazard_yearly"))),
        discount=np.array([one.discount for one in beliefs]),
        low=np.minimum(rates * bands[:, 0], 1.0),
        mode=np.minimum(rates, 1.0),
        high=np.minimum(rates * bands[:, 1], 1.0),
        tax=np.full(count, float(under.value("estimate.income_tax"))),
    )


def setup(under: Figures) -> paths.Setup:
    """What all paths of the day share."""
    return paths.Setup(
        volatilities=(float(under.value("estimate.income_volatility")),),
        years=int(MOST_YEARS),
        paths=int(under.value("estimate.paths")),
        spread=float(under.value("estimate.discount_rate_sd")),
        seed=int(under.value("estimate.seed")),
        is_mid_year=True,
    )


def _doubt(one: Beliefs, under: Figures) -> float:
    """The log variance that the inputs add. Years count by how much the annuity feels them."""
    felt = _elasticity(one, under) * one.years.log_sd
    return one.income.log_sd**2 + one.rate.log_sd**2 + felt**2 + one.exclusive.log_sd**2 + one.stage.log_sd**2


def _elasticity(one: Beliefs, under: Figures) -> float:
    """d ln annuity / d ln years of q + … + qⁿ, taken as continuous: −n ln q · qⁿ/(1 − qⁿ); 1 where q is 1."""
    growth = math.exp(float(under.value("estimate.income_growth")))
    decay = -math.log(growth * (1 - float(under.value("estimate.hazard_yearly"))) / (1 + one.discount))
    reach = decay * one.life
    return 1.0 if abs(reach) < 1e-9 else reach / math.expm1(reach)
