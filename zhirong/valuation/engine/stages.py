"""A patent under development as a real option: uncertain cost, uncertain cash flow, abandonment (Schwartz 2004).

While the remaining cost K is above zero the firm spends I a year, dK = −I dt + σ_K √(I·K) dz; the project may fail with
rate λ. Once K is spent the cash flow C comes until the patent ends, then a multiple of it. At the start of each period
the firm may abandon. Everything after completion has a closed form, so only development is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards

Floats = NDArray[np.float64]
MOST_POINTS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One project; money of one unit, rates continuous a year; `risk_premium` is taken off the drift."""

    cash_flow: float
    drift: float
    volatility: float
    risk_premium: float
    terminal_multiple: float
    cost: float
    investment: float
    cost_volatility: float
    failure: float
    correlation: float
    rate: float
    years: float
    periods: int


@dataclass(frozen=True, slots=True)
class Staged:
    """The project's value: with the freedom to abandon (policy tested on fresh paths) and without, with errors.

    `in_sample` is the policy on its own paths; `perfect_information` an upper bound; shares are of all paths.
    """

    value: float
    error: float
    in_sample: float
    perfect_information: float
    without_abandonment: float
    without_error: float
    abandoned: float
    completed: float


def checked(project: Project) -> Project:
    """The same, each figure inside its band."""
    bands = {
        "cash_flow": (1e-12, 1e15),
        "drift": (-0.5, 0.5),
        "volatility": (0.0, 2.0),
        "risk_premium": (-0.5, 0.5),
        "terminal_multiple": (0.0, 100.0),
        "cost": (1e-12, 1e15),
        "investment": (1e-12, 1e15),
        "cost_volatility": (0.0, 2.0),
        "failure": (0.0, 5.0),
        "correlation": (-1.0, 1.0),
        "rate": (-0.2, 1.0),
        "years": (0.1, 60.0),
        "periods": (2, 480),
    }
    for name, (least, most) in bands.items():
        guards.within(getattr(project, name), name, least=least, most=most)
    for name in ("investment", "cash_flow"):
        guards.within(getattr(project, name) / project.cost, f"{name} / cost", least=1e-6, most=1e6)
    return project


def certain_cost_value(project: Project) -> float:
    """Without uncertainty of the cost and without abandonment: exact, period by period.

    Schwartz's base case (Journal of Financial Intermediation 13 (2004) 1) quarterly: −7.7631.
    """
    project = checked(project)
    span = project.years / project.periods
    # A part of a period counts as a whole one; a hair's rounding of the division does not.
    needed = int(np.ceil(project.cost / (project.investment * span) - 1e-9))
    spent = min(needed, project.periods)
    discount = float(np.exp(-(project.rate + project.failure) * span))
    costs = project.investment * span * sum(discount**step for step in range(spent))
    if needed >= project.periods:
        return -costs
    grown = float(np.exp((project.drift - project.risk_premium) * span * needed))
    return discount**needed * project.cash_flow * grown * float(_completed(project)[needed]) - costs


def staged(project: Project, *, paths: int, seed: int) -> Staged:
    """The project with abandonment by regression on paths in development only; the same seed gives the same digits."""
    project = checked(project)
    guards.within(paths, "paths", least=200, most=100_000)
    if paths * project.periods > MOST_POINTS:
        raise Refused("valuation.paths", most=MOST_POINTS)
    first, second = (np.random.default_rng(one) for one in np.random.SeedSequence(seed).spawn(2))
    cash, cost = development(project, paths=paths, draws=first)
    fits, on_own = _fitted(project, cash, cost)
    cash, cost = development(project, paths=paths, draws=second)
    with_it, stopped = _followed(project, cash, cost, fits=fits)
    without = _unstoppable(project, cash, cost)
    value, error = _mean(with_it)
    plain, plain_error = _mean(without)
    perfect, _ = _mean(_foreseen(project, cash, cost))
    return Staged(
        value=max(value, 0.0),
        error=error,
        in_sample=max(on_own, 0.0),
        perfect_information=max(perfect, 0.0),
        without_abandonment=plain,
        without_error=plain_error,
        abandoned=float(np.mean(stopped)),
        completed=float(np.mean((cost[-1] <= 0) & ~stopped)),
    )


