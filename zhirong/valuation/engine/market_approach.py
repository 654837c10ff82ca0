"""The market approach (市场法) as one method: fit on the older deals, test on the latest, tell one right's range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from zhirong.valuation.engine import conformal, guards, hedonic
from zhirong.valuation.engine.conformal import Ranges, Rules, Score
from zhirong.valuation.engine.hedonic import Item, Model, Priors, Sale
from zhirong.valuation.engine.result import Grade, Input, Result, Sensitivity

METHOD = "hedonic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A model and the ranges that later deals tested it with; `kind_group` tells the kind of a right."""

    model: Model
    ranges: Ranges
    kind_group: str


def learn(
    sales: Sequence[Sale],
    *,
    priors: Priors,
    rules: Rules,
    calibrating: float,
    kind_group: str,
    curved: Sequence[str] = (),
) -> Market:
    """Split conformal in time: the model sees the older deals, the latest share `calibrating` tests it.

    With fewer deals than one kind needs for its own ranges, all are fitted and the range is left untested.
    """
    guards.within(calibrating, "calibrating", least=0.05, most=0.95)
    told = sorted(sales, key=lambda one: (one.on, one.reference))
    paid = [one for one in told if not one.is_ask]
    first = paid[len(paid) - max(1, int(len(paid) * calibrating))].on if len(paid) >= rules.least_of_kind else date.max
    # Asks of the days that test stay out too: the model stands as it stood before those days.
    known = [one for one in told if one.on < first]
    if all(one.is_ask for one in known):
        known, first = told, date.max
    later = [one for one in paid if one.on >= first]
    model = hedonic.fit(known, under=priors, curved=curved, walk_by=kind_group)
    scores = []
    for one in later:
        mu, log_scale = hedonic.predict_lot(model, one.items)
        kind = one.items[0].groups.get(kind_group, "")
        scores.append(Score(one.on, kind, conformal.score(one.price, mu=mu, log_scale=log_scale)))
    return Market(model=model, ranges=conformal.calibrate(scores, under=rules), kind_group=kind_group)


def appraise(market: Market, item: Item, *, currency: str, parameters_sha256: str) -> Result:
    """The range of one right on its item's day, in the unit of the deals, with what moves it and what was not known.

    `figures`: `start` the price of a typical right, `factors` by which each fact multiplies it (exactly to the
    model's median, VALUATION 2.9.1), `basis` and `tested_on` deals of the range.
    """
    model = market.model
    mu, log_scale = (one[0] for one in hedonic.predict(model, [item]))
    kind = item.groups.get(market.kind_group, "")
    told = conformal.quantiles(market.ranges, kind, mu=mu, log_scale=log_scale)
    explained = hedonic.explain(model, item)
    return Result(
        method=METHOD,
        version=model.version,
        value_date=item.on,
        currency=currency,
        range=told.range,
        parameters_sha256=parameters_sha256,
        inputs=_inputs(model, item),
        sensitivities=_sensitivities(model, item, moved=math.log(told.range.median) - mu),
        notes=(*model.notes, *told.notes),
        figures={
            "start": math.exp(explained.start),
            "factors": [{"name": name, "factor": math.exp(moved)} for name, moved in explained.contributions],
            "basis": told.basis,
            "tested_on": told.deals,
            "fitted_on": model.deals,
            "model_sha256": model.sha256(),
        },
    )


def _inputs(model: Model, item: Item) -> tuple[Input, ...]:
    numbers = []
    for one in model.numbers:
        value = item.values.get(one.column.name)
        is_known = value is not None and not math.isnan(value)
        source = "given" if is_known else "mean of the deals"
        grade = Grade.STATED if is_known else Grade.FITTED
        numbers.append(Input(one.column.name, value if is_known else None, source, grade, item.on))
    groups = [
        Input(one.name, item.groups.get(one.name), "given", Grade.STATED, item.on)
        for one in model.groups
        if item.groups.get(one.name)
    ]
    return (*numbers, *groups)


def _sensitivities(model: Model, item: Item, *, moved: float) -> tuple[Sensitivity, ...]:
    """Each number a standard deviation of the deals to either side of where it is, held to what the deals showed."""
    found = []
    for one in model.numbers:
        column, said = one.column, item.values.get(one.column.name)
        middle = column.mean if said is None or math.isnan(said) else said
        ends = [min(max(end, column.low), column.high) for end in (middle - column.sd, middle + column.sd)]
        turned = [replace(item, values={**item.values, column.name: end}) for end in ends]
        low, high = (math.exp(float(mu) + moved) for mu in hedonic.predict(model, turned)[0])
        found.append(Sensitivity(column.name, ends[0], ends[1], low, high))
    return tuple(found)
