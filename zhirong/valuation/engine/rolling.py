"""The rolling-origin back-test (滚动回测): at each quarter's first day fit on what was known, predict that quarter.

VALUATION 2.10 and 4: nothing that came after a deal may speak in its prediction. Features stand as of each deal's own
day; a model sees only deals before its origin; ranges are calibrated on the scores of deals that earlier models had
predicted. Serves any pair of `fit` and `predict`: the hedonic model alone or a blend of methods.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from zhirong.base.refused import Refused
from zhirong.valuation.engine import calibration, conformal, hedonic, hedonic_design, ratios
from zhirong.valuation.engine.calibration import Calibration, Predicted
from zhirong.valuation.engine.conformal import Rules, Score
from zhirong.valuation.engine.hedonic import Model, Priors, Sale
from zhirong.valuation.engine.ratios import RatioStudy

Fitted = TypeVar("Fitted")
Fit = Callable[[Sequence[Sale], date], Fitted]
# ln of the median and of the scale of its log error; None where the method cannot say.
Predict = Callable[[Fitted, Sale], tuple[float, float] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled:
    """The back-test of one method: predictions by day, the scores that calibrate today's ranges, and what missed."""

    origins: tuple[date, ...]
    predicted: tuple[Predicted, ...]
    scores: tuple[Score, ...]
    failing: tuple[str, ...]
    unpredicted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One segment of a back-test: how honest its ranges and how good its medians were.

    `ratios` of all its predictions; `trimmed` without extreme outliers, as its count of deals tells; `baseline` the
    measures that errors as large as the trimmed ones have where there is no bias at all.
    """

    calibration: Calibration
    ratios: RatioStudy
    trimmed: RatioStudy
    baseline: Mapping[str, float | None]


def roll(
    sales: Sequence[Sale],
    *,
    fit: Fit[Fitted],
    predict: Predict[Fitted],
    kind_group: str,
    rules: Rules,
    least_known: int,
    most_origins: int,
) -> Rolled:
    """Back-tests over the latest `most_origins` quarters that begin with at least `least_known` deals known.

    Asks are known to the fit and never predicted. A right told as of a day after its deal is refused.
    """
    told = sorted(sales, key=lambda one: (one.on, one.reference))
    for one in told:
        refuse_hindsight(one)
    paid = [one for one in told if not one.is_ask]
    starts = [day for day in _quarter_starts(paid) if sum(one.on < day for one in paid) >= least_known]
    origins = tuple(starts[-most_origins:])
    predicted: list[Predicted] = []
    scores: list[Score] = []
    missing = 0
    for origin in origins:
        model = fit([one for one in told if one.on < origin], origin)
        bad = calibration.failing(predicted, least=rules.least_of_kind)
        ranges = conformal.calibrate(scores, under=rules, failing=bad)
        due = [one for one in paid if hedonic_design.quarter_of(one.on) == hedonic_design.quarter_of(origin)]
        # A quarter's own prices calibrate nothing within it: its deals are told at once, its scores after.
        fresh: list[Score] = []
        for one in due:
            said = predict(model, one)
            if said is None:
                missing += 1
                continue
            mu, log_scale = said
            kind = one.items[0].groups.get(kind_group, "")
            found = conformal.quantiles(ranges, kind, mu=mu, log_scale=log_scale)
            predicted.append(_predicted(one, kind, found))
            fresh.append(Score(one.on, kind, conformal.score(one.price, mu=mu, log_scale=log_scale)))
        scores += fresh
    return Rolled(
        origins=origins,
        predicted=tuple(predicted),
        scores=tuple(scores),
        failing=calibration.failing(predicted, least=rules.least_of_kind),
        unpredicted=missing,
    )


def of_hedonic(
    sales: Sequence[Sale],
    *,
    priors: Priors,
    rules: Rules,
    kind_group: str,
    least_known: int,
    most_origins: int,
    curved: Sequence[str] = (),
) -> Rolled:
    """The back-test of the hedonic model alone, lots by their sums."""

    def fit(known: Sequence[Sale], _: date) -> Model:
        return hedonic.fit(known, under=priors, curved=curved, walk_by=kind_group)

    return roll(
        sales,
        fit=fit,
        predict=lambda model, sale: hedonic.predict_lot(model, sale.items),
        kind_group=kind_group,
        rules=rules,
        least_known=least_known,
        most_origins=most_origins,
    )


def ranges_now(rolled: Rolled, rules: Rules) -> conformal.Ranges:
    """Ranges for today's estimates, from every score of the back-test."""
    return conformal.calibrate(rolled.scores, under=rules, failing=rolled.failing)


def of_tested(predicted: Sequence[Predicted]) -> list[Predicted]:
    """The predictions whose range earlier deals had tested: what every figure of a back-test is about."""
    return [one for one in predicted if one.basis != "untested"]


def studies(predicted: Sequence[Predicted], *, seed: int, resamples: int) -> tuple[Study, ...]:
    """All predictions, then each kind, the most deals first. Ranges that nothing had tested yet are no part of it."""
    tested = of_tested(predicted)
    by_kind = {kind: [one for one in tested if one.kind == kind] for kind in {one.kind for one in tested}}
    segments = sorted(by_kind.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    rows = [(calibration.OVERALL, tested), *segments] if tested else []
    return tuple(_study(name, told, seed=seed, resamples=resamples) for name, told in rows)


def _study(segment: str, told: Sequence[Predicted], *, seed: int, resamples: int) -> Study:
    pairs = [one.range.median for one in told], [one.actual for one in told]
    kept = ratios.without_outliers(*pairs)
    return Study(
        calibration=calibration.calibrate(told, segment),
        ratios=ratios.study(*pairs, seed=seed, resamples=resamples),
        trimmed=ratios.study(*kept, seed=seed, resamples=resamples),
        baseline=ratios.baseline(*kept, seed=seed),
    )


def refuse_hindsight(sale: Sale) -> None:
    """What is known of a right must stand as of the deal's day, never later (outcome leakage)."""
    for item in sale.items:
        if item.on > sale.on:
            raise Refused("valuation.later_than_deal", reference=sale.reference, day=item.on, deal_day=sale.on)


def _predicted(sale: Sale, kind: str, found: conformal.Ranged) -> Predicted:
    return Predicted(
        reference=sale.reference, on=sale.on, kind=kind, actual=sale.price, range=found.range, basis=found.basis
    )


def _quarter_starts(paid: Sequence[Sale]) -> list[date]:
    """The first days of the quarters that saw deals."""
    quarters = sorted({hedonic_design.quarter_of(one.on) for one in paid})
    return [date(quarter // 4, quarter % 4 * 3 + 1, 1) for quarter in quarters]
