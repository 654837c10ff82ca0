"""/import: a file is read, every fault is shown by row and column, then all of it takes effect or none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhirong.base import refused as refusals
from zhirong.base import text as texts
from zhirong.base.refused import Refused
from zhirong.exchange.actions import sheet
from zhirong.exchange.models import Listing
from zhirong.papers.sheets import Column, csv_file
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.record.models import Job
from zhirong.registry import queries, records
from zhirong.registry.actions import imports
from zhirong.registry.models import Claim, Holding, ImportBatch, ImportRow, Right, RightVersion
from zhirong.registry.readers import files, sheets
from zhirong.web import account, filters, lists, pages, reading, uploads
from zhirong.web.exchange import words as exchange_words
from zhirong.web.registry import bringing, forms, words

ROWS = 50
FAULTS_MOST = 5000
KINDS = ("xml", "rights", "listings")


@dataclass(frozen=True)
class Line:
    """A row of the preview: what it would do, or the faults that keep it out."""

    number: int
    change: tuple[str, str]
    right: str
    title: str
    note: str
    faults: list[tuple[str, str]]


def kinds() -> list[tuple[str, str]]:
    return [
        ("xml", gettext("Patent file of CNIPA (XML)")),
        ("rights", gettext("Sheet of rights (Excel, CSV)")),
        ("listings", gettext("Sheet of listings (Excel, CSV)")),
    ]


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
@pages.does("registry.bring_rights")
def import_page(request: HttpRequest) -> HttpResponse:
    """/import: choose a file, and what was brought before."""
    person = account.known(request)
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if kind not in KINDS:
            raise Refused("web.choice_missing", field="kind")
        holder = forms.chosen_party(request) if request.POST.get("party", "") != "register" else None
        file = uploads.needed(request, person)
        done = bringing.read(person, kind, file, holder=holder)  # type: ignore[arg-type]
        return HttpResponseRedirect(reverse("import-job", args=[done.pk]) if isinstance(done, Job) else address(done))
    parties = [(str(one.pk), one.name) for one in forms.parties_of(request)]
    if access.has_role(pages.standing_of(request), "operator"):
        parties.append(("register", gettext("The register itself, for nobody in particular")))
    return pages.page(
        request,
        "registry/import.html",
        here="rights",
        crumbs=[(gettext("Rights"), reverse("rights")), (gettext("Import"), None)],
        kinds=kinds(),
        parties=parties,
        kind=request.GET.get("kind", "xml"),
        batches=ImportBatch.objects.filter(brought_by=person).select_related("file", "holder").order_by("-pk")[:20],
    )


@require_safe
def template(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """/import/rights.xlsx: the empty sheet to fill in; in a demo also /import/sample.xml, an invented patent to try."""
    if (kind, form) == ("sample", "xml") and settings.DEMO:
        return lists.file(files.SAMPLE.read_bytes(), files.SAMPLE.name)
    if kind not in ("rights", "listings") or form not in ("xlsx", "csv"):
        raise Http404
    title = gettext("Rights") if kind == "rights" else gettext("Listings")
    if form == "xlsx":
        return lists.file(sheets.template(kind), f"{title}.xlsx")  # type: ignore[arg-type]
    heads = [Column(head=entry["names"][0]) for entry in sheets.columns(kind).values()]
    return lists.file(csv_file(heads, []), f"{title}.csv")


def address(batch: ImportBatch) -> str:
    return reverse("import-batch", args=[batch.ref])


def batch_or_404(request: HttpRequest, ref: str) -> ImportBatch:
    """A batch for whoever brought it, its holder's people and the operator."""
    found = ImportBatch.objects.select_related("file", "holder", "brought_by").filter(ref=ref).first()
    standing = pages.standing_of(request)
    if found is None or standing is None:
        raise Http404
    if found.brought_by_id != standing.person_id and not access.may(standing, "registry.bring_rights", found):
        raise Http404
    return found


@require_safe
@pages.signed_in
def batch_page(request: HttpRequest, ref: str) -> HttpResponse:
    """/import/3f…: the preview, a page at a time, or only the faults; afterwards what came of it."""
    batch = batch_or_404(request, ref)
    return preview(request, batch)


