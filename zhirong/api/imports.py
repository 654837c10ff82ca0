"""Imports: a file becomes a batch that nobody sees, is looked at line by line, then takes effect as a whole or not."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import File as FormFile
from ninja import Form, Query, Router, UploadedFile
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import calling, files, paging, problems, shapes
from zhirong.base import refused as refusals
from zhirong.base.refused import Refused
from zhirong.exchange.actions import bulk, sheet
from zhirong.record import actions as record
from zhirong.registry import queries
from zhirong.registry.actions import imports
from zhirong.registry.models import ImportBatch
from zhirong.registry.readers import sheets

router = Router(tags=["imports"])
UNREADABLE = (
    "registry.file_too_large", "registry.file_declares_entities", "registry.file_not_xml", "registry.file_lacks",
    "registry.numbers_differ", "registry.file_day_unknown", "registry.file_format_unknown", "registry.file_not_a_sheet",
    "registry.sheet_too_long", "registry.sheet_too_wide", "registry.sheet_empty", "registry.sheet_lacks_columns",
)  # fmt: skip
Kind = Literal["xml", "rights", "listings"]


class BatchTold(shapes.Told):
    """A file as it was read."""

    ref: shapes.Ref
    kind: Kind
    holder: shapes.PartyShort | None
    brought_at: datetime
    rows: int
    faults: int = Field(description="What must be corrected before it can take effect")
    state: Literal["waiting", "visible", "dropped"]


class FaultTold(shapes.Told):
    """What is wrong in a column."""

    column: str
    code: str
    zh: str
    en: str


class ImportLineTold(shapes.Told):
    """A line as it would take effect."""

    line: int
    change: str = Field(description="new, changed or same; empty where it cannot be read", examples=["new"])
    number: str
    title: str
    holders: list[str]
    faults: list[FaultTold]


class Lines(shapes.Told):
    """A page of lines in the file's order."""

    items: list[ImportLineTold]
    total: int


class AnnouncedRows(shapes.Said):
    """The operator's word about rows of a sheet, as the sheet numbers them."""

    fees_unknown: list[int] = Field(
        default_factory=list, max_length=50_000, description="Announced although fees are not known here as paid (B9)"
    )


# Without a word besides, nothing unknown is announced.
PLAIN = AnnouncedRows()


class RowRefused(shapes.Told):
    """What keeps a row from being announced."""

    row: int
    code: str
    rule: str
    zh: str
    en: str


class SheetTold(shapes.Told):
    """What became of the drafts of a sheet."""

    announced: int
    announced_before: int
    refused: list[RowRefused]


class AskedLines(BaseModel):
    """?offset=0&limit=100&faults_only=false"""

    model_config = ConfigDict(extra="forbid")

    offset: int = Field(0, ge=0, le=1_000_000)
    limit: int = Field(100, ge=1, le=200)
    faults_only: bool = False


def told(batch: ImportBatch) -> BatchTold:
    kinds: dict[str, Kind] = {"xml": "xml", "rights": "rights", "listings": "listings"}
    return BatchTold(
        ref=batch.ref,
        kind=kinds[batch.kind],
        holder=shapes.party_short(batch.holder) if batch.holder else None,
        brought_at=batch.brought_at,
        rows=batch.rows,
        faults=batch.faults,
        state="visible" if batch.visible_at else "dropped" if batch.dropped_at else "waiting",
    )


def fault_told(fault: dict[str, Any]) -> FaultTold:
    problem = Refused(fault["code"], **fault["facts"])
    return FaultTold(
        column=fault["column"],
        code=problem.code,
        zh=refusals.sentence(problem, "zh"),
        en=refusals.sentence(problem, "en"),
    )


def line_told(line: queries.Previewed) -> ImportLineTold:
    return ImportLineTold(
        line=line.line,
        change=line.change,
        number=line.number,
        title=line.title,
        holders=list(line.holders),
        faults=[fault_told(fault) for fault in line.faults],
    )


def seen(request: HttpRequest, ref: str) -> ImportBatch:
    """A batch that the caller brought, or any for the people who look after cases; another's is not there."""
    rows = ImportBatch.objects.select_related("holder")
    if not calling.could(request, "people.see_cases"):
        rows = rows.filter(brought_by=calling.person_of(request))
    return shapes.one(rows, ref=ref)


@router.get("/imports/templates/{kind}", summary="The sheet to fill in", **problems.told(None))
def template(request: HttpRequest, kind: Literal["rights", "listings"]) -> HttpResponse:
    """An Excel file with headings, notes and an example."""
    name = {"Content-Disposition": f'attachment; filename="zhirong-{kind}.xlsx"'}
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(sheets.template(kind), content_type=media, headers=name)


