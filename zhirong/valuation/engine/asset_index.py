"""Competitive impact (Ernst & Omland 2011): how much more a right is cited than its equals, times its markets' size.

A relative strength: no money and no range of it. World Patent Information 33 (2011), 34–41.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards


@dataclass(frozen=True, slots=True)
class Coverage:
    """The size of the markets where a family is in force, a grant in the reference market being 1."""

    size: float
    # Offices in force whose size the table does not hold: they count for nothing, so `size` is a lower bound.
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """Of one family: CI = TR × MC, and its parts. `impact` is 0 for a dead family and None where a part is unknown."""

    impact: float | None
    relevance: float | None
    coverage: Coverage
    is_alive: bool


def market_coverage(active: Iterable[str], sizes: Mapping[str, float], *, reference: str) -> Coverage:
    """MC = Σ GNI of the offices in force / GNI of the reference office; an office counts once.

    `sizes` by office code, all in one unit and of one year; `reference` is US in the paper and must be in it.
    """
    if reference not in sizes:
        raise Refused("valuation.not_in_table", name="sizes", key=reference)
    offices = sorted(set(active))
    known = [guards.not_negative(sizes[office], f"sizes.{office}") for office in offices if office in sizes]
    size = math.fsum(known) / guards.positive(sizes[reference], f"sizes.{reference}")
    return Coverage(guards.finite(size, "sizes"), tuple(office for office in offices if office not in sizes))


def technology_relevance(citations: float, cohort_mean: float) -> float:
    """TR: truncation-corrected citations over the mean of field, office and year (see `citations`, `cohorts`)."""
    relevance = guards.not_negative(citations, "citations") / guards.positive(cohort_mean, "cohort_mean")
    return guards.finite(relevance, "relevance")


def competitive_impact(relevance: float | None, coverage: Coverage) -> Impact:
    """CI of a family that is in force somewhere, known size or not; with no office in force it is dead and has 0."""
    is_alive = coverage.size > 0 or bool(coverage.unknown)
    if not is_alive:
        return Impact(0.0, relevance, coverage, is_alive=False)
    if relevance is None or (coverage.unknown and coverage.size == 0):
        return Impact(None, relevance, coverage, is_alive=True)
    product = guards.not_negative(relevance, "relevance") * coverage.size
    return Impact(guards.finite(product, "impact"), relevance, coverage, is_alive=True)


def asset_index(impacts: Sequence[Impact]) -> tuple[float, float]:
    """The index of a portfolio, Σ CI, and the share of its families for which CI is known."""
    known = [one.impact for one in impacts if one.impact is not None]
    return math.fsum(known), len(known) / len(impacts) if impacts else 0.0