def development(project: Project, *, paths: int, draws: np.random.Generator) -> tuple[Floats, Floats]:
    """Cash flow and remaining cost at each period's start, shapes (periods + 1, paths), half the paths mirrored."""
    span, half = project.years / project.periods, (paths + 1) // 2
    cash, cost = np.empty((project.periods + 1, 2 * half)), np.empty((project.periods + 1, 2 * half))
    cash[0], cost[0] = project.cash_flow, project.cost
    drift = (project.drift - project.risk_premium - project.volatility**2 / 2) * span
    other = np.sqrt(1.0 - project.correlation**2)
    for step in range(project.periods):
        drawn = draws.standard_normal((2, half))
        of_cash = np.concatenate([drawn[0], -drawn[0]])
        of_cost = project.correlation * of_cash + other * np.concatenate([drawn[1], -drawn[1]])
        cash[step + 1] = cash[step] * np.exp(drift + project.volatility * np.sqrt(span) * of_cash)
        noise = project.cost_volatility * np.sqrt(project.investment * span * cost[step]) * of_cost
        left = cost[step] - project.investment * span + noise
        # A hair of rounding is no cost: else a project of certain cost would take a period more.
        left = np.where(left > project.cost * 1e-12, left, 0.0)
        cost[step + 1] = np.where(cost[step] > 0, left, 0.0)
    return cash, cost


def _completed(project: Project) -> Floats:
    """What a yuan of cash flow at each period's start is worth once development is over, shape (periods + 1,)."""
    span = project.years / project.periods
    factor = float(np.exp((project.drift - project.risk_premium - project.rate) * span))
    worth = np.empty(project.periods + 1)
    worth[-1] = project.terminal_multiple
    for step in range(project.periods - 1, -1, -1):
        worth[step] = span + factor * worth[step + 1]
    return worth


def _basis(project: Project, cash: Floats, cost: Floats) -> Floats:
    """Nine scaled regressors of the state, shape (paths, 9)."""
    x, y = cash / project.cash_flow, cost / project.cost
    columns: Floats = np.stack([np.ones_like(x), x, x * x, x**3, y, y * y, x * y, x * x * y, x * y * y], axis=1)
    return columns


def _step_back(project: Project, later: Floats) -> Floats:
    """The value of one more period of development: this period's investment and what comes after it."""
    span = project.years / project.periods
    discount = float(np.exp(-(project.rate + project.failure) * span))
    return discount * later - project.investment * span


def _at_end(project: Project, cash: Floats, cost: Floats) -> Floats:
    return np.where(cost[-1] > 0, 0.0, project.terminal_multiple * cash[-1])


def _fitted(project: Project, cash: Floats, cost: Floats) -> tuple[list[Floats | None], float]:
    """The regressions by period, and the value of their policy on these same paths."""
    worth, value = _completed(project), _at_end(project, cash, cost)
    fits: list[Floats | None] = [None] * project.periods
    for step in range(project.periods - 1, -1, -1):
        going = cost[step] > 0
        held = _step_back(project, value)
        if step > 0 and np.count_nonzero(going) > 0:
            basis = _basis(project, cash[step, going], cost[step, going])
            fit = np.linalg.lstsq(basis, held[going], rcond=None)[0]
            fits[step] = fit
            held[going] = np.where(basis @ fit > 0, held[going], 0.0)
        value = np.where(going, held, cash[step] * worth[step])
    return fits, float(np.mean(value))


def _followed(
    project: Project, cash: Floats, cost: Floats, *, fits: list[Floats | None]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Each path's value under a policy that has not seen it, and whether it was abandoned."""
    worth, value = _completed(project), _at_end(project, cash, cost)
    stopped = np.zeros(cash.shape[1], dtype=bool)
    for step in range(project.periods - 1, -1, -1):
        going, fit = cost[step] > 0, fits[step]
        held = _step_back(project, value)
        if fit is not None:
            gives_up = going & (_basis(project, cash[step], cost[step]) @ fit <= 0)
            held, stopped = np.where(gives_up, 0.0, held), stopped | gives_up
        value = np.where(going, held, cash[step] * worth[step])
    return value, stopped


def _unstoppable(project: Project, cash: Floats, cost: Floats) -> Floats:
    """Each path's value without the freedom to abandon."""
    worth, value = _completed(project), _at_end(project, cash, cost)
    for step in range(project.periods - 1, -1, -1):
        value = np.where(cost[step] > 0, _step_back(project, value), cash[step] * worth[step])
    return value


def _foreseen(project: Project, cash: Floats, cost: Floats) -> Floats:
    """Each path's value to somebody who knows cost and cash flow ahead (not the failure): no policy beats it."""
    worth, value = _completed(project), _at_end(project, cash, cost)
    for step in range(project.periods - 1, -1, -1):
        held = _step_back(project, value)
        held = np.maximum(held, 0.0) if step > 0 else held
        value = np.where(cost[step] > 0, held, cash[step] * worth[step])
    return value


def _mean(values: Floats) -> tuple[float, float]:
    """Mean and standard error of mirrored paths: each pair counts once."""
    half = len(values) // 2
    pairs = (values[:half] + values[half:]) / 2
    return float(np.mean(pairs)), float(np.std(pairs) / np.sqrt(half))
