"""Calculations for `zr calc`: lending value, shortfall, expected loss, a bank's capital, marketability discount."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

from zhirong.base.engines import Engine, form
from zhirong.base.refused import Refused
from zhirong.valuation import finance_figures, finance_forms
from zhirong.valuation.engine import capital, guards, lending, marketability, pledge_records
from zhirong.valuation.engine.result import Note
from zhirong.valuation.finance_forms import CURRENCY, DAY, MAYBE, NOTES, NUMBER, TEXT, Json

HAIRCUT = ("cost", "forced_sale", "decay", "volatility", "valuation_sd", "disposal_years")


def lending_value(given: Json) -> Json:
    """Ratio and loan at each shortfall level, and what a lender's product would lend."""
    said = finance_forms.sound(given)
    day = finance_forms.day(said)
    product, names = _product(said, day), ("haircut", "shortfall_levels", *(("products",) if "product" in said else ()))
    figures = finance_figures.on("lending", day, names, stated={"haircut": said.get("haircut", {})})
    found = pledge_records.lending_value(
        said["value"],
        haircut=_haircut(said, figures),
        levels=figures.values["shortfall_levels"],
        product=product,
        term_years=said["loan_years"],
        remaining_years=said.get("remaining_years"),
        value_date=day,
        currency=said.get("currency", "CNY"),
        parameters_sha256=figures.sha256,
        moves=finance_figures.moves("lending", day, "haircut_moves"),
    )
    return replace(found, inputs=found.inputs + figures.inputs, notes=found.notes + figures.notes).as_json()


def shortfall(given: Json) -> Json:
    """The probability that a pledge alone does not cover a loan."""
    said = finance_forms.sound(given)
    figures = _of_haircut(said)
    haircut, ratio = _haircut(said, figures), lending.lent_share(said["loan"], said["value"])
    return {
        "ratio": ratio,
        "shortfall_probability": lending.shortfall(haircut, ratio),
        "haircut": asdict(haircut),
        **_told(figures, pledge_records.OUTSIDE),
    }


def expected_loss(given: Json) -> Json:
    """Expected loss of a loan on a pledge: probability of default times what the pledge leaves open."""
    said = finance_forms.sound(given)
    figures = _of_haircut(said)
    lent = lending.lent_share(said["loan"], said["value"])
    found = lending.loss(_haircut(said, figures), lent=lent, pd=said["pd"])
    return {
        **asdict(found),
        "expected_loss_amount": found.expected_loss * said["loan"],
        **_told(figures, pledge_records.OUTSIDE),
    }


def irb_capital(given: Json) -> Json:
    """Capital and risk weight of a corporate exposure under the internal-ratings formula."""
    said = finance_forms.sound(given)
    figures = finance_figures.on("lending", finance_forms.day(said), ("irb",))
    irb = capital.Irb(**figures.values["irb"])
    found = capital.requirement(said["pd"], lgd=said["lgd"], maturity_years=said["maturity_years"], irb=irb)
    exposure = said.get("exposure")
    amount = None if exposure is None else guards.not_negative(exposure, "exposure") * found.capital
    return {**asdict(found), "capital_amount": amount, **_told(figures)}


def marketability_discount(given: Json) -> Json:
    """Finnerty's discount for a wait without a market."""
    said = finance_forms.sound(given)
    found = marketability.finnerty(said["volatility"], said["years"])
    return {"discount": found, "notes": finance_forms.told((Note("finance_finnerty_understates"),))}


def _of_haircut(said: Json) -> finance_figures.Figures:
    stated = {"haircut": said.get("haircut", {})}
    return finance_figures.on("lending", finance_forms.day(said), ("haircut",), stated=stated)


def _haircut(said: Json, figures: finance_figures.Figures) -> lending.Haircut:
    """The dated haircut, or what is stated in its place; the time is the loan's and the disposal's."""
    parts = dict(figures.values["haircut"])
    disposal = guards.not_negative(parts.pop("disposal_years"), "disposal_years")
    return lending.Haircut(**parts, years=guards.positive(said["loan_years"], "loan_years") + disposal)


def _product(said: Json, day: date) -> lending.Product | None:
    if "product" not in said:
        return None
    terms = finance_figures.on("lending", day, ("products",)).values["products"].get(said["product"], {})
    if said.get("kind") not in terms or said["kind"] == "name":
        raise Refused("valuation.no_such_product", product=said["product"], kind=said.get("kind"))
    return lending.Product(name=said["product"], **terms[said["kind"]])


def _told(figures: finance_figures.Figures, *notes: Note) -> Json:
    return {"parameters_sha256": figures.sha256, "notes": finance_forms.told((*notes, *figures.notes))}


LOAN: Json = {"day": DAY, "value": NUMBER, "loan": NUMBER, "loan_years": NUMBER}
OWN: Json = {"haircut": form(dict.fromkeys(HAIRCUT, NUMBER))}
SAID: Json = {"parameters_sha256": TEXT, "notes": NOTES}

ENGINES: dict[str, Engine] = {
    "lending-value": Engine(
        run=lending_value,
        takes=form(
            {
                "day": DAY,
                "currency": CURRENCY,
                "value": NUMBER,
                "loan_years": NUMBER,
                "remaining_years": MAYBE,
                "kind": TEXT,
                "product": TEXT,
                **OWN,
            },
            "day",
            "value",
            "loan_years",
        ),
        gives=finance_forms.RECORD,
        line="What may be lent on an appraised right at each shortfall level, and by a lender's product (L1).",
    ),
    "shortfall": Engine(
        run=shortfall,
        takes=form({**LOAN, **OWN}, *LOAN),
        gives=form(
            {"ratio": NUMBER, "shortfall_probability": NUMBER, "haircut": {"type": "object"}, **SAID},
            "ratio",
            "shortfall_probability",
        ),
        line="The probability that a pledge alone does not cover a loan when it is sold.",
    ),
    "expected-loss": Engine(
        run=expected_loss,
        takes=form({**LOAN, "pd": NUMBER, **OWN}, *LOAN, "pd"),
        gives=form(
            {
                "shortfall_probability": NUMBER,
                "lgd": NUMBER,
                "expected_loss": NUMBER,
                "expected_loss_amount": NUMBER,
                **SAID,
            },
            "lgd",
            "expected_loss",
        ),
        line="Expected loss of a loan on a pledge: probability of default times loss given default.",
    ),
    "irb-capital": Engine(
        run=irb_capital,
        takes=form(
            {"day": DAY, "pd": NUMBER, "lgd": NUMBER, "maturity_years": NUMBER, "exposure": MAYBE},
            "day",
            "pd",
            "lgd",
            "maturity_years",
        ),
        gives=form(
            {
                "pd": NUMBER,
                "correlation": NUMBER,
                "capital": NUMBER,
                "risk_weight": NUMBER,
                "expected_loss": NUMBER,
                "capital_amount": MAYBE,
                **SAID,
            },
            "capital",
            "risk_weight",
        ),
        line="A bank's capital and risk weight for a corporate loan under Basel's internal-ratings formula.",
    ),
    "marketability-discount": Engine(
        run=marketability_discount,
        takes=form({"volatility": NUMBER, "years": NUMBER}, "volatility", "years"),
        gives=form({"discount": NUMBER, "notes": NOTES}, "discount"),
        line="The discount for a wait without a market, after Finnerty 2012.",
    ),
}