@router.post(
    "/imports",
    auth=calling.may_ask("registry.bring_rights"),
    summary="Import a file",
    **problems.told(BatchTold, *UNREADABLE, *files.REFUSALS),
)
def stage_import(
    request: HttpRequest, file: FormFile[UploadedFile], *, kind: Form[Kind], holder: Form[str] = ""
) -> BatchTold:
    """CNIPA XML, Excel or CSV. `holder` is the ref of my party; operators leave it empty for the register's own mass.

    The same file again is the same batch.
    """
    person, data = calling.person_of(request), files.read(file)
    party = shapes.party_named(holder) if holder and "\0" not in holder else None
    kept = record.keep_file(person, file.name or "", data)
    return told(imports.stage_import(person, kind, data, file=kept, holder=party))


@router.get("/imports", summary="Imports that I brought, or all", **problems.told(paging.Page[BatchTold]))
def list_imports(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[BatchTold]:
    """The people who look after cases see all of them, newest first."""
    rows = ImportBatch.objects.select_related("holder")
    if not calling.could(request, "people.see_cases"):
        rows = rows.filter(brought_by=calling.person_of(request))
    return paging.cut(rows, asked, told)


@router.get("/imports/{ref}", summary="One import", **problems.told(BatchTold))
def get_import(request: HttpRequest, ref: shapes.Short) -> BatchTold:
    """What became of it."""
    return told(seen(request, ref))


@router.get("/imports/{ref}/lines", summary="Look at an import line by line", **problems.told(Lines))
def preview(request: HttpRequest, ref: shapes.Short, asked: Query[AskedLines]) -> Lines:
    """What each line would put, and its faults by column."""
    batch = seen(request, ref)
    look = queries.preview_faults if asked.faults_only else queries.preview
    lines = look(batch, offset=asked.offset, most=asked.limit)
    rows = batch.lines.exclude(faults="[]") if asked.faults_only else batch.lines.all()
    return Lines(items=[line_told(line) for line in lines], total=rows.count())


@router.post(
    "/imports/{ref}/commit",
    summary="Let an import take effect",
    **problems.told(
        BatchTold, "registry.import_has_faults", "registry.import_dropped_already",
        "registry.waits_in_another_import", "registry.import_not_taken_over", "registry.busy",
    ),
)  # fmt: skip
def commit(request: HttpRequest, ref: shapes.Short) -> BatchTold:
    """All of it or nothing: rights are put, listings become drafts. Done twice it ends in the same state."""
    person, batch = calling.person_of(request), seen(request, ref)
    return told(sheet.draft_many(person, batch) if batch.kind == "listings" else imports.commit_import(person, batch))


@router.post(
    "/imports/{ref}/drop",
    summary="Throw an import away",
    **problems.told(BatchTold, "registry.import_is_visible"),
)
def drop(request: HttpRequest, ref: shapes.Short) -> BatchTold:
    """Its rights vanish unseen; its file and its deeds stay."""
    return told(imports.drop_import(calling.person_of(request), seen(request, ref)))


@router.post(
    "/imports/{ref}/submit",
    auth=calling.may_ask("exchange.list"),
    summary="Submit all drafts of a sheet for review",
    **problems.told(BatchTold, "listing.sheet_without_seller", "listing.sheet_without_drafts"),
)
def submit(request: HttpRequest, ref: shapes.Short) -> BatchTold:
    """To the operator; what was handed in or sent back before stays as it is."""
    return told(sheet.submit_many(calling.person_of(request), seen(request, ref)))


@router.post(
    "/imports/{ref}/announce",
    auth=calling.may_ask("exchange.publish_many"),
    summary="Announce all submitted listings of a sheet",
    **problems.told(
        SheetTold, "listing.sheet_without_seller", "listing.sheet_without_drafts", "people.maker_is_checker",
        "people.own_party",
    ),
)  # fmt: skip
def announce(request: HttpRequest, ref: shapes.Short, said: AnnouncedRows = PLAIN) -> SheetTold:
    """Each row by the rules of one listing: announced, or refused with its reason. The same again changes nothing."""
    done = bulk.announce_sheet(calling.person_of(request), seen(request, ref), fees_unknown=set(said.fees_unknown))
    return SheetTold(
        announced=done.announced,
        announced_before=done.listed_before,
        refused=[row_told(row, problem) for row, problem in done.refused.items()],
    )


def row_told(row: int, problem: Refused) -> RowRefused:
    return RowRefused(
        row=row,
        code=problem.code,
        rule=refusals.rule(problem),
        zh=refusals.sentence(problem, "zh"),
        en=refusals.sentence(problem, "en"),
    )
