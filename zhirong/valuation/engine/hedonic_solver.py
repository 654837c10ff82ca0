"""The estimator of the hedonic model: every block of effects shrunk by its own spread, tails and bounds by EM.

Effects of a block are N(0, τ²) with τ² by expectation-maximisation of the posterior (Dempster, Laird & Rubin 1977;
with the constant left free this is REML, and a group's shrinkage is τ²/(τ² + σ²/n)); ridge is the same with one block.
Student-t noise enters as weights (ν+1)/(ν+r²/σ²) (Lange, Little & Taylor 1989); an observation that is only an upper
bound enters by its expectation below the bound (Tobin 1958 by EM).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, special

from zhirong.valuation.engine import lots
from zhirong.valuation.engine.hedonic_design import Block, Floats

MOST_ROUNDS, CLOSE = 80, 1e-3
# Keeps the factor of equal columns positive; and the least of a residual that is the deal's own.
NUDGE, LEAST_LEFT = 1e-12, 0.05
# One round may move a fitted log price by so much: the first rounds of lots are far from linear.
LONGEST_STEP = 3.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A prior spread in logs and how many observations it weighs."""

    sd: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """rows (items × columns), where each lot begins, its ln price (lots,) and whether that is only an upper bound."""

    rows: Floats
    starts: tuple[int, ...]
    target: Floats
    is_bound: np.ndarray[tuple[int], np.dtype[np.bool_]]
    blocks: tuple[Block, ...]
    spreads: tuple[Spread, ...]
    noise: Spread
    freedom: float


@dataclass(frozen=True, slots=True)
class Solution:
    """Effects (columns,), the variance of each block, σ², and for each lot its residual as if it had stayed out."""

    effects: Floats
    variances: tuple[float, ...]
    noise_variance: float
    left_out: Floats


@dataclass(frozen=True, slots=True)
class _State:
    effects: Floats
    variances: Floats
    noise: float


def solve(task: Task) -> Solution:
    """Runs the rounds to rest. All in logs; deterministic; the work is bounded by MOST_ROUNDS."""
    state = _begin(task)
    for _ in range(MOST_ROUNDS):
        following = _round(task, state)
        moved = np.abs(task.rows @ (following.effects - state.effects)).max()
        spread = np.abs(np.log(following.variances / state.variances)).max(initial=0.0)
        rested = max(moved, spread, abs(np.log(following.noise / state.noise))) < CLOSE
        state = following
        if rested:
            break
    return Solution(state.effects, tuple(state.variances.tolist()), state.noise, _left_out(task, state))


def _begin(task: Task) -> _State:
    effects = np.zeros(task.rows.shape[1])
    sold = task.target[~task.is_bound]
    sizes = np.diff([*task.starts, len(task.rows)])[~task.is_bound]
    effects[0] = float(np.median(sold - np.log(sizes)))
    spread = float(np.median(np.abs(sold - np.median(sold)))) * 1.4826
    return _State(effects, np.array([one.sd**2 for one in task.spreads]), max(spread, task.noise.sd / 4) ** 2)


@dataclass(frozen=True, slots=True)
class _Normal:
    """The weighted normal equations at a state: f, its slope, residuals, weights, penalties and the factor of both."""

    slopes: Floats
    residual: Floats
    weights: Floats
    penalty: Floats
    factor: Floats
    below_bounds: float


def _normal(task: Task, state: _State) -> _Normal:
    fitted, slopes = lots.linearised(task.rows, task.rows @ state.effects, task.starts)
    wanted, extra = _below_bounds(task, fitted, state.noise)
    residual = wanted - fitted
    tails = (task.freedom + 1) / (task.freedom + residual**2 / state.noise)
    weights = np.where(task.is_bound, 1.0, tails)
    penalty = np.zeros(len(state.effects))
    for block, variance in zip(task.blocks, state.variances, strict=True):
        penalty[block.start : block.stop] = state.noise / variance
    matrix = (slopes * weights[:, None]).T @ slopes
    factor = linalg.cholesky(matrix + np.diag(penalty + NUDGE), lower=True)
    return _Normal(slopes, residual, weights, penalty, factor, float(np.sum(extra)))


def _round(task: Task, state: _State) -> _State:
    """One step of effects and spreads from the ones before."""
    at = _normal(task, state)
    wanted = (at.slopes * at.weights[:, None]).T @ at.residual - at.penalty * state.effects
    step = linalg.cho_solve((at.factor, True), wanted)
    furthest = float(np.abs(task.rows @ step).max())
    effects = state.effects + step * min(1.0, LONGEST_STEP / max(furthest, 1e-300))
    inverse = np.diag(linalg.lapack.dpotri(at.factor, lower=1)[0])
    # The deals' own part of the effects: tr(H⁻¹X'WX) = columns − tr(H⁻¹Λ).
    leverage = len(effects) - float(np.sum(at.penalty * inverse))
    left = at.residual - at.slopes @ (effects - state.effects)
    squares = float(np.sum(at.weights * left**2)) + at.below_bounds + state.noise * leverage
    noise = (task.noise.weight * task.noise.sd**2 + squares) / (task.noise.weight + len(left))
    return _State(effects, _variances(task, effects, state.noise * inverse), noise)


def _left_out(task: Task, state: _State) -> Floats:
    """Each residual as if its deal had stayed out: r/(1 − h)."""
    at = _normal(task, state)
    halves = linalg.solve_triangular(at.factor, at.slopes.T, lower=True)
    leverage = at.weights * (halves**2).sum(axis=0)
    found: Floats = at.residual / np.maximum(1 - leverage, LEAST_LEFT)
    return found


def _variances(task: Task, effects: Floats, posterior: Floats) -> Floats:
    found = []
    for block, prior in zip(task.blocks, task.spreads, strict=True):
        mine = slice(block.start, block.stop)
        squares = float(np.sum(effects[mine] ** 2 + posterior[mine]))
        found.append((prior.weight * prior.sd**2 + squares) / (prior.weight + block.stop - block.start))
    return np.array(found)


def _below_bounds(task: Task, fitted: Floats, noise: float) -> tuple[Floats, Floats]:
    """Targets with each bound replaced by the mean below it, and the variance that is left below it."""
    if not task.is_bound.any():
        return task.target, np.zeros(0)
    sd = np.sqrt(noise)
    z = (task.target[task.is_bound] - fitted[task.is_bound]) / sd
    # φ(z)/Φ(z) by logs: far below the mean both are too small for floats.
    ratio = np.exp(-(z**2) / 2 - np.log(2 * np.pi) / 2 - special.log_ndtr(z))
    wanted = task.target.copy()
    wanted[task.is_bound] = fitted[task.is_bound] - sd * ratio
    return wanted, noise * np.maximum(1 - z * ratio - ratio**2, 0.0)


def variance_of(level_count: float, *, spread: float, noise: float) -> float:
    """What is left unknown of a shrunk effect seen `level_count` times: τ²·(1 − τ²/(τ² + σ²/n)); τ² if never seen."""
    return spread * noise / (noise + level_count * spread)


def lot_starts(sizes: Sequence[int]) -> tuple[int, ...]:
    """Where each lot begins when the rights of all lots stand in one row."""
    return tuple(int(place) for place in np.cumsum([0, *sizes[:-1]])) if sizes else ()
