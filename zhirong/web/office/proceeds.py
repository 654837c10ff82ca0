"""/office/deals/<id>/proceeds: who gets what of the price, and the agreement of those entitled, by two persons."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base.refused import Refused
from zhirong.exchange import proceeds
from zhirong.exchange.actions import entitled, splits
from zhirong.exchange.engine import amounts
from zhirong.exchange.models import Deal, Split
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.web import pages
from zhirong.web.office import rooms
from zhirong.web.office.cases import handed

DEEDS = ("exchange.propose_split", "exchange.confirm_split")
ENDED = ("settled", "defaulted", "annulled")
# So many lines of an agreement on the form; a longer one comes over the interface.
LINES = 6


@rooms.room("exchange.see_office", does=DEEDS)
def proceeds_page(request: HttpRequest, deal_id: int) -> HttpResponse:
    """/office/deals/<id>/proceeds: by the register, as agreed, or as it was paid."""
    if request.method == "POST":
        return deed(request, deal_id)
    deal = get_object_or_404(Deal.objects.select_related("listing", "seller", "buyer"), pk=deal_id)
    found, standing = proceeds.of(deal), pages.standing_of(request)
    agreement = found.agreement
    is_over = deal.state in ENDED
    return rooms.show(
        request,
        "proceeds.html",
        here="office-deals",
        title=gettext("Division of the proceeds of %(deal)s") % {"deal": deal.number},
        way=(gettext("Settlement"), reverse("office-deals")),
        deal=deal,
        proceeds=found,
        agreement=agreement,
        agreed=entitled.agreed_parts(agreement) if agreement else [],
        roles={"owner": gettext("Owner"), "pledgee": gettext("Pledgee")},
        lines=range(1, LINES + 1),
        known=sorted({(part.party.ref, part.party.name) for part in found.parts if part.party}),
        to_divide_fen=found.waiting_fen if is_over else found.net_fen,
        may_propose=(found.waiting_fen > 0 or not is_over) and access.may(standing, "exchange.propose_split", deal),
        may_confirm=agreement is not None
        and agreement.state == "proposed"
        and access.may(standing, "exchange.confirm_split", agreement),
        may_lift=agreement is not None
        and agreement.state == "confirmed"
        and not is_over
        and access.may(standing, "exchange.propose_split", deal),
        may_withdraw=agreement is not None
        and agreement.state == "proposed"
        and access.may(standing, "exchange.propose_split", deal),
    )


@rooms.room("exchange.see_office")
def evidence(request: HttpRequest, split_id: int) -> HttpResponse:
    """/office/splits/<id>/evidence: what an agreement rests on, by which the second person decides."""
    return handed(request, get_object_or_404(Split.objects.select_related("file"), pk=split_id).file)


def deed(request: HttpRequest, deal_id: int) -> HttpResponse:
    """An agreement is entered by one person and confirmed by another."""
    person, given = rooms.who(request), request.POST
    digest, reason = given.get("payload_hash", ""), given.get("reason", "")

    def propose() -> object:
        file = rooms.kept_file(request, "file")
        return splits.propose_split(person, deal_id, parts=parts_of(request), reason=reason, file=file)

    return rooms.do(
        request,
        {
            "propose_split": propose,
            "lift_split": lambda: splits.propose_lift(
                person, deal_id, reason=reason, file=rooms.kept_file(request, "file")
            ),
            "confirm_split": lambda: splits.confirm_split(person, deal_id, payload_hash=digest),
            "refuse_split": lambda: splits.refuse_split(person, deal_id, payload_hash=digest, reason=reason),
            "withdraw_split": lambda: splits.withdraw_split(person, deal_id, reason=reason),
        },
    )


def parts_of(request: HttpRequest) -> list[tuple[str, str, int]]:
    """The lines of the form that name somebody: role, the party by its reference or its exact name, the amount."""
    parts = []
    for line in range(1, LINES + 1):
        who = request.POST.get(f"party_{line}", "").strip()
        if who:
            role = request.POST.get(f"role_{line}", "owner")
            parts.append((role, party_of(who), amounts.fen_of_yuan(request.POST.get(f"amount_{line}", ""))))
    return parts


def party_of(given: str) -> str:
    """The reference of a party that was named by it or by its whole name; one that fits none is refused."""
    found = Party.objects.filter(ref=given).first() or Party.objects.filter(name=given).first()
    if found is None:
        raise Refused("deal.split_unknown_party", party=given[:60])
    return found.ref
