"""The papers of state-owned rights: entered by the seller, read by the house, told with the listing (X3)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from zhirong.api import actions, calling, evidence, files, problems, shapes
from zhirong.api.actions import KEY
from zhirong.api.listing_deeds import told
from zhirong.api.listings import ListingTold, one
from zhirong.exchange.actions import state_papers
from zhirong.exchange.models import StatePaper

router = Router(tags=["listings"])
REFUSED = (
    "listing.papers_fixed", "listing.papers_not_asked", "listing.paper_in_future", "listing.paper_amount",
    "listing.filing_incomplete", "listing.text_length", "lot.rule_set_not_in_force", "file.no_evidence", *KEY,
)  # fmt: skip


class StatePaperSaid(shapes.Said):
    """What the paper says."""

    what: Literal["appraisal", "transfer", "price"]
    body: Annotated[str, Field(min_length=2, max_length=120, pattern=shapes.NO_NUL)]
    number: Annotated[str, Field(min_length=1, max_length=60, pattern=shapes.NO_NUL)]
    dated_on: date
    amount_fen: shapes.FenGiven | None = None
    filed_with: Annotated[str, Field(max_length=120, pattern=shapes.NO_NUL)] = ""
    filed_number: Annotated[str, Field(max_length=60, pattern=shapes.NO_NUL)] = ""
    filed_on: date | None = None
    file: shapes.FileRef


@router.post(
    "/listings/{int:listing_id}/state-papers",
    auth=calling.may_ask("exchange.list"),
    summary="Enter an appraisal or an approval",
    **problems.told(ListingTold, *REFUSED),
)
def enter(request: HttpRequest, listing_id: shapes.Id, said: StatePaperSaid) -> HttpResponse:
    """Of state-owned rights, on a draft; a later one of its kind takes its place (X3)."""
    person = calling.person_of(request)
    paper, file = state_papers.Said(**said.model_dump(exclude={"file"})), files.own(person, said.file)
    return actions.once(
        request,
        lambda: told(request, state_papers.enter(person, one(request, listing_id).pk, paper, file=file)),
    )


@router.get(
    "/state-papers/{int:paper_id}/evidence",
    auth=calling.may_ask("exchange.see_office"),
    summary="Read the file of an appraisal or an approval",
    **evidence.READ,
)
def read(request: HttpRequest, paper_id: shapes.Id) -> HttpResponse:
    """Reading it is a deed on the record, without which nobody announces the listing."""
    return evidence.handed(request, shapes.one(StatePaper.objects.select_related("file"), pk=paper_id).file)
