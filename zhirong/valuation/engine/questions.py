"""Which questions are still open and by how much an answer would narrow the range, valued anew over likely answers.

An answer is drawn from what is believed, widened by how far a bare word may be off; Gauss–Hermite points and weights
stand for the draws. So what is promised is what answers bring on average.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from zhirong.valuation.engine import income_voice, many
from zhirong.valuation.engine.estimate_shape import Question
from zhirong.valuation.engine.income_voice import EXCLUSIVE, QUESTIONS, RATE, STAGE, YEARS, Belief, Case
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.ranging import Ranged
from zhirong.valuation.engine.result import Grade
from zhirong.valuation.engine.ruling import Figures
from zhirong.valuation.engine.subject import Answer, Said

POINTS = 5
Z95 = income_voice.Z95


def still_open(case: Case, model: MarketModel | None, under: Figures) -> tuple[Question, ...]:
    """The questions without an answer, the one that narrows most first. `narrows_to` 0: from no range to one."""
    alone = _narrowing(case, model, under)
    if not alone:
        return ()
    best = min(alone, key=lambda name: (alone[name], QUESTIONS.index(name)))
    after = _narrowing(_told(case, best, ends(best, case, under)[1]), model, under)
    made = [
        Question(name, income_voice.UNITS[name], *ends(name, case, under), share, after.get(name, 1.0))
        for name, share in alone.items()
    ]
    return tuple(sorted(made, key=lambda one: (one.narrows_to, one.then_narrows_to, QUESTIONS.index(one.code))))


def _narrowing(case: Case, model: MarketModel | None, under: Figures) -> dict[str, float]:
    """What is left of the width on average after an answer to each open question, by valuing anew over its answers."""
    names = [name for name in QUESTIONS if case.said.get(name) is None]
    points = {name: likely(name, case, under) for name in names}
    cases = [case, *(_told(case, name, value) for name in names for value, _ in points[name])]
    found = many.rows(cases, model, under)
    now, place, left = width(found.ranged, 0), 1, {}
    for name in names:
        widths = [width(found.ranged, place + at) for at in range(len(points[name]))]
        place += len(points[name])
        expected = sum(one * weight for one, (_, weight) in zip(widths, points[name], strict=True))
        left[name] = expected / now if math.isfinite(now) else 0.0 if math.isfinite(expected) else 1.0
    return left


def likely(name: str, case: Case, under: Figures) -> list[tuple[float, float]]:
    """Answers that may be given, with their weights, which sum to 1."""
    if name == EXCLUSIVE:
        return [(0.0, 0.5), (1.0, 0.5)]
    if name == STAGE:
        stages = len(under.value("estimate.stage_factor"))
        return [(float(one), 1 / stages) for one in range(1, stages + 1)]
    belief = expected(name, case, under)
    spread = math.hypot(belief.log_sd, float(under.value("estimate.answer_log_sd")[str(Grade.STATED)]))
    nodes, weights = np.polynomial.hermite_e.hermegauss(POINTS)
    shares = weights / weights.sum()
    return [
        (_possible(name, math.exp(belief.log_median + spread * float(node))), float(share))
        for node, share in zip(nodes, shares, strict=True)
    ]


def expected(name: str, case: Case, under: Figures) -> Belief:
    """What an answer is thought to be: as believed now, or the dated band where nothing of the kind is known."""
    belief = income_voice.believed(case, under).get(name)
    if not math.isnan(belief.log_median):
        return belief
    low, usual, high = under.value("estimate.answers_expected")[name]
    return Belief(math.log(usual), math.log(high / low) / (2 * Z95))


def ends(name: str, case: Case, under: Figures) -> tuple[float, float, float]:
    """Low, typical and high of the answers that are to be expected."""
    if name == EXCLUSIVE:
        return 0.0, 0.0, 1.0
    if name == STAGE:
        return 1.0, 2.0, float(len(under.value("estimate.stage_factor")))
    belief = expected(name, case, under)
    low, typical, high = (math.exp(belief.log_median + move * belief.log_sd) for move in (-Z95, 0.0, Z95))
    most = income_voice.believed(case, under).years_most if name == YEARS else math.inf
    return min(_possible(name, low), most), min(_possible(name, typical), most), min(_possible(name, high), most)


def width(ranged: Ranged, row: int) -> float:
    """ln p95 − ln p5; infinite where there is no range."""
    found = float(ranged.logs[row, 6] - ranged.logs[row, 0])
    return math.inf if math.isnan(found) else found


def _possible(name: str, value: float) -> float:
    """Within what the question takes."""
    most = {RATE: 1.0, YEARS: 100.0}.get(name, 1e13)
    return min(value, most)


def _told(case: Case, name: str, value: float) -> Case:
    return replace(case, said=Said((*case.said.answers, Answer(question=name, value=value))))
