"""Indicators of a patent's quality after the OECD: how broad, how far from what it cites, how long kept, one mean.

Squicciarini, Dernis & Criscuolo (2013), OECD STI Working Papers 2013/03. A part that is not known stays unknown.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards

# A subclass of the classification: G06F.
SUBCLASS = 4
LEAST_FOR_DIVERSITY = 2


@dataclass(frozen=True, slots=True)
class Composite:
    """The mean of the parts that are known, each in [0, 1], and which share of the parts that is."""

    score: float | None
    coverage: float
    parts: Mapping[str, float | None]


def scope(symbols: Sequence[str]) -> int:
    """How many subclasses (four signs) of the classification a patent stands in. Lerner (1994)."""
    return len({_subclass(one) for one in symbols})


def diversity(cited: Sequence[Sequence[str]]) -> float | None:
    """Originality of backward, generality of forward citations: 1 − Σ s², with Hall's correction N/(N − 1).

    `cited` holds for each of the N patents cited (or citing) its symbols; each patent counts once, shared over its
    subclasses. N counts patents with a symbol; below two nothing can be said. Hall, Jaffe & Trajtenberg (2001); the
    correction, unbiased for patents of one class each: Hall (2005), "A note on the bias in Herfindahl-type measures".
    Its result may reach 1 and never exceeds it.
    """
    shares: dict[str, float] = defaultdict(float)
    classed = [[_subclass(one) for one in symbols] for symbols in cited if symbols]
    if len(classed) < LEAST_FOR_DIVERSITY:
        return None
    for symbols in classed:
        for symbol in symbols:
            shares[symbol] += 1 / (len(symbols) * len(classed))
    spread = 1 - math.fsum(share * share for share in shares.values())
    # Patents with several classes each spread wider than single draws can, so the corrected figure is capped.
    return min(1.0, max(0.0, spread * len(classed) / (len(classed) - 1)))


def radicalness(own: Sequence[str], cited: Sequence[Sequence[str]]) -> float | None:
    """The share of the symbols of the patents cited whose subclass is none of one's own. Shane (2001).

    None where nothing cited has a symbol.
    """
    mine = {_subclass(one) for one in own}
    others = [_subclass(symbol) for symbols in cited for symbol in symbols]
    if not others or not mine:
        return None
    return sum(one not in mine for one in others) / len(others)


def grant_lag_years(filed_on: date | None, granted_on: date | None) -> float | None:
    """Years of 365.25 days from filing to grant; None where either is not known. Refused where grant came first."""
    if filed_on is None or granted_on is None:
        return None
    if granted_on < filed_on:
        raise Refused("valuation.days_reversed", first=filed_on, second=granted_on)
    return (granted_on - filed_on).days / 365.25


def share_of_top(value: float, cohort: Sequence[float], *, trim: float) -> float | None:
    """A value as a share of its cohort's maximum after `trim` of the cohort is cut to the edge at either end.

    The normalisation of KIPRO's index and the OECD's (1 %). None where the cohort holds nothing but zeros.
    """
    checked = guards.not_negative(value, "value")
    guards.within(trim, "trim", least=0.0, most=0.25)
    known = [guards.not_negative(one, "cohort") for one in cohort]
    if not known:
        return None
    low, high = np.quantile(known, [trim, 1 - trim])
    return min(max(checked, float(low)), float(high)) / float(high) if high > 0 else None


def share_short(value: float, cohort: Sequence[float], *, trim: float) -> float | None:
    """As `share_of_top`, where less is better: a grant after a third of the longest lag has 2/3."""
    share = share_of_top(value, cohort, trim=trim)
    return None if share is None else 1 - share


def composite(parts: Mapping[str, float | None]) -> Composite:
    """The mean of the cohort-normalised parts in [0, 1] that are known; a missing one stays missing and is counted."""
    known = [guards.within(one, name, least=0.0, most=1.0) for name, one in parts.items() if one is not None]
    if not parts:
        raise Refused("valuation.too_few", name="parts", count=0, least=1)
    return Composite(math.fsum(known) / len(known) if known else None, len(known) / len(parts), dict(parts))


def _subclass(symbol: str) -> str:
    """G06F of `G06F 17/30`; a shorter symbol is refused, for a section says too little."""
    found = "".join(symbol.split())[:SUBCLASS].upper()
    if len(found) < SUBCLASS:
        raise Refused("valuation.not_a_symbol", symbol=symbol)
    return found
