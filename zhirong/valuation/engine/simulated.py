"""Simulated deals with known truth: what coverage the ranges have where the answer is known, and what breaks it.

The worlds of VALUATION 2.2: 35 fields, 3 kinds of unlike noise, Student-t tails, a true R² near 0.47. Numbers only,
made from a seed; no deal of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from zhirong.valuation.engine import conformal, guards, hedonic
from zhirong.valuation.engine.conformal import Rules, Score
from zhirong.valuation.engine.hedonic import Item, Model, Priors, Sale
from zhirong.valuation.engine.hedonic_design import Floats

FIRST_DAY, DAYS = date(2020, 1, 1), 1826
KIND = "kind"
NOMINAL = 0.90


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Laws of a simulated market, in logs. `slopes` by column name; `noise` and `level` by kind.

    `sold_above`: rights whose noise lies further below their value than this are not sold; None sells all.
    """

    fields: int = 35
    field_sd: float = 0.35
    slopes: Mapping[str, float]
    level: Mapping[str, float]
    noise: Mapping[str, float]
    freedom: float
    sold_above: float | None = None


# True R² 0.47 with these; inventions scatter most, as in the book's table.
BOOK = World(
    slopes={"citations": 0.41, "claims": 0.29, "family": 0.47, "remaining": 0.35, "scope": 0.18},
    level={"design": -0.35, "invention": 0.35, "utility_model": 0.0},
    noise={"design": 0.66, "invention": 0.90, "utility_model": 0.66},
    freedom=5.0,
)
HEAVIER = replace(BOOK, freedom=2.2)
CHOOSY = replace(BOOK, sold_above=0.0)


