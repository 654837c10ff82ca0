"""The estimate of many rights at once: voices, blend, range. One right alone is a chunk of one, digit by digit.

Answers move the income's voice and so the blend. They make the range narrower and never wider than the deals tested.
An income that was told and lies far outside the tested range is not averaged: it stands beside, the median stays, and
only the half of the range that it speaks against narrows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from zhirong.registry.engine.facts import PATENTS
from zhirong.valuation.engine import blending, features, income_voice, market_voice, ranging, renewal_voice
from zhirong.valuation.engine.blending import INCOME, Joined
from zhirong.valuation.engine.income_voice import INCOME as INCOME_ASKED
from zhirong.valuation.engine.income_voice import RATE, YEARS, Case
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.ranging import Ranged
from zhirong.valuation.engine.ruling import Figures
from zhirong.valuation.engine.subject import Subject

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
# The three that narrow the range of every right.
MAIN = (INCOME_ASKED, RATE, YEARS)
# Counts of a right that an answer may fill where no register holds them.
TOLD_COUNTS = ("claims", "family", "citations")


@dataclass(frozen=True, slots=True)
class Many:
    """n estimates. `medians`, `sds` (n, 3): the corrected voices with the answers; `prior…` (n, 3): without them."""

    cases: tuple[Case, ...]
    medians: Floats
    sds: Floats
    prior: Floats
    prior_sds: Floats
    before: Joined
    now: Joined
    contradicts: Flags
    # Of the range before any answer, and of the one that stands.
    tested: Ranged
    ranged: Ranged
    # The spread by which the lower half of the range is scaled.
    below: Floats
    above: Floats


def rows(cases: Sequence[Case], model: MarketModel | None, under: Figures) -> Many:
    """The estimates of many cases, in the order given. A right that ended is the caller's to refuse (`has_ended`)."""
    assert cases, "nothing to estimate"
    told = tuple(_with_counts(case) for case in cases)
    kinds = [case.subject.kind for case in told]
    subjects = [case.subject for case in told]
    hedonic = None if model is None else model.hedonic
    market, market_sd = market_voice.voice(subjects, hedonic, under, deal=model.deal if model else features.SALE)
    income = income_voice.voice(told, under)
    renewal, renewal_sd = renewal_voice.voice(told, under)
    seen = blending.tested(kinds, model, under)
    prior, prior_sds = blending.corrected(
        np.column_stack([market, income.prior_log_median, renewal]),
        np.column_stack([market_sd, income.prior_log_sd, renewal_sd]),
        seen,
    )
    before = blending.join(prior, prior_sds, seen, under=under)
    has_answers = np.array([_is_answered(case) for case in told], dtype=np.bool_)
    medians, sds = prior.copy(), prior_sds.copy()
    answered = blending.informed(
        (income.prior_log_median, income.prior_log_sd),
        (income.log_median, income.log_sd),
        bias=seen.bias[:, INCOME],
        stretch=seen.stretch[:, INCOME],
    )
    medians[has_answers, INCOME] = answered.log_median[has_answers]
    sds[has_answers, INCOME] = answered.log_sd[has_answers]
    told_of = blending.heard(seen, INCOME, sds[:, INCOME], before=prior_sds[:, INCOME])
    after = blending.rejoined(before, medians, sds, seen=told_of, under=under)
    now = _where(has_answers, after, before)
    shape = ranging.shapes(kinds, model, under)
    whole, surer = _spreads(told, before, now, kinds=kinds, shape=shape, under=under)
    tested = ranging.ranged(kinds, before.log_median, whole, above=whole, of=shape)
    # Priors contradict nobody: only a range that deals tested does.
    speaks = ~np.isnan(medians[:, blending.MARKET]) & np.array([one != ranging.UNTESTED for one in tested.basis])
    side = _side(medians[:, INCOME], tested, times=float(under.value("estimate.contradiction_times")))
    side = np.where(has_answers & speaks, side, 0)
    contradicts = side != 0
    now = _where(contradicts, before, now)
    # What speaks for more says that the low half is less likely, and nothing about the high one.
    below, above = np.where(side < 0, whole, surer), np.where(side > 0, whole, surer)
    found = ranging.ranged(kinds, now.log_median, below, above=above, of=shape)
    return Many(told, medians, sds, prior, prior_sds, before, now, contradicts, tested, found, below, above)


