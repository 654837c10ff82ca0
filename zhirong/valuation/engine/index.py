"""The index of value: items scored in [0, 1], weighted for a scenario, with a band for what nobody answered.

Index = 100·Σ w_i·g_i. A relative figure and no money; score and money meet only in the market model (VALUATION 2.7).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards
from zhirong.valuation.engine.index_items import How, Item, ItemList, key, number
from zhirong.valuation.engine.result import LEVELS, Note
from zhirong.valuation.engine.subject import Said, Subject
from zhirong.valuation.engine.subject_measures import BY_CALLER, MEASURES, Value

Numbers = NDArray[np.float64]
FULL = 100.0
MOST_DRAWS = 20_000


@dataclass(frozen=True, slots=True)
class Scored:
    """One item as it entered: its weight in the whole, the value and where it came from, and the score.

    `score` None is unanswered; `expected` is then the mean of its cohort's scores, else the score itself.
    """

    code: str
    dimension: str
    criterion: str
    how: str
    weight: float
    value: Value
    source: str
    score: float | None
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The index of one right in one scenario."""

    scenario: str
    # 0 to 100, unanswered items at their expected score; 0 behind a gate.
    score: float
    # Of the answered items alone; None where none is.
    answered: float | None
    # Quantiles of the score at LEVELS over what is not answered or not settled.
    band: tuple[float, ...]
    # The share of the weight that is answered.
    coverage: float
    grade: str
    # The chance of each grade, given what is not answered.
    grades: Mapping[str, float]
    # r in [0, 1], for a royalty rate m + (n − m)·r; and its 90 % range.
    adjustment: float
    adjustment_band: tuple[float, float]
    # Expected score of each dimension, 0 to 100; None where it weighs nothing in this scenario.
    dimensions: Mapping[str, float | None]
    items: tuple[Scored, ...]
    shut_by: tuple[str, ...]
    # Gates whose fact nobody looked at.
    unchecked: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """Score, adjustment and coverage alone, the same digits as in `Index`, for runs over many rights."""

    score: float
    adjustment: float
    coverage: float
    shut_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that may answer an item: the right's facts, figures measured elsewhere, what people said."""

    subject: Subject
    measured: Mapping[str, Value]
    said: Said

    def __post_init__(self) -> None:
        for name, value in self.measured.items():
            if name not in BY_CALLER or (name == "is_owned") != isinstance(value, bool):
                raise Refused("valuation.not_in_table", name="measured", key=name)
            if name != "is_owned":
                guards.within(number(value, name), name, least=0.0, most=1000.0 if name == "market_coverage" else 1.0)

    def measure(self, name: str) -> tuple[Value, str]:
        """A measure and its source: the caller's figure, else the fact of the register; None is unknown."""
        if self.measured.get(name) is not None:
            return self.measured[name], "measured"
        return MEASURES[name](self.subject), "register"

    def value(self, item: Item) -> tuple[Value, str]:
        """An item's value and its source; where the register is silent, what somebody said of it counts."""
        value, source = self.measure(item.measure) if item.how == How.AUTOMATIC else (None, "")
        answer = self.said.get(item.measure if item.how != How.AUTOMATIC else item.code)
        if value is None and answer is not None:
            return guards.finite(answer.value, item.code), "answer"
        return (None, "") if value is None else (value, source)


def likely(item: Item, value: Value) -> tuple[float, ...] | None:
    """An item's score in [0, 1]: by its table, or linear between its points and level beyond them.

    Several scores are equally likely. None for an unknown value, and for a word that the table does not hold unless it
    has `other`.
    """
    if value is None:
        return None
    if item.table:
        return item.table.get(key(value), item.table.get("other"))
    if isinstance(value, str):
        raise Refused("valuation.not_finite", name=item.code)
    at = guards.finite(1 if value is True else value or 0, item.code)
    return (float(np.interp(at, [x for x, _ in item.points], [y for _, y in item.points])),)


def valued(
    items: ItemList,
    known: Known,
    *,
    scenario: str,
    seed: int,
    draws: int = 4096,
    cohort_scores: Mapping[str, Sequence[float]] | None = None,
) -> Index:
    """The index of a right.

    `cohort_scores` by item code: scores in [0, 1] of its equals, that stand in for the list's own distribution of an
    unanswered item. The band comes from `draws` seeded draws of all unanswered items together, their ranks tied by the
    list's correlation; score, adjustment and dimensions are exact expectations.
    """
    guards.within(draws, "draws", least=100, most=MOST_DRAWS)
    guards.within(seed, "seed", least=0, most=2**63 - 1)
    found, spreads = _entered(items, known, scenario=scenario, cohort_scores=cohort_scores or {})
    here = _point(items, known, scenario=scenario, found=found)
    weights = np.array([one.weight for one in found])
    shares = _adjustment_weights(items, scenario)
    # Behind a gate nothing counts.
    table = _draw(spreads, items.correlation, seed=seed, draws=draws) * (0.0 if here.shut_by else 1.0)
    totals, rates = np.minimum(FULL, FULL * (table @ weights)), np.minimum(1.0, table @ shares)
    unchecked = _unchecked(items, known)
    reached = [_grade(items, one) for one in totals.tolist()]
    return Index(
        scenario=scenario,
        score=here.score,
        answered=_answered(found, here.coverage) if not here.shut_by else 0.0,
        band=tuple(float(one) for one in np.quantile(totals, LEVELS)),
        coverage=here.coverage,
        grade=_grade(items, here.score),
        grades={one.code: reached.count(one.code) / draws for one in items.grades},
        adjustment=here.adjustment,
        adjustment_band=(float(np.quantile(rates, LEVELS[0])), float(np.quantile(rates, LEVELS[-1]))),
        dimensions={one.code: _dimension_score(found, one.code, is_open=not here.shut_by) for one in items.dimensions},
        items=found,
        shut_by=here.shut_by,
        unchecked=unchecked,
        notes=_notes(items, (here.shut_by, unchecked), here.coverage),
    )


