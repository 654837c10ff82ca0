"""GET /api/health: whether the house stands, without log-in."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.db.models import Count, Sum
from django.http import HttpRequest
from ninja import Router, Schema

from zhirong.exchange.models import Listing
from zhirong.record import receipts

router = Router(tags=["house"])
# Announced and not yet over: a buyer can still come to it, or is being found.
OPEN = ("announced", "qualifying", "answering", "bidding")


class OpenListings(Schema):
    """What is on sale now."""

    open: int
    asking_fen: int


class AuditHead(Schema):
    """The newest root of the audit tree."""

    size: int
    root: str


class Health(Schema):
    """The state of the house."""

    status: str
    version: str
    database: str
    listings: OpenListings
    audit: AuditHead


@router.get("/health", response=Health, auth=None, summary="Whether the house stands")
def health(request: HttpRequest) -> Health:
    """Answers without log-in; an answer other than 200 means that the database does not."""
    sums = Listing.objects.visible().filter(state__in=OPEN).aggregate(count=Count("pk"), fen=Sum("asking_fen"))
    head = receipts.head()
    return Health(
        status="ok",
        version=settings.VERSION,
        database=connection.vendor,
        listings=OpenListings(open=sums["count"], asking_fen=sums["fen"] or 0),
        audit=AuditHead(size=head["size"], root=head["root"]),
    )
