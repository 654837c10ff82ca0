"""/applications/SB-2026-000001: one application for the enterprise: papers, facts, amount, terms, deeds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.people.rules import Standing
from zhirong.policy import application_rules as rules
from zhirong.policy import filing, preparing, visible
from zhirong.policy.actions import applications as deeds
from zhirong.policy.actions import publicity
from zhirong.policy.applied import Application, ApplicationObjection, Repayment
from zhirong.record import actions as record
from zhirong.record import files
from zhirong.web import account, filters, lists, pages, uploads
from zhirong.web.applications import seen, told, words

STEPS = ("filed", "complete", "proposed", "eligible", "publicity", "approved", "paid")
FAR = {"asked": "filed", "supplemented": "filed", "objected": "publicity", "listed": "approved"}


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
def application_page(request: HttpRequest, number: str) -> HttpResponse:
    """The page and every deed on it; a refused deed shows the page with what was typed."""
    row = seen.one_of_mine(request, number)
    if request.method == "POST":
        return do(request, row)
    kept = told.living_files(row)
    decision, needed, facts, sources, state_of_draft = resting_on(row, {one.material for one in kept})
    materials = told.checklist(needed, kept)
    is_filed = row.filed_at is not None
    objections = list(row.objections.order_by("pk")) if is_filed else []
    is_own = access.may(pages.standing_of(request), "policy.keep_application", row)
    is_agent = access.has_role(pages.standing_of(request), "agent")
    firm = firm_of(request, row) if is_own else None
    return pages.page(
        request,
        "applications/application.html",
        here="policy",
        crumbs=[(gettext("My applications"), reverse("applications")), (number, None)],
        row=row,
        title=words.title(row),
        state=words.state(row.state),
        steps=steps(row),
        facts=head_of(row),
        materials=materials,
        lacking=sum(not one["files"] for one in materials),
        lines=told.amount_lines(decision),
        ceilings=told.ceilings(decision),
        conditions=told.conditions(decision),
        limits=told.limits(row.decided_limits if row.is_settled else row.limits),
        used=told.fact_rows(facts, sources),
        amount_fen=state_of_draft["amount_fen"],
        against=state_of_draft["against"],
        history=told.history(row, with_names=False) if is_filed else [],
        objections=[(one, words.OBJECTIONS[one.state], words.of("objection", one.state)) for one in objections],
        repayment=Repayment.objects.filter(application=row).first() if is_filed else None,
        may=may(row, pages.standing_of(request), is_own=is_own and not (is_agent or firm), objections=objections),
        is_own=is_own,
        is_agent=is_agent,
        firm=firm.name if firm else "",
        due=words.due(row),
    )


def firm_of(request: HttpRequest, row: Application) -> Party | None:
    """The firm that prepared the case, where this person belongs to it beside the enterprise."""
    standing = pages.standing_of(request)
    is_in_others = standing is not None and len(standing.parties) > 1
    return preparing.firm_that_prepared(row, account.known(request).pk) if is_in_others else None


def resting_on(
    row: Application, have: Collection[str]
) -> tuple[told.Json, list[told.Json], told.Json, told.Json, dict[str, Any]]:
    """What the case rests on: as filed, or for a draft as the file is now, with what stands against filing it."""
    if row.filed_at is not None:
        stored = row.decided if row.is_settled else row.decision
        facts = row.decided_facts if row.is_settled else row.facts
        needed: Any = told.loaded(row.checklist)
        amount = row.granted_fen if row.granted_fen is not None else settled_fen(row)
        state: dict[str, Any] = {"amount_fen": amount, "against": None}
        return told.loaded(stored), needed, told.loaded(facts), told.loaded(row.sources), state
    found = deeds.assessed(row)
    against = None
    try:
        deeds.must_be_fit(row, found, have=have)
    except Refused as refused:
        against = pages.told(refused)
    state = {"amount_fen": found.amount_fen, "against": against}
    return filing.told(found), filing.checklist(found), found.facts, found.sources, state


def settled_fen(row: Application) -> int | None:
    """The amount of a confirmed decision, else what was computed at the filing."""
    return row.decided_fen or row.computed_fen if row.is_settled else row.computed_fen


def may(
    row: Application, here: Standing | None, *, is_own: bool, objections: Sequence[ApplicationObjection]
) -> dict[str, bool]:
    """Which deeds this person can do now."""
    can = {deed: (row.state, deed) in rules.AFTER for deed in ("prepare", "file", "supplement", "withdraw", "object")}
    is_in_term = row.publicity_until is None or beijing_day(record.now()) <= row.publicity_until
    return {
        "prepare": can["prepare"] and deeds.may_prepare(here, row),
        "file": can["file"] and is_own,
        "supplement": can["supplement"] and is_own,
        "withdraw": can["withdraw"] and is_own,
        "object": can["object"]
        and is_own
        and is_in_term
        and here is not None
        and here.person_id not in {one.by_id for one in objections},
    }


def steps(row: Application) -> list[tuple[str, str, str]]:
    """The way from the filing to the payment."""
    state = FAR.get(row.state, row.state)
    if state not in STEPS:
        return []
    far = STEPS.index(state)
    names = [
        gettext("Accepted"),
        gettext("Papers complete"),
        gettext("Decided"),
        gettext("Confirmed"),
        gettext("Publicity"),
        gettext("Approved"),
        gettext("Paid"),
    ]
    return [
        (
            name,
            words.due(row) if place == far and row.due_at else "",
            "was" if place < far else "now" if place == far else "",
        )
        for place, name in enumerate(names)
    ]


def head_of(row: Application) -> list[tuple[str, str]]:
    """For whom, about what, since when, by which text."""
    rows = [
        (gettext("Enterprise"), row.party.name),
        (gettext("About"), words.about(row.about)),
        (gettext("Deadline of this step"), words.due(row)),
    ]
    if row.preparer:
        rows.append((gettext("Prepared by"), row.preparer.name))
    if row.filed_at:
        rows.append((gettext("Text of the measure"), filters.code(row.measure_sha256[:12], before=f"{row.version} · ")))
        rows.append((gettext("Decision by the engine"), filters.code(row.decision_sha256[:16])))
    if row.decision_reason and row.is_settled:
        rows.append((gettext("Reason of the decision"), row.decision_reason))
    return rows


def do(request: HttpRequest, row: Application) -> HttpResponse:
    """Do the deed that the form names, and go back to the page."""
    name = request.POST.get("deed", "")
    if name not in DEEDS:
        raise Refused("web.no_such_deed", deed=name[:40])
    DEEDS[name](request, row)
    return HttpResponseRedirect(reverse("application", args=[row.number]))


def attach(request: HttpRequest, row: Application) -> None:
    """A paper for one material of the checklist."""
    person = account.known(request)
    material = request.POST.get("material", "")
    # A case that may not be worked on keeps no file.
    if not deeds.may_prepare(person, row):
        raise Refused("web.no_such_deed", deed="attach")
    kept = uploads.evidence(request, person, is_secret=True)
    deeds.attach(person, row.pk, material=material, file=kept)


def detach(request: HttpRequest, row: Application) -> None:
    """A paper off again."""
    deeds.detach(account.known(request), row.pk, file_id=lists.number_of(request.POST.get("file_id", ""), least=0))


def file(request: HttpRequest, row: Application) -> None:
    """By the enterprise itself."""
    deeds.file(account.known(request), row.pk)


def supplement(request: HttpRequest, row: Application) -> None:
    """What was asked for is there."""
    deeds.supplement(account.known(request), row.pk)


def withdraw(request: HttpRequest, row: Application) -> None:
    """Taken back."""
    deeds.withdraw(account.known(request), row.pk, reason=request.POST.get("reason", ""))


def object_to(request: HttpRequest, row: Application) -> None:
    """Against a refusal or an amount."""
    publicity.object_to(account.known(request), row.pk, reason=request.POST.get("reason", ""))


DEEDS: dict[str, Callable[[HttpRequest, Application], None]] = {
    "attach": attach,
    "detach": detach,
    "file": file,
    "supplement": supplement,
    "withdraw": withdraw,
    "object": object_to,
}


@require_safe
@pages.signed_in
def paper(request: HttpRequest, number: str, file_id: int) -> HttpResponse:
    """A material as it was brought, for the enterprise's side and for the officials."""
    standing = pages.standing_of(request)
    row = visible.mine(standing).filter(number=number).first() or visible.office(standing).filter(number=number).first()
    found = row.files.select_related("file").filter(pk=file_id).first() if row else None
    if found is None:
        raise Http404
    content = record.read_file(account.known(request), found.file, is_evidence=True)
    return HttpResponse(content, headers=files.headers(found.file.name, found.file.media_type))


@require_safe
@pages.signed_in
def proof(request: HttpRequest, objection_id: int) -> HttpResponse:
    """The file with an objection, for who raised it and the officials of the case."""
    found = visible.proof_of(pages.standing_of(request), objection_id)
    if found is None:
        raise Http404
    content = record.read_file(account.known(request), found, is_evidence=True)
    return HttpResponse(content, headers=files.headers(found.name, found.media_type))