@dataclass(frozen=True, slots=True)
class Market:
    """Simulated rights with the ln price each would bring, and whether it was sold (else nobody saw the price)."""

    sales: tuple[Sale, ...]
    is_sold: tuple[bool, ...]

    def sold(self) -> tuple[Sale, ...]:
        """What a register of deals would hold."""
        return tuple(one for one, is_sold in zip(self.sales, self.is_sold, strict=True) if is_sold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Of the 90 % ranges of one way over test rights: share covered, in all and by kind, and their typical factor."""

    way: str
    share: float
    by_kind: Mapping[str, float]
    # The range is the median ×÷ this, by its median.
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One simulated check: deals fitted and calibrated on, rights tested, the R² of the medians, ranges by way."""

    deals: int
    tested: int
    by_kind: Mapping[str, int]
    r_squared: float
    ranges: tuple[Covered, ...]

    def way(self, name: str) -> Covered:
        """One way by its name."""
        return next(one for one in self.ranges if one.way == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The coverage of a 90 % range when the market tested is not the market that calibrated it.

    `standard_error` is of chance alone, in the rights tested and in the deals that calibrated.
    """

    case: str
    promised: float
    share: float
    standard_error: float


def market(world: World, count: int, *, seed: int) -> Market:
    """`count` rights by day. The effects of fields belong to the world, not to the seed."""
    guards.within(count, "count", least=1, most=100_000)
    effects = np.random.default_rng(35).normal(0.0, world.field_sd, world.fields)
    random = np.random.default_rng(seed)
    days = np.sort(random.integers(0, DAYS, count))
    fields = random.integers(0, world.fields, count)
    kinds = random.choice(sorted(world.level), count)
    numbers = {name: random.normal(size=count) for name in world.slopes}
    noise = random.standard_t(world.freedom, count)
    value = 11.0 + effects[fields] + sum(slope * numbers[name] for name, slope in world.slopes.items())
    value = value + np.array([world.level[kind] for kind in kinds])
    log_price = value + noise * np.array([world.noise[kind] for kind in kinds])
    is_sold = np.full(count, True) if world.sold_above is None else noise > world.sold_above
    return Market(
        tuple(
            _sale(
                place,
                FIRST_DAY + timedelta(days=int(days[place])),
                price=float(np.exp(log_price[place])),
                values={name: float(column[place]) for name, column in numbers.items()},
                groups={"field": str(fields[place]), KIND: str(kinds[place])},
            )
            for place in range(count)
        ),
        tuple(bool(one) for one in is_sold),
    )


def coverage(
    world: World, *, deals: int, tested: int, calibrating: float, seed: int, priors: Priors, rules: Rules
) -> Outcome:
    """The table of VALUATION 2.2: ranges by plain, by normalised, and by normalised scores within each kind.

    Fitted on the older part of `deals`, calibrated on the latest share `calibrating`, tested on new rights.
    """
    known = market(world, deals, seed=seed).sold()
    fresh = market(world, tested, seed=seed + 1).sales
    model, latest = _fitted(known, calibrating, priors)
    return _outcome(model, latest, fresh, rules=rules)


def broken(
    *, deals: int, tested: int, calibrating: float, seed: int, priors: Priors, rules: Rules
) -> tuple[Broken, ...]:
    """How much coverage is lost where the promise rests on deals unlike those to come.

    Heavier tails that were there all along cost nothing; tails that come later, and rights that did not sell, do.
    """

    def share(fitted_in: World, tested_in: World, *, of_sold: bool) -> tuple[float, float]:
        model, latest = _fitted(market(fitted_in, deals, seed=seed).sold(), calibrating, priors)
        there = market(tested_in, tested, seed=seed + 1)
        fresh = there.sold() if of_sold else there.sales
        chance = NOMINAL * (1 - NOMINAL) * (1 / len(fresh) + 1 / len(latest))
        return _outcome(model, latest, fresh, rules=rules).way("normalised by kind").share, chance**0.5

    cases = {
        "as_calibrated": share(BOOK, BOOK, of_sold=True),
        "heavier_tails_throughout": share(HEAVIER, HEAVIER, of_sold=True),
        "heavier_tails_later": share(BOOK, HEAVIER, of_sold=True),
        "only_good_ones_sell_tested_on_sold": share(CHOOSY, CHOOSY, of_sold=True),
        "only_good_ones_sell_tested_on_all": share(CHOOSY, CHOOSY, of_sold=False),
    }
    return tuple(
        Broken(case=name, promised=NOMINAL, share=found, standard_error=chance)
        for name, (found, chance) in cases.items()
    )


def _sale(place: int, on: date, *, price: float, values: Mapping[str, float], groups: Mapping[str, str]) -> Sale:
    item = Item(on=on, values=dict(values), groups=dict(groups))
    return Sale(reference=f"simulated {place}", on=on, price=price, items=(item,))


def _fitted(known: Sequence[Sale], calibrating: float, priors: Priors) -> tuple[Model, Sequence[Sale]]:
    guards.within(calibrating, "calibrating", least=0.05, most=0.95)
    cut = max(1, int(len(known) * (1 - calibrating)))
    return hedonic.fit(known[:cut], under=priors), known[cut:]


def _outcome(model: Model, latest: Sequence[Sale], fresh: Sequence[Sale], *, rules: Rules) -> Outcome:
    mu, log_scale = hedonic.predict(model, [one.items[0] for one in fresh])
    kinds = np.array([one.items[0].groups[KIND] for one in fresh])
    actual = np.log([one.price for one in fresh])
    flat = np.zeros(len(fresh))
    ways = {
        "plain": (_ranges(model, latest, rules, is_plain=True, by_kind=False), flat),
        "normalised": (_ranges(model, latest, rules, is_plain=False, by_kind=False), log_scale),
        "normalised by kind": (_ranges(model, latest, rules, is_plain=False, by_kind=True), log_scale),
    }
    return Outcome(
        deals=model.deals + len(latest),
        tested=len(fresh),
        by_kind={str(kind): int((kinds == kind).sum()) for kind in sorted(set(kinds))},
        r_squared=float(1 - ((actual - mu) ** 2).mean() / actual.var()),
        ranges=tuple(
            _covered(way, ranges, mu=mu, log_scale=scale, actual=actual, kinds=kinds)
            for way, (ranges, scale) in ways.items()
        ),
    )


def _ranges(model: Model, latest: Sequence[Sale], rules: Rules, *, is_plain: bool, by_kind: bool) -> conformal.Ranges:
    mu, log_scale = hedonic.predict(model, [one.items[0] for one in latest])
    scales = np.zeros(len(latest)) if is_plain else log_scale
    scores = [
        Score(
            one.on,
            one.items[0].groups[KIND] if by_kind else "",
            conformal.score(one.price, mu=float(mu[place]), log_scale=float(scales[place])),
        )
        for place, one in enumerate(latest)
    ]
    return conformal.calibrate(scores, under=replace(rules, most_scores=max(1, len(scores))))


def _covered(
    way: str,
    ranges: conformal.Ranges,
    *,
    mu: Floats,
    log_scale: Floats,
    actual: Floats,
    kinds: np.ndarray[tuple[int], np.dtype[np.str_]],
) -> Covered:
    reach = {
        str(kind): conformal.interval(ranges, str(kind), mu=0.0, log_scale=0.0, nominal=NOMINAL).high
        for kind in set(kinds)
    }
    half = np.array([reach[str(kind)] for kind in kinds]) * np.exp(log_scale)
    within = np.abs(actual - mu) <= half
    return Covered(
        way=way,
        share=float(within.mean()),
        by_kind={str(kind): float(within[kinds == kind].mean()) for kind in sorted(set(kinds))},
        factor=float(np.exp(np.median(half))),
    )
