"""The one record of a reconciliation: several methods' ranges of one right, their weights, and who contradicts whom."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from zhirong.valuation.engine import guards, reconcile
from zhirong.valuation.engine.result import Grade, Input, Note, Result, Sensitivity


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one method says: its median in money and its log s.d.; both None where it is silent."""

    method: str
    median: float | None
    log_sd: float | None


def reconciled(
    opinions: Sequence[Opinion],
    *,
    errors: reconcile.Errors | None,
    correlation: float,
    rules: reconcile.Rules,
    value_date: date,
    currency: str,
    parameters_sha256: str,
    step: float | None = None,
) -> Result:
    """One right's range from its methods. `errors` are the back-test's (`reconcile.shrunk`), None without any.

    Without back-test errors each method's own log s.d. and the common `correlation` weigh; a note says so. The basis
    in `figures` is blended, one, contradicting or silent. `step`: how far the common correlation is moved for the
    sensitivity where it weighs at all; None tells none. Source: VALUATION 2.8.
    """
    medians, sds = zip(*(_logs(one) for one in opinions), strict=True)
    if errors is not None:
        sds = tuple(float(tested) for tested in errors.log_sd)
    matrix = reconcile.common_correlation(len(opinions), correlation) if errors is None else errors.correlation
    found = reconcile.blend([medians], [sds], correlation=matrix, rules=rules)
    parts = reconcile.roles(found, 0)
    heard, names = parts.count("voice"), [one.method for one in opinions]
    basis = "contradicting" if found.contradicts[0] else {0: "silent", 1: "one"}.get(heard, "blended")

    def median_at(alike: float) -> float:
        moved = reconcile.common_correlation(len(sds), alike)
        other = reconcile.blend([medians], [sds], correlation=moved, rules=rules)
        return math.exp(float(other.log_median[0]))

    return Result(
        method="reconcile",
        version="1",
        value_date=value_date,
        currency=currency,
        range=reconcile.money(found, 0),
        parameters_sha256=parameters_sha256,
        inputs=tuple(Input(one.method, one.median, "given", Grade.STATED, value_date, currency) for one in opinions),
        sensitivities=_of_correlation(correlation, step if errors is None and heard else None, median_at),
        notes=(*_notes(names, parts, basis=basis), *(() if errors else (Note("finance_weights_from_own_width"),))),
        figures={
            "basis": basis,
            "log_sd": float(found.log_sd[0]) if heard else None,
            "methods": [
                {"method": name, "role": part, "weight": float(weight), "log_sd": None if part == "silent" else sd}
                for name, part, weight, sd in zip(names, parts, found.weights[0], sds, strict=True)
            ],
        },
    )


def tested(
    errors: Sequence[Sequence[float | None]],
    opinions: Sequence[Opinion],
    *,
    correlation: float,
    prior_deals: float,
) -> reconcile.Errors | None:
    """The methods' errors from rows of ln(estimate/price), one a deal; None where silent, None without rows.

    A method that is silent on this right still shows how it erred; its own word is then the others' widest.
    """
    if not errors:
        return None
    own = [one.log_sd for one in opinions if one.log_sd is not None]
    for row in errors:
        guards.within(len(row), "errors", least=len(opinions), most=len(opinions))
    return reconcile.shrunk(
        [[np.nan if value is None else value for value in row] for row in errors],
        own_sd=[max(own, default=1.0) if one.log_sd is None else one.log_sd for one in opinions],
        correlation=correlation,
        prior_deals=prior_deals,
    )


def _of_correlation(
    correlation: float, step: float | None, median_at: Callable[[float], float]
) -> tuple[Sensitivity, ...]:
    if step is None:
        return ()
    ends = max(0.0, correlation - step), min(0.99, correlation + step)
    return (Sensitivity("common_correlation", *ends, median_at(ends[0]), median_at(ends[1])),)


def _logs(one: Opinion) -> tuple[float, float]:
    if one.median is None or one.log_sd is None:
        return np.nan, np.nan
    return math.log(guards.positive(one.median, "median")), guards.positive(one.log_sd, "log_sd")


def _notes(names: Sequence[str], parts: Sequence[str], *, basis: str) -> tuple[Note, ...]:
    told = {"silent": "finance_method_silent", "outlier": "finance_method_beside", "redundant": "finance_adds_nothing"}
    heard = [name for name, part in zip(names, parts, strict=True) if part == "voice"]
    of_all = [Note("finance_methods_contradict", {"methods": heard})] if basis == "contradicting" else []
    of_all += [Note("finance_no_method")] if basis == "silent" else []
    of_each = [Note(told[part], {"method": name}) for name, part in zip(names, parts, strict=True) if part in told]
    return (*of_all, *of_each)
