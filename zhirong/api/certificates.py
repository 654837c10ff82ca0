"""Certificates: what a settled deal came to, with the receipt of its leaf."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

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


def told(one: Certificate) -> CertificateTold:
    return CertificateTold(
        number=one.number,
        deal=one.deal.number,
        issued_at=one.issued_at,
        facts=json.loads(one.facts),
        receipt=receipts.receipt(one.leaf_id),
    )


@router.get("/certificates", summary="Certificates of my deals, or all", **problems.told(paging.Page[CertificateTold]))
def list_certificates(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[CertificateTold]:
    """Newest first."""
    rows = Certificate.objects.select_related("deal").filter(deal__in=deals.seen(request).values("pk"))
    return paging.cut(rows, asked, told)


@router.get("/certificates/{number}", auth=calling.ANYONE, summary="One certificate", **problems.told(CertificateTold))
def get_certificate(request: HttpRequest, number: shapes.Short) -> CertificateTold:
    """What the public record says of it, with its proof; open to all who know its number."""
    return told(shapes.one(Certificate.objects.select_related("deal"), number=number))


@router.get(
    "/certificates/{number}/{name}",
    auth=calling.ANYONE,
    summary="A certificate as a file",
    **problems.told(None, "certificate.not_sealed"),
)
def get_file(request: HttpRequest, number: shapes.Short, name: FileName) -> HttpResponse:
    """Its paper in Chinese or English, the file that proves itself, or all of it with the verifier in one archive."""
    found = shapes.one(Certificate.objects.select_related(*BESIDE), number=number)
    if name == "certificate.zip":
        content = published.certificate_archive(found)
    elif name == "certificate.json":
        content = published.certificate_json(found)
    else:
        content = published.certificate_file(found, name)
    saved = {"Content-Disposition": f'attachment; filename="{found.number}-{name}"'}
    return HttpResponse(content, content_type=MEDIA[name.rpartition(".")[2]], headers=saved)
