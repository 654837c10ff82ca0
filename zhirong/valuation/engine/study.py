"""From past deals to the market model: the whole estimate is tested on them, and its ranges take their width from that.

At each quarter's first day the blend is made from what was known then (hedonic fit, errors of the voices so far) and
predicts that quarter's sales of single rights (VALUATION 2.10). Asks, licences and lots teach the prices of features.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from zhirong.valuation.engine import (
    blending,
    calibration,
    conformal,
    features,
    hedonic,
    hedonic_design,
    income_voice,
    market_voice,
    reconcile,
    renewal_voice,
    rolling,
)
from zhirong.valuation.engine.blending import VOICES
from zhirong.valuation.engine.estimate_shape import Record
from zhirong.valuation.engine.features import WALK_BY, PastDeal
from zhirong.valuation.engine.hedonic import Sale
from zhirong.valuation.engine.income_voice import Case
from zhirong.valuation.engine.market_model import Errors, MarketModel
from zhirong.valuation.engine.rolling import Rolled
from zhirong.valuation.engine.ruling import Figures

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Voiced:
    """The voices on one past deal: (3,) medians and own s.d. in logs, NaN where silent, and the ln of its price."""

    kind: str
    medians: Floats
    sds: Floats
    log_price: float


@dataclass(frozen=True, slots=True)
class Known:
    """What the blend of one origin rests on: nothing later than it."""

    model: MarketModel
    said: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Studied:
    """The model for today and the back-test behind it, whose single predictions are never shown."""

    model: MarketModel
    rolled: Rolled


def build(deals: Sequence[PastDeal], under: Figures, day: date, *, salt: str = "") -> MarketModel:
    """The market model of a day from all deals before or on it; few or none give one that says so (no hedonic)."""
    return studied(deals, under, day, salt=salt).model


def studied(deals: Sequence[PastDeal], under: Figures, day: date, *, salt: str = "") -> Studied:
    """The same with the back-test. Deals later than the day stay out; one with facts from after it is refused."""
    told = sorted((one for one in deals if one.on <= day), key=lambda one: (one.on, one.reference))
    rules = conformal.Rules(**under.value("market.conformal_rules"))
    least = int(under.value("estimate.least_deals"))
    test = _Test(told, under)
    rolled = rolling.roll(
        [features.sale(one) for one in told],
        fit=test.fit,
        predict=test.predict,
        kind_group=WALK_BY,
        rules=rules,
        least_known=least,
        most_origins=int(under.value("estimate.most_origins")),
    )
    paid = [one for one in told if not one.is_ask]
    model = MarketModel(
        day=day,
        deals=len(paid),
        asks=len(told) - len(paid),
        deal=_way(paid, under),
        hedonic=_fit([features.sale(one) for one in told], under) if len(paid) >= least else None,
        errors=_errors(test.voiced, under),
        ranges=rolling.ranges_now(rolled, rules) if rolled.scores else None,
        records=_records(rolled, int(under.value("estimate.least_record"))),
        shown=tuple(one for one in paid if one.is_public and len(one.subjects) == 1),
        parameters_sha256=under.sha256,
        salt=salt,
    )
    return Studied(model, rolled)


class _Test:
    """The state of one back-test: what each voice said of each sale of a single right.

    Income and renewal learn from no deal, so they are known of every deal before an origin; the market's voice on a
    deal is the one of the origin that predicted it, and unknown of deals before the first origin.
    """

    def __init__(self, told: Sequence[PastDeal], under: Figures) -> None:
        self.under = under
        ways = frozenset(under.value("estimate.sale_kinds"))
        self.single = [one for one in told if len(one.subjects) == 1 and not one.is_ask and one.kind in ways]
        self.voiced = _unfitted(self.single, under)

    def fit(self, known: Sequence[Sale], origin: date) -> Known:
        """The blend as of the origin, and what it says of the deals of its quarter."""
        quarter = hedonic_design.quarter_of(origin)
        past = [voiced for one, voiced in zip(self.single, self.voiced, strict=True) if one.on < origin]
        model = MarketModel(
            day=origin,
            deals=len(known),
            asks=0,
            deal="",
            hedonic=_fit(known, self.under),
            errors=_errors(past, self.under),
            ranges=None,
            records=(),
            shown=(),
            parameters_sha256=self.under.sha256,
            salt="",
        )
        places = [place for place, one in enumerate(self.single) if hedonic_design.quarter_of(one.on) == quarter]
        due, heard = [self.single[place] for place in places], [self.voiced[place] for place in places]
        _hear_market(due, heard, model, under=self.under)
        return Known(model, _said(due, heard, model, under=self.under))

    @staticmethod
    def predict(known: Known, sale: Sale) -> tuple[float, float] | None:
        """ln of the blend's median and of its spread; None for lots, licences and where no voice spoke."""
        return known.said.get(sale.reference)


