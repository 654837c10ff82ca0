"""/enterprises and /enterprises/<ref>: the files that I may open, and what is known of one enterprise, from whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.base.refused import Refused
from zhirong.enterprises import consented, file, registry_facts
from zhirong.enterprises.engine.standing import Stated
from zhirong.enterprises.models import Statement
from zhirong.papers.sheets import Column
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.policy import naming, stating
from zhirong.web import lists, pages, reading
from zhirong.web.enterprises import door
from zhirong.web.office import done

RIGHTS_SHOWN = 100


@dataclass(frozen=True)
class Line:
    """A fact of the file as a page shows it."""

    name: str
    word: str
    value: str
    stated: Stated
    source: str
    link: str
    evidence: str
    said_by: str
    against: list[tuple[str, str]]


@require_safe
@pages.signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """/enterprises: the parties I act for, and those that let a party of mine read their file."""
    standing = pages.standing_of(request)
    own = Party.objects.filter(pk__in=standing.parties if standing else ()).order_by("name")
    return pages.page(
        request,
        "enterprises/mine.html",
        crumbs=[(gettext("Enterprise files"), None)],
        own=list(own),
        let=consented.letting(standing),
        sees_all=access.could(standing, "enterprises.see_enterprises"),
    )


@require_safe
@pages.signed_in
def file_page(request: HttpRequest, ref: str) -> HttpResponse:
    """/enterprises/<ref>: the file, or with ?about= what is known of one thing of it; on a day, as known on one."""
    party = door.opened(request, ref)
    day = reading.day(request, "day") or door.today()
    about = request.GET.get("about", "").strip()[:80]
    opened = file.opened(party, day=day, about=about)
    standing = pages.standing_of(request)
    knows_who = standing is not None and (party.pk in standing.parties or access.could(standing, "people.enter_office"))
    lines = lines_of(party, opened, knows_who=knows_who)
    if request.GET.get("form"):
        return taken_away(request, party, lines, day=day)
    topics = naming.topics(opened.known.facts, door.language())
    unknown = door.vocabulary().facts.keys() - opened.known.facts.keys()
    facts: dict[str, Any] = {
        "party": party,
        "day": day,
        "about": about,
        "about_word": naming.about(about, door.language()),
        "abouts": [(key, naming.about(key, door.language())) for key in opened.abouts],
        "rights": right_keys(party, day) if not about else [],
        "topics": [(word, [lines[name] for name in names]) for word, names in topics],
        "unknown": len(unknown),
        "contradiction": contradiction(opened.known.facts),
        "choices": choices(),
        "may_note": may_note(standing, party),
        "is_member": standing is not None and party.pk in standing.parties,
        "done": done.word(request),
    }
    way = door.crumbs(party, (naming.about(about, door.language()), None)) if about else door.crumbs(party)
    return done.once(request, pages.page(request, "enterprises/file.html", crumbs=way, **facts))


def may_note(standing: Any, party: Party) -> bool:
    """Whether this person may state something of the enterprise, for itself or from an official source."""
    return any(access.may(standing, f"enterprises.{verb}", party) for verb in ("note_own", "note_official"))


def lines_of(party: Party, opened: file.Opened, *, knows_who: bool) -> dict[str, Line]:
    """Each known fact by its name."""
    return {name: line_of(party, opened, stated, knows_who=knows_who) for name, stated in opened.known.stated.items()}


def line_of(party: Party, opened: file.Opened, stated: Stated, *, knows_who: bool) -> Line:
    fact, language = door.fact_of(stated.name), door.language()
    row = opened.rows.get(stated.id) if stated.id else None
    against = opened.known.against.get(stated.name, ())
    return Line(
        name=stated.name,
        word=naming.fact(fact, language),
        value=naming.value(fact, stated.value, language),
        stated=stated,
        source=door.source_word(stated.source),
        link=fact_link(party, stated.name, stated.about),
        evidence=evidence_link(party, row),
        said_by=row.said_by.name if knows_who and row is not None and row.said_by else "",
        against=[(door.source_word(one.source), naming.value(fact, one.value, language)) for one in against],
    )


def fact_link(party: Party, name: str, about: str) -> str:
    """The page of one fact with its history."""
    query = {"name": name, **({"about": about} if about else {})}
    return f"{reverse('enterprise-fact', args=[party.ref])}?{urlencode(query)}"


def evidence_link(party: Party, row: Statement | None) -> str:
    """Where the evidence of a statement is read; empty without any."""
    if row is None or row.evidence_id is None:
        return ""
    return reverse("enterprise-evidence", args=[party.ref, row.pk])


def right_keys(party: Party, day: date) -> list[tuple[str, str]]:
    """The rights of the enterprise with their keys: each has facts of its own."""
    held = registry_facts.held(party, day).order_by("-granted_on", "-pk")[:RIGHTS_SHOWN]
    return [(key, f"{number} {title}") for key, number, title in held.values_list("key", "number", "title")]


def contradiction(known: dict[str, Any]) -> str:
    """What in this file can never all be true, in one sentence; measures are not decided until it is mended."""
    found = {name: value for name, value in known.items() if name in door.vocabulary().facts}
    refused = stating.contradictions(found, door.vocabulary())
    return pages.told(refused)["sentence"] if isinstance(refused, Refused) else ""


def choices() -> list[tuple[str, str]]:
    """Every fact that can be stated, by topic."""
    facts, language = door.vocabulary().facts, door.language()
    grouped = naming.topics(facts, language)
    return [(name, f"{topic} · {naming.fact(facts[name], language)}") for topic, names in grouped for name in names]


def taken_away(request: HttpRequest, party: Party, lines: dict[str, Line], *, day: date) -> HttpResponse:
    """The file as a sheet, as the page shows it."""
    columns = [
        Column(head=gettext("Key of the fact")),
        Column(head=gettext("Known fact"), width=40),
        Column(head=gettext("Value of the fact"), width=30),
        Column(head=gettext("About"), width=16),
        Column(head=gettext("True from"), kind="day"),
        Column(head=gettext("True to"), kind="day"),
        Column(head=gettext("Told by")),
        Column(head=gettext("What the source is"), width=40),
        Column(head=gettext("Known since"), kind="moment"),
        Column(head=gettext("Other sources say"), width=40),
    ]
    rows = [
        (
            one.name, one.word, one.value, one.stated.about, one.stated.since, one.stated.until, one.source,
            one.stated.source_text, one.stated.known_from, "; ".join(f"{who}: {what}" for who, what in one.against),
        )
        for one in lines.values()
    ]  # fmt: skip
    title = gettext("Enterprise file of %(name)s on %(day)s") % {"name": party.name, "day": day}
    return lists.sheet(request, request.GET["form"], columns, rows=rows, title=title, name=f"{party.name}-{day}")
