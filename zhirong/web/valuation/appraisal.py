"""/appraisals/PG-2026-000001: one appraisal, for its client and for the people of its valuer."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.people import access
from zhirong.people.rules import Standing
from zhirong.record import actions as record
from zhirong.record import files
from zhirong.valuation import known, rules, standing, terms
from zhirong.valuation.actions import appraisals as deeds
from zhirong.valuation.actions import reports
from zhirong.valuation.engine import legible
from zhirong.valuation.models import Appraisal, AppraisalEvidence
from zhirong.web import account, filters, lists, pages
from zhirong.web.registry import words as registry_words
from zhirong.web.valuation import appraisal_deeds, appraisals, shown, words

STEPS = ("requested", "assigned", "signed", "reviewed", "issued")
# How far an appraisal has come, by its state.
FAR = {"draft": 0, "requested": 1, "assigned": 2, "working": 2, "returned": 2, "signed": 3, "reviewed": 4, "issued": 5}


def seen(request: HttpRequest, number: str) -> Appraisal:
    """An appraisal that this person may see."""
    found = known.appraisals_of(pages.standing_of(request)).filter(number=number)
    row = found.select_related("first_signer", "second_signer", "reviewer", "asked_by").first()
    if row is None:
        raise Http404
    return row


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
def appraisal_page(request: HttpRequest, number: str) -> HttpResponse:
    """The page and every deed on it; a refused deed shows the page with what was typed."""
    row = seen(request, number)
    if request.method == "POST":
        return appraisal_deeds.do(request, row)
    here, role = pages.standing_of(request), part_of(pages.standing_of(request), row)
    held = standing.held_of(row)
    papers = list(row.evidence.select_related("file").order_by("pk"))
    reads_all = role == "valuer" or row.state == "issued" or role == "house"
    rights = rights_of(row)
    unit = shown.unit_for(max((one.figures.likely_fen for one in held), default=row.likely_fen or 100) // 100)
    return pages.page(
        request,
        "valuation/appraisal.html",
        here="value",
        crumbs=[(gettext("Value"), reverse("value")), (gettext("Appraisals"), reverse("appraisals")), (number, None)],
        row=row,
        state=words.appraisal(row.state),
        steps=steps(row),
        role=role,
        facts=facts_of(row),
        rights=rights,
        reads_all=reads_all,
        opinions=[opinion_of(one, unit, scale=scale_of(held)) for one in held] if reads_all else [],
        unit=unit.word,
        scale=shown.scale_head(scale_of(held), unit) if held else "",
        weight_sum=legible.percent(legible.from_ppm(sum(one.weight_ppm for one in held)), places=0),
        papers=papers if reads_all else [],
        texts=texts_of(row) if reads_all else [],
        may=may(here, row),
        payload_hash=row.payload_hash or hash_of(row, held, papers, rights=rights),
        signs=signatures(row) if reads_all else [],
        papers_of=papers_of(row),
        can_take_over=len(rights) == 1,
        **shared_facts(here, row),
        **form_facts(row),
    )


def form_facts(row: Appraisal) -> dict[str, Any]:
    """What the forms of the page offer."""
    return {
        "approaches": [(code, words.of("approach", code)) for code in rules.APPROACHES],
        "valuers": [(one.pk, one.name) for one in appraisals.valuers()] if row.state == "draft" else [],
        "purposes": [(code, words.of("purpose", code)) for code in terms.on("purposes", deeds.today())],
        "value_types": [(code, words.of("value_type", code)) for code in terms.on("value_types", deeds.today())],
        "usable_until": standing.usable_until(row),
        "least_methods": terms.on("least_methods", deeds.today()),
        "yuan_of": lambda fen: "" if fen is None else filters.yuan(fen),
    }


def shared_facts(here: Standing | None, row: Appraisal) -> dict[str, Any]:
    """To whom the report was given, and to whom it can be: for the people of its client alone."""
    if row.state != "issued" or not access.may(here, "valuation.share", row):
        return {"may_share": False}
    given = list(row.shares.select_related("party").order_by("-pk"))
    open_now = {one.party_id for one in given if one.ended_at is None} | {row.client_id, row.valuer_id}
    return {
        "may_share": True,
        "shares": [(one.party.name, one.party_id, one.at, one.ended_at) for one in given],
        "readers": [(one.pk, one.name) for one in known.readers() if one.pk not in open_now],
    }


def part_of(here: Standing | None, row: Appraisal) -> str:
    """Whose eyes look: client, valuer, the house's, or those of whom the client gave the report."""
    parties = here.parties if here else frozenset()
    if row.valuer_id in parties:
        return "valuer"
    if row.client_id in parties:
        return "client"
    return "house" if here and here.roles & known.SEES_ALL else "reader"


