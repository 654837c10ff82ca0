"""Parties to verify, claims of rights, imports that wait: evidence at the left, two buttons at the right."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from zhirong.base import refused as refusals
from zhirong.base.refused import Refused
from zhirong.exchange.models import ListingChange, StatePaper
from zhirong.people import access, figures
from zhirong.people.actions import parties, secrets
from zhirong.people.actions import verification as verifications
from zhirong.people.models import Secret, Verification
from zhirong.record import actions as record
from zhirong.record import files
from zhirong.record.models import File
from zhirong.registry import records
from zhirong.registry.actions import imports, titles
from zhirong.registry.models import Claim, ImportBatch, ImportRow
from zhirong.web import filters, lists, pages, reading, views
from zhirong.web.office import rooms
from zhirong.web.office.reviews import of


def sent(file: File, content: bytes) -> HttpResponse:
    """A kept file, to be saved and never shown in our name."""
    return HttpResponse(content, headers=files.headers(file.name, file.media_type))


def handed(request: HttpRequest, file: File | None) -> HttpResponse:
    """A file of a case; without one there is nothing at its address."""
    if file is None:
        raise Http404
    return sent(file, record.read_file(rooms.who(request), file, is_evidence=True))


NATURE = ("is_state_owned", "is_public_institution", "is_public_research")
# Beside which field a refused reading stands.
BESIDE = {
    "people.no_such_secret": "kind",
    "people.no_secret": "kind",
    "people.no_such_reason": "reason",
    "people.not_a_topic": "about",
}


@rooms.room("people.see_cases", does=("people.decide_verification", "people.note_nature"))
def verification(request: HttpRequest, verification_id: int) -> HttpResponse:
    """/office/verifications/<id>: is the party who it says it is?"""
    person, given = rooms.who(request), request.POST
    one = case_of(verification_id)
    if request.method == "POST":
        nature = {name: given.get(name) == "yes" for name in NATURE}
        deeds: rooms.Deeds = {
            "nature": lambda: parties.note_nature(person, one.party_id, **nature),
            "accept": lambda: verifications.accept_verification(person, verification_id),
            "reject": lambda: verifications.reject_verification(
                person, verification_id, reason=given.get("reason", "")
            ),
        }
        return rooms.do(request, deeds)
    return case_page(request, one)


def case_of(verification_id: int) -> Verification:
    """The request with its party and its people."""
    return get_object_or_404(Verification.objects.select_related("party", "asked_by", "decided_by"), pk=verification_id)


@rooms.room("people.see_cases", does=("people.read_secret",))
@pages.form_with(BESIDE)
def secret(request: HttpRequest, verification_id: int) -> HttpResponse:
    """The id or account in plain, in this answer alone; the reading is a deed (个人信息保护法 6, 51)."""
    one = case_of(verification_id)
    if request.method != "POST":
        return case_page(request, one)
    access.require(pages.standing_of(request), "people.read_secret", one.party)
    said = {name: request.POST.get(name, "") for name in ("kind", "reason")}
    about = request.POST.get("about", "").strip()
    plain = secrets.read_secret(rooms.who(request), one.party_id, about=about, **said)
    return case_page(request, one, plain=(said["kind"], plain))


def case_page(request: HttpRequest, one: Verification, *, plain: tuple[str, str] | None = None) -> HttpResponse:
    """The case; `plain` is what was read a moment ago."""
    language = "zh" if filters.is_chinese() else "en"
    reasons = figures.at("reading_reasons", record.now())
    kept = list(Secret.objects.filter(party=one.party).values_list("kind", "masked"))
    words = {"resident_id": gettext("Resident id"), "bank_account": gettext("Bank account")}
    standing = pages.standing_of(request)
    return rooms.show(
        request,
        "verification.html",
        here="office",
        title=one.party.name,
        case=one,
        evidence=list(one.evidence.order_by("pk")),
        may_read=access.may(standing, "people.see_evidence", one),
        secrets=kept,
        earlier=list(Verification.objects.filter(party=one.party).exclude(pk=one.pk).order_by("-pk")[:5]),
        may=access.may(standing, "people.decide_verification", one),
        could=access.could(standing, "people.decide_verification"),
        may_note=access.may(standing, "people.note_nature", one.party),
        may_open=access.may(standing, "people.read_secret", one.party),
        reasons=[(name, word[language]) for name, word in reasons.items()],
        plain=plain,
        kinds=[(kind, words.get(kind, kind)) for kind, _ in kept],
        secret_words=words,
    )


@rooms.room("people.see_cases")
def evidence(request: HttpRequest, verification_id: int, file_id: int) -> HttpResponse:
    """One file of the evidence; reading a secret one is a deed on the record."""
    if not Verification.objects.filter(pk=verification_id, evidence=file_id).exists():
        raise Http404
    return sent(*verifications.read_evidence(rooms.who(request), verification_id, file_id))


@rooms.room("people.see_cases", does=("registry.decide_claim",))
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """/office/claims/<id>: is this party the holder whom the register names?"""
    person, reason = rooms.who(request), request.POST.get("reason", "")
    one = get_object_or_404(
        Claim.objects.select_related("right", "holding", "party", "asked_by", "decided_by", "evidence"), pk=claim_id
    )
    if request.method == "POST":
        deeds: rooms.Deeds = {
            "accept": lambda: titles.accept_claim(person, one, reason=reason),
            "refuse": lambda: titles.refuse_claim(person, one, reason=reason),
        }
        return rooms.do(request, deeds)
    standing = pages.standing_of(request)
    return rooms.show(
        request,
        "claim.html",
        here="office",
        title=filters.title(one.right),
        case=one,
        kind=of("kind", one.right.kind),
        state=of("claim", one.state),
        others=list(Claim.objects.filter(right=one.right).exclude(pk=one.pk).select_related("party")[:10]),
        may=access.may(standing, "registry.decide_claim", one),
        could=access.could(standing, "registry.decide_claim"),
    )


@rooms.room("people.see_cases")
def claim_evidence(request: HttpRequest, claim_id: int) -> HttpResponse:
    """The file that a claim rests on."""
    return handed(request, get_object_or_404(Claim.objects.select_related("evidence"), pk=claim_id).evidence)


@rooms.room("exchange.see_office")
def withdrawal_evidence(request: HttpRequest, withdrawal_id: int) -> HttpResponse:
    """/office/withdrawals/<id>/evidence: what the seller shows for taking a listing back."""
    asked = ListingChange.objects.filter(what="withdrawal").select_related("file")
    return handed(request, get_object_or_404(asked, pk=withdrawal_id).file)


@rooms.room("exchange.see_office")
def state_paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """/office/state-papers/<id>/evidence: the appraisal or the approval of state-owned rights."""
    return handed(request, get_object_or_404(StatePaper.objects.select_related("file"), pk=paper_id).file)


@rooms.room("people.see_cases", does=("registry.bring_rights",))
def import_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """/office/imports/<id>: what would become visible, and what keeps it out."""
    one = get_object_or_404(ImportBatch.objects.select_related("file", "brought_by", "holder"), pk=batch_id)
    if request.method == "POST":
        person = rooms.who(request)
        deeds: rooms.Deeds = {
            "accept": lambda: imports.commit_import(person, one),
            "drop": lambda: imports.drop_import(person, one),
        }
        return rooms.do(request, deeds)
    columns = line_columns(request)
    found = ImportRow.objects.filter(batch=one)
    only_faults = reading.choice(request, "faults", ("0", "1")) == "1"
    if only_faults:
        found = found.exclude(faults="[]")
    title = gettext("Lines of the import")
    if file := lists.taken_away(request, "rows", title, columns=columns, found=found.order_by("line")):
        return file
    return rooms.show(
        request,
        "import.html",
        here="office",
        title=one.file.name if one.file else one.ref,
        batch=one,
        state=state_of(one),
        table=lists.table(request, "rows", title, columns=columns, found=found, order="line"),
        only_faults=only_faults,
        may=access.may(pages.standing_of(request), "registry.bring_rights", one),
        is_ours=one.holder is None or one.brought_by_id == rooms.who(request).pk,
    )


def state_of(batch: ImportBatch) -> tuple[str, str]:
    """Shape and word of an import."""
    if batch.visible_at:
        return "done", gettext("Visible")
    if batch.dropped_at:
        return "off", gettext("Dropped")
    return ("no", gettext("Has faults")) if batch.faults else ("wait", gettext("Waits for a decision"))


def line_columns(request: HttpRequest) -> list[lists.Column]:
    """What the list shows of an import's line."""
    language = views.chosen(request, "lang")

    def faults(row: ImportRow) -> str:
        told = [
            f"{fault['column']}: {refusals.sentence(Refused(fault['code'], **fault['facts']), language)}"
            for fault in json.loads(row.faults)
        ]
        return " ".join(told)

    def named(row: ImportRow) -> str:
        said = json.loads(row.facts)
        number, title = records.unread(row.facts)
        numbers = gettext(", ").join(records.written(key) for key in said.get("keys", ()))
        return f"{said.get('number') or numbers or number} {said.get('title') or title}".strip()

    def holders(row: ImportRow) -> str:
        is_right = records.is_read(row.facts) and "keys" not in json.loads(row.facts)
        return filters.listed(one.name for one in records.from_text(row.facts).named_holders()) if is_right else ""

    return [
        lists.Column(head=gettext("Line"), value=lambda row: row.line, order="line"),
        lists.Column(head=gettext("Number and title"), value=named),
        lists.Column(head=gettext("Holders that the file names"), value=lambda row: holders(row) or "–"),
        lists.Column(
            head=gettext("Faults found"), value=lambda row: faults(row) or gettext("none"),
            state=lambda row: "" if row.faults != "[]" else "go",
        ),
    ]  # fmt: skip
