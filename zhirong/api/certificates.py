"""Certificates: what a settled deal came to, with the receipt of its leaf."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, deals, paging, problems, shapes
from zhirong.exchange import published
from zhirong.exchange.models import Certificate
from zhirong.record import receipts

router = Router(tags=["certificates"])
BESIDE = ("deal__listing__edition_of_rules", "deal__seller", "deal__buyer", "deal__intent", "deal__lot", "leaf")
MEDIA = {"pdf": "application/pdf", "zip": "application/zip", "json": "application/json"}
FileName = Literal["certificate.zh.pdf", "certificate.en.pdf", "certificate.json", "certificate.zip"]


class CertificateTold(shapes.Told):
    """A certificate; parties stand on it by their refs, names are on the papers of their own."""

    number: str = Field(examples=["PZ-2026-000017"])
    deal: str = Field(examples=["CJ-2026-000041"])
    issued_at: datetime
    facts: dict[str, Any]
    receipt: dict[str, Any]
    of_hash: str = Field(
        description="Which of its papers, or `certified`, `sealed`, `facts`, has the SHA-256 that was asked for; "
        "empty where none has",
        examples=["certificate.zh.pdf"],
    )


def told(one: Certificate, sha256: str = "") -> CertificateTold:
    return CertificateTold(
        number=one.number,
        deal=one.deal.number,
        issued_at=one.issued_at,
        facts=json.loads(one.facts),
        receipt=receipts.receipt(one.leaf_id),
        of_hash=published.of_hash(one, sha256),
    )


@router.get("/certificates", summary="Certificates of my deals, or all", **problems.told(paging.Page[CertificateTold]))
def list_certificates(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[CertificateTold]:
    """Newest first."""
    mine = deals.seen(request).values("pk")
    rows = Certificate.objects.select_related("deal", "leaf", "sealed").filter(deal__in=mine)
    return paging.cut(rows, asked, told)


@router.get("/certificates/{number}", auth=calling.ANYONE, summary="One certificate", **problems.told(CertificateTold))
def get_certificate(
    request: HttpRequest,
    number: shapes.Short,
    sha256: Annotated[str, Query(max_length=64, pattern="^([0-9a-f]{64})?$", description="Of a paper in hand")] = "",
) -> CertificateTold:
    """What the public record says of it, with its proof, and whether a paper of this hash is genuine; for everyone."""
    return told(shapes.one(Certificate.objects.select_related("deal", "leaf", "sealed"), number=number), sha256)


@router.get(
    "/certificates/{number}/{name}",
    summary="A certificate as a file",
    **problems.told(None, "certificate.not_sealed"),
)
def get_file(request: HttpRequest, number: shapes.Short, name: FileName) -> HttpResponse:
    """Its paper in Chinese or English, the file that proves itself, or all of it with the verifier in one archive.

    They name both sides with their addresses, so they are there for these and the house alone.
    """
    rows = Certificate.objects.filter(deal__in=deals.seen(request).values("pk"))
    found = shapes.one(rows.select_related(*BESIDE), number=number)
    if name == "certificate.zip":
        content = published.certificate_archive(found)
    elif name == "certificate.json":
        content = published.certificate_json(found)
    else:
        content = published.certificate_file(found, name)
    saved = {"Content-Disposition": f'attachment; filename="{found.number}-{name}"'}
    return HttpResponse(content, content_type=MEDIA[name.rpartition(".")[2]], headers=saved)
