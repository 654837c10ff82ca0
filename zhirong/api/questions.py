"""Public questions and answers on a listing, and its papers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, files, listings, paging, problems, shapes
from zhirong.base.refused import Refused
from zhirong.exchange.actions import questions
from zhirong.exchange.models import ListingDocument, Question
from zhirong.record import files as kept_files

router = Router(tags=["listings"])


class QuestionSaid(shapes.Said):
    """A question to the seller, in public."""

    text: Annotated[str, Field(min_length=4, max_length=1000, pattern=shapes.NO_NUL, examples=["是否含技术秘密？"])]


class AnswerSaid(shapes.Said):
    """The seller's answer, given once."""

    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=shapes.NO_NUL)]


class QuestionTold(shapes.Told):
    """A question and its answer; who asked is not told."""

    question_id: int
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    is_hidden: bool


class DocumentSaid(shapes.Said):
    """A paper: a file of mine, its title, and for whom."""

    file: shapes.Ref
    title: Annotated[str, Field(min_length=1, max_length=120, pattern=shapes.NO_NUL)]
    for_admitted: bool = False


class DocumentTold(shapes.Told):
    """A paper of a listing."""

    document_id: int
    title: str
    name: str
    size: int = Field(description="Bytes")
    sha256: str
    is_for_admitted: bool
    added_at: datetime


def told(question: Question) -> QuestionTold:
    return QuestionTold(
        question_id=question.pk,
        text="" if question.hidden_at else question.text,
        asked_at=question.asked_at,
        answer="" if question.hidden_at else question.answer,
        answered_at=question.answered_at,
        is_hidden=question.hidden_at is not None,
    )


def document_told(document: ListingDocument) -> DocumentTold:
    return DocumentTold(
        document_id=document.pk,
        title=document.title,
        name=document.file.name,
        size=document.file.size,
        sha256=document.file.sha256,
        is_for_admitted=document.is_for_admitted,
        added_at=document.added_at,
    )


@router.get(
    "/listings/{int:listing_id}/questions",
    auth=calling.ANYONE,
    summary="Questions and answers",
    **problems.told(paging.Page[QuestionTold]),
)
def list_questions(
    request: HttpRequest, listing_id: shapes.Id, asked: Query[paging.Asked]
) -> paging.Page[QuestionTold]:
    """Newest first; of a hidden one only that it was there."""
    return paging.cut(listings.one(request, listing_id).questions.all(), asked, told)


@router.post(
    "/listings/{int:listing_id}/questions",
    auth=calling.may_ask("exchange.ask"),
    summary="Ask the seller in public",
    **problems.told(QuestionTold, "listing.not_now", "listing.too_many_questions", "listing.text_length"),
)
def ask(request: HttpRequest, listing_id: shapes.Id, said: QuestionSaid) -> QuestionTold:
    """The same question twice is one."""
    return told(questions.ask(calling.person_of(request), listings.one(request, listing_id).pk, text=said.text))


def seen(request: HttpRequest, question_id: int) -> Question:
    """A question on a listing that is there for the caller."""
    question = shapes.one(Question.objects.all(), pk=question_id)
    listings.one(request, question.listing_id)
    return question


@router.post(
    "/questions/{int:question_id}/answer",
    auth=calling.may_ask("exchange.list"),
    summary="Answer a question",
    **problems.told(QuestionTold, "listing.answered_already", "listing.text_length"),
)
def answer(request: HttpRequest, question_id: shapes.Id, said: AnswerSaid) -> QuestionTold:
    """Once, since others rely on it."""
    return told(questions.answer(calling.person_of(request), seen(request, question_id).pk, text=said.text))


@router.post(
    "/questions/{int:question_id}/hide",
    auth=calling.may_ask("exchange.control"),
    summary="Hide a question",
    **problems.told(QuestionTold, "listing.text_length"),
)
def hide(request: HttpRequest, question_id: shapes.Id, said: shapes.Why) -> QuestionTold:
    """One that breaks the rules; the record keeps that it was there."""
    return told(questions.hide(calling.person_of(request), seen(request, question_id).pk, reason=said.reason))


@router.get(
    "/listings/{int:listing_id}/documents",
    auth=calling.ANYONE,
    summary="Papers of a listing",
    **problems.told(list[DocumentTold]),
)
def list_documents(request: HttpRequest, listing_id: shapes.Id) -> list[DocumentTold]:
    """Those that the caller may read."""
    listing, who = listings.one(request, listing_id), calling.anyone_of(request)
    found = listing.documents.select_related("file").order_by("pk")
    return [document_told(one) for one in found if questions.may_read(who, one, listing)]


@router.post(
    "/listings/{int:listing_id}/documents",
    auth=calling.may_ask("exchange.list"),
    summary="Add a paper",
    **problems.told(DocumentTold, "listing.not_now", "listing.text_length"),
)
def add_document(request: HttpRequest, listing_id: shapes.Id, said: DocumentSaid) -> DocumentTold:
    """For everyone, or for admitted bidders; the same file again is the same paper."""
    person, listing = calling.person_of(request), listings.one(request, listing_id)
    file = files.own(person, said.file)
    added = questions.add_document(person, listing.pk, file=file, title=said.title, for_admitted=said.for_admitted)
    return document_told(added)


@router.get(
    "/listings/{int:listing_id}/documents/{int:document_id}",
    auth=calling.ANYONE,
    summary="Read a paper",
    **problems.told(None, "file.gone"),
)
def get_document(request: HttpRequest, listing_id: shapes.Id, document_id: shapes.Id) -> HttpResponse:
    """Its content, to be saved."""
    listing, who = listings.one(request, listing_id), calling.anyone_of(request)
    document = shapes.one(listing.documents.select_related("file"), pk=document_id)
    if not questions.may_read(who, document, listing):
        raise Refused("api.not_found")
    return files.sent(document.file, kept_files.get(document.file.sha256))
