"""The guided questions of a right: how each is asked, what its answer would do, and an answer as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from zhirong.base.refused import Refused
from zhirong.people.models import Party, Person
from zhirong.valuation import rules
from zhirong.valuation import said as answered
from zhirong.valuation.actions import answers as deeds
from zhirong.valuation.engine import legible
from zhirong.valuation.engine.estimate_shape import Estimate, Question
from zhirong.valuation.engine.subject import Answer
from zhirong.web import uploads
from zhirong.web.valuation import words
from zhirong.web.valuation.looked import Found
from zhirong.web.valuation.typed import Typed

CHOICES = ("exclusive_use", "stage")
# Shares as they are told that are as good as none.
NOTHING = ("0%", "< 1%")


def text(code: str) -> str:
    """A question in words."""
    return words.of("question", code)


def options_of(code: str) -> list[tuple[str, str]]:
    """The answers to choose from; none where a number is asked."""
    return [(key, words.of(code, key)) for key in words.known(code)] if code in CHOICES else []


def label(unit: str) -> str:
    """The head of the field, with the unit in which it is typed."""
    if words.is_share(unit):
        return gettext("Answer (%%)") % {}
    if words.is_money(unit):
        return gettext("Answer (yuan)")
    return gettext("Answer (%(unit)s)") % {"unit": words.unit(unit)} if words.unit(unit) else gettext("Answer")


def open_ones(estimate: Estimate) -> list[dict[str, Any]]:
    """The questions that are still open, the most telling first."""
    return [_open(one) for one in estimate.questions]


def _open(one: Question) -> dict[str, Any]:
    usual = gettext("Usual: %(low)s to %(high)s, often %(typical)s") % {
        "low": words.in_unit(one.code, one.unit, one.low),
        "high": words.in_unit(one.code, one.unit, one.high),
        "typical": words.in_unit(one.code, one.unit, one.typical),
    }
    options = options_of(one.code)
    gain, then = (legible.percent(max(0, 1 - left), places=0) for left in (one.narrows_to, one.then_narrows_to))
    effect = gettext("The range would be about %(share)s narrower.") % {"share": gain}
    if gain in NOTHING:
        effect = gettext("The range would hardly change.")
        if then not in NOTHING:
            effect = gettext("By itself it hardly changes the range; after the first answer about %(share)s narrower.")
            effect = effect % {"share": then}
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
    units = {code: str(one["unit"]) for code, one in known.items()}
    return [{**_given(one, units.get(one.question, "")), "party": one.by} for one in found.said.answers]


def _given(one: Answer, unit: str) -> dict[str, Any]:
    return {
        "code": one.question,
        "text": text(one.question),
        "value": words.as_said(one.question, unit, one.value),
        "on": one.on,
        "grade": words.grade(one.grade),
    }


def deed_of(request: HttpRequest, person: Person, found: Found) -> str:
    """Keep the answer of the form, or take it back; gives the question."""
    typed, code = Typed(request.POST), request.POST.get("deed", "")
    known = answered.questions(found.day)
    is_back = code.startswith("back:")
    question = code.removeprefix("back:")
    if question not in known:
        raise Refused("web.no_such_deed", deed=code[:40])
    party = party_of(typed, found)
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
        chosen = typed.choice("value", words.known(code))
        return None if chosen is None else Fraction(chosen)
    unit, least, most = str(known["unit"]), known["least"], known["most"]
    if words.is_share(unit):
        return typed.percent("value", least=least * 100, most=most * 100)
    if words.is_money(unit):
        fen = typed.fen("value")
        return None if fen is None else Fraction(fen, 100)
    if unit == "count":
        whole = typed.whole("value", least=least, most=most)
        return None if whole is None else Fraction(whole)
    return typed.number("value", least=least, most=most)


def party_of(typed: Typed, found: Found) -> Party:
    """For whom it is answered: the only party, or the one that the form names."""
    parties = list(Party.objects.filter(pk__in=found.parties))
    wanted = typed.text("party")
    chosen = next((one for one in parties if wanted in (str(one.pk), one.ref)), None)
    if chosen is None and (wanted or len(parties) != 1):
        raise Refused("web.choice_missing", field="party")
    return chosen or parties[0]
