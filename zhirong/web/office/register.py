"""What waits at the register: reported payments with their receipts, entered transfers with their notices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.exchange import holds
from zhirong.people import access
from zhirong.registry import queries
from zhirong.registry.actions import payments, putting, transfers
from zhirong.registry.engine import fees
from zhirong.registry.models import FeePayment, TransferEntry
from zhirong.web import filters, pages
from zhirong.web.office import conveyances, rooms
from zhirong.web.office.cases import handed
from zhirong.web.office.reviews import of


@rooms.room("people.see_cases", does=("registry.confirm_payment",))
def payment(request: HttpRequest, payment_id: int) -> HttpResponse:
    """/office/payments/<id>: does the office have this payment?"""
    person, reason = rooms.who(request), request.POST.get("reason", "")
    found = FeePayment.objects.select_related("right", "entered_by", "decided_by", "file")
    one = get_object_or_404(found, pk=payment_id)
    if request.method == "POST":
        deeds: rooms.Deeds = {
            "confirm": lambda: payments.confirm_payment(person, one),
            "refuse": lambda: payments.refuse_payment(person, one, reason=reason),
        }
        return rooms.do(request, deeds)
    day = putting.today()
    facts = queries.facts_of_read([one.right], day)[0]
    standing = pages.standing_of(request)
    is_own = standing is not None and any(
        held.party_id in standing.parties for held in queries.holdings_on(one.right, day)
    )
    thing = payments.OfPayment(one.entered_by_id, None)
    return rooms.show(
        request,
        "payment.html",
        here="office",
        title=filters.title(one.right),
        case=one,
        state=of("payment", one.state),
        reduction={
            "none": gettext("None"),
            "single": gettext("One applicant, 85% off"),
            "joint": gettext("Several applicants, 70% off"),
        }[one.reduction],
        year=next((row for row in fees.fee_table(facts, day) if row.year == one.year), None),
        looked_on=facts.fees.as_of,
        through=facts.fees.paid_through_year,
        may=not is_own and access.may(standing, "registry.confirm_payment", thing),
        could=access.could(standing, "registry.confirm_payment"),
    )


@rooms.room("people.see_cases")
def receipt(request: HttpRequest, payment_id: int) -> HttpResponse:
    """The office's receipt, as it was brought."""
    return handed(request, get_object_or_404(FeePayment.objects.select_related("file"), pk=payment_id).file)


@rooms.room("people.see_cases", does=("registry.confirm_transfer",))
def transfer(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """/office/transfers/<id>: does the office's notice say what was entered? The second person's look."""
    person, reason = rooms.who(request), request.POST.get("reason", "")
    found = TransferEntry.objects.select_related("right", "to", "seller", "proof", "entered_by", "decided_by")
    one = get_object_or_404(found, pk=transfer_id)
    if request.method == "POST":
        seen = request.POST.get("payload_hash", "")
        deeds: rooms.Deeds = {
            "confirm": lambda: transfers.confirm_transfer(person, one, payload_hash=seen, held=holds.of_right),
            "return": lambda: transfers.return_transfer(person, one, reason=reason),
        }
        return rooms.do(request, deeds)
    standing, held = pages.standing_of(request), queries.holdings_on(one.right, putting.today())
    return rooms.show(
        request,
        "transfer.html",
        here="office-transfers",
        title=filters.title(one.right),
        way=(gettext("Transfers of title"), reverse("office-transfers")),
        case=one,
        state=of("transfer", one.state),
        share=conveyances.percent(one.share_ppm),
        holders="、".join(holding.name for holding in held),
        held=holds.of_right(one.right) if one.state == "entered" else "",
        may=transfers.may_confirm(standing, one, held),
        could=access.could(standing, "registry.confirm_transfer"),
    )


@rooms.room("people.see_cases")
def transfer_proof(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """The office's notice, as it was brought."""
    return handed(request, get_object_or_404(TransferEntry.objects.select_related("proof"), pk=transfer_id).proof)
