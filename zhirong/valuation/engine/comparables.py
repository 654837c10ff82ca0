"""Comparable deals (可比交易): the nearest past deals and the factor that adjusts each to this right.

VALUATION 2.2: distance is taken between what the facts of both rights do to the log price, so that two rights are near
when the model prices them alike for the same reasons; the adjusted price is p_j·exp(μ(x) − μ(x_j)).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zhirong.valuation.engine import guards, hedonic
from zhirong.valuation.engine.estimate_shape import Comparable
from zhirong.valuation.engine.hedonic import Item, Model, Sale


def nearest(model: Model, item: Item, sales: Sequence[Sale], *, count: int, kind_group: str) -> tuple[Comparable, ...]:
    """At most `count` sales of one right each before or on the item's day, the nearest first; asks and lots stay out.

    `kind_group` names the group whose level is shown as the deal's kind. Prices in the unit of the sales.
    """
    guards.positive(count, "count")
    alone = [one for one in sales if len(one.items) == 1 and not one.is_ask and one.on <= item.on]
    if not alone:
        return ()
    parts = hedonic.contributions(model, [item, *(one.items[0] for one in alone)])
    table = np.array(list(parts.values())) if parts else np.zeros((1, len(alone) + 1))
    apart = np.sqrt(((table[:, 1:] - table[:, :1]) ** 2).sum(axis=0))
    logs = table.sum(axis=0)
    order = sorted(range(len(alone)), key=lambda place: (apart[place], -alone[place].on.toordinal(), place))
    return tuple(
        _comparable(alone[place], float(np.exp(logs[0] - logs[place + 1])), apart=float(apart[place]), kind=kind_group)
        for place in order[:count]
    )


def _comparable(sale: Sale, factor: float, *, apart: float, kind: str) -> Comparable:
    return Comparable(
        reference=sale.reference,
        on=sale.on,
        kind=sale.items[0].groups.get(kind, ""),
        price=sale.price,
        factor=factor,
        adjusted=guards.finite(sale.price * factor, "adjusted"),
        distance=apart,
    )
