"""Comparables as the market's model learns them, and what a fit with its back-test comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from zhirong.base.deferred import Deferred
from zhirong.valuation import figures, frozen
from zhirong.valuation.engine import units
from zhirong.valuation.engine.result import plain
from zhirong.valuation.models import Comparable

if TYPE_CHECKING:
    from zhirong.valuation.engine import drift, features, rolling, study
    from zhirong.valuation.engine.features import PastDeal
    from zhirong.valuation.engine.market_model import MarketModel
else:
    drift = Deferred("zhirong.valuation.engine.drift")
    features = Deferred("zhirong.valuation.engine.features")
    rolling = Deferred("zhirong.valuation.engine.rolling")
    study = Deferred("zhirong.valuation.engine.study")

# Prices that anybody could read where they were made: deals and asks of the exchange.
PUBLIC = frozenset({"deal", "ask"})
# For the intervals of the study alone: how often deals are drawn anew, from which number.
RESAMPLES: Final = 1_000
SEED: Final = 20_231_123
# Whether the market has left the model is asked of the last year: the first quarters of a back-test know few deals, and
# deals of one quarter share what was not yet known of its level.
DRIFT_DAYS: Final = 365
# How often a drift may be cried where there is none, in that year.
DRIFT_CHANCE: Final = 0.01


def past_deals(day: date) -> list[PastDeal]:
    """Every comparable up to the day that was not withdrawn, at arm's length and in yuan, by day."""
    rows = Comparable.objects.filter(
        on__lte=day, withdrawn_at__isnull=True, is_arms_length=True, currency="CNY"
    ).order_by("on", "reference")
    return [past_deal(row) for row in rows]


def past_deal(row: Comparable) -> PastDeal:
    """One comparable as the engine reads it, in yuan."""
    return features.PastDeal(
        reference=row.reference,
        on=row.on,
        kind=row.kind,
        price=units.yuan(row.price_fen),
        subjects=frozen.from_text(row.subjects),
        # One of former years keeps its source: nobody but the centre could read its price.
        is_ask="ask" in (row.source, row.kind),
        is_public=row.source in PUBLIC,
    )


def fitted(deals: Sequence[PastDeal], day: date, *, salt: str) -> tuple[MarketModel, dict[str, Any]] | None:
    """The market's model of a day and its back-test in figures; None where nothing was sold yet.

    A segment of too few predicted deals is not told: its figures would tell single prices.
    """
    if all(one.is_ask for one in deals):
        return None
    under = figures.on(day)
    found = study.studied(deals, under, day, salt=salt)
    least = int(under.value("estimate.least_record"))
    predicted = found.rolled.predicted
    told: dict[str, Any] = {
        "origins": [one.isoformat() for one in found.rolled.origins],
        "predicted": len(predicted),
        "unpredicted": found.rolled.unpredicted,
        "failing": list(found.rolled.failing),
        "segments": [],
        "drift": None,
    }
    if len(predicted) >= least:
        segments = rolling.studies(predicted, seed=SEED, resamples=RESAMPLES)
        told["segments"] = [plain(asdict(one)) for one in segments if one.calibration.deals >= least]
        recent = [one for one in predicted if (day - one.on).days <= DRIFT_DAYS]
        told["drift"] = plain(asdict(drift.watch(recent, chance=DRIFT_CHANCE)))
    return found.model, told