def may(here: Standing | None, row: Appraisal) -> dict[str, bool]:
    """Which deeds this person can do now: its roles allow them and it is their turn."""
    verbs = {
        "change": "valuation.ask_appraisal",
        "request": "valuation.ask_appraisal",
        "withdraw": "valuation.ask_appraisal",
        "take_on": "valuation.take_on",
        "decline": "valuation.take_on",
        "work": "valuation.appraise",
        "sign": "valuation.appraise",
        "review": "valuation.review",
        "return": "valuation.review",
        "issue": "valuation.issue",
    }
    return {deed: (row.state, deed) in rules.AFTER and access.may(here, verb, row) for deed, verb in verbs.items()}


def steps(row: Appraisal) -> list[tuple[str, str, str]]:
    """The way from the request to the report."""
    names = {
        "requested": gettext("Asked for"),
        "assigned": gettext("Taken on"),
        "signed": gettext("Signed"),
        "reviewed": gettext("Reviewed"),
        "issued": gettext("Second signature, issued"),
    }
    times = {
        "requested": row.requested_at,
        "assigned": row.assigned_at,
        "signed": row.first_signed_at,
        "reviewed": row.reviewed_at,
        "issued": row.issued_at,
    }
    if row.state not in FAR:
        return []
    far = FAR[row.state]
    rows = []
    for place, step in enumerate(STEPS):
        at = times[step]
        due = gettext("by %(time)s") % {"time": filters.day(row.due_at)} if place == far and row.due_at else ""
        when = filters.day(at) if at else due
        rows.append((names[step], when, "was" if place < far else "now" if place == far else ""))
    return rows


def facts_of(row: Appraisal) -> list[tuple[str, str]]:
    """What was asked by whom of whom."""
    rows = [
        (gettext("Client"), row.client.name),
        (gettext("Valuer"), row.valuer.name if row.valuer else gettext("Not chosen yet")),
        (gettext("Purpose"), words.of("purpose", row.purpose)),
        (gettext("Type of value"), words.of("value_type", row.value_type)),
        (gettext("Value date"), row.value_date.isoformat()),
        (gettext("Who uses it, and for what"), row.use),
        (gettext("To be done by"), filters.moment(row.due_at) if row.due_at else ""),
        (gettext("Reason of the end"), row.end_reason if row.state != "lapsed" else ""),
        (gettext("Found in review"), row.review_reason if row.state in rules.IN_WORK else ""),
    ]
    return [(label, value) for label, value in rows if value]


def rights_of(row: Appraisal) -> list[dict[str, Any]]:
    """Its rights with the way to each value."""
    return [
        {
            "title": filters.title(one),
            "number": one.number,
            "kind": registry_words.label("kind", one.kind),
            "pk": one.pk,
            "address": reverse("right", args=[one.pk]),
            "value": reverse("right-value", args=[one.pk]),
        }
        for one in deeds.rights_of(row)
    ]


