"""The guided questions of a right: how each is asked, what its answer would do, and an answer as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop

from zhirong.base.refused import Refused
from zhirong.people.models import Party, Person
from zhirong.valuation import rules
from zhirong.valuation import said as answered
from zhirong.valuation.actions import answers as deeds
from zhirong.valuation.engine import legible
from zhirong.valuation.engine.estimate_shape import Estimate, Question
from zhirong.valuation.engine.subject import Answer
from zhirong.web import filters, uploads
from zhirong.web.valuation import words
from zhirong.web.valuation.estimated import Found
from zhirong.web.valuation.typed import Typed

MOST = 10**14
ASKED = {
    "annual_income": gettext_noop("What is sold under this right in a year?"),
    "royalty_rate": gettext_noop("What share of sales would a licence cost?"),
    "useful_years": gettext_noop("How many more years will it be of use?"),
    "exclusive_use": gettext_noop("Does its owner alone use it?"),
    "stage": gettext_noop("How far has the technology come?"),
    "development_cost": gettext_noop("What did its development cost?"),
    "family": gettext_noop("In how many countries does its family stand?"),
    "claims": gettext_noop("How many claims does it have?"),
    "citations": gettext_noop("By how many later patents is it cited?"),
}


CHOICES = {
    "exclusive_use": {"1": gettext_noop("The owner alone"), "0": gettext_noop("Others as well")},
    "stage": {
        "1": gettext_noop("Laboratory"),
        "2": gettext_noop("Prototype"),
        "3": gettext_noop("Pilot production"),
        "4": gettext_noop("Series production"),
    },
}


def is_share(unit: str) -> bool:
    """Whether it is asked for in per cent."""
    return unit.startswith(("fraction", "share", "rate", "probability"))


def is_money(unit: str) -> bool:
    """Whether it is asked for in yuan."""
    return unit.startswith("yuan")


def text(code: str) -> str:
    """A question in words."""
    return gettext(ASKED[code]) if code in ASKED else words.fact(code)


def shown(code: str, unit: str, value: legible.Number) -> str:
    """A value of an answer in its unit, or the choice that it is."""
    if code in CHOICES:
        return gettext(CHOICES[code].get(legible.digits(value), "")) or legible.digits(value)
    if is_share(unit):
        return legible.percent(value)
    if is_money(unit):
        return f"{filters.thousands(legible.yuan(value))} {words.unit(unit)}"
    return f"{legible.digits(value)} {words.unit(unit)}".strip()


def label(unit: str) -> str:
    """The head of the field, with the unit in which it is typed."""
    if is_share(unit):
        return gettext("Answer (%%)") % {}
    if is_money(unit):
        return gettext("Answer (yuan)")
    return gettext("Answer (%(unit)s)") % {"unit": words.unit(unit)} if words.unit(unit) else gettext("Answer")


def open_ones(estimate: Estimate) -> list[dict[str, Any]]:
    """The questions that are still open, the most telling first."""
    return [_open(one) for one in sorted(estimate.questions, key=lambda one: one.narrows_to)]


def _open(one: Question) -> dict[str, Any]:
    usual = gettext("Usual: %(low)s to %(high)s, often %(typical)s") % {
        "low": shown(one.code, one.unit, one.low),
        "high": shown(one.code, one.unit, one.high),
        "typical": shown(one.code, one.unit, one.typical),
    }
    options = [(key, gettext(word)) for key, word in CHOICES.get(one.code, {}).items()]
    gain = legible.percent(max(0, 1 - one.narrows_to), places=0)
    effect = gettext("The range would be about %(share)s narrower.") % {"share": gain}
    if gain in ("0%", "< 1%"):
        effect = gettext("The range would hardly change.")
    return {
        "code": one.code,
        "text": text(one.code),
        "hint": "" if options else usual,
        "options": options or None,
        "effect": effect,
        "label": gettext("Answer") if options else label(one.unit),
        "said": "",
        "button": gettext("Answer and compute"),
    }


def given(found: Found) -> list[dict[str, Any]]:
    """What this visitor's parties have answered."""
    known = answered.questions(found.day)
    parties = {one.ref: one.pk for one in found.parties}
    units = {code: str(one["unit"]) for code, one in known.items()}
    return [
        {**_given(one, units.get(one.question, "")), "party": parties.get(one.by, "")} for one in found.said.answers
    ]


def _given(one: Answer, unit: str) -> dict[str, Any]:
    return {
        "code": one.question,
        "text": text(one.question),
        "value": shown(one.question, unit, one.value),
        "on": one.on,
        "grade": words.grade(one.grade),
    }


def deed_of(request: HttpRequest, person: Person, parties: list[Party], *, found: Found) -> str:
    """Keep the answer of the form, or take it back; gives the question."""
    typed, code = Typed(request.POST), request.POST.get("deed", "")
    known = answered.questions(found.day)
    is_back = code.startswith("back:")
    question = code.removeprefix("back:")
    if question not in known:
        raise Refused("web.no_such_deed", deed=code[:40])
    party = party_of(typed, parties)
    if is_back:
        deeds.take_back(person, found.right.pk, deeds.Given(party=party, question=question, value_micro=0))
        return ""
    value = value_of(typed, question, known[question])
    typed.refuse(request)
    assert value is not None
    file = uploads.kept(request, person, is_secret=True, is_evidence=True)
    value_micro = int(value * rules.MICRO)
    deeds.answer(
        person,
        found.right.pk,
        deeds.Given(party=party, question=question, value_micro=value_micro, evidence=file),
    )
    return question


def value_of(typed: Typed, code: str, known: Mapping[str, Any]) -> Fraction | None:
    """The typed number in the question's unit; 5 is 5 % where a share is asked."""
    if code in CHOICES:
        chosen = typed.choice("value", CHOICES[code])
        return None if chosen is None else Fraction(chosen)
    unit, least, most = str(known["unit"]), known["least"], known["most"]
    if is_share(unit):
        return typed.percent("value", least=least * 100, most=most * 100)
    if is_money(unit):
        fen = typed.fen("value")
        return None if fen is None else Fraction(fen, 100)
    if unit == "count":
        whole = typed.whole("value", least=least, most=most)
        return None if whole is None else Fraction(whole)
    return typed.number("value", least=least, most=most)


def party_of(typed: Typed, parties: list[Party]) -> Party:
    """For whom it is answered: the only party, or the one that the form names."""
    wanted = typed.text("party")
    found = next((one for one in parties if str(one.pk) == wanted), parties[0] if len(parties) == 1 else None)
    if found is None:
        raise Refused("web.choice_missing", field="party")
    return found
