"""/policy/measures/<id>: what one measure says on a day, as known on a day, every line with its clause."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.base.calendar import beijing_day
from zhirong.people import access
from zhirong.policy import describing, kept
from zhirong.policy.describing import Group
from zhirong.policy.engine.facts import EARLIEST, LATEST
from zhirong.policy.engine.measure import Clause, Measure
from zhirong.policy.models import ClauseLink
from zhirong.policy.reading import Base
from zhirong.record import actions as record
from zhirong.web import filters, lists, pages, reading
from zhirong.web.measures import public, words

# Paragraphs on a page of an original.
PARAGRAPHS = 100


def base_of(request: HttpRequest, name: str) -> tuple[Measure, Base, datetime | None]:
    """The measure as the address asks to know it."""
    known_on = day_of(request, "known")
    known = kept.end_of(known_on) if known_on else None
    base = kept.base(known)
    if name not in base.measures:
        raise Http404
    return base.measures[name], base, known


def day_of(request: HttpRequest, name: str) -> date | None:
    """A day of the address within the centuries that measures speak of."""
    found = reading.day(request, name)
    if found is not None and not EARLIEST <= found <= LATEST:
        reading.passed_over(request, reading.not_filtered(name, found.isoformat()))
        return None
    return found


@require_safe
def measure_page(request: HttpRequest, name: str) -> HttpResponse:
    """?date= the day whose rules are shown, ?known= the day whose knowledge is."""
    made, base, known = base_of(request, name)
    today = beijing_day(record.now())
    day = day_of(request, "date") or today
    rules = describing.rules(made, day, base.vocabulary)
    version = rules.version
    links = links_by_clause(made.id)
    title = title_of(made)
    standing = pages.standing_of(request)
    return pages.page(
        request,
        "measures/measure.html",
        here="policy",
        crumbs=[(gettext("Policy"), reverse("policy")), (title, None)],
        title=title,
        made=made,
        day=day,
        today=today,
        known=known,
        head=head(made, day),
        state=words.pair(words.STATES, describing.state(made, day)),
        is_in_force=describing.state(made, day) == describing.IN_FORCE,
        is_draft=made.is_draft,
        version=version,
        version_period=public.period(version.since, version.until),
        version_certainty=words.pair(words.CERTAINTIES, version.certainty or "stated"),
        note=note_of(made),
        tree=node(rules.tree),
        amounts=[amount(one) for one in rules.amounts],
        at_most=rules.at_most,
        values=[value(one) for one in describing.values(made, day)],
        materials=materials(made, rules.tree),
        window=words.pair(words.WINDOWS, describing.window(made, day).state),
        windows=[(one.opens, one.closes, clause_of(made.clauses[one.clause])) for one in made.windows],
        cumulation=[(words.said(what), clause_of(one)) for what, one in describing.cumulation(made, base.vocabulary)],
        budget=budget(made),
        clauses=[{**clause_of(one), "links": links[one.id]} for one in made.clauses.values()],
        sources=made.raw["sources"],
        versions=[(one.id, public.period(one.since, one.until), one.since) for one in made.versions],
        texts=list(kept.texts(made.id)),
        may_draft=access.could(standing, "policy.draft_measure"),
    )


def title_of(made: Measure) -> str:
    """A measure's name in the language of the page."""
    return made.zh if filters.is_chinese() else made.en


def note_of(made: Measure) -> str:
    """The note of the text, if it has one."""
    note = made.raw.get("note") or {}
    return str(note.get("zh" if filters.is_chinese() else "en", ""))


def head(made: Measure, day: date) -> list[tuple[str, str]]:
    """What it is, who gives it, where, by which document."""
    document = made.raw["document"]
    language = "zh" if filters.is_chinese() else "en"
    rows = [
        (gettext("Kind of support"), words.word(words.KINDS, made.kind)),
        (gettext("Place"), words.said(describing.place(made))),
        (gettext("Issuer"), words.said(describing.issuer(made))),
        (gettext("Document"), str(document["title"][language])),
    ]
    if document["number"]:
        rows.append((gettext("Number of the document"), str(document["number"])))
    if document["issued"]:
        rows.append((gettext("Issued on"), filters.day(document["issued"])))
    return rows


def clause_of(one: Clause) -> dict[str, Any]:
    """A clause as every line shows it: id, words, source, certainty."""
    return {
        "id": one.id,
        "says": one.zh if filters.is_chinese() else one.en,
        "source": one.source,
        "certainty": words.pair(words.CERTAINTIES, one.certainty),
        "is_sure": one.certainty == "stated",
        "quote": one.quote or "",
    }


def node(tree: Any) -> dict[str, Any]:
    """The tree of conditions for the template."""
    if isinstance(tree, Group):
        return {"word": tree.word, "parts": [node(one) for one in tree.parts]}
    return {
        "id": tree.id,
        "rule": words.said(tree.rule),
        "text": tree.text,
        "clause": clause_of(tree.clause),
        "fixable": words.word(words.FIXABLE, tree.fixable),
    }


def materials(made: Measure, tree: Any) -> list[tuple[str, list[str]]]:
    """Each material with what the conditions say that it proves; a condition of another period is left out."""
    says = {leaf.id: clause_of(leaf.clause)["says"] for leaf in describing.leaves(tree)}
    return [
        (
            one.zh if filters.is_chinese() else one.en,
            list(dict.fromkeys(says[name] for name in one.proves if name in says)),
        )
        for one in made.materials
    ]


def amount(one: describing.Amount) -> dict[str, Any]:
    """A line or a ceiling in words."""
    return {
        "kind": gettext("Amount") if one.kind == "line" else gettext("Ceiling"),
        "what": words.said(one.what),
        "when": words.said(one.when) if one.when else "",
        "cap": words.said(one.cap) if one.cap else "",
        "clause": clause_of(one.clause),
    }


def value(one: describing.Value) -> dict[str, Any]:
    """A figure of the day with its history."""
    return {
        "name": one.name,
        "called": words.said(one.called),
        "now": words.said(one.now),
        "rows": [
            (public.period(since, until), words.said(told), clause_of(clause))
            for since, until, told, clause in one.rows
        ],
    }


def budget(made: Measure) -> dict[str, Any]:
    """How money is shared out."""
    how, years, clause = describing.budget(made)
    return {
        "how": words.said(how),
        "years": [(year, words.said(one)) for year, one in years],
        "clause": clause_of(clause),
    }


def links_by_clause(name: str) -> dict[str, list[dict[str, Any]]]:
    """The words of originals under each clause, with the way to their paragraph."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in kept.links_of(name):
        found[one.clause].append(link(one))
    return found


def link(one: ClauseLink) -> dict[str, Any]:
    """Where a clause stands in an original."""
    paragraph = one.paragraph
    page = (paragraph.number - 1) // PARAGRAPHS + 1
    return {
        "quote": one.quote,
        "title": paragraph.original.title,
        "number": paragraph.number,
        "is_official": paragraph.original.is_official,
        "address": f"{reverse('original', args=[paragraph.original_id])}?page={page}#p{paragraph.number}",
    }


@require_safe
def text(request: HttpRequest, name: str) -> HttpResponse:
    """/policy/measures/<id>.yaml?known=: the text itself, to be kept or written on."""
    known_on = day_of(request, "known")
    reading.refuse_passed_over(request)
    found = kept.text_of(name, kept.end_of(known_on) if known_on else None)
    if found is None:
        raise Http404
    return lists.file(found.text.encode(), f"{name}.yaml", media_type="application/yaml")
