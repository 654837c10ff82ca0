"""One question of the guided check: how it is asked, what was answered, and the answer as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from zhirong.policy import naming, reading
from zhirong.policy.engine.facts import Fact, Vocabulary
from zhirong.record import actions as record
from zhirong.web.support import words
from zhirong.web.support.answers import Answers
from zhirong.web.support.asked import Asked
from zhirong.web.support.checking import Checked

# Facts that are administrative codes, and the level whose places they can name.
PLACES = {
    "reg_province": "province",
    "reg_city": "city",
    "reg_district": "district",
    "tax_district": "district",
    "stat_district": "district",
}


def confirmed(answers: Answers) -> Answers:
    """What the file says was looked at."""
    return replace(answers, is_confirmed=True)


def places(base: reading.Base, level: str = "") -> list[tuple[str, str]]:
    """The places that have measures, the smallest areas last."""
    named = [one.raw["jurisdiction"] for one in base.measures.values()]
    return sorted(
        {(str(one["code"]), words.of_raw(one["name"])) for one in named if level in ("", one["level"])} - {("", "")}
    )


def field(request: HttpRequest, fact: Fact, found: Checked) -> dict[str, Any]:
    """How the question is asked: yes or no, one or several of a list, a number with its unit, a day, or lines."""
    before = found.answers.facts.get(fact.name)
    if before is None:
        before = found.stated.facts.get(fact.name)
    given = request.GET.getlist("value") if "again" not in request.GET else []
    return {
        "kind": kind_of(fact),
        "options": options(fact, found.base),
        "chosen": given or as_texts(before),
        "text": given[0] if given else (", ".join(as_texts(before)) if before is not None else ""),
        "unit": naming.unit(fact, words.language()),
        "hint": hint(fact),
    }


def kind_of(fact: Fact) -> str:
    """Which control fits."""
    if fact.kind == "text" and (fact.choices or fact.name in PLACES):
        return "choice"
    if fact.kind == "texts" and fact.choices:
        return "choices"
    return fact.kind


def options(fact: Fact, base: reading.Base) -> list[tuple[str, str]]:
    """What can be chosen."""
    if fact.kind == "bool":
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    if fact.name in PLACES:
        return [*places(base, PLACES[fact.name]), ("other", gettext("Another place"))]
    return naming.choices(fact, words.language())


def as_texts(value: Any) -> list[str]:
    """An earlier answer as the controls know it."""
    if value is None:
        return []
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, list | tuple):
        return [str(one) for one in value if not isinstance(one, dict)]
    return [str(value)]


def hint(fact: Fact) -> str:
    """How to write it."""
    if fact.kind == "number":
        return gettext("As a number; 300万 and 50% are understood")
    if fact.kind == "records":
        names = words.listed_names(fact)
        return gettext("One entry a line, such as %(fields)s; “none” where there are none") % {"fields": names}
    return ""


def text_of(request: HttpRequest, name: str, known: Vocabulary) -> str:
    """The answer as one text, which `stating` reads."""
    values = [one.strip() for one in request.GET.getlist("value") if one.strip()]
    fact = known.facts.get(name)
    if fact is not None and fact.kind == "texts" and fact.choices and not values:
        return "none"
    return "\n".join(values)


def told(found: Checked, change: Callable[[str], str]) -> list[dict[str, str]]:
    """Every answer in the order given."""
    known = found.base.vocabulary
    return [
        {
            "label": words.label(name, known),
            "value": words.value(known.facts.get(name), value) if value is not None else gettext("Not known"),
            "address": change(name),
        }
        for name, value in found.answers.facts.items()
    ]


def asked(_request: HttpRequest, found: Checked) -> Asked:
    """Whose the result is, for links to the pages of support."""
    query = {"party": found.party.ref} if found.party else {}
    parties = [found.party] if found.party else []
    return Asked(found.party, parties, found.answers.on, None, record.now(), query)
