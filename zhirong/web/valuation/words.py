"""Codes of the engines in words: methods, the facts of a right, grades, deals, questions and states."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_noop

from zhirong.valuation.engine import legible
from zhirong.valuation.engine.result import Grade, Input
from zhirong.web import filters

METHODS = {
    "market.hedonic": gettext_noop("Market approach"),
    "market": gettext_noop("Market approach"),
    "income.relief_from_royalty": gettext_noop("Income approach, royalty saved"),
    "income": gettext_noop("Income approach"),
    "income.excess_earnings": gettext_noop("Income approach, excess earnings"),
    "income.with_and_without": gettext_noop("Income approach, with and without"),
    "renewal": gettext_noop("Renewal option"),
    "cost": gettext_noop("Cost approach"),
    "options.delay": gettext_noop("Option to wait"),
    "options": gettext_noop("Option to wait"),
    "expert": gettext_noop("The valuer's own method"),
    "blend": gettext_noop("All methods together"),
}
ROLES = {
    "voice": ("go", gettext_noop("Counts")),
    "floor": ("half", gettext_noop("Lower bound")),
    "beside": ("off", gettext_noop("Stands beside")),
    "silent": ("off", gettext_noop("Has nothing to say")),
}
GRADES: dict[Grade, tuple[str, str]] = {
    Grade.REGISTER: ("go", gettext_noop("On the register")),
    Grade.DEAL: ("go", gettext_noop("Price paid here")),
    Grade.DOCUMENT: ("go", gettext_noop("Document")),
    Grade.FIGURE: ("go", gettext_noop("Published figure")),
    Grade.STATED: ("half", gettext_noop("Stated")),
    Grade.FITTED: ("half", gettext_noop("Drawn from deals")),
    Grade.ASSUMED: ("wait", gettext_noop("Assumed")),
}
DEALS = {
    "sale": gettext_noop("Sale"),
    "auction": gettext_noop("Auction"),
    "plain_licence": gettext_noop("Plain licence"),
    "exclusive_licence": gettext_noop("Exclusive licence"),
    "open_licence": gettext_noop("Open licence"),
    "disposal": gettext_noop("Disposal of a pledge"),
    "ask": gettext_noop("Asked, not paid"),
}
FACTS = {
    "start": gettext_noop("Median of deals of this kind"),
    "base": gettext_noop("Median of deals of this kind"),
    "total": gettext_noop("Median of the market approach"),
    "kind": gettext_noop("Kind of right"),
    "field": gettext_noop("Field of technology"),
    "family": gettext_noop("Family"),
    "claims": gettext_noop("Claims"),
    "independent_claims": gettext_noop("Independent claims"),
    "ipc_count": gettext_noop("Classes"),
    "citations": gettext_noop("Citations"),
    "remaining_years": gettext_noop("Years left"),
    "age_years": gettext_noop("Years since filing"),
    "inventors": gettext_noop("Inventors"),
    "owner_kind": gettext_noop("Kind of owner"),
    "holders": gettext_noop("Holders"),
    "plain_licences": gettext_noop("Plain licences"),
    "exclusive_licences": gettext_noop("Exclusive licences"),
    "is_pledged": gettext_noop("Pledged"),
    "invalidation_open": gettext_noop("Invalidation asked for"),
    "invalidation_survived": gettext_noop("Survived an invalidation"),
    "open_licence": gettext_noop("Open licence"),
    "paid_through_year": gettext_noop("Fees paid through year"),
    "reduction": gettext_noop("Fee reduction"),
    "discount_rate": gettext_noop("Discount rate"),
    "royalty_rate": gettext_noop("Royalty rate"),
    "revenue": gettext_noop("Yearly revenue with it"),
    "growth": gettext_noop("Growth of the revenue"),
    "economic_life": gettext_noop("Years of use"),
    "tax_rate": gettext_noop("Tax rate"),
    "market": gettext_noop("Level of the market"),
}
VALUES = {
    "invention": gettext_noop("Invention"),
    "utility_model": gettext_noop("Utility model"),
    "design": gettext_noop("Design"),
    "firm": gettext_noop("Firm"),
    "university": gettext_noop("University"),
    "person": gettext_noop("Person"),
    "none": gettext_noop("None"),
    "single": gettext_noop("One applicant, 85% off"),
    "joint": gettext_noop("Several applicants, 70% off"),
}
RATES = ("rate", "share", "growth", "margin")


def _said(table: dict[str, str], code: str) -> str:
    """The word of a code; of a longer code the word of its beginning; else the code as plain text."""
    known = code if code in table else code.rpartition(".")[0] or code
    return gettext(table[known]) if known in table else code.replace("_", " ").replace(".", " · ")


def method(code: str) -> str:
    """A method by its name for people."""
    return _said(METHODS, code)


def role(code: str) -> tuple[str, str]:
    """What part a method plays, as shape and word."""
    shape, word = ROLES.get(code, ROLES["beside"])
    return shape, gettext(word)


def grade(code: Grade) -> tuple[str, str]:
    """How well an input is known, as shape and word."""
    shape, word = GRADES[code]
    return shape, gettext(word)


def fact(code: str) -> str:
    """A fact of a right or an input of a method."""
    return _said(FACTS, code)


def deal_kind(code: str) -> str:
    """How a past deal came about."""
    return _said(DEALS, code)


def source(code: str) -> str:
    """Where an input comes from: a code of ours in words, any other text as it stands."""
    return _said(FACTS, code) if code in FACTS else code


def value_of(name: str, value: Any) -> str:
    """A value of a fact as people read it."""
    if value is None:
        return gettext("Unknown")
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, int):
        return filters.thousands(value)
    if isinstance(value, str):
        return gettext(VALUES[value]) if value in VALUES else value
    if name.endswith(RATES):
        return legible.percent(value)
    return legible.digits(value)


def input_value(one: Input) -> str:
    """An input's value with its unit."""
    text = value_of(one.unit or one.name, one.value)
    if one.value is None or isinstance(one.value, str | bool) or not one.unit:
        return text
    return f"{text} {unit(one.unit)}".strip()


