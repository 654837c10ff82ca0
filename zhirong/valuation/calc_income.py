"""Calculations for `zr calc`: the cost and income approaches and their paths."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhirong.base.engines import Engine, form, many
from zhirong.base.refused import Refused
from zhirong.valuation import calc_income_paths
from zhirong.valuation import calc_income_shapes as shapes
from zhirong.valuation.calc_income_shapes import Json
from zhirong.valuation.engine import cost, income


def cost_approach(given: Json) -> Json:
    """What it would cost to come by the right, less what is lost of it."""
    day = shapes.day_of(given)
    spent = [
        cost.Spending(one["name"], one["amount"], _spent_on(one), one.get("price_factor", 1), one.get("source", ""))
        for one in given["costs"]
    ]
    found = cost.approach(
        spent,
        day=day,
        opportunity_return=given["opportunity_return"],
        margin=given["margin"],
        lost=cost.Obsolescence(
            functional=given.get("functional", 0), technical=_technical(given), economic=given.get("economic", 0)
        ),
        currency=given.get("currency", "CNY"),
        parameters_sha256=shapes.parameters_sha256(day),
        step=shapes.figure("discount_step", day).value,
    )
    return shapes.record(found)


def relief_from_royalty(given: Json) -> Json:
    """The present value of royalties saved, with the tax amortisation benefit."""
    return shapes.record(income.relief_from_royalty(given["revenues"], royalty=given["royalty"], terms=_terms(given)))


def tax_amortisation_benefit(given: Json) -> Json:
    """The factor by which a present value rises because a buyer may write the right off."""
    terms = _terms(given)
    if terms.amortisation_years is None:
        raise Refused("calc.bad_input", name="amortisation_years", calculation="tax-amortisation-benefit")
    return {
        "factor": income.tab_factor(
            discount=terms.discount, tax=terms.tax, years=terms.amortisation_years, timing=terms.timing
        ),
        "amortisation_years": terms.amortisation_years,
        "tax": terms.tax,
        "timing": str(terms.timing),
        "sources": dict(terms.figures),
        "parameters_sha256": terms.parameters_sha256,
    }


def excess_earnings(given: Json) -> Json:
    """Earnings left for the right after charges for all other assets."""
    charges = [
        income.Charge(
            name=one["name"],
            assets=tuple(one["assets"]),
            return_on=one["return_on"],
            return_of=one.get("return_of", 0),
        )
        for one in given["charges"]
    ]
    found = income.excess_earnings(
        given["ebita"], charges=charges, attrition=given.get("attrition"), terms=_terms(given)
    )
    return shapes.record(found)


def with_and_without(given: Json) -> Json:
    """Earnings with the right less those without it."""
    return shapes.record(income.with_and_without(given["with"], given["without"], terms=_terms(given)))


def _terms(given: Json) -> income.Terms:
    """What all methods of income share; what was not told and the law rules is a dated figure with its source."""
    day = shapes.day_of(given)
    figures: dict[str, str] = {}
    tax = shapes.told_tax(given, figures)
    amortisation = given.get("amortisation_years")
    if "amortisation_years" not in given:
        ruling = shapes.figure("amortisation_years", day)
        amortisation, figures["amortisation_years"] = ruling.value, ruling.source
    return income.Terms(
        day=day,
        discount=given["discount"],
        tax=tax,
        timing=income.Timing(given["timing"]),
        amortisation_years=amortisation,
        survival=tuple(given["survival"]) if "survival" in given else None,
        discount_step=shapes.figure("discount_step", day).value,
        figures=figures,
        currency=given.get("currency", "CNY"),
        parameters_sha256=shapes.parameters_sha256(day),
    ).checked()


def _technical(given: Json) -> Any:
    """The technical loss that was told, or the default by survival and age; None where neither was."""
    if "technical" in given and "survival" in given:
        raise Refused("valuation.one_of_two", one="technical", other="survival")
    if "survival" not in given:
        return given.get("technical")
    if "age_years" not in given:
        raise Refused("valuation.nothing_given", name="age_years")
    return cost.technical_loss(given["survival"], age_years=given["age_years"])


def _spent_on(one: Json) -> date:
    try:
        return date.fromisoformat(one["on"])
    except (KeyError, TypeError, ValueError):
        raise Refused("calc.bad_input", name="costs.on", calculation="cost-approach") from None


COMMON: Json = {
    "value_date": shapes.DAY,
    "currency": shapes.CURRENCY,
    "discount": shapes.NUMBER,
    "timing": shapes.TIMING,
    **shapes.TAX,
    "amortisation_years": {"type": ["integer", "null"], "minimum": 1, "maximum": 100},
}
FLOWS: Json = {**COMMON, "survival": shapes.YEARS}
NEEDED = ("value_date", "discount", "timing")
SPENT = form(
    {
        "name": shapes.TEXT,
        "amount": shapes.NUMBER,
        "on": shapes.DAY,
        "price_factor": shapes.NUMBER,
        "source": shapes.TEXT,
    },
    "name",
    "amount",
    "on",
)
CHARGE = form(
    {
        "name": shapes.TEXT,
        "assets": shapes.YEARS,
        "return_on": shapes.NUMBER,
        "return_of": shapes.NUMBER,
    },
    "name",
    "assets",
    "return_on",
)

ENGINES: dict[str, Engine] = {
    "cost-approach": Engine(
        run=cost_approach,
        takes=form(
            {
                "value_date": shapes.DAY,
                "currency": shapes.CURRENCY,
                "costs": many(SPENT, least=1, most=500),
                "opportunity_return": shapes.NUMBER,
                "margin": shapes.NUMBER,
                "functional": shapes.NUMBER,
                "technical": shapes.NUMBER,
                "economic": shapes.NUMBER,
                "survival": shapes.YEARS,
                "age_years": shapes.NUMBER,
            },
            "value_date",
            "costs",
            "opportunity_return",
            "margin",
        ),
        gives=shapes.RESULT,
        line="What it would cost to come by a right today, less obsolescence: a floor (VALUATION 2.1).",
    ),
    "relief-from-royalty": Engine(
        run=relief_from_royalty,
        takes=form({**FLOWS, "revenues": shapes.YEARS, "royalty": shapes.NUMBER}, *NEEDED, "revenues", "royalty"),
        gives=shapes.RESULT,
        line="Royalties that an owner need not pay, after tax, with the tax amortisation benefit.",
    ),
    "tax-amortisation-benefit": Engine(
        run=tax_amortisation_benefit,
        takes=form(COMMON, *NEEDED),
        gives=form(
            {
                "factor": shapes.AMOUNT,
                "amortisation_years": {"type": "integer"},
                "tax": shapes.AMOUNT,
                "timing": shapes.TIMING,
                "sources": {"type": "object"},
                "parameters_sha256": shapes.TEXT,
            },
            "factor",
        ),
        line="The factor by which writing a right off for tax raises its present value.",
    ),
    "excess-earnings": Engine(
        run=excess_earnings,
        takes=form(
            {
                **FLOWS,
                "ebita": shapes.YEARS,
                "charges": many(CHARGE, least=0, most=50),
                "attrition": shapes.YEARS,
            },
            *NEEDED,
            "ebita",
            "charges",
        ),
        gives=shapes.RESULT,
        line="Earnings left for a right after charges for every other asset (MPEEM).",
    ),
    "with-and-without": Engine(
        run=with_and_without,
        takes=form({**FLOWS, "with": shapes.YEARS, "without": shapes.YEARS}, *NEEDED, "with", "without"),
        gives=shapes.RESULT,
        line="What a business earns with a right less what it would earn without it.",
    ),
    **calc_income_paths.ENGINES,
}
