"""Comparables as the market's model learns them, and the model that the house goes by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from zhirong.valuation import frozen
from zhirong.valuation.engine import units
from zhirong.valuation.engine.features import PastDeal
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.models import Comparable
from zhirong.valuation.models import MarketModel as Kept

# Prices that anybody could read where they were made: deals and asks of the exchange.
PUBLIC = frozenset({"deal", "ask"})


def past_deals(day: date) -> list[PastDeal]:
    """Every comparable up to the day that was not withdrawn, at arm's length and in yuan, by day."""
    rows = Comparable.objects.filter(
        on__lte=day, withdrawn_at__isnull=True, is_arms_length=True, currency="CNY"
    ).order_by("on", "reference")
    return [past_deal(row) for row in rows]


def past_deal(row: Comparable) -> PastDeal:
    """One comparable as the engine reads it, in yuan."""
    return PastDeal(
        reference=row.reference,
        on=row.on,
        kind=row.kind,
        price=units.yuan(row.price_fen),
        subjects=frozen.from_text(row.subjects),
        is_ask=row.source == "ask",
        is_public=row.source in PUBLIC,
    )


def current() -> MarketModel | None:
    """The model of today; None before anything was sold."""
    sha256 = Kept.objects.filter(is_current=True).values_list("sha256", flat=True).first()
    return None if sha256 is None else _read(sha256)


@lru_cache(maxsize=2)
def _read(sha256: str) -> MarketModel:
    """Read once: a model never changes, and its body is long."""
    return MarketModel.from_json(json.loads(Kept.objects.values_list("body", flat=True).get(sha256=sha256)))