def unit(code: str) -> str:
    """A unit as people read it; shares already carry their sign."""
    known = {
        "yuan": gettext("yuan"),
        "years": gettext("years"),
        "share": "",
        "rate": "",
        "count": "",
        "year": "",
    }
    return known.get(code, code)


PURPOSES = {
    "transfer": gettext_noop("Transfer"),
    "licence": gettext_noop("Licence"),
    "pledge": gettext_noop("Pledge"),
    "contribution": gettext_noop("Contribution to capital"),
    "accounting": gettext_noop("Accounting"),
    "litigation": gettext_noop("Litigation"),
    "management": gettext_noop("Management"),
}
VALUE_TYPES = {
    "market": gettext_noop("Market value"),
    "investment": gettext_noop("Investment value"),
    "liquidation": gettext_noop("Liquidation value"),
}
APPROACHES = {
    "income": gettext_noop("Income approach"),
    "market": gettext_noop("Market approach"),
    "cost": gettext_noop("Cost approach"),
}
APPRAISALS = {
    "draft": ("off", gettext_noop("Draft")),
    "requested": ("wait", gettext_noop("Asked for")),
    "assigned": ("on", gettext_noop("Taken on")),
    "working": ("on", gettext_noop("In work")),
    "returned": ("wait", gettext_noop("Sent back in review")),
    "signed": ("half", gettext_noop("Signed once")),
    "reviewed": ("half", gettext_noop("Reviewed")),
    "issued": ("done", gettext_noop("Issued")),
    "withdrawn": ("off", gettext_noop("Withdrawn")),
    "lapsed": ("no", gettext_noop("Lapsed")),
}
RUNS = {
    "waiting": ("wait", gettext_noop("Waits")),
    "running": ("on", gettext_noop("Runs")),
    "done": ("go", gettext_noop("Done")),
    "failed": ("no", gettext_noop("Failed")),
    "dropped": ("off", gettext_noop("Dropped")),
}


def of(table: dict[str, str], code: str) -> str:
    """The word of a code of one of these tables."""
    return gettext(table[code]) if code in table else code


def appraisal(code: str) -> tuple[str, str]:
    """The state of an appraisal as shape and word."""
    shape, word = APPRAISALS[code]
    return shape, gettext(word)


def run(code: str) -> tuple[str, str]:
    """The state of a run as shape and word."""
    shape, word = RUNS[code]
    return shape, gettext(word)


BASES = {
    "tested": gettext_noop("Tested"),
    "pooled": gettext_noop("Tested on all kinds"),
    "untested": gettext_noop("Not tested"),
}


def basis(code: str) -> str:
    """Where the width of a range comes from, in a word or two."""
    return gettext(BASES[code]) if code in BASES else code