def has_ended(subject: Subject) -> bool:
    """Whether the right is known to have ended by its day: then there is nothing to estimate, and no zero either."""
    return subject.is_in_force is False or (subject.term_ends_on is not None and subject.term_ends_on < subject.day)


def _with_counts(case: Case) -> Case:
    """The case with counts that an answer tells and no register does."""
    answers = {name: case.said.get(name) for name in TOLD_COUNTS if getattr(case.subject, name) is None}
    known: dict[str, Any] = {
        name: int(one.value) for name, one in answers.items() if one is not None and 0 <= one.value < 1e6
    }
    return replace(case, subject=replace(case.subject, **known)) if known else case


def _is_answered(case: Case) -> bool:
    return any(case.said.get(one) is not None for one in income_voice.QUESTIONS)


def _spreads(
    cases: Sequence[Case],
    before: Joined,
    now: Joined,
    *,
    kinds: Sequence[str],
    shape: dict[str, ranging.Shape],
    under: Figures,
) -> tuple[Floats, Floats]:
    """(n,) the spread of the range without answers and with them; where nothing spoke before, only the answers' own."""
    extra = np.array([_extra(case.subject, under) for case in cases]) ** 2
    # No voice without answers: the answers' own spread is all there is.
    alone = np.isnan(before.log_sd)
    start = np.where(alone, now.log_sd, before.log_sd)
    whole = np.where(alone, start, ranging.spread(kinds, start, shape))
    ratio = np.divide(now.log_sd, start, out=np.ones_like(start), where=start > 0)
    most = np.array([_most_ratio(case, under) for case in cases])
    ratio = np.where(alone, 1.0, np.minimum(ratio, most))
    return np.sqrt(whole**2 + extra), np.sqrt((whole * ratio) ** 2 + extra)


def _most_ratio(case: Case, under: Figures) -> float:
    """An answer never widens; the three together always narrow."""
    is_whole = all(case.said.get(one) is not None for one in MAIN)
    return 1.0 - float(under.value("estimate.least_narrowing")) if is_whole else 1.0


def _extra(subject: Subject, under: Figures) -> float:
    """Further log s.d. of a right that is seized, disputed or attacked, not granted, or of unknown fees."""
    blocked = float(under.value("estimate.blocked_log_sd"))
    unconfirmed = float(under.value("estimate.unconfirmed_log_sd"))
    ungranted = float(under.value("estimate.ungranted_log_sd"))
    parts = (
        blocked if subject.is_blocked else 0.0,
        blocked if subject.invalidation_open else 0.0,
        unconfirmed if subject.is_in_force is None and subject.granted_on is not None else 0.0,
        ungranted if subject.granted_on is None and subject.kind in PATENTS else 0.0,
    )
    return math.sqrt(sum(one**2 for one in parts))


def _side(told: Floats, tested: Ranged, *, times: float) -> Floats:
    """(n,) 1 where the income lies above `times` the range, -1 below its part, 0 within or unknown."""
    low, high = tested.logs[:, 0] - math.log(times), tested.logs[:, 6] + math.log(times)
    with np.errstate(invalid="ignore"):
        return np.where(told > high, 1.0, np.where(told < low, -1.0, 0.0))


def _where(chosen: Flags, yes: Joined, no: Joined) -> Joined:
    return Joined(
        np.where(chosen, yes.log_median, no.log_median),
        np.where(chosen, yes.log_sd, no.log_sd),
        np.where(chosen[:, None], yes.weights, no.weights),
    )
