"""Why an estimate is what it is: factors from the market's price to this right's, what moves it most, deals near it."""

from __future__ import annotations

import math
from dataclasses import replace

from zhirong.valuation.engine import comparables, features, hedonic, income_voice, many
from zhirong.valuation.engine.blending import INCOME, MARKET, VOICES
from zhirong.valuation.engine.estimate_shape import Comparable, Step
from zhirong.valuation.engine.income_voice import Case
from zhirong.valuation.engine.many import Many
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.result import Sensitivity
from zhirong.valuation.engine.ruling import Figures
from zhirong.valuation.engine.subject import Subject

# A fact that moves the price by less than this factor is told with the others.
LEAST_MOVE = math.log(1.01)
Z95 = income_voice.Z95
# A sensitivity of money in two figures: past prices that anybody could read are shown no finer than that.
FIGURES_SHOWN = 2


def waterfall(found: Many, row: int, model: MarketModel | None) -> tuple[Step, ...]:
    """From a usual right of the market, fact by fact, to the headline's median; the factors multiply to it exactly.

    Exact log contributions of the hedonic model (VALUATION 2.9.1); then the step that the other methods make, and the
    one by which past errors of the whole were off to one side.
    """
    logs = found.ranged.logs[row]
    if math.isnan(logs[3]):
        return ()
    subject, joint = found.cases[row].subject, float(found.now.log_median[row])
    steps: list[tuple[str, str, float]] = []
    if model is not None and model.hedonic is not None and not math.isnan(found.medians[row, MARKET]):
        told = hedonic.explain(model.hedonic, features.item(subject, deal=model.deal))
        start, moved = told.start, told.contributions
        large = [(name, move) for name, move in moved if abs(move) >= LEAST_MOVE]
        steps += [(name, shown(subject, name, model), move) for name, move in large]
        steps.append(("other_facts", "", math.fsum(move for _, move in moved) - math.fsum(move for _, move in large)))
        steps.append(("other_methods", "", joint - start - math.fsum(move for _, move in moved)))
    else:
        first = max(range(len(VOICES)), key=lambda one: float(found.now.weights[row, one]))
        start = float(found.medians[row, first])
        if first == INCOME and found.contradicts[row]:
            start = float(found.prior[row, INCOME])
        steps.append(("other_methods", "", joint - start))
    steps.append(("past_errors", "", float(logs[3]) - joint))
    return _running(start, steps, math.exp(logs[3]))


def _running(start: float, steps: list[tuple[str, str, float]], median: float) -> tuple[Step, ...]:
    """The bars with the running median; the last one ends at the median itself."""
    made = [Step("start", "", math.exp(start), math.exp(start))]
    at = start
    for name, value, move in steps:
        if abs(move) > 1e-12:
            at += move
            made.append(Step(name, value, math.exp(move), math.exp(at)))
    made[-1] = replace(made[-1], running=median) if len(made) > 1 else made[-1]
    return (*made, Step("total", "", 1.0, median))


def shown(subject: Subject, name: str, model: MarketModel) -> str:
    """The value of a fact as it entered; empty where it is unknown."""
    if name == "quarter":
        return subject.day.isoformat()
    if name == "deal":
        return model.deal
    names = {"owner": "owner_kind", "classes": "ipc_count", "is_granted": "granted_on"}
    value = getattr(subject, names.get(name, name), None)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.1f}"
    return "" if value is None else str(value)


def tornado(case: Case, model: MarketModel | None, under: Figures) -> tuple[Sensitivity, ...]:
    """The headline's median where one input of the income or the discount rate stands low and high; widest first.

    Inputs move to the ends of the 90 % range in which they are believed, the rate by the dated step.
    """
    believed = income_voice.believed(case, under)
    if math.isnan(believed.income.log_median):
        return ()
    inputs = (income_voice.INCOME, income_voice.RATE, income_voice.YEARS)
    step = float(under.value("estimate.discount_step"))
    cases: list[Case] = []
    ends: list[tuple[str, float, float]] = []
    for name in inputs:
        belief = believed.get(name)
        top = math.log(believed.years_most) if name == income_voice.YEARS else math.inf
        moves = (-Z95 * belief.log_sd, min(Z95 * belief.log_sd, max(top - belief.log_median, 0.0)))
        cases += [replace(case, shifts=(*case.shifts, (name, move))) for move in moves]
        ends.append((name, math.exp(belief.log_median + moves[0]), math.exp(belief.log_median + moves[1])))
    low_rate = min(step, believed.discount)
    cases += [replace(case, discount_shift=case.discount_shift + move) for move in (-low_rate, step)]
    ends.append(("discount_rate", believed.discount - low_rate, believed.discount + step))
    found = many.rows(cases, model, under)
    medians = [found.ranged.logs[place, 3] for place in range(len(cases))]
    made = [
        Sensitivity(name, low, high, math.exp(medians[2 * place]), math.exp(medians[2 * place + 1]))
        for place, (name, low, high) in enumerate(ends)
    ]
    return tuple(sorted(made, key=lambda one: -abs(math.log(one.median_at_high / one.median_at_low))))


def near(subject: Subject, model: MarketModel | None, under: Figures) -> tuple[Comparable, ...]:
    """Past deals near this right whose price anybody could read; their prices in two figures, no finer."""
    if model is None or model.hedonic is None or not model.shown:
        return ()
    sales = [features.sale(replace(one, price=coarse(one.price))) for one in model.shown]
    item = features.item(subject, deal=model.deal)
    count = int(under.value("estimate.comparables_shown"))
    return comparables.nearest(model.hedonic, item, sales, count=count, kind_group="deal")


def coarse(amount: float) -> float:
    """An amount in two significant figures."""
    unit = 10.0 ** (math.floor(math.log10(amount)) - FIGURES_SHOWN + 1)
    return float(round(amount / unit) * unit)