def point(
    items: ItemList, known: Known, *, scenario: str, cohort_scores: Mapping[str, Sequence[float]] | None = None
) -> Point:
    """As `valued` without its band: no draws, so a run over many rights costs little."""
    found, _ = _entered(items, known, scenario=scenario, cohort_scores=cohort_scores or {})
    return _point(items, known, scenario=scenario, found=found)


def _point(items: ItemList, known: Known, *, scenario: str, found: Sequence[Scored]) -> Point:
    shut = _shut(items, known)
    coverage = min(1.0, math.fsum(one.weight for one in found if one.score is not None))
    if shut:
        return Point(0.0, 0.0, coverage, shut)
    total = FULL * math.fsum(one.weight * one.expected for one in found)
    shares = _adjustment_weights(items, scenario)
    rate = math.fsum(share * one.expected for share, one in zip(shares.tolist(), found, strict=True))
    return Point(min(FULL, total), min(1.0, rate), coverage, ())


def _entered(
    items: ItemList, known: Known, *, scenario: str, cohort_scores: Mapping[str, Sequence[float]]
) -> tuple[tuple[Scored, ...], list[Numbers]]:
    entered = [
        _scored(known, item, place=(dimension.code, criterion.code, weight), cohort=cohort_scores.get(item.code))
        for dimension, criterion, item, weight in items.leaves(scenario)
    ]
    return tuple(one for one, _ in entered), [spread for _, spread in entered]


def _scored(
    known: Known, item: Item, *, place: tuple[str, str, float], cohort: Sequence[float] | None
) -> tuple[Scored, Numbers]:
    """An item as it enters, and its equally likely scores in rising order; one alone where it is settled."""
    value, source = known.value(item)
    scores = likely(item, value)
    if scores is None and source == "answer":
        raise Refused("valuation.not_in_table", name=item.code, key=key(value or 0))
    spread = _spread(item, cohort) if scores is None else np.array(scores)
    mean = float(spread.mean())
    dimension, criterion, weight = place
    found = None if scores is None else mean
    return Scored(item.code, dimension, criterion, str(item.how), weight, value, source, found, mean), spread


def _spread(item: Item, cohort: Sequence[float] | None) -> Numbers:
    """Equally likely scores of an unanswered item, in rising order."""
    if not cohort:
        return np.array(item.unanswered)
    return np.sort(np.array([guards.within(one, item.code, least=0.0, most=1.0) for one in cohort]))


def _draw(spreads: Sequence[Numbers], correlation: float, *, seed: int, draws: int) -> Numbers:
    """(draws, items) scores: settled ones fixed, the others drawn together through a normal copula."""
    table = np.empty((draws, len(spreads)))
    generator = np.random.Generator(np.random.PCG64(seed))
    common = math.sqrt(correlation) * generator.standard_normal(draws)
    # Drawn whether needed or not: answering one item leaves the draws of the others as they were.
    own = math.sqrt(1 - correlation) * generator.standard_normal((len(spreads), draws))
    for place, spread in enumerate(spreads):
        if spread.size == 1:
            table[:, place] = spread[0]
            continue
        rank = special.ndtr(common + own[place])
        table[:, place] = spread[np.minimum((rank * spread.size).astype(np.int64), spread.size - 1)]
    return table


def _adjustment_weights(items: ItemList, scenario: str) -> Numbers:
    """Each item's weight in r: its weight inside its dimension times the dimension's share in the adjustment."""
    return np.array(
        [
            dimension.adjustment * criterion.weights[scenario] * item.weights[scenario]
            for dimension, criterion, item, _ in items.leaves(scenario)
        ]
    )


def _shut(items: ItemList, known: Known) -> tuple[str, ...]:
    facts = [(gate, known.measure(gate.measure)[0]) for gate in items.gates]
    return tuple(gate.code for gate, fact in facts if fact is not None and key(fact) in gate.shuts)


def _unchecked(items: ItemList, known: Known) -> tuple[str, ...]:
    return tuple(gate.code for gate in items.gates if known.measure(gate.measure)[0] is None)


def _grade(items: ItemList, total: float) -> str:
    return next(one.code for one in items.grades if one.holds(total))


def _answered(found: Sequence[Scored], coverage: float) -> float | None:
    said = math.fsum(one.weight * one.score for one in found if one.score is not None)
    return min(FULL, FULL * said / coverage) if coverage > 0 else None


def _dimension_score(found: Sequence[Scored], code: str, *, is_open: bool) -> float | None:
    """The mean over the dimension's items, 0 behind a gate."""
    weight = math.fsum(one.weight for one in found if one.dimension == code)
    said = math.fsum(one.weight * one.expected for one in found if one.dimension == code)
    return min(FULL, FULL * said / weight) * is_open if weight > 0 else None


def _notes(items: ItemList, gates: tuple[tuple[str, ...], tuple[str, ...]], coverage: float) -> tuple[Note, ...]:
    names = {gate.code: {"zh": gate.name.zh, "en": gate.name.en} for gate in items.gates}
    shut, unchecked = gates
    notes = [Note("index_is_no_money"), Note("index_list", {"list": {"zh": items.name.zh, "en": items.name.en}})]
    notes += [Note("index_shut", {"gate": names[code]}) for code in shut]
    notes += [Note("index_gate_unchecked", {"gate": names[code]}) for code in unchecked]
    if coverage < 1:
        notes.append(Note("index_coverage", {"percent": f"{100 * coverage:.0f}"}))
    return tuple(notes)
