"""What both sides of an application read: its decision line by line, facts with sources, checklist, history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from zhirong.base import shown
from zhirong.people.models import Person
from zhirong.policy import naming, reading
from zhirong.policy.applied import Application, ApplicationFile
from zhirong.policy.engine import values
from zhirong.record import kinds, rules
from zhirong.record.models import Leaf
from zhirong.web import filters
from zhirong.web.applications import words

Json = dict[str, Any]
HISTORY_MOST = 200
# The enterprise is told what was confirmed.
AMONG_OFFICIALS = ("policy.application_decided", "policy.application_sent_back")


def amount_lines(decision: Mapping[str, Any]) -> list[Json]:
    """Each line of the amount with its clause, and what the clause says."""
    return [
        {
            "says": clause_text(one["clause"]),
            "certainty": one["clause"].get("certainty", ""),
            "amount": one["amount"],
            "applies": one["applies"],
            "is_capped": one["is_capped"],
        }
        for one in decision.get("lines", ())
    ]


def ceilings(decision: Mapping[str, Any]) -> list[Json]:
    """Each ceiling: its limit, what was used of it, and whether it bound."""
    return [
        {
            "says": clause_text(one["clause"]),
            "certainty": one["clause"].get("certainty", ""),
            "limit": one["limit"],
            "used": one["used"],
            "binds": one["binds"],
        }
        for one in decision.get("ceilings", ())
    ]


def conditions(decision: Mapping[str, Any]) -> list[Json]:
    """Each condition with its state and its clause."""
    shapes = {True: ("go", gettext("met")), False: ("no", gettext("not met")), None: ("wait", gettext("unknown"))}
    return [
        {
            "id": one["id"],
            "state": shapes[one["value"]],
            "says": clause_text(one["clause"]),
            "certainty": one["clause"].get("certainty", ""),
            "clause": one["clause"]["id"],
        }
        for one in decision.get("conditions", ())
    ]


def clause_text(clause: Mapping[str, Any]) -> str:
    """A clause in the language of the page; one without words by its id."""
    return words.both(clause) if "zh" in clause else str(clause["id"])


def fact_rows(given: Mapping[str, Any], sources: Mapping[str, Any]) -> list[Json]:
    """The facts that a case rests on: what they are called, their value, who says so and since when."""
    vocabulary = reading.own().vocabulary.facts
    rows = []
    for name, value in given.items():
        fact, source = vocabulary.get(name), sources.get(name, {})
        rows.append(
            {
                "name": name,
                "label": naming.fact(fact, words.language()) if fact else name,
                "value": naming.value(fact, value, words.language()) if fact else value_of(value),
                "source": source_words(source),
                "known_from": day_of(source.get("known_from")),
            }
        )
    return rows


def day_of(moment: str | None) -> str:
    """The day of a kept moment, in Beijing."""
    return filters.day(datetime.fromisoformat(moment)) if moment else ""


def source_words(source: Mapping[str, Any]) -> str:
    """Who says so, with their own words where there are any."""
    if source.get("source_text") == "granted_here":
        return gettext("granted here")
    named = words.source(str(source.get("source", "")))
    text = str(source.get("source_text") or "")
    return f"{named} · {text}" if text else named


def value_of(value: Any) -> str:
    """A fact's value for a table."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return (
            gettext("%(n)s entries") % {"n": len(value)}
            if value and isinstance(value[0], dict)
            else filters.listed(map(str, value))
        )
    return str(values.written(value))


def checklist(rows: Sequence[Json], files: Sequence[ApplicationFile]) -> list[Json]:
    """Each material: what it proves, and its files; what lacks is plain."""
    by_material: dict[str, list[ApplicationFile]] = {}
    for one in files:
        by_material.setdefault(one.material, []).append(one)
    return [
        {
            "id": one["id"],
            "name": words.both(one),
            "proves": [words.both(proof) for proof in one["proves"]],
            "files": by_material.get(one["id"], []),
        }
        for one in rows
    ]


def living_files(row: Application) -> list[ApplicationFile]:
    """The files that stand on the case, the oldest first."""
    return list(row.files.filter(removed_at__isnull=True).select_related("file").order_by("pk"))


def history(row: Application, *, with_names: bool) -> list[tuple[str, str, str]]:
    """What happened, from the record; who did it, and what a second person has yet to confirm, only among officials."""
    leaves = Leaf.objects.filter(topic=row.topic).exclude(kind__in=() if with_names else AMONG_OFFICIALS)
    leaves = leaves.order_by("pk")[:HISTORY_MOST]
    language = translation.get_language() or "zh-hans"
    found = []
    bodies = [json.loads(leaf.body) for leaf in leaves]
    refs = {body["who"] for body in bodies} if with_names else set()
    people = dict(Person.objects.filter(ref__in=refs).values_list("ref", "name")) if refs else {}
    for leaf, body in zip(leaves, bodies, strict=True):
        facts = {name: shown.fact(name, value, language) for name, value in body.items()}
        text = rules.sentence(kinds.of(leaf.kind).text(language), facts)
        by = f" · {people.get(body['who']) or gettext('the house')}" if with_names else ""
        found.append((filters.moment(leaf.at), filters.iso(leaf.at), f"{text}{by}"))
    return found


def limits(text: str) -> list[Json]:
    """Clauses by which other grants bar the case or take off it."""
    return [{**one, "says": words.both(one)} for one in json.loads(text)]


def loaded(text: str) -> Json:
    """Stored JSON."""
    found: Json = json.loads(text)
    return found
