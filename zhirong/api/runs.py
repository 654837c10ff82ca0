"""Runs over all rights, as the house's people read them; `./zr value` begins them, for each takes minutes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, paging, problems, shapes
from zhirong.base.refused import Refused
from zhirong.valuation import runs_read
from zhirong.valuation.models import Run, RunRow

router = Router(tags=["valuation"])
READERS = calling.may_ask("people.enter_office")
Hash = Annotated[str, Field(description="SHA-256 in hex; empty where there is none", examples=[""])]


class RunShort(shapes.Told):
    """How far a run is."""

    ref: shapes.Ref
    day: date
    state: Annotated[str, Field(description="waiting, running, done, failed or dropped")]
    rights: int
    done: int
    asked_at: datetime
    ended_at: datetime | None


class RunTold(RunShort):
    """All that a second run needs to give the same digits, and what this one gave."""

    model_sha256: Hash
    parameters_sha256: Hash
    seed: int
    spans: Annotated[list[list[int]], Field(description="Its rights, as spans of ids, both ends included")]
    valued: int
    without_range: int
    refused: Annotated[dict[str, int], Field(description="How many rights have no estimate, by the reason's code")]
    rows_sha256: Hash


class RunRowTold(shapes.Told):
    """What it found for one right; null where no method could say anything."""

    right_id: shapes.Id
    p5_fen: shapes.Fen | None
    p10_fen: shapes.Fen | None
    p25_fen: shapes.Fen | None
    median_fen: shapes.Fen | None
    p75_fen: shapes.Fen | None
    p90_fen: shapes.Fen | None
    p95_fen: shapes.Fen | None
    mean_fen: shapes.Fen | None
    basis: Annotated[str, Field(description="Where the width of the range comes from: tested, pooled or untested")]


def found(ref: str) -> Run:
    run = Run.objects.filter(ref=ref).first()
    if run is None:
        raise Refused("api.not_found")
    return run


def short(run: Run) -> RunShort:
    return RunShort(**{name: getattr(run, name) for name in RunShort.model_fields})


def row_told(row: RunRow) -> RunRowTold:
    return RunRowTold(**{name: getattr(row, name) for name in RunRowTold.model_fields})


@router.get("/runs", auth=READERS, summary="Runs over all rights", **problems.told(paging.Page[RunShort]))
def list_runs(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[RunShort]:
    """The newest first."""
    return paging.cut(Run.objects.defer("manifest"), asked, short)


@router.get("/runs/{ref}", auth=READERS, summary="One run and its manifest", **problems.told(RunTold, "api.not_found"))
def show_run(request: HttpRequest, ref: str) -> RunTold:
    """Its day, model, figures, seed and rights; what was refused; the hash of all rows once it is done."""
    run = found(ref)
    said = runs_read.manifest(run)
    more = {name: said[name] for name in RunTold.model_fields if name not in RunShort.model_fields}
    return RunTold(**short(run).model_dump(), **more)


@router.get(
    "/runs/{ref}/rows",
    auth=READERS,
    summary="What a run found",
    **problems.told(paging.Page[RunRowTold], "api.not_found"),
)
def list_rows(request: HttpRequest, ref: str, asked: Query[paging.Asked]) -> paging.Page[RunRowTold]:
    """The right that was valued last comes first."""
    return paging.cut(RunRow.objects.filter(run=found(ref)), asked, row_told)
