"""The files on which a case rests, for those who decide: whoever confirms has opened them, and the record says so."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from zhirong.api import calling, deals, files, problems, shapes
from zhirong.exchange import proceeds
from zhirong.exchange.models import ListingChange, Objection
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry.models import Claim, FeePayment, TransferEntry

router = Router(tags=["cases"])
READ = problems.told(None, "file.gone")


def handed(request: HttpRequest, file: File | None) -> HttpResponse:
    """A file of a case; without one there is nothing at its address."""
    if file is None:
        raise Http404
    return files.sent(file, record.read_file(calling.person_of(request), file, is_evidence=True))


@router.get(
    "/claims/{int:claim_id}/evidence",
    auth=calling.may_ask("people.see_cases"),
    summary="Read the evidence of a claim",
    **READ,
)
def claim(request: HttpRequest, claim_id: shapes.Id) -> HttpResponse:
    """Reading it is a deed on the record, without which nobody accepts the claim."""
    return handed(request, shapes.one(Claim.objects.select_related("evidence"), pk=claim_id).evidence)


@router.get(
    "/payments/{int:payment_id}/receipt",
    auth=calling.may_ask("people.see_cases"),
    summary="Read the receipt of a reported payment",
    **READ,
)
def payment(request: HttpRequest, payment_id: shapes.Id) -> HttpResponse:
    """Reading it is a deed on the record, without which nobody confirms the payment."""
    return handed(request, shapes.one(FeePayment.objects.select_related("file"), pk=payment_id).file)


@router.get(
    "/transfers/{int:transfer_id}/proof",
    auth=calling.may_ask("people.see_cases"),
    summary="Read the office's notice of a transfer",
    **READ,
)
def transfer(request: HttpRequest, transfer_id: shapes.Id) -> HttpResponse:
    """Reading it is a deed on the record, without which nobody confirms the transfer."""
    return handed(request, shapes.one(TransferEntry.objects.select_related("proof"), pk=transfer_id).proof)


@router.get(
    "/deals/{int:deal_id}/recordal/notice",
    auth=calling.may_ask("exchange.see_office"),
    summary="Read the office's notice of a deal's recordal",
    **READ,
)
def recordal(request: HttpRequest, deal_id: shapes.Id) -> HttpResponse:
    """The latest. Reading it is a deed on the record, without which nobody settles the deal."""
    last = deals.one(request, deal_id).recordals.select_related("file").order_by("-pk").first()
    return handed(request, last.file if last else None)


@router.get(
    "/objections/{int:objection_id}/evidence",
    auth=calling.may_ask("exchange.see_office"),
    summary="Read the evidence of an objection",
    **READ,
)
def objection(request: HttpRequest, objection_id: shapes.Id) -> HttpResponse:
    """Reading it is a deed on the record, without which nobody decides the objection."""
    found = Objection.objects.filter(deal__in=deals.seen(request).values("pk")).select_related("file")
    return handed(request, shapes.one(found, pk=objection_id).file)


@router.get(
    "/withdrawals/{int:withdrawal_id}/evidence",
    auth=calling.may_ask("exchange.see_office"),
    summary="Read what a seller shows for taking a listing back",
    **READ,
)
def withdrawal(request: HttpRequest, withdrawal_id: shapes.Id) -> HttpResponse:
    """Reading it is a deed on the record, without which nobody decides it."""
    asked = ListingChange.objects.filter(what="withdrawal").select_related("file")
    return handed(request, shapes.one(asked, pk=withdrawal_id).file)


@router.get(
    "/deals/{int:deal_id}/split/evidence",
    auth=calling.may_ask("exchange.see_office"),
    summary="Read what an agreed division rests on",
    **READ,
)
def split(request: HttpRequest, deal_id: shapes.Id) -> HttpResponse:
    """The one that stands or waits. Reading it is a deed on the record, without which nobody confirms it."""
    agreed = proceeds.of(deals.one(request, deal_id)).agreement
    return handed(request, agreed.file if agreed else None)
