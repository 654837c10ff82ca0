"""Originals of measures: brought with their hash, read into paragraphs, linked to clauses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import File as FormFile
from ninja import Form, Query, Router, UploadedFile
from pydantic import Field

from zhirong.api import calling, files, measures, paging, problems, shapes
from zhirong.policy import kept
from zhirong.policy.actions import originals
from zhirong.policy.models import ClauseLink, Original, Paragraph
from zhirong.record import files as kept_files

router = Router(tags=["policy"])


class OriginalTold(shapes.Told):
    """An original as it was brought."""

    original_id: int
    title: str
    source: str
    is_official: bool
    kind: str = Field(examples=["html"], description="html, pdf or docx")
    sha256: str
    characters: int
    brought_at: datetime


class ParagraphTold(shapes.Told):
    """A paragraph; `begins` and `ends` are its offsets in the whole, paragraphs one a line."""

    paragraph_id: int
    number: int
    page: int | None
    text: str
    begins: int
    ends: int


class OriginalSaid(shapes.Said):
    """What an original is called and where it was taken from."""

    title: shapes.Short
    source: shapes.Short
    is_official: bool = False


class LinkSaid(shapes.Said):
    """A clause of a measure stands on words of a paragraph, quoted exactly."""

    measure: measures.Name
    clause: Annotated[str, Field(min_length=1, max_length=100, examples=["c-cap"])]
    paragraph: shapes.Id
    quote: Annotated[str, Field(min_length=1, max_length=8000, pattern=shapes.NO_NUL)]


class LinkTold(shapes.Told):
    """Where a clause stands in an original."""

    link_id: int
    measure: str
    clause: str
    original_id: int
    paragraph: int = Field(description="The number of the paragraph in its original")
    quote: str
    begins: int = Field(description="Offset of the quote in the paragraph")
    ends: int
    is_ended: bool


def told(one: Original) -> OriginalTold:
    return OriginalTold(
        original_id=one.pk,
        title=one.title,
        source=one.source,
        is_official=one.is_official,
        kind=one.kind,
        sha256=one.sha256,
        characters=one.characters,
        brought_at=one.brought_at,
    )


def paragraph_told(one: Paragraph) -> ParagraphTold:
    return ParagraphTold(
        paragraph_id=one.pk, number=one.number, page=one.page, text=one.text, begins=one.begins, ends=one.ends
    )


def link_told(one: ClauseLink) -> LinkTold:
    return LinkTold(
        link_id=one.pk,
        measure=one.name,
        clause=one.clause,
        original_id=one.paragraph.original_id,
        paragraph=one.paragraph.number,
        quote=one.quote,
        begins=one.begins,
        ends=one.ends,
        is_ended=one.ended_at is not None,
    )


@router.get(
    "/policy/originals", auth=calling.ANYONE, summary="Originals", **problems.told(paging.Page[OriginalTold])
)  # fmt: skip
def list_originals(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[OriginalTold]:
    """Newest first."""
    return paging.cut(Original.objects.all(), asked, told)


@router.post(
    "/policy/originals",
    auth=calling.may_ask("policy.bring_original"),
    summary="Bring an original",
    **problems.told(
        OriginalTold, *files.REFUSALS, "policy.original_kind", "policy.original_unreadable",
        "policy.original_too_large", "policy.original_text_length",
    ),
)  # fmt: skip
def bring(
    request: HttpRequest,
    file: FormFile[UploadedFile],
    said: Form[OriginalSaid],
) -> OriginalTold:
    """HTML, PDF or DOCX; kept as it is and read into paragraphs. The same file is one, whoever brings it again."""
    named = originals.Brought(title=said.title, source=said.source, is_official=said.is_official)
    person = calling.person_of(request)
    return told(originals.bring_original(person, file.name or "", files.read(file), said=named))


@router.get(
    "/policy/originals/{int:original_id}", auth=calling.ANYONE, summary="An original", **problems.told(OriginalTold)
)
def get_original(request: HttpRequest, original_id: shapes.Id) -> OriginalTold:
    """What it is, with its hash."""
    return told(shapes.one(Original.objects.all(), pk=original_id))


@router.get(
    "/policy/originals/{int:original_id}/file",
    auth=calling.ANYONE,
    summary="The file of an original",
    **problems.told(None, "file.gone"),
)
def get_file(request: HttpRequest, original_id: shapes.Id) -> HttpResponse:
    """As it was brought, checked against its hash; to be saved and never shown."""
    one = shapes.one(Original.objects.select_related("file"), pk=original_id)
    return files.sent(one.file, kept_files.get(one.sha256))


@router.get(
    "/policy/originals/{int:original_id}/paragraphs",
    auth=calling.ANYONE,
    summary="Paragraphs of an original",
    **problems.told(paging.Page[ParagraphTold]),
)
def list_paragraphs(
    request: HttpRequest, original_id: shapes.Id, asked: Query[paging.Asked]
) -> paging.Page[ParagraphTold]:
    """From the last to the first, as every list of the interface runs."""
    one = shapes.one(Original.objects.all(), pk=original_id)
    return paging.cut(one.paragraphs.all(), asked, paragraph_told)


@router.get(
    "/policy/measures/{name}/links",
    auth=calling.ANYONE,
    summary="Where the clauses of a measure stand",
    **problems.told(paging.Page[LinkTold]),
)
def list_links(request: HttpRequest, name: measures.Name, asked: Query[paging.Asked]) -> paging.Page[LinkTold]:
    """The words of originals under its clauses."""
    measures.one_of(kept.base(), name)
    return paging.cut(kept.links_of(name), asked, link_told)


@router.post(
    "/policy/links",
    auth=calling.may_ask("policy.link_clause"),
    summary="Link a clause to words of an original",
    **problems.told(LinkTold, "policy.original_unknown", "policy.quote_not_there", "policy.clause_unknown"),
)
def link(request: HttpRequest, said: LinkSaid) -> LinkTold:
    """The words must stand in the paragraph as they are quoted; linked twice it is one link."""
    person = calling.person_of(request)
    made = originals.link_clause(person, said.measure, said.clause, paragraph_id=said.paragraph, quote=said.quote)
    return link_told(made)


@router.delete(
    "/policy/links/{int:link_id}",
    auth=calling.may_ask("policy.link_clause"),
    summary="Unlink a clause",
    **problems.told(LinkTold, "policy.original_unknown"),
)
def unlink(request: HttpRequest, link_id: shapes.Id) -> LinkTold:
    """The link counts no more; its row stays."""
    return link_told(originals.unlink_clause(calling.person_of(request), link_id))
