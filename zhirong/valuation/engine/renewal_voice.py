"""What renewing says: the option to keep a patent alive, given that it was kept until now (VALUATION 2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from zhirong.base.refused import Refused
from zhirong.valuation.engine import renewal_result, renewal_value
from zhirong.valuation.engine.income_voice import Z95, Case
from zhirong.valuation.engine.renewal_value import Held
from zhirong.valuation.engine.result import LEVELS, Note
from zhirong.valuation.engine.ruling import Figures
from zhirong.valuation.engine.subject import Subject

Floats = npt.NDArray[np.float64]
METHOD = renewal_result.METHOD
# Rights filed and granted on the same days pay the same fees.
KEPT = 1 << 12


def voice(cases: Sequence[Case], under: Figures) -> tuple[Floats, Floats]:
    """(n,) ln of the median option value in yuan and (n,) its log s.d.; NaN where the method cannot speak."""
    medians, sds = np.full(len(cases), np.nan), np.full(len(cases), np.nan)
    by_kind: dict[str, list[tuple[int, Held]]] = {}
    for place, case in enumerate(cases):
        held = held_of(case)
        if held is not None:
            by_kind.setdefault(case.subject.kind, []).append((place, held))
    for kind, rows in by_kind.items():
        found = renewal_value.values([held for _, held in rows], prior_of(kind, under))
        places = np.array([place for place, _ in rows])
        low, middle, high = found[:, 0], found[:, LEVELS.index(0.5)], found[:, 6]
        # The lower end may be nothing at all, as a right at the edge of lapsing: then the upper half alone is read.
        speaks = (middle > 0) & (high > middle)
        upper = np.log(np.divide(high, middle, out=np.ones_like(high), where=speaks)) / Z95
        both = np.log(np.divide(high, low, out=np.ones_like(high), where=speaks & (low > 0))) / (2 * Z95)
        medians[places] = np.where(speaks, np.log(np.where(speaks, middle, 1.0)), np.nan)
        sds[places] = np.where(speaks, np.maximum(upper, both), np.nan)
    return medians, sds


def prior_of(kind: str, under: Figures) -> renewal_value.Prior:
    """The dated prior of the first year's return of this kind of patent."""
    return renewal_result.prior_of(under.value(f"renewal.renewal_prior_{kind}"))


def held_of(case: Case) -> Held | None:
    """The patent as the option reads it; None where it cannot. Years that will not be paid are left out."""
    found, _ = _held(replace(case.subject, **NOT_ASKED))
    if found is None or case.years_most is None or case.subject.filed_on is None:
        return found
    last = max(found.year, found.paid_through, round(found.year - 1 + found.elapsed + case.years_most))
    return replace(found, fees=found.fees[: last - found.first + 1])


def notes_of(case: Case) -> tuple[Note, ...]:
    """What was taken for granted of its fees and grant, as a fee that is behind; or why the option cannot be read."""
    _, notes = _held(replace(case.subject, **NOT_ASKED))
    return notes


# What the fees do not depend on: rights that differ in these alone are read once.
NOT_ASKED: dict[str, Any] = {
    "number": "",
    "field": None,
    "section": "",
    "ipc_count": None,
    "claims": None,
    "independent_claims": None,
    "family": None,
    "citations": None,
    "inventors": None,
    "owner_kind": None,
    "holders": None,
    "plain_licences": 0,
    "exclusive_licences": 0,
    "is_pledged": False,
    "is_blocked": False,
    "invalidation_open": False,
    "invalidation_survived": False,
}


@lru_cache(maxsize=KEPT)
def _held(subject: Subject) -> tuple[Held | None, tuple[Note, ...]]:
    try:
        found = renewal_result.held_of(subject)
    except Refused:
        # Days before the first known schedule, or days that contradict each other: the method is silent.
        return None, ()
    return (None, (found,)) if isinstance(found, Note) else found