def scale_of(held: list[rules.Held]) -> tuple[int, int]:
    """One scale for all methods of an appraisal."""
    return legible.scale([end // 100 for one in held for end in (one.figures.low_fen, one.figures.high_fen)])


def opinion_of(one: rules.Held, unit: shown.Unit, *, scale: tuple[int, int]) -> dict[str, Any]:
    """A method as the valuer holds it, on the scale of all."""
    low, likely, high = (fen // 100 for fen in (one.figures.low_fen, one.figures.likely_fen, one.figures.high_fen))
    name, span = words.method(one.method), unit.between(low, high)
    label = f"{name}{gettext(': ')}{span} {unit.word}"
    return {
        "method": one.method,
        "name": name,
        "approach": words.of("approach", one.approach),
        "drawing": shown.drawn_plain((low, likely, high), scale=scale, label=label),
        "likely": unit.of(likely),
        "span": span,
        "weight": legible.percent(legible.from_ppm(one.weight_ppm), places=0),
        "reason": one.reason,
        "override": one.override_reason,
        "computed": bool(one.computed),
    }


def hash_of(
    row: Appraisal, held: list[rules.Held], papers: list[AppraisalEvidence], *, rights: list[dict[str, Any]]
) -> str:
    """What a first signature would sign now, from what the page has read; empty before there is a conclusion."""
    concluded = standing.concluded_of(row)
    if concluded is None:
        return ""
    return rules.digest_of(
        concluded, held, papers=[one.file.sha256 for one in papers], rights=[one["pk"] for one in rights]
    )


def texts_of(row: Appraisal) -> list[tuple[str, str]]:
    """The texts of the report that people write, those that are there."""
    rows = [
        (gettext("Conclusion and its reasons"), row.conclusion),
        (gettext("Why one method suffices"), row.single_method_reason),
        (gettext("Why the figure lies outside all methods"), row.outside_reason),
        (gettext("Object and scope"), row.scope),
        (gettext("Process"), row.process),
        (gettext("Assumptions"), row.assumptions),
        (gettext("Special matters"), row.special_matters),
    ]
    return [(label, text) for label, text in rows if text]


def signatures(row: Appraisal) -> list[tuple[str, str]]:
    """Who signed and who reviewed, and when."""
    rows = [
        (gettext("First signature"), row.first_signer, row.first_signed_at),
        (gettext("Internal review"), row.reviewer, row.reviewed_at),
        (gettext("Second signature"), row.second_signer, row.issued_at),
    ]
    return [
        (label, f"{who.name} · {filters.moment(at)}" if who and at else gettext("Not yet")) for label, who, at in rows
    ]


def papers_of(row: Appraisal) -> list[tuple[str, str]]:
    """The sealed report in both languages; nothing while it is being made."""
    if row.sealed_id is None:
        return []
    words_of = {"zh": gettext("Report in Chinese (PDF)"), "en": gettext("Report in English (PDF)")}
    first = "zh" if filters.is_chinese() else "en"
    ordered = sorted(words_of, key=lambda language: language != first)
    return [(words_of[one], reverse("appraisal-report", args=[row.number, f"report.{one}.pdf"])) for one in ordered]


@require_safe
@pages.signed_in
def report(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """/appraisals/PG-2026-000001/report.zh.pdf: the report as it was sealed."""
    row = seen(request, number)
    if row.state != "issued" or name not in {f"report.{language}.pdf" for language in reports.LANGUAGES}:
        raise Http404
    return lists.file(reports.content_of(row, name), f"{row.number}-{name}")


@require_safe
@pages.signed_in
def paper(request: HttpRequest, number: str, evidence_id: int) -> HttpResponse:
    """/appraisals/PG-2026-000001/papers/3: a paper that the appraisal rests on; that it was read is on the record."""
    row = seen(request, number)
    found = row.evidence.select_related("file").filter(pk=evidence_id).first()
    if found is None or part_of(pages.standing_of(request), row) != "valuer":
        raise Http404
    content = record.read_file(account.known(request), found.file, is_evidence=True)
    return HttpResponse(content, headers=files.headers(found.file.name, found.file.media_type))
