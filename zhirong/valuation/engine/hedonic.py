"""The hedonic model (特征价格模型): the price of a right from its features, fitted on deals, in natural logs.

ln p = α + effects of groups, shrunk + β'x + s(curved x) + price level of the quarter + noise (VALUATION 2.2). Lots are
fitted on their sums, asks nobody took are upper bounds, heavy tails weigh less. Every number in logs, so the unit of
money moves α alone. Unknown numbers count as the mean and add a flag's effect and their spread.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards, hedonic_design, hedonic_solver, lots
from zhirong.valuation.engine.hedonic_design import Block, Floats, Item, Plan
from zhirong.valuation.engine.hedonic_model import (
    VERSION,
    Explained,
    Group,
    Level,
    Model,
    Numbered,
    Priors,
    Sale,
    Walked,
)
from zhirong.valuation.engine.hedonic_solver import Solution, Spread, Task
from zhirong.valuation.engine.result import Note

__all__ = ["Explained", "Item", "Model", "Priors", "Sale", "contributions", "explain", "fit", "predict", "predict_lot"]

# A residual is never read as nearer than this (logs): the scale of noise stays off minus infinity.
LEAST_RESIDUAL = 1e-3
# Of a standard normal: the median of its size, and the standard deviation of the log of its size, π/√8.
MEDIAN_SIZE, LOG_SIZE_SD = 0.6744897501960817, 1.1107207345395915


def fit(sales: Sequence[Sale], *, under: Priors, curved: Sequence[str] = (), walk_by: str = "") -> Model:
    """Fits the model to deals (and asks). `curved` columns may bend; `walk_by` names the group with price levels of
    its own over time. Few or equal deals give a wide model with a note; no deal at all is refused."""
    told = sorted(sales, key=lambda one: (one.on, one.reference))
    sold = [one for one in told if not one.is_ask]
    if not sold:
        raise Refused("valuation.no_deals")
    for one in told:
        guards.positive(one.price, "price")
        if not one.items:
            raise Refused("valuation.lot_empty", reference=one.reference)
    items = [item for one in told for item in one.items]
    plan = Plan(
        hedonic_design.plan_columns(items, curved),
        hedonic_design.plan_groups(items, under.most_levels),
        hedonic_design.plan_walks(items, by=walk_by, least=under.walk_least, most_quarters=under.most_quarters),
    )
    sizes = [len(one.items) for one in told]
    rows = hedonic_design.matrix(plan, items, [size for size in sizes for _ in range(size)])
    task = _task(told, plan, rows=rows, under=under)
    solution = hedonic_solver.solve(task)
    _, slopes = lots.linearised(rows, rows @ solution.effects, task.starts)
    scale = _fit_scale(plan, slopes[~task.is_bound], errors=solution.left_out[~task.is_bound], under=under)
    logs = np.log([one.price for one in sold])
    notes = [Note("market.few_deals", {"deals": len(sold)})] if len(sold) < under.few_deals else []
    if float(np.ptp(logs)) < hedonic_design.CONSTANT:
        # One deal, or all at one price, say nothing of how prices differ: the spread stays the one believed before.
        scale[0] = np.log(under.noise_sd)
        solution = replace(solution, noise_variance=under.noise_sd**2)
        notes += [Note("market.equal_prices", {"deals": len(sold)})] if len(sold) > 1 else []
    return _model(told, plan, solution=solution, scale=scale, blocks=task.blocks, notes=notes)


def predict(model: Model, items: Sequence[Item]) -> tuple[Floats, Floats]:
    """(items,) ln of the median price and (items,) ln of the scale of its error in logs; both finite."""
    mu = np.full(len(items), model.start) + sum(contributions(model, items).values())
    log_scale = np.full(len(items), model.scale_start)
    # Of what stands behind no deal of its own, the whole spread is added: unknown numbers, levels, later quarters.
    unknown = np.full(len(items), model.noise_sd**2 / model.deals)
    for one in model.numbers:
        line, _, flag = hedonic_design.standardised(one.column, hedonic_design.raw_values(items, one.column.name))
        log_scale += line * one.on_scale
        unknown += flag * one.slope**2
    for group in model.groups:
        mine = _levels(group, items)
        log_scale += np.array([one.on_scale for one in mine])
        unknown += np.array([one.variance for one in mine])
    for walked in model.walks:
        unknown += _height(walked, items)[1]
    return mu, np.log(np.exp(2 * log_scale) + unknown) / 2


def contributions(model: Model, items: Sequence[Item]) -> dict[str, Floats]:
    """By how much each fact moves ln of the price of each item, (items,) a name; with `model.start` they sum to μ."""
    found: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(len(items)))
    for one in model.numbers:
        raw = hedonic_design.raw_values(items, one.column.name)
        line, bends, flag = hedonic_design.standardised(one.column, raw)
        # Term by term, not as a product of matrices: an item's digits must not depend on who stands beside it.
        found[one.column.name] += sum((bends[:, k] * bend for k, bend in enumerate(one.bends)), line * one.slope)
        found[one.column.name] += flag * one.unknown
    for group in model.groups:
        found[group.name] += np.array([one.effect for one in _levels(group, items)])
    for walked in model.walks:
        found["quarter"] += _height(walked, items)[0]
    return dict(found)


def explain(model: Model, item: Item) -> Explained:
    """Which fact moves the log price by how much, the greatest first; the parts sum to `predict` (VALUATION 2.9.1)."""
    parts = [(name, float(moved[0])) for name, moved in contributions(model, [item]).items()]
    return Explained(model.start, tuple(sorted(parts, key=lambda part: (-abs(part[1]), part[0]))))


def _levels(group: Group, items: Sequence[Item]) -> list[Level]:
    known = {one.level: one for one in group.levels}
    never = Level("", 0.0, group.variance, 0.0)
    return [known.get(item.groups.get(group.name, ""), never) for item in items]


def predict_lot(model: Model, items: Sequence[Item]) -> tuple[float, float]:
    """ln of the median price and of the scale of the error of one lot of these rights, sold together."""
    if not items:
        raise Refused("valuation.lot_empty", reference="")
    mu, log_scale = predict(model, items)
    parts = lots.shares(mu, (0,))
    total = float(lots.log_sums(mu, (0,))[0]) + model.lot_effect * float(np.log(len(items)))
    # Errors of rights of one seller and one field go together: the scale of the sum is the mean of the scales.
    return total, float(np.log(parts @ np.exp(log_scale)))


def _height(walked: Walked, items: Sequence[Item]) -> tuple[Floats, Floats]:
    quarters, heights = np.array(walked.walk.quarters), np.array(walked.heights)
    days = np.array([hedonic_design.quarter_of(one.on) for one in items])
    place = np.maximum(np.searchsorted(quarters, days, side="right") - 1, 0)
    is_mine = np.array(
        [not walked.walk.level or one.groups.get(walked.walk.group) == walked.walk.level for one in items]
    )
    since = np.maximum(days - quarters[-1], 0) + np.maximum(quarters[0] - days, 0)
    return np.where(is_mine, heights[place], 0.0), np.where(is_mine, since * walked.step_variance, 0.0)


def _task(told: Sequence[Sale], plan: Plan, *, rows: Floats, under: Priors) -> Task:
    blocks = hedonic_design.blocks(plan)
    spreads = (under.step_sd if one.name.startswith("walk") else under.effect_sd for one in blocks)
    return Task(
        rows=rows,
        starts=hedonic_solver.lot_starts([len(one.items) for one in told]),
        target=np.log(np.array([one.price for one in told])),
        is_bound=np.array([one.is_ask for one in told]),
        blocks=blocks,
        spreads=tuple(Spread(one, under.effect_weight) for one in spreads),
        noise=Spread(under.noise_sd, under.noise_weight),
        freedom=under.freedom,
    )


def _fit_scale(plan: Plan, slopes: Floats, *, errors: Floats, under: Priors) -> Floats:
    """Effects on ln|error| by the same columns and groups (no bends, flags, lots or walks), strongly shrunk.

    The constant puts the median of |error|/scale where a standard normal has it; of few deals the prior speaks.
    """
    effects = np.zeros(slopes.shape[1])
    kept = [one for one in hedonic_design.blocks(plan) if one.name == "columns" or one.name.startswith("group")]
    places = [0, *(place for one in kept for place in range(one.start, one.stop))]
    ends = np.cumsum([1, *(one.stop - one.start for one in kept)]).tolist()
    task = Task(
        rows=slopes[:, places],
        starts=tuple(range(len(errors))),
        target=np.log(np.maximum(np.abs(errors), LEAST_RESIDUAL)),
        is_bound=np.zeros(len(errors), dtype=np.bool_),
        blocks=tuple(Block(one.name, *ends[place : place + 2]) for place, one in enumerate(kept)),
        spreads=tuple(Spread(under.scale_sd, under.scale_weight) for _ in kept),
        noise=Spread(LOG_SIZE_SD, under.noise_weight),
        freedom=under.freedom,
    )
    effects[places] = hedonic_solver.solve(task).effects
    scaled = np.abs(errors) / np.exp(slopes[:, 1:] @ effects[1:])
    seen = np.log(max(float(np.median(scaled)) / MEDIAN_SIZE, LEAST_RESIDUAL))
    trust = len(errors) / (len(errors) + under.noise_weight)
    effects[0] = trust * seen + (1 - trust) * np.log(under.noise_sd)
    return effects


def _model(
    told: Sequence[Sale],
    plan: Plan,
    *,
    solution: Solution,
    scale: Floats,
    blocks: Sequence[Block],
    notes: Sequence[Note],
) -> Model:
    items = [item for one in told for item in one.items]
    start_of = {one.name: one.start for one in blocks}
    variance = dict(zip(start_of, solution.variances, strict=True))
    walks, mean_height = _walked(plan, items, effects=solution.effects, start_of=start_of, variance=variance)
    return Model(
        version=VERSION,
        start=float(solution.effects[0]) + mean_height,
        numbers=_numbers(plan, effects=solution.effects, scale=scale, start_of=start_of),
        groups=tuple(
            _group(
                name,
                levels,
                items,
                solution=solution,
                scale=scale,
                start=start_of[f"group {name}"],
                variance=variance[f"group {name}"],
            )
            for name, levels in plan.groups
        ),
        walks=walks,
        lot_effect=float(solution.effects[start_of["lot"]]),
        noise_sd=float(solution.noise_variance**0.5),
        scale_start=float(scale[0]),
        deals=sum(not one.is_ask for one in told),
        asks=sum(one.is_ask for one in told),
        first_on=told[0].on,
        last_on=told[-1].on,
        notes=tuple(notes),
    )


def _numbers(plan: Plan, *, effects: Floats, scale: Floats, start_of: Mapping[str, int]) -> tuple[Numbered, ...]:
    bend, flag, found = start_of.get("bends", 0), start_of.get("flags", 0), []
    for place, column in enumerate(plan.columns, start=1):
        bends = tuple(effects[bend : bend + len(column.knots)].tolist())
        unknown = float(effects[flag]) if column.is_flagged else 0.0
        found.append(Numbered(column, float(effects[place]), bends, unknown, float(scale[place])))
        bend, flag = bend + len(column.knots), flag + column.is_flagged
    return tuple(found)


def _group(
    name: str,
    levels: Sequence[str],
    items: Sequence[Item],
    *,
    solution: Solution,
    scale: Floats,
    start: int,
    variance: float,
) -> Group:
    counts = Counter(one.groups.get(name) for one in items)
    return Group(
        name,
        variance,
        tuple(
            Level(
                level,
                float(solution.effects[place]),
                hedonic_solver.variance_of(counts[level], spread=variance, noise=solution.noise_variance),
                float(scale[place]),
            )
            for place, level in enumerate(levels, start=start)
        ),
    )


def _walked(
    plan: Plan,
    items: Sequence[Item],
    *,
    effects: Floats,
    start_of: Mapping[str, int],
    variance: Mapping[str, float],
) -> tuple[tuple[Walked, ...], float]:
    """The walks about their means over the deals, and by how much the start moves for it."""
    found, moved = [], 0.0
    place = {False: start_of.get("walk of all", 0), True: start_of.get("walks of kinds", 0)}
    for walk in plan.walks:
        steps = np.sqrt(np.diff(walk.quarters)) * effects[place[bool(walk.level)] :][: len(walk.quarters) - 1]
        heights = np.concatenate([[0.0], np.cumsum(steps)])
        spread = variance["walks of kinds" if walk.level else "walk of all"]
        raw = Walked(walk, tuple(heights.tolist()), spread)
        mean = 0.0 if walk.level else float(_height(raw, items)[0].mean())
        found.append(replace(raw, heights=tuple((heights - mean).tolist())))
        place[bool(walk.level)] += len(steps)
        moved += mean
    return tuple(found), moved
