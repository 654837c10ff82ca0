"""What an item may measure of a right by itself: names of data to facts of the register, and figures worked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from zhirong.valuation.engine import oecd
from zhirong.valuation.engine.subject import Subject

Value = float | str | bool | None


def _challenge(one: Subject) -> str:
    """Survived invalidation raises, an open request lowers (and widens); both at once stand between."""
    if one.invalidation_open:
        return "open_again" if one.invalidation_survived else "open"
    return "survived" if one.invalidation_survived else "none"


def _elsewhere(_: Subject) -> Value:
    """The caller measures it (in cohorts, or in the files of the house); the facts of one right do not hold it."""
    return None


OF_SUBJECT: Final[Mapping[str, Callable[[Subject], Value]]] = {
    "kind": lambda one: one.kind,
    "is_in_force": lambda one: one.is_in_force,
    "is_blocked": lambda one: one.is_blocked,
    "remaining_years": lambda one: one.remaining_years,
    "age_years": lambda one: one.age_years,
    "grant_lag_years": lambda one: oecd.grant_lag_years(one.filed_on, one.granted_on),
    "claims": lambda one: one.claims,
    "independent_claims": lambda one: one.independent_claims,
    "ipc_count": lambda one: one.ipc_count,
    "family": lambda one: one.family,
    "citations": lambda one: one.citations,
    "inventors": lambda one: one.inventors,
    "holders": lambda one: one.holders,
    "owner_kind": lambda one: one.owner_kind,
    "paid_through_year": lambda one: one.paid_through_year,
    "licences": lambda one: one.plain_licences + one.exclusive_licences,
    "exclusive_licences": lambda one: one.exclusive_licences,
    "is_pledged": lambda one: one.is_pledged,
    "open_licence": lambda one: one.open_licence,
    "challenge": _challenge,
}
# Figures that need more than one right's facts; unknown unless the caller brings them.
BY_CALLER: Final = (
    "is_owned",
    "citation_percentile",
    "claims_percentile",
    "family_percentile",
    "generality",
    "originality",
    "radicalness",
    "market_coverage",
)
MEASURES: Final[Mapping[str, Callable[[Subject], Value]]] = {**OF_SUBJECT, **dict.fromkeys(BY_CALLER, _elsewhere)}