def _unfitted(deals: Sequence[PastDeal], under: Figures) -> list[Voiced]:
    """What income and renewal say of each deal of one right; the market has not spoken yet."""
    cases = [Case(subject=one.subjects[0]) for one in deals]
    income, renewal = income_voice.voice(cases, under), renewal_voice.voice(cases, under)
    return [
        Voiced(
            one.segment,
            np.array([math.nan, income.log_median[place], renewal[0][place]]),
            np.array([math.nan, income.log_sd[place], renewal[1][place]]),
            math.log(one.price),
        )
        for place, one in enumerate(deals)
    ]


def _hear_market(deals: Sequence[PastDeal], heard: Sequence[Voiced], model: MarketModel, *, under: Figures) -> None:
    """Adds the market's voice of this model, in the way in which each deal was dealt."""
    for way in dict.fromkeys(one.kind for one in deals):
        places = [place for place, one in enumerate(deals) if one.kind == way]
        subjects = [deals[place].subjects[0] for place in places]
        medians, sds = market_voice.voice(subjects, model.hedonic, under, deal=way)
        for row, place in enumerate(places):
            heard[place].medians[blending.MARKET] = medians[row]
            heard[place].sds[blending.MARKET] = sds[row]


def _said(
    due: Sequence[PastDeal], heard: Sequence[Voiced], model: MarketModel, *, under: Figures
) -> dict[str, tuple[float, float]]:
    if not due:
        return {}
    seen = blending.tested([one.kind for one in heard], model, under)
    medians, sds = np.array([one.medians for one in heard]), np.array([one.sds for one in heard])
    found = blending.join(*blending.corrected(medians, sds, seen), seen, under=under)
    spoken = zip(due, found.log_median.tolist(), found.log_sd.tolist(), strict=True)
    return {one.reference: (mu, math.log(sd)) for one, mu, sd in spoken if not math.isnan(mu)}


def _fit(sales: Sequence[Sale], under: Figures) -> hedonic.Model:
    priors = hedonic.Priors(**under.value("market.hedonic_priors"))
    return hedonic.fit(sales, under=priors, curved=features.CURVED, walk_by=WALK_BY)


def _errors(heard: Sequence[Voiced], under: Figures) -> tuple[Errors, ...]:
    """Of all deals, and of each kind that has enough of them; none before the first prediction."""
    least = int(under.value("market.conformal_rules")["least_of_kind"])
    counts = Counter(one.kind for one in heard)
    kinds = ["", *sorted(kind for kind, count in counts.items() if count >= least)] if heard else []
    return tuple(_errors_of(kind, [one for one in heard if kind in ("", one.kind)], under) for kind in kinds)


def _errors_of(kind: str, heard: Sequence[Voiced], under: Figures) -> Errors:
    own = np.array([one.sds for one in heard])
    known = ~np.isnan(own)
    # What each voice usually says of itself; one that never spoke here is taken at its word.
    sums = np.where(known, own, 0.0).sum(axis=0)
    usual = np.divide(sums, known.sum(axis=0), out=np.ones(len(VOICES)), where=known.any(axis=0))
    weight = float(under.value("reconciling.prior_deals"))
    errors = np.array([one.medians - one.log_price for one in heard])
    bias = np.array([_bias(column[~np.isnan(column)], weight) for column in errors.T])
    found = reconcile.shrunk(
        errors - bias,
        own_sd=usual,
        correlation=float(under.value("reconciling.common_correlation")),
        prior_deals=weight,
    )
    return Errors(
        kind=kind,
        deals=len(heard),
        bias=tuple(bias.tolist()),
        stretch=tuple((found.log_sd / usual).tolist()),
        correlation=tuple(tuple(row) for row in found.correlation.tolist()),
    )


def _bias(errors: Floats, weight: float) -> float:
    """The middle error, drawn to none as if `weight` further deals had shown none."""
    return 0.0 if not len(errors) else float(np.median(errors)) * len(errors) / (len(errors) + weight)


def _way(paid: Sequence[PastDeal], under: Figures) -> str:
    """The commonest way of selling: a right is valued as if it were sold in it."""
    ways = under.value("estimate.sale_kinds")
    counts = Counter(one.kind for one in paid if one.kind in ways)
    return str(max(ways, key=lambda way: (counts[way], -ways.index(way))))


def _records(rolled: Rolled, least: int) -> tuple[Record, ...]:
    """All predictions and each kind, the same ones and figures as in the back-test that is shown.

    A segment of fewer deals is not told, as it would tell single prices.
    """
    tested = rolling.of_tested(rolled.predicted)
    if len(tested) < least:
        return ()
    counts = Counter(one.kind for one in tested)
    kinds = sorted(kind for kind, count in counts.items() if kind and count >= least)
    return tuple(calibration.record([one for one in tested if kind in ("", one.kind)], kind) for kind in ("", *kinds))
