"""The renewal programme of a market, cold, and the values of its rights, against plain Python in the same run.

The claims: 35 fields × 3 fee levels in 10 CPU-seconds, cold, and a district's rights from their posteriors. The plain
twin is the same programme on the same nodes in loops over lists; CPU seconds count.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np

from zhirong.cli.bench import Report
from zhirong.valuation.engine import fee_vectors, renewal_programme, renewal_value
from zhirong.valuation.engine.renewal_programme import Growth, LogGrid
from zhirong.valuation.engine.renewal_value import Held, Prior

DAY, FIELDS, DISTRICT = date(2026, 3, 2), 35, 25_494
LEVELS = ("none", "joint", "single")
GROWTH = Growth(drift=-0.08, volatility=0.35, loss=0.06, discount_rate=0.10)
GRID = LogGrid(1.0, 1e9, 601)


def run(report: Report) -> None:
    """The programmes first, each way in turn; then many rights."""
    fees = [fee_vectors.by_schedule("invention", on=DAY, reduction=level).yuan().tolist() for level in LEVELS]
    growths = [replace(GROWTH, drift=-0.14 + 0.004 * field) for field in range(FIELDS)]
    cold = cpu_of(lambda: [renewal_programme.solve(paid, growth, grid=GRID) for growth in growths for paid in fees])
    report.value(f"{FIELDS} fields × {len(LEVELS)} fee levels, 601 nodes, cold", cold, "CPU s", at_most=10)
    few = 1 if report.quick else 3
    slow_s = cpu_of(lambda: [plain(fees[place], GROWTH, GRID) for place in range(few)])
    slow = report.rate("programmes a CPU-s, plain loops", few, took_seconds=slow_s)
    count = FIELDS * len(LEVELS)
    report.rate("programmes a CPU-s", count, took_seconds=cold, baseline=slow, at_least=50)
    apart = abs(plain(fees[0], GROWTH, GRID) / value(fees[0]) - 1)
    report.value("how far both are apart", apart, "", at_most=1e-9)
    of_rights(report)


def of_rights(report: Report) -> None:
    """A district by posterior and table, and the bare interpolation."""
    chance = np.random.default_rng(1)
    prior = Prior(log_mean=math.log(6000), log_sd=1.5, growth=GROWTH)
    rights = some_rights(DISTRICT // 10 if report.quick else DISTRICT, chance)
    cold = cpu_of(lambda: renewal_value.values(rights, prior))
    warm = cpu_of(lambda: renewal_value.values(rights, prior))
    report.value(f"{len(rights):,} rights, posterior and quantiles, cold", cold, "CPU s", at_most=2)
    report.value(f"{len(rights):,} rights, posterior and quantiles, warm", warm, "CPU s", at_most=0.5)
    found = renewal_programme.solve(fee_vectors.by_schedule("invention", on=DAY).yuan(), GROWTH, grid=GRID)
    returns = np.exp(chance.normal(8.7, 1.5, 100_000 if report.quick else 2_000_000))
    took = cpu_of(lambda: renewal_programme.value_at(found, 8, returns))
    report.rate("values at known returns a CPU-s", len(returns), took_seconds=took)


def some_rights(count: int, chance: np.random.Generator) -> list[Held]:
    """Inventions of all ages, granted in years 2 to 7, a third of them with reduced fees."""
    rights = []
    for _ in range(count):
        grant, level = int(chance.integers(2, 8)), LEVELS[int(chance.integers(0, 3))]
        year = int(chance.integers(grant, 21))
        paid = SCHEDULES[grant, level]
        rights.append(Held(fees=paid, first=grant, year=year, elapsed=float(chance.uniform()), paid_through=year))
    return rights


SCHEDULES = {
    (grant, level): tuple(
        fee_vectors.by_schedule("invention", on=DAY, grant_year=grant, reduction=level).yuan().tolist()
    )
    for grant in range(2, 8)
    for level in LEVELS
}


def value(fees: list[float]) -> float:
    return renewal_programme.worth(renewal_programme.solve(fees, GROWTH, grid=GRID), 2000.0).value


def plain(fees: list[float], growth: Growth, grid: LogGrid) -> float:
    """What one would write first: the same tents node by node, over lists. The value at a return of 2,000."""
    step, mean = grid.step, growth.drift - growth.volatility**2 / 2
    nodes = [grid.low * math.exp(step * node) for node in range(grid.nodes)]
    reach = math.ceil((9 * growth.volatility + growth.volatility**2 + abs(mean)) / step) + 1
    weights = [tent(offset, step, growth) for offset in range(-reach, reach + 1)]
    total = sum(weights)
    weights = [one / total for one in weights]
    following = [0.0] * grid.nodes
    for fee in reversed(fees):
        slope = (following[-1] - following[-2]) / (1 - math.exp(-step))
        above = [following[-1] + slope * (math.exp(step * k) - 1) for k in range(1, reach + 1)]
        below = [following[0] / math.exp(step * k) for k in range(reach, 0, -1)]
        padded = below + following + above
        ahead = [sum(weights[k] * padded[node + k] for k in range(2 * reach + 1)) for node in range(grid.nodes)]
        following = [max(0.0, at - fee + growth.step_discount * later) for at, later in zip(nodes, ahead, strict=True)]
    place = int(math.log(2000.0 / grid.low) / step)
    share = (2000.0 - nodes[place]) / (nodes[place + 1] - nodes[place])
    return following[place] + share * (following[place + 1] - following[place])


def tent(offset: int, step: float, growth: Growth) -> float:
    """The lognormal expectation of one tent by the partial moments of its two sides."""
    low, top, high = (math.exp(step * (offset + side)) for side in (-1, 0, 1))
    rising = partial(low, top, growth)
    falling = partial(top, high, growth)
    return (rising[1] - low * rising[0]) / (top - low) + (high * falling[0] - falling[1]) / (high - top)


def partial(low: float, high: float, growth: Growth) -> tuple[float, float]:
    """Probability and first moment of r'/r between two values."""
    mean = growth.drift - growth.volatility**2 / 2
    found = []
    for shift in (0.0, growth.volatility):
        ends = [((math.log(end) - mean) / growth.volatility - shift) / math.sqrt(2) for end in (low, high)]
        found.append(
            (math.erfc(ends[0]) - math.erfc(ends[1])) / 2
            if ends[0] > 0
            else (math.erf(ends[1]) - math.erf(ends[0])) / 2
        )
    return found[0], found[1] * math.exp(growth.drift)


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    begun = time.process_time()
    work()
    return max(time.process_time() - begun, 1e-9)
