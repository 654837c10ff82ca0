"""Each method's own record beside the others: range, inputs with sources, and its part in the headline."""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from zhirong.registry.engine import terms
from zhirong.valuation.engine import cost, income_voice, market_voice, renewal_voice
from zhirong.valuation.engine.blending import INCOME, MARKET, RENEWAL
from zhirong.valuation.engine.estimate_shape import Voice
from zhirong.valuation.engine.income_voice import Beliefs, Case
from zhirong.valuation.engine.many import Many
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.ranging import MOST_LOG, SCORES
from zhirong.valuation.engine.result import Grade, Input, Note, Quantiles, Result
from zhirong.valuation.engine.ruling import Figures

VERSION = "1"
VOICE, FLOOR, BESIDE, SILENT = "voice", "floor", "beside", "silent"
# Sources by their codes; labels_of_facts.yaml has the words.
FEE_TABLE, UNSTATED = "annual fee table", "nobody stated it"


def of(many: Many, row: int, model: MarketModel | None, *, under: Figures) -> tuple[Voice, ...]:
    """Market, income, renewal and the floor of one right; an income that contradicts the market stands beside."""
    case, weights = many.cases[row], many.now.weights[row]
    found = [_market(many, row, model, under=under)]
    told = _range(many.medians[row, INCOME], many.sds[row, INCOME])
    if many.contradicts[row]:
        believed = _range(many.prior[row, INCOME], many.prior_sds[row, INCOME])
        unasked = Case(subject=case.subject)
        found.append(_income(unasked, believed, weight=float(weights[INCOME]), under=under))
        found.append(_income(case, told, weight=0.0, under=under, role=BESIDE))
    else:
        found.append(_income(case, told, weight=float(weights[INCOME]), under=under))
    renewal = _range(many.medians[row, RENEWAL], many.sds[row, RENEWAL])
    found.append(_renewal(case, renewal, weight=float(weights[RENEWAL]), under=under))
    return (*found, _cost(case, under))


def _market(many: Many, row: int, model: MarketModel | None, *, under: Figures) -> Voice:
    subject, weight = many.cases[row].subject, float(many.now.weights[row, MARKET])
    known = _range(many.medians[row, MARKET], many.sds[row, MARKET])
    deals = 0 if model is None else model.deals
    notes: tuple[Note, ...] = ()
    if known is None:
        notes = (Note("estimate_market_silent", {"deals": deals, "least": int(under.value("estimate.least_deals"))}),)
    elif model is not None and model.hedonic is not None:
        is_unseen = subject.kind not in market_voice.kinds(model.hedonic)
        notes = (*model.hedonic.notes, *((Note("estimate_kind_unseen"),) if is_unseen else ()))
    inputs = (Input("deals", deals, "market model", Grade.DEAL, None if model is None else model.day),)
    made = _result(market_voice.METHOD, known, case=many.cases[row], inputs=inputs, notes=notes, under=under)
    return Voice(made, weight, SILENT if known is None else VOICE)


def _income(case: Case, known: Quantiles | None, *, weight: float, under: Figures, role: str = VOICE) -> Voice:
    notes: list[Note] = []
    believed = income_voice.believed(case, under)
    if known is None:
        notes.append(Note("estimate_income_silent"))
    rate = case.said.get(income_voice.RATE)
    if rate is not None and rate.value > float(under.value("estimate.royalty_most")):
        notes.append(
            Note("estimate_rate_above_guide", {"most_percent": f"{100 * under.value('estimate.royalty_most'):g}"})
        )
    years = case.said.get(income_voice.YEARS)
    if years is not None and years.value > believed.years_most:
        notes.append(Note("estimate_years_beyond_term", {"years": f"{believed.years_most:.1f}"}))
    made = _result(
        income_voice.METHOD, known, case=case, inputs=inputs_of(case, believed, under), notes=tuple(notes), under=under
    )
    return Voice(made, weight, SILENT if known is None else role)


