"""The annual fees ahead of a patent, by patent year: the registry's own dated fee engine, in yuan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from zhirong.base.refused import Refused
from zhirong.registry.engine import fees, terms
from zhirong.registry.engine.facts import Kind, OpenLicence, Reduction, RightFacts
from zhirong.valuation.engine import guards

FEN = 100.0


@dataclass(frozen=True, slots=True)
class FeeVector:
    """Fees of the patent years `first` to `last`, in fen; years count from filing, the first is that of the grant."""

    kind: str
    first: int
    full_fen: tuple[int, ...]
    fen: tuple[int, ...]

    @property
    def last(self) -> int:
        """The last patent year of the term."""
        return self.first + len(self.fen) - 1

    def yuan(self) -> NDArray[np.float64]:
        """The fees after reductions, shape (years,), in yuan."""
        return np.array(self.fen, dtype=np.float64) / FEN

    def present_value(self, rate: float) -> float:
        """All fees paid in advance each year, at the start of the first year, in yuan."""
        rate = guards.within(rate, "rate", least=-0.5, most=1.0)
        return float(np.sum(self.yuan() * (1.0 + rate) ** -np.arange(len(self.fen), dtype=np.float64)))


def by_schedule(
    kind: str,
    *,
    on: date,
    grant_year: int = 1,
    reduction: str = "none",
    open_years: tuple[int, int] | None = None,
    last_year: int | None = None,
) -> FeeVector:
    """The fees of a patent granted in patent year `grant_year`, all by the schedule of one day.

    `open_years` is the first and last patent year under an open licence. A kind without annual fees, a year of grant
    after the term and an unknown reduction are refused. Law: N20 to N24 of the rule book, by the registry's engine.
    """
    named, granted = Kind(kind) if kind in set(Kind) else None, _reduction(reduction)
    if named is None:
        raise Refused("valuation.no_such_kind", kind=kind)
    term = terms.term_years(named, on)
    last = term if last_year is None else min(last_year, term)
    if not 1 <= grant_year <= last:
        raise Refused("valuation.grant_after_term", grant_year=grant_year, last_year=last)
    years = range(grant_year, last + 1)
    full = [fees.full_fen(named, year, on=on) for year in years]
    paid = [
        fees.reduced_fen(
            fen,
            reduction=granted,
            on=on,
            years_since_grant=year - grant_year,
            has_open_licence=open_years is not None and open_years[0] <= year <= open_years[1],
        )
        for year, fen in zip(years, full, strict=True)
    ]
    return FeeVector(kind, grant_year, tuple(full), tuple(paid))


def of_right(
    kind: str,
    *,
    filed_on: date,
    granted_on: date,
    day: date,
    reduction: str = "none",
    open_licence_since: date | None = None,
) -> FeeVector:
    """The fees of one patent by its own days: each year's fee by the schedule of the day on which that year begins.

    Years before the first known schedule are left out. Law: N20 to N24, by the registry's fee table.
    """
    if kind not in set(Kind):
        raise Refused("valuation.no_such_kind", kind=kind)
    if granted_on < filed_on:
        raise Refused("valuation.granted_before_filing", filed_on=filed_on, granted_on=granted_on)
    licences = () if open_licence_since is None else (OpenLicence(open_licence_since),)
    facts = RightFacts(kind=Kind(kind), filed_on=filed_on, granted_on=granted_on, open_licences=licences)
    table = fees.fee_table(facts, max(day, filed_on), reduction=_reduction(reduction))
    if not table:
        # A kind without annual fees says so itself; a patent whose every year lies before the first schedule ended.
        fees.full_fen(facts.kind, 1, on=day)
        raise Refused("valuation.term_over", day=day)
    return FeeVector(kind, table[0].year, tuple(row.full_fen for row in table), tuple(row.reduced_fen for row in table))


def _reduction(name: str) -> Reduction:
    if name not in set(Reduction):
        raise Refused("valuation.no_such_reduction", reduction=name)
    return Reduction(name)
