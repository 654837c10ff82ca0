"""/enterprises/import: a sheet of facts of one or many enterprises, looked at with every fault, then taken in whole."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.base.refused import Refused
from zhirong.enterprises.actions import facts
from zhirong.policy import fact_sheet, naming
from zhirong.policy.fact_sheet import Fault, Line, Sheet
from zhirong.record import actions as record
from zhirong.record import files as kept_files
from zhirong.record.models import File
from zhirong.web import limits, lists, pages
from zhirong.web.enterprises import door
from zhirong.web.office import done, rooms

LINES_SHOWN = 50
FAULTS_SHOWN = 200


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
@pages.does("enterprises.note_own", "enterprises.note_official")
def import_page(request: HttpRequest) -> HttpResponse:
    """Bring a sheet, read what is in it and what is wrong, and take it in."""
    deed, sheet, file = request.POST.get("deed", ""), None, None
    if request.method == "POST":
        limits.take(request, "upload")
        file = brought(request) if deed == "look" else known(request)
        sheet = judged(request, file)
        if deed == "take_facts" and not sheet.faults:
            count = facts.bring_facts(rooms.who(request), sheet.brought, proof=file)
            there = HttpResponseRedirect(f"{reverse('facts-import')}?taken={count}")
            return done.tell(request, there, deed)
    return done.once(
        request,
        pages.page(
            request,
            "enterprises/import.html",
            crumbs=[(gettext("Enterprise files"), reverse("enterprises")), (gettext("Import facts"), None)],
            sheet=sheet,
            file=file,
            lines=[shown(one) for one in sheet.lines[:LINES_SHOWN]] if sheet else [],
            wrong=[told(one) for one in sheet.faults[:FAULTS_SHOWN]] if sheet else [],
            enterprises=len({one.brought.party.pk for one in sheet.lines}) if sheet else 0,
            columns=fact_sheet.columns(),
            word=door.language(),
            taken=lists.number_of(request.GET.get("taken", ""), least=0) if request.GET.get("taken") else None,
            done=done.word(request),
        ),
    )


def brought(request: HttpRequest) -> File:
    """The sheet that the form brought, kept as a secret: it may speak of many enterprises."""
    name, content = rooms.upload_of(request, "file")
    return record.keep_file(rooms.who(request), name, content, is_secret=True)


def known(request: HttpRequest) -> File:
    """The sheet that this person brought a moment ago."""
    ref, who = request.POST.get("sheet", ""), rooms.who(request)
    found = File.objects.filter(ref=ref, owner_ref=who.ref).first()
    if request.POST.get("deed") != "take_facts" or found is None:
        raise Refused("web.no_such_deed", deed=request.POST.get("deed", "")[:40])
    return found


def judged(request: HttpRequest, file: File) -> Sheet:
    """The sheet with all its faults; a line about an enterprise that is not this person's to speak of is one."""
    content = kept_files.get(file.sha256)
    sheet = fact_sheet.read(content, name=file.name, vocabulary=door.vocabulary(), day=door.today())
    return fact_sheet.allowed(sheet, pages.standing_of(request))


def shown(one: Line) -> Sequence[str]:
    """A line of the preview."""
    told, language = one.brought.told, door.language()
    return (
        str(one.line),
        one.brought.party.name,
        naming.fact(one.fact, language),
        naming.value(one.fact, told.value, language),
        told.since.isoformat() if told.since else "–",
        door.source_word(one.brought.source),
        naming.about(told.about, door.language()) if told.about else "–",
    )


def told(one: Fault) -> tuple[int, str, str]:
    """A fault of the preview."""
    return one.line, one.column, str(pages.told(one.refused)["sentence"])


@require_safe
@pages.signed_in
def template(request: HttpRequest) -> HttpResponse:
    """The sheet to fill in."""
    content = fact_sheet.template(door.vocabulary(), made_at=record.now(), language=door.language())
    title = gettext("Facts of enterprises")
    return lists.file(content, f"{title}.xlsx")