def inputs_of(case: Case, believed: Beliefs, under: Figures) -> tuple[Input, ...]:
    """The inputs of the income as they were used: the typical value, who said so, how well it is known."""
    figures = {
        income_voice.INCOME: "estimate.commercialised_income_yuan",
        income_voice.RATE: "estimate.royalty_bands",
        income_voice.YEARS: "estimate.useful_years",
        income_voice.EXCLUSIVE: "estimate.exclusive_factor",
        income_voice.STAGE: "estimate.stage_factor",
    }
    found = []
    for question, figure in figures.items():
        belief, answer = believed.get(question), case.said.get(question)
        typical = None if math.isnan(belief.log_median) else math.exp(belief.log_median)
        unit = income_voice.UNITS[question]
        if answer is not None:
            source = answer.evidence or answer.by
            found.append(Input(question, answer.value, source, answer.grade, answer.on, unit))
        elif question in (income_voice.EXCLUSIVE, income_voice.STAGE):
            found.append(under.input(figure, None, unit=unit, called=question))
        else:
            found.append(under.input(figure, typical, unit=unit, called=question))
    found.append(under.input("estimate.discount_rate", believed.discount, unit="fraction"))
    found.append(under.input("estimate.income_tax", float(under.value("estimate.income_tax")), unit="fraction"))
    found.append(under.input("estimate.hazard_yearly", float(under.value("estimate.hazard_yearly")), unit="fraction"))
    return tuple(found)


def _renewal(case: Case, known: Quantiles | None, *, weight: float, under: Figures) -> Voice:
    subject = case.subject
    held = renewal_voice.held_of(case)
    told = renewal_voice.notes_of(case)
    notes = (*told, Note("renewal_tail"), Note("renewal_prior_assumed"))
    if held is None:
        notes = (Note("estimate_renewal_silent"), *told)
    inputs = [
        Input("filed_on", _text(subject.filed_on), "register", Grade.REGISTER, subject.day),
        Input("granted_on", _text(subject.granted_on), "register", Grade.REGISTER, subject.day),
        Input("paid_through_year", subject.paid_through_year, "register", Grade.REGISTER, subject.day),
    ]
    name = f"renewal.renewal_prior_{subject.kind}"
    if held is not None and name in under.rows:
        inputs.append(under.input(name, math.exp(float(under.value(name)["log_mean"])), called="first_year_return"))
    made = _result(renewal_voice.METHOD, known, case=case, inputs=tuple(inputs), notes=notes, under=under)
    return Voice(made, weight, SILENT if known is None else VOICE)


def _cost(case: Case, under: Figures) -> Voice:
    """The fees that the office surely received, and what development was said to have cost: a floor, never averaged."""
    subject, said = case.subject, case.said.get("development_cost")
    held = renewal_voice.held_of(case)
    spent = []
    if held is not None and subject.filed_on is not None and subject.paid_through_year is not None:
        for place, fee in enumerate(held.fees[: subject.paid_through_year - held.first + 1]):
            on = min(terms.year_begins_on(subject.filed_on, held.first + place), subject.day)
            spent.append(
                cost.Spending(f"annual_fee_{held.first + place}", fee, on, source=FEE_TABLE, grade=Grade.REGISTER)
            )
    if said is not None and said.value > 0:
        on = min(subject.filed_on or subject.day, subject.day)
        source = said.evidence or said.by
        spent.append(cost.Spending("development_cost", said.value, on, source=source, grade=said.grade))
    if not spent:
        made = _result(cost.METHOD, None, case=case, inputs=(), notes=(Note("estimate_cost_silent"),), under=under)
        return Voice(made, 0.0, SILENT)
    made = cost.approach(
        spent,
        day=subject.day,
        opportunity_return=0.0,
        margin=0.0,
        lost=cost.Obsolescence(),
        parameters_sha256=under.sha256,
        assumed=UNSTATED,
    )
    return Voice(made, 0.0, FLOOR)


def _range(log_median: float, log_sd: float) -> Quantiles | None:
    """A lognormal range; None where the voice is silent or says what no money can be."""
    logs = log_median + SCORES * log_sd
    if math.isnan(log_median) or max(logs[-1], log_median + log_sd**2 / 2) > MOST_LOG:
        return None
    return Quantiles.of(np.exp(logs).tolist(), math.exp(log_median + log_sd**2 / 2))


def _result(
    method: str,
    known: Quantiles | None,
    *,
    case: Case,
    inputs: tuple[Input, ...],
    notes: tuple[Note, ...],
    under: Figures,
) -> Result:
    seed = int(under.value("estimate.seed")) if method == income_voice.METHOD else None
    return Result(
        method=method,
        version=VERSION,
        value_date=case.subject.day,
        range=known,
        parameters_sha256=under.sha256,
        seed=seed,
        inputs=inputs,
        notes=notes,
    )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