def preview(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    only_faults = reading.choice(request, "show", ("faults",)) == "faults"
    if request.GET.get("form") == "csv":
        return faults_file(batch)
    last = max(1, -(-batch.rows // ROWS))
    number = reading.page(request, last)
    lines, faults = previewed(batch, (number - 1) * ROWS, only_faults=only_faults)
    return pages.page(
        request,
        "registry/batch.html",
        here="rights",
        crumbs=[
            (gettext("Rights"), reverse("rights")),
            (gettext("Import"), reverse("import")),
            (batch_name(batch), None),
        ],
        batch=batch,
        name=batch_name(batch),
        kind=dict(kinds())[batch.kind],
        lines=lines,
        faults=faults,
        number=number,
        last=last,
        query={"show": "faults"} if only_faults else {},
        only_faults=only_faults,
        strangers=[one for one in lines if one.note],
        to_claim=to_claim(batch),
        **drafts_of(batch),
    )


def drafts_of(batch: ImportBatch) -> dict[str, Any]:
    """How many listings the sheet made, how many of them nobody has handed in, how many wait and since when."""
    if batch.kind != "listings" or batch.visible_at is None:
        return {"drafts": 0, "unsubmitted": 0, "handed_in": 0, "handed_in_at": None}
    waits = Q(state="submitted")
    return Listing.objects.filter(batch=batch).aggregate(
        drafts=Count("pk"),
        unsubmitted=Count("pk", filter=Q(state="draft")),
        handed_in=Count("pk", filter=waits),
        handed_in_at=Max("submitted_at", filter=waits),
    )


def batch_name(batch: ImportBatch) -> str:
    return batch.file.name if batch.file else batch.ref


def previewed(batch: ImportBatch, offset: int, *, only_faults: bool) -> tuple[list[Line], int]:
    """Lines of one page and how many faults the whole file has."""
    if batch.kind == "listings":
        return previewed_listings(batch, offset, only_faults=only_faults)
    read = queries.preview_faults if only_faults else queries.preview
    found = read(batch, offset=offset, most=ROWS)
    ours = texts.party_name(batch.holder.name) if batch.holder else ""
    return [line_of(one, ours) for one in found], batch.faults


def line_of(one: queries.Previewed, ours: str) -> Line:
    """A row of rights; where the holder it names is not the party, the page says what follows."""
    is_strange = bool(ours and one.holders) and ours not in {texts.party_name(name) for name in one.holders}
    shapes = {"new": "go", "changed": "on", "same": "off"}
    change = (
        (shapes[one.change], words.label("change", one.change)) if one.change else ("no", gettext("To be corrected"))
    )
    note = gettext("Named holder: %(names)s") % {"names": filters.listed(one.holders)} if is_strange else ""
    return Line(one.line, change, one.number, one.title, note, [told(fault) for fault in one.faults])


def told(fault: dict[str, Any]) -> tuple[str, str]:
    """Column and sentence of a kept fault."""
    language = translation.get_language() or "zh-hans"
    return fault["column"], refusals.sentence(Refused(fault["code"], **fault["facts"]), language)


def previewed_listings(batch: ImportBatch, offset: int, *, only_faults: bool) -> tuple[list[Line], int]:
    """Rows of listings judged against the register; once they are drafts there is nothing to judge."""
    rows = ImportRow.objects.filter(batch=batch).order_by("line")
    is_open = batch.visible_at is None and batch.dropped_at is None
    judged = {one.line: one for one in sheet.judge(batch, rows)} if is_open else {}
    bad = {line for line, one in judged.items() if one.refused}
    wanted = list(rows.filter(~Q(faults="[]") | Q(line__in=bad)) if only_faults else rows)[offset : offset + ROWS]
    keys = {key for row in wanted for key in json.loads(row.facts).get("keys", ())}
    known = sheet.rights_named(sheet.seller_of(batch), keys)
    states = states_of(wanted, batch, offset) if batch.visible_at and not only_faults else {}
    lines = [listing_line(row, judged.get(row.line), known=known, became=states.get(row.line)) for row in wanted]
    return lines, batch.faults + len(bad)


def states_of(rows: list[ImportRow], batch: ImportBatch, offset: int) -> dict[int, tuple[str, str]]:
    """Shape and word of the listings that these rows made: every row made one, in the sheet's order."""
    made = Listing.objects.filter(batch=batch).order_by("pk")[offset : offset + len(rows)]
    return {row.line: exchange_words.listing_state(one) for row, one in zip(rows, made, strict=False)}


def listing_line(
    row: ImportRow, judged: sheet.Judged | None, *, known: Mapping[str, Right], became: tuple[str, str] | None
) -> Line:
    """One row of the listings' sheet; `became` is how the listing that it made stands now."""
    facts = json.loads(row.facts)
    faults = [told(fault) for fault in json.loads(row.faults)]
    if judged is not None and judged.refused is not None:
        entry = sheets.columns("listings")[judged.column]
        column = entry["names"][0] if filters.is_chinese() else entry["en"]
        language = translation.get_language() or "zh-hans"
        faults.append((column, refusals.sentence(judged.refused, language)))
    change = ("no", gettext("To be corrected")) if faults else became or ("go", gettext("New draft"))
    number, title = records.unread(row.facts)
    keys = facts.get("keys", ())
    named = [known[key] for key in keys if key in known]
    title = facts.get("title") or title or (named[0].title if named else "")
    number = number or filters.listed(known[key].number if key in known else records.written(key) for key in keys)
    return Line(row.line, change, number, title, "", faults)


def faults_file(batch: ImportBatch) -> HttpResponse:
    """All faults as a sheet, to be worked off beside the file."""
    columns = [
        Column(head=gettext("Row"), kind="number"),
        Column(head=gettext("Column")),
        Column(head=gettext("Fault")),
    ]
    return lists.file(csv_file(columns, fault_rows(batch)), f"{batch_name(batch)} {gettext('faults')}.csv")


def fault_rows(batch: ImportBatch) -> Iterator[tuple[int, str, str]]:
    for offset in range(0, FAULTS_MOST, ROWS * 10):
        lines: list[Line] = []
        for start in range(offset, offset + ROWS * 10, ROWS):
            more, _ = previewed(batch, start, only_faults=True)
            lines += more
            if len(more) < ROWS:
                break
        for one in lines:
            yield from ((one.number, column, sentence) for column, sentence in one.faults)
        if len(lines) < ROWS * 10:
            return


def to_claim(batch: ImportBatch) -> QuerySet[Right] | list[Right]:
    """After a visible import: its rights whose holder nobody is known to be; each can be claimed."""
    if batch.kind == "listings" or batch.visible_at is None or batch.holder is None:
        return []
    brought = RightVersion.objects.filter(batch=batch).values("right")
    unknown = Holding.objects.filter(right__in=brought, party=None, until=None).values("right")
    asked = Claim.objects.filter(right=OuterRef("pk"), party=batch.holder, state="waiting")
    return Right.objects.filter(pk__in=unknown).annotate(claim_waits=Exists(asked)).order_by("number")[:ROWS]


@require_POST
@pages.signed_in
def accept(request: HttpRequest, ref: str) -> HttpResponse:
    """/import/3f…/accept: all rows or none."""
    return done(request, ref, bringing.show)


@require_POST
@pages.signed_in
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    """/import/3f…/submit: all drafts of a sheet of listings go to the operator."""
    return done(request, ref, sheet.submit_many)


@require_POST
@pages.signed_in
def drop(request: HttpRequest, ref: str) -> HttpResponse:
    """/import/3f…/drop: thrown away unseen."""
    return done(request, ref, imports.drop_import)


def done(request: HttpRequest, ref: str, deed: Any) -> HttpResponse:
    """The deed, then the batch's page; refused, the page with the refusal."""
    batch = batch_or_404(request, ref)
    try:
        came = deed(account.known(request), batch)
    except Refused as refused:
        request.house_refused = refused  # type: ignore[attr-defined]
        return preview(request, batch)
    return HttpResponseRedirect(reverse("import-job", args=[came.pk]) if isinstance(came, Job) else address(batch))


@require_safe
@pages.signed_in
def job_page(request: HttpRequest, job_id: int) -> HttpResponse:
    """/import/jobs/7: how far a long import is; done, it leads to the batch."""
    person = account.known(request)
    job = Job.objects.filter(pk=job_id, kind__in=(bringing.READ, bringing.SHOW), asked_by_ref=person.ref).first()
    if job is None:
        raise Http404
    facts = json.loads(job.facts)
    batch = batch_of(job, facts)
    if job.state == "done" and batch is not None:
        return HttpResponseRedirect(address(batch))
    read = counted(job, batch, facts)
    answer = pages.page(
        request,
        "registry/job.html",
        here="rights",
        crumbs=[
            (gettext("Rights"), reverse("rights")),
            (gettext("Import"), reverse("import")),
            (gettext("Under way"), None),
        ],
        job=job,
        batch=batch,
        done=read,
        total=batch.rows if batch else 0,
    )
    if job.state in ("waiting", "running"):
        answer["Refresh"] = "2"
    return answer


def batch_of(job: Job, facts: dict[str, Any]) -> ImportBatch | None:
    """The batch that the job reads or shows, once there is one."""
    if job.kind == bringing.SHOW:
        return ImportBatch.objects.filter(pk=facts["batch"]).first()
    same = ImportBatch.objects.filter(kind=facts["kind"], file=facts["file"], brought_by=facts["person"])
    holder = Party.objects.filter(pk=facts["holder"]).first()
    return same.filter(holder=holder, dropped_at=None).order_by("-pk").first()


def counted(job: Job, batch: ImportBatch | None, facts: dict[str, Any]) -> int:
    """Rows done so far, counted where they are written."""
    if batch is None:
        return 0
    if job.kind == bringing.READ:
        return ImportRow.objects.filter(batch=batch).count()
    if batch.kind == "listings":
        return Listing.objects.filter(batch=batch).count()
    return RightVersion.objects.filter(batch=batch).count()
