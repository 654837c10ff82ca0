"""GET /api/health: whether the house stands, without log-in. Kept for a second, so that asking costs nothing."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.db import connection
from django.db.models import Count, Sum
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from zhirong.base import faults
from zhirong.exchange import floor_doors
from zhirong.exchange.models import Listing
from zhirong.record import receipts, sequencer

router = Router(tags=["house"])
# Announced and not yet over: a buyer can still come to it, or is being found.
KEPT_NS = 10**9
OPEN = ("announced", "qualifying", "answering", "bidding")


Part = Literal["floor", "sequencer", "clock"]


class OpenListings(Schema):
    """What is on sale now."""

    open: int = Field(examples=[23000])
    asking_fen: int = Field(description="In fen", examples=[208600000000])


class AuditHead(Schema):
    """The newest root of the audit tree."""

    size: int
    root: str


class Health(Schema):
    """The state of the house."""

    status: Literal["ok", "degraded"]
    version: str
    database: str
    listings: OpenListings
    audit: AuditHead
    failing: list[Part] | None = Field(None, description="What does not do its work; left out while all is ok")


@dataclass(slots=True)
class Kept:
    """The answer of this second."""

    until_ns: int = 0
    sums: tuple[OpenListings, AuditHead] | None = None


_kept = Kept()
_gate = threading.Lock()


def forget() -> None:
    """Count anew at the next question (tests)."""
    _kept.until_ns = 0


def _sums() -> tuple[OpenListings, AuditHead]:
    """What is on sale and the newest root, read from the rows once a second at most."""
    with _gate:
        if _kept.sums is None or time.monotonic_ns() >= _kept.until_ns:
            found = Listing.objects.visible().filter(state__in=OPEN).aggregate(count=Count("pk"), fen=Sum("asking_fen"))
            head = receipts.head()
            _kept.sums = (
                OpenListings(open=found["count"], asking_fen=found["fen"] or 0),
                AuditHead(size=head["size"], root=head["root"]),
            )
            _kept.until_ns = time.monotonic_ns() + KEPT_NS
        return _kept.sums


def _failing() -> list[Part]:
    found: list[Part] = []
    if floor_doors.health().state == "fallen":
        found.append("floor")
    if sequencer.state() not in ("running", "absent"):
        found.append("sequencer")
    if faults.again(but=sequencer.ROUND):
        found.append("clock")
    return found


@router.get("/health", response=Health, auth=None, exclude_none=True, summary="Whether the house stands")
def health(request: HttpRequest) -> Health:
    """Answers without log-in; `degraded` where `failing` names something.

    `floor`: it fell and takes no bids until it is started. `sequencer`: what was committed has waited more than two
    seconds for its number, the audit tree is broken, or a live page is not told. `clock`: something that is due fails
    again and again; the office's page of the floor names it, and all else that is due goes on.
    """
    listings, audit = _sums()
    failing = _failing()
    return Health(
        status="degraded" if failing else "ok",
        failing=failing or None,
        version=settings.VERSION,
        database=connection.vendor,
        listings=listings,
        audit=audit,
    )
