"""Originals: official texts as they were brought, paragraph by paragraph, and the clauses that stand on their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.people import access
from zhirong.policy import kept
from zhirong.policy.actions import originals
from zhirong.policy.engine.measure import Measure
from zhirong.policy.models import ClauseLink, Original
from zhirong.record import files as kept_files
from zhirong.web import filters, lists, pages, reading
from zhirong.web.measures import measure
from zhirong.web.office import done, rooms


@require_safe
def originals_page(request: HttpRequest) -> HttpResponse:
    """/policy/originals: every original that was brought."""
    title = gettext("Originals")
    found = Original.objects.annotate(count=Count("paragraphs"))
    if file := lists.taken_away(request, "originals", title, columns=columns("original"), found=found.order_by("-pk")):
        return file
    return pages.page(
        request,
        "measures/originals.html",
        here="policy",
        crumbs=[(gettext("Policy"), reverse("policy")), (title, None)],
        title=title,
        table=lists.table(request, "originals", title, columns=columns("original"), found=found, order="-brought_at"),
    )


def columns(page: str) -> list[lists.Column]:
    """What a list shows of an original; `page` is where its title leads."""
    return [
        lists.Column(
            head=gettext("Title"), value=lambda one: one.title, link=lambda one: reverse(page, args=[one.pk]),
            order="title",
        ),
        lists.Column(head=gettext("Format"), value=lambda one: one.kind.upper()),
        lists.Column(head=gettext("Paragraphs"), value=lambda one: one.count, kind="number"),
        lists.Column(head=gettext("Where it came from"), value=lambda one: one.source),
        lists.Column(
            head=gettext("Official"), value=lambda one: gettext("yes") if one.is_official else gettext("a copy")
        ),
        lists.Column(head=gettext("Brought"), value=lambda one: one.brought_at, kind="moment", order="brought_at"),
        lists.Column(head="SHA-256", value=lambda one: one.sha256[:16], is_code=True),
    ]  # fmt: skip


@require_safe
def original_page(request: HttpRequest, original_id: int) -> HttpResponse:
    """/policy/originals/<id>?page=: its paragraphs, and the clauses that stand on each."""
    one = get_object_or_404(Original, pk=original_id)
    return pages.page(
        request,
        "measures/original.html",
        here="policy",
        crumbs=[
            (gettext("Policy"), reverse("policy")),
            (gettext("Originals"), reverse("originals")),
            (one.title, None),
        ],
        title=one.title,
        one=one,
        may_link=access.could(pages.standing_of(request), "policy.link_clause"),
        **part(request, one, kept.base().measures),
    )


def part(request: HttpRequest, one: Original, made: Mapping[str, Measure]) -> dict[str, Any]:
    """A page of its paragraphs with what stands on them."""
    total = one.paragraphs.count()
    last = max(1, -(-total // measure.PARAGRAPHS))
    number = reading.page(request, last)
    rows = list(one.paragraphs.order_by("number")[(number - 1) * measure.PARAGRAPHS : number * measure.PARAGRAPHS])
    links: dict[int, list[ClauseLink]] = defaultdict(list)
    for found in ClauseLink.objects.filter(paragraph__in=rows, ended_at__isnull=True).order_by("name", "clause", "pk"):
        links[found.paragraph_id].append(found)
    titles = {each.id: measure.title_of(each) for each in made.values()}
    lines = [
        (row, [(each, titles.get(each.name, each.name), each.name in titles) for each in links[row.pk]]) for row in rows
    ]
    return {"lines": lines, "total": total, "number": number, "last": last}


@require_safe
def file(request: HttpRequest, original_id: int) -> HttpResponse:
    """The file as it was brought, to be saved and never shown."""
    one = get_object_or_404(Original.objects.select_related("file"), pk=original_id)
    return HttpResponse(kept_files.get(one.sha256), headers=kept_files.headers(one.file.name, one.file.media_type))


@rooms.room("policy.see_drafts", does=("policy.bring_original",))
def office_page(request: HttpRequest) -> HttpResponse:
    """/office/originals: the same list, and the form to bring one."""
    if request.method == "POST":
        return bring(request)
    title = gettext("Originals")
    found = Original.objects.annotate(count=Count("paragraphs"))
    there = columns("office-original")
    if sheet := lists.taken_away(request, "originals", title, columns=there, found=found.order_by("-pk")):
        return sheet
    return rooms.show(
        request,
        "originals.html",
        here="office-measures",
        title=title,
        way=(gettext("Measures"), reverse("office-measures")),
        table=lists.table(request, "originals", title, columns=there, found=found, order="-brought_at"),
        may_bring=access.could(pages.standing_of(request), "policy.bring_original"),
    )


def bring(request: HttpRequest) -> HttpResponse:
    """The file that the form brought; the same file is one."""
    person = rooms.who(request)
    said = originals.Brought(
        title=request.POST.get("title", ""),
        source=request.POST.get("source", ""),
        is_official=request.POST.get("is_official") == "yes",
    )
    name, content = rooms.upload_of(request, "file")
    made = originals.bring_original(person, name, content, said=said)
    return done.tell(request, HttpResponseRedirect(reverse("office-original", args=[made.pk])), "bring")


@rooms.room("policy.see_drafts", does=("policy.link_clause",))
def links_page(request: HttpRequest, original_id: int) -> HttpResponse:
    """/office/originals/<id>?measure=…: paragraphs with the form that links a clause of a measure to their words."""
    one = get_object_or_404(Original, pk=original_id)
    if request.method == "POST":
        return rooms.do(request, deeds(request))
    measures = kept.base().measures
    name = reading.choice(request, "measure", measures)
    made = measures.get(name)
    named = sorted((each.zh if filters.is_chinese() else each.en, each.id) for each in measures.values())
    return rooms.show(
        request,
        "original.html",
        here="office-measures",
        title=one.title,
        way=(gettext("Originals"), reverse("office-originals")),
        one=one,
        measure=name,
        measures=[(each, word) for word, each in named],
        clauses=[
            (each.id, f"{each.id} · {each.zh if filters.is_chinese() else each.en}"[:120])
            for each in (made.clauses.values() if made else ())
        ],
        may_link=access.could(pages.standing_of(request), "policy.link_clause"),
        **part(request, one, measures),
    )


def deeds(request: HttpRequest) -> rooms.Deeds:
    """Linking and unlinking."""
    person = rooms.who(request)
    return {
        "link": lambda: originals.link_clause(
            person,
            request.POST.get("measure", ""),
            request.POST.get("clause", ""),
            paragraph_id=rooms.number_of(request, "paragraph"),
            quote=request.POST.get("quote", "").strip(),
        ),
        "unlink": lambda: originals.unlink_clause(person, rooms.number_of(request, "link")),
    }
