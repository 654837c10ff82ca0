"""The papers of a deal as downloads: contract, fee notes, request for the change of owner, copies, certificate."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from zhirong.exchange import papers, published
from zhirong.exchange.models import Acceptance, Deal
from zhirong.papers import evidence
from zhirong.people.rules import Standing
from zhirong.record import actions as record
from zhirong.web import account, limits, lists, pages
from zhirong.web.deals import deal as deal_pages

# name in the address: who may have it ("" both sides and the house), and how it is made.
NAME = re.compile(r"(contract|accepted|fee-seller|fee-buyer|recordal-(\d{1,3}))\.(zh|en)\.pdf")


@require_safe
@pages.signed_in
def paper(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """/deals/CJ-2026-000012/contract.zh.pdf and its like."""
    limits.take(request, "export", who=account.known(request).ref)
    deal = deal_pages.deal_or_404(request, number)
    made = certificate_paper(deal, name) or made_paper(deal, name, pages.standing_of(request))
    return lists.file(made(), f"{deal.number}-{name}", inline=name.endswith(".pdf"))


def made_paper(deal: Deal, name: str, standing: Standing | None) -> Callable[[], bytes]:
    """A paper set from the deal's facts; a side's fee note is its own and the house's."""
    found = NAME.fullmatch(name)
    if found is None:
        raise Http404
    kind, place, language = found[1], found[2], found[3]
    if kind == "contract":
        return lambda: papers.contract(deal, language)
    if kind == "accepted":
        return lambda: papers.accepted_contract(deal, language)
    if place is not None:
        return lambda: papers.recordal_form(deal, language, place=int(place) - 1)
    side = kind.partition("-")[2]
    owner = deal.seller_id if side == "seller" else deal.buyer_id
    if standing is None or not (owner in standing.parties or standing.roles & published.READERS):
        raise Http404
    return lambda: papers.fee_note(deal, side, language)


def certificate_paper(deal: Deal, name: str) -> Callable[[], bytes] | None:
    """The sealed files of the certificate."""
    if not hasattr(deal, "certificate"):
        return None
    certificate = deal.certificate
    makers: dict[str, Callable[[], bytes]] = {
        "certificate.zh.pdf": lambda: published.certificate_file(certificate, "certificate.zh.pdf"),
        "certificate.en.pdf": lambda: published.certificate_file(certificate, "certificate.en.pdf"),
        "certificate.zip": lambda: published.certificate_archive(certificate),
        "certificate.json": lambda: published.certificate_json(certificate),
        "receipt.json": lambda: evidence.receipt(certificate.leaf_id),
    }
    return makers.get(name)


@require_safe
@pages.signed_in
def signed_copy(request: HttpRequest, number: str, side: str) -> HttpResponse:
    """/deals/CJ-2026-000012/signed/seller: the signed copy that a side brought."""
    deal = deal_pages.deal_or_404(request, number)
    found = Acceptance.objects.filter(deal=deal, side=side).select_related("signed_copy").first()
    if found is None or found.signed_copy is None:
        raise Http404
    content = record.read_file(account.known(request), found.signed_copy)
    return lists.file(content, found.signed_copy.name, media_type=found.signed_copy.media_type)
