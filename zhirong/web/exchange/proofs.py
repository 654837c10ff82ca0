"""Proofs for everyone: verify a file, look up a number, receipts and certificates with their files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.base.refused import Refused
from zhirong.exchange import published
from zhirong.exchange.models import Certificate, LotStep
from zhirong.papers import evidence, verifier
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.record import kinds, receipts
from zhirong.record.models import Event, Leaf, Notice
from zhirong.web import filters, limits, pages
from zhirong.web.exchange import board, checked, fact_words, words

UPLOAD_MOST = 20 * 1024 * 1024
STANDSTILL = ("exchange.lot_paused", "exchange.lot_encumbered", "exchange.lot_resumed")


@dataclass(frozen=True)
class Verdict:
    """What the verifier says of a file: read or not, and every mismatch in the language of the page."""

    name: str
    is_read: bool
    is_pdf: bool = False
    found: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def matches(self) -> bool:
        return self.is_read and not self.found


@require_http_methods(["GET", "POST"])
@pages.form
def verify(request: HttpRequest) -> HttpResponse:
    """/verify: a file to check, or a number to look up."""
    verdict = None
    if request.method == "POST":
        limits.take(request, "export")
        verdict = verdict_on(request)
        if isinstance(verdict, HttpResponseRedirect):
            return verdict
    wanted = request.GET.get("number", "").strip()
    found = look_up(wanted) if wanted else None
    if isinstance(found, Certificate):
        return HttpResponseRedirect(reverse("certificate", args=[found.number]))
    if found is not None and may_see(request, found):
        return HttpResponseRedirect(reverse("receipt", args=[found.pk]))
    return pages.page(
        request,
        "exchange/verify.html",
        crumbs=[(gettext("Verify a record"), None)],
        verdict=verdict,
        wanted=wanted,
        head=receipts.head(),
        is_missing=bool(wanted) and found is None,
        closed=found,
    )


def verdict_on(request: HttpRequest) -> Verdict | HttpResponseRedirect | None:
    """The uploaded file, checked by the same program that ships with every certificate, against the house's own key.

    A certificate's PDF proves nothing by itself: its SHA-256 is compared on the page of the certificate.
    """
    given = request.FILES.get("paper")
    if given is None:
        return None
    name = str(given.name)[:100]
    if given.size is None or given.size > UPLOAD_MOST:
        raise Refused("web.file_too_large", field="paper", most_mb=UPLOAD_MOST >> 20)
    data = given.read()
    if data.startswith(b"%PDF-"):
        digest = hashlib.sha256(data).hexdigest()
        own = Certificate.objects.filter(sealed_files__contains=digest).first()
        if own is None:
            return Verdict(name, is_read=False, is_pdf=True)
        return HttpResponseRedirect(f"{reverse('certificate', args=[own.number])}?sha256={digest}#h-genuine")
    with limits.one_of("verify"):
        try:
            findings = verifier.verify(data, pinned=receipts.house_key())
        except (OSError, *verifier.UNREADABLE):
            return Verdict(name, is_read=False)
    side = 0 if filters.is_chinese() else 1
    found, remarks = (tuple(pair[side] for pair in said) for said in (findings.found, findings.remarks))
    return Verdict(name, is_read=True, found=found, remarks=remarks)


def look_up(wanted: str) -> Certificate | Leaf | None:
    """A certificate by its number, or a leaf by its number, as papers print it, or its hash."""
    certificate = Certificate.objects.filter(number__iexact=wanted).first()
    if certificate is not None:
        return certificate
    leaves = Leaf.objects.select_related("event")
    number = wanted.replace(",", "")
    if number.isdecimal() and len(number) < 16:
        return leaves.filter(number=int(number)).first()
    if len(wanted) == 64:
        try:
            return leaves.filter(hash=bytes.fromhex(wanted)).first()
        except ValueError:
            return None
    return None


@require_safe
def verifier_file(request: HttpRequest) -> HttpResponse:
    """/verifier.py: the program itself."""
    answer = HttpResponse(Path(verifier.__file__).read_bytes(), content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="verifier.py"'
    return answer


def leaf_for(request: HttpRequest, leaf_id: int) -> Leaf:
    """A leaf that this person may see."""
    leaf = Leaf.objects.select_related("event").filter(pk=leaf_id).first()
    if leaf is None or not may_see(request, leaf):
        raise Http404
    return leaf


def may_see(request: HttpRequest, leaf: Leaf) -> bool:
    """Everybody a public deed, a person its own and what it was told of, auditors all."""
    if leaf.event.public:
        return True
    person, standing = pages.person_of(request), pages.standing_of(request)
    is_own = person is not None and json.loads(leaf.body).get("who") == person.ref
    was_told = person is not None and Notice.objects.filter(person_ref=person.ref, leaf=leaf).exists()
    return is_own or was_told or access.has_role(standing, "auditor")


@require_safe
def receipt(request: HttpRequest, leaf_id: int) -> HttpResponse:
    """/receipts/4711: what was done, and the proof that it stands on the record."""
    leaf = leaf_for(request, leaf_id)
    kind = kinds.of(leaf.kind)
    told = receipts.receipt(leaf.pk)
    facts = {name: value for name, value in told["leaf"].items() if name not in ("kind", "topic", "at", "salt", "who")}
    return pages.page(
        request,
        "exchange/receipt.html",
        crumbs=[(gettext("Verify a record"), reverse("verify")), (gettext("Receipt"), None)],
        leaf=leaf,
        kind=sentence(leaf.event, kind),
        told=told,
        facts=fact_words.rows(facts, pages.standing_of(request)),
    )


def sentence(event: Event, kind: kinds.Kind) -> str:
    """What was done, in the words of its module; of a pause and its end, as the transcript reckons them."""
    if event.kind in STANDSTILL:
        return board.said(LotStep.objects.get(leaf=event.leaf_id))
    text = kind.zh if filters.is_chinese() else kind.en
    told: dict[str, Any] = json.loads(event.body)
    return text.format_map(_Told({name: filters.fact(value, name) for name, value in told.items()}))


class _Told(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "–"


@require_safe
def receipt_file(request: HttpRequest, leaf_id: int) -> HttpResponse:
    """/receipts/4711.json"""
    leaf = leaf_for(request, leaf_id)
    answer = HttpResponse(evidence.receipt(leaf.pk), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="receipt-{leaf.pk}.json"'
    return answer


def certificate_or_404(number: str) -> Certificate:
    beside = (
        "deal__listing__edition_of_rules",
        "deal__seller",
        "deal__buyer",
        "deal__intent",
        "deal__lot",
        "leaf",
        "sealed",
    )
    found = Certificate.objects.select_related("sealed", *beside).filter(number=number).first()
    if found is None:
        raise Http404
    return found


@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """/certificates/PZ-2026-000001: what the QR code leads to, and whether a paper is genuine, for everyone."""
    found = certificate_or_404(number)
    deal, digest = found.deal, request.GET.get("sha256", "").strip()[:80]
    has_papers = published.may_have(pages.standing_of(request), deal)
    items = checked.items_of(deal)
    return pages.page(
        request,
        "exchange/certificate.html",
        crumbs=[(gettext("Verify a record"), reverse("verify")), (f"{gettext('Certificate')} {number}", None)],
        certificate=found,
        deal=deal,
        rights=[(words.kind(item.right.kind), item.right) for item in items],
        reservations=checked.reservations(deal, items),
        told=receipts.receipt(found.leaf_id),
        sides=[
            (gettext("Seller"), name_of(deal.seller, has_papers=has_papers)),
            (gettext("Buyer"), name_of(deal.buyer, has_papers=has_papers)),
        ],
        has_papers=has_papers,
        digest=digest,
        genuine=published.of_hash(found, digest) if digest else "",
    )


def name_of(party: Party, *, has_papers: bool) -> str:
    """A firm by its name; a natural person is not told to those who only counted numbers (个人信息保护法 25)."""
    return party.name if has_papers or party.kind == "legal" else gettext("A natural person")


@require_safe
@pages.signed_in
def certificate_file(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """/certificates/PZ-2026-000001/certificate.zh.pdf and its like, for both sides and the house."""
    limits.take(request, "export")
    found = certificate_or_404(number)
    if not published.may_have(pages.standing_of(request), found.deal):
        raise Http404
    makers: dict[str, tuple[str, Callable[[], bytes]]] = {
        "certificate.zh.pdf": ("application/pdf", lambda: published.certificate_file(found, "certificate.zh.pdf")),
        "certificate.en.pdf": ("application/pdf", lambda: published.certificate_file(found, "certificate.en.pdf")),
        "certificate.zip": ("application/zip", lambda: published.certificate_archive(found)),
        "certificate.json": ("application/json", lambda: published.certificate_json(found)),
        "receipt.json": ("application/json", lambda: evidence.receipt(found.leaf_id)),
    }
    if name not in makers:
        raise Http404
    media, make = makers[name]
    answer = HttpResponse(make(), content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="{number}-{name}"'
    return answer
