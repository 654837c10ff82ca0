"""The door to the automatic estimate for pages, deeds and commands: a right and a day in, an Estimate out.

The numeric engines are imported when the first estimate is asked for: the start of a server need not wait for them.
"""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from zhirong.base.deferred import Deferred
from zhirong.base.refused import Refused
from zhirong.registry.models import Right
from zhirong.valuation import figures, subjects
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.subject import Said
from zhirong.valuation.models import MarketModel as Kept

if TYPE_CHECKING:
    from zhirong.valuation.engine import estimate, market_model, whatif
    from zhirong.valuation.engine.market_model import MarketModel
    from zhirong.valuation.engine.whatif import Change
else:
    estimate = Deferred("zhirong.valuation.engine.estimate")
    market_model = Deferred("zhirong.valuation.engine.market_model")
    whatif = Deferred("zhirong.valuation.engine.whatif")

NOTHING_SAID = Said()
# Models are some hundred kilobytes; one is current, and now and then a day of the past asks for an older one.
MODELS_KEPT = 4


def estimate_right(right: Right | int, day: date, said: Said = NOTHING_SAID) -> Estimate:
    """The estimate of a right as of a day, with what was said of it. Who may see it is for the caller to ask.

    Refused: nobody holds it, it is not published, it has ended; an answer that is no possible number.
    """
    return estimate.of(subjects.of_right(_right(right), day), model_on(day), figures.on(day), said=said)


def what_if(right: Right | int, day: date, said: Said = NOTHING_SAID, *, change: Change) -> Estimate:
    """The same estimate with one thing changed (`change_of`), recomputed by the same function."""
    return whatif.of(subjects.of_right(_right(right), day), model_on(day), figures.on(day), change=change, said=said)


def change_of(
    *,
    last_year: int | None = None,
    exclusive_licence: bool = False,
    discount_points: int = 0,
    royalty_rate: str = "",
    annual_income_yuan: int | None = None,
) -> Change:
    """A change in the words of a form: points are hundredths a year, the rate a fraction as text, empty for none."""
    return whatif.told(
        last_year=last_year,
        exclusive_licence=exclusive_licence,
        discount_points=discount_points,
        royalty_rate=royalty_rate,
        annual_income=annual_income_yuan,
    )


def model_on(day: date) -> MarketModel | None:
    """The newest model of the market that knew nothing later than the day; None before there was one."""
    sha256 = model_named(day)
    return None if sha256 is None else _model(sha256)


def model_named(day: date) -> str | None:
    """The hash of that model."""
    newest = Kept.objects.filter(day__lte=day).order_by("-is_current", "-day", "-pk")
    return newest.values_list("sha256", flat=True).first()


@lru_cache(maxsize=MODELS_KEPT)
def _model(sha256: str) -> MarketModel:
    """Read once: what a hash names never changes."""
    return market_model.MarketModel.from_json(
        json.loads(Kept.objects.values_list("body", flat=True).get(sha256=sha256))
    )


def _right(right: Right | int) -> Right:
    if isinstance(right, Right):
        return right
    found = Right.objects.visible().filter(pk=right).first()
    if found is None:
        raise Refused("valuation.right_unknown", rights=[right])
    return found
