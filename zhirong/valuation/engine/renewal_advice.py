"""Whether the next annual fee of a patent is worth paying: what is saved, what is lost, and until when to pay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards, renewal_programme, renewal_value
from zhirong.valuation.engine.renewal_programme import Programme
from zhirong.valuation.engine.renewal_value import Held, Prior

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plan:
    """To pay every fee through `year` whatever comes, and no further: present values on the day, in the fees' unit."""

    year: int
    returns: float
    fees: float

    @property
    def net(self) -> float:
        """What the plan leaves."""
        return self.returns - self.fees


@dataclass(frozen=True, slots=True)
class Advice:
    """The next fee, decided with what is known today; money is present value on the day.

    `net` is what paying the next fee and choosing freely after it brings beyond letting the patent lapse: `value_lost`
    (returns given up) less `fees_saved` (expected fees not paid). Above zero: pay. `best_stop_year` is the best of the
    plans that are fixed today; `would_lapse` the share of such patents whose holders, knowing it, will not pay.
    """

    next_year: int
    next_fee: float
    net: float
    fees_saved: float
    value_lost: float
    would_lapse: float
    best_stop_year: int
    plans: tuple[Plan, ...]


def advice(held: Held, prior: Prior, *, yearly_return: float | None = None) -> Advice:
    """The advice for one patent; `yearly_return` is the holder's own figure of this year's return, if it has one.

    Without it the posterior of the return given all renewals so far is used. Refused where no fee lies ahead.
    """
    renewal_value.checked(held)
    next_year = max(held.year, held.paid_through) + 1 if held.paid_through >= held.year else held.year
    if next_year > held.last:
        raise Refused("valuation.no_fee_ahead", year=held.last)
    programme = renewal_value.ahead_of(held, renewal_value.checked_prior(prior))
    over = _mean_over(held, prior, programme, yearly_return=yearly_return)
    steps = next_year - held.year
    # How long until the fee: a fee that is open already is due now.
    wait = steps - held.elapsed if steps else 0.0
    gain, cost, lapses = _at_next_fee(programme, next_year - held.first)
    for _ in range(steps):
        gain, cost, lapses = (_a_year_before(row, programme) for row in (gain, cost, lapses))
    worth = programme.growth.step_discount**wait
    net, saved = worth * over(gain), worth * over(cost)
    plans = _plans(held, programme, next_year, mean=over(programme.grid.returns()))
    best = max(plans, key=lambda plan: plan.net)
    return Advice(
        next_year=next_year,
        next_fee=float(programme.fees[next_year - held.first]),
        net=net,
        fees_saved=saved,
        value_lost=net + saved,
        would_lapse=min(max(over(lapses), 0.0), 1.0),
        best_stop_year=best.year,
        plans=plans,
    )


def _mean_over(
    held: Held, prior: Prior, programme: Programme, *, yearly_return: float | None
) -> Callable[[Floats], float]:
    """The mean of a row of node values over what is known of this year's return."""
    if yearly_return is None:
        masses = renewal_value.posterior(held, prior).masses
        return lambda row: float(masses @ row)
    point = np.array([guards.within(yearly_return, "yearly_return", least=0.0, most=1e15)])
    return lambda row: float(renewal_programme.along(programme.grid, row, point)[0])


def _at_next_fee(programme: Programme, place: int) -> tuple[Floats, Floats, Floats]:
    """By node before the fee: the gain of paying it, the fees then to be expected, and 1 where paying does not pay."""
    returns, discount = programme.grid.returns(), programme.growth.step_discount
    cost = np.zeros(len(returns))
    for year in range(len(programme.fees) - 1, place - 1, -1):
        pays = (returns >= programme.threshold[year]) if year > place else np.ones(len(returns))
        ahead = _a_year_before(cost, programme) if year < len(programme.fees) - 1 else cost
        cost = pays * (programme.fees[year] + discount * ahead)
    gain = returns - programme.fees[place] + discount * programme.ahead[place]
    return gain, cost, (gain < 0).astype(np.float64)


def _a_year_before(row: Floats, programme: Programme) -> Floats:
    """The expectation, a year before, of any row; flat below the grid as these rows do not start at zero."""
    kernel = renewal_programme.weights(programme.growth, programme.grid.step)
    bottom = float(row[0])
    return bottom + renewal_programme.expected(row - bottom, kernel, programme.grid.step)


def _plans(held: Held, programme: Programme, next_year: int, *, mean: float) -> tuple[Plan, ...]:
    """Every fixed plan from stopping with what is paid to the end of the term."""
    growth, is_open = programme.growth, held.paid_through < held.year
    returns = 0.0 if is_open else (1.0 - held.elapsed) * mean
    fees, plans = 0.0, []
    start = held.year if is_open else held.year + 1
    if start == next_year:
        plans.append(Plan(next_year - 1, returns, fees))
    for year in range(start, held.last + 1):
        steps = year - held.year
        worth = growth.step_discount ** (steps - held.elapsed if steps else 0.0)
        returns += worth * mean * float(np.exp(growth.drift * steps))
        fees += worth * float(programme.fees[year - held.first])
        if year >= next_year - 1:
            plans.append(Plan(year, returns, fees))
    return tuple(plans)
