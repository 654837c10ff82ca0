"""/office/applications/SB-2026-000001: one case for the official: facts with sources, decision, differences, deeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.policy import application_rules as rules
from zhirong.policy import deciding, filing, naming, reading, stating, visible
from zhirong.policy.actions import payments, publicity, reviews
from zhirong.policy.actions.reviews import Ruling
from zhirong.policy.applied import Application, ApplicationObjection, Repayment
from zhirong.policy.engine.measure import Measure
from zhirong.web import filters, lists, pages
from zhirong.web.applications import seen, told, words
from zhirong.web.office import rooms
from zhirong.web.valuation.typed import Typed

DEEDS = (
    "policy.check_application", "policy.confirm_application", "policy.decide_objection", "policy.demand_repayment",
    "policy.note_repayment",
)  # fmt: skip
DIFFERENCES = 5
VERBS = {
    "ask_supplement": "policy.check_application",
    "complete": "policy.check_application",
    "decide": "policy.check_application",
    "confirm": "policy.confirm_application",
    "send_back": "policy.confirm_application",
    "publish": "policy.publish_application",
    "close": "policy.publish_application",
    "demand": "policy.demand_repayment",
    "repay": "policy.note_repayment",
}


@rooms.room("policy.see_applications", does=DEEDS)
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The page and every deed on it."""
    row = seen.one_of_office(request, number)
    if request.method == "POST":
        return rooms.do(request, {name: partial(deed, request, row) for name, deed in MAKES.items()})
    made = filing.measure_of(row)
    repayment = Repayment.objects.filter(application=row).first()
    filed, decided = told.loaded(row.decision), told.loaded(row.decided)
    is_open = may_read_decision(request, row)
    shown = decided if decided and is_open else filed
    materials = told.checklist(told.loaded(row.checklist), told.living_files(row))  # type: ignore[arg-type]
    return rooms.show(
        request,
        "application.html",
        here="office-applications",
        title=gettext("Application %(number)s") % {"number": number},
        way=(gettext("Applications"), reverse("office-applications")),
        row=row,
        measure=words.title(row),
        state=words.state(row.state),
        head=head_of(row, is_open=is_open),
        materials=materials,
        lacking=sum(not one["files"] for one in materials),
        used=told.fact_rows(told.loaded(row.facts), told.loaded(row.sources)),
        conditions=told.conditions(shown),
        lines=told.amount_lines(shown),
        ceilings=told.ceilings(shown),
        limits=told.limits(row.decided_limits if row.decided_at and is_open else row.limits),
        differences=differences_of(row) if is_open else [],
        verdict=words.of("verdict", row.verdict) if row.verdict and is_open else "",
        amount_fen=amount_of(row, is_open=is_open),
        is_replayed=filing.replayed(row, made=made) == row.decision_sha256,
        may=may(request, row, repayment),
        fact_choices=fact_choices(made),
        clause_choices=clause_choices(made),
        difference_count=DIFFERENCES,
        history=told.history(row, with_names=is_open),
        objections=objections_of(request, row),
        may_read_proof=access.may(pages.standing_of(request), "policy.check_application", row),
        repayment=repayment,
    )


@rooms.room("policy.see_applications")
def by_id(request: HttpRequest, application_id: int) -> HttpResponse:
    """/office/applications/12: the queue knows a case by its id; its page goes by the number."""
    row = get_object_or_404(visible.office(pages.standing_of(request)), pk=application_id)
    return HttpResponseRedirect(reverse("office-application", args=[row.number]))


def may_read_decision(request: HttpRequest, row: Application) -> bool:
    """Whether this person reads a decision that nobody confirmed yet: not who belongs to the enterprise that asks."""
    standing = pages.standing_of(request)
    return row.is_settled or (standing is not None and row.party_id not in standing.parties)


def amount_of(row: Application, *, is_open: bool) -> int | None:
    """What it was granted, else what was decided, else what was computed when it was filed."""
    if row.granted_fen is not None:
        return row.granted_fen
    return row.decided_fen if row.decided_at and is_open else row.computed_fen


def head_of(row: Application, *, is_open: bool) -> list[tuple[str, str]]:
    """Who asks for what, since when, by which text, and how far it is; of a decision only where it is open."""
    decision_sha256 = (row.decided_sha256 if is_open else "") or row.decision_sha256
    rows = [
        (gettext("Enterprise"), row.party.name),
        (gettext("About"), words.about(row.about)),
        (gettext("Accepted"), filters.moment(row.filed_at) if row.filed_at else "–"),
        (gettext("Deadline of this step"), words.due(row)),
        (gettext("Text of the measure"), filters.code(row.measure_sha256[:12], before=f"{row.version} · ")),
        (gettext("Decided for the day"), filters.day(row.day) if row.day else "–"),
        (gettext("Decision by the engine"), filters.code(decision_sha256[:16])),
    ]
    if row.supplement_asked_at:
        rows.append((gettext("Asked for once, at"), filters.moment(row.supplement_asked_at)))
        rows.append((gettext("What was asked for"), row.supplement_list))
    if row.decided_by and is_open:
        rows.append((gettext("Decided by"), row.decided_by.name))
    if row.confirmed_by:
        rows.append((gettext("Confirmed by"), row.confirmed_by.name))
    if row.decision_reason and is_open:
        rows.append((gettext("Reason of the decision"), row.decision_reason))
    if row.budget:
        rows.append((gettext("Budget"), f"{row.budget.year} · {words.of('allocation', row.budget.allocation)}"))
    return rows


def differences_of(row: Application) -> list[dict[str, str]]:
    """What was found otherwise than filed."""
    vocabulary = reading.own().vocabulary.facts
    return [
        {
            "label": naming.fact(vocabulary[name], words.language()),
            "filed": "–" if one["filed"] is None else naming.value(vocabulary[name], one["filed"], words.language()),
            "found": naming.value(vocabulary[name], one["found"], words.language()),
            "reason": one["reason"],
        }
        for name, one in told.loaded(row.differences).items()
    ]


def objections_of(request: HttpRequest, row: Application) -> list[tuple[ApplicationObjection, str, str, bool]]:
    """Each objection, its state, and whether this official may answer it."""
    found = list(row.objections.select_related("by", "decided_by").order_by("pk"))
    # Who may answer asks who objected: they are known by now.
    row.objector_ids = frozenset(one.by_id for one in found)
    for one in found:
        one.application = row
    standing = pages.standing_of(request)
    return [
        (
            one,
            words.OBJECTIONS[one.state],
            words.of("objection", one.state),
            one.state == "open" and access.may(standing, "policy.decide_objection", one),
        )
        for one in found
    ]


def may(request: HttpRequest, row: Application, repayment: Repayment | None) -> dict[str, bool]:
    """Which deeds this official can do now: its turn, and they may."""
    here = pages.standing_of(request)
    if repayment is not None:
        repayment.application = row
    can = {deed: access.may(here, verb, repayment if deed == "repay" else row) for deed, verb in VERBS.items()}
    turn = {deed: (row.state, deed) in rules.AFTER for deed in VERBS}
    turn["confirm"] = row.state == "proposed"
    turn["ask_supplement"] = turn["ask_supplement"] and row.supplement_asked_at is None
    return {deed: turn[deed] and can[deed] for deed in VERBS}


def fact_choices(made: Measure) -> list[tuple[str, str]]:
    """The facts that the measure asks for, by name: what an official may find otherwise."""
    vocabulary = reading.own().vocabulary.facts
    asked = sorted(deciding.facts_asked(made))
    named = [(name, words.both({"zh": vocabulary[name].zh, "en": vocabulary[name].en})) for name in asked]
    return [("", gettext("No difference")), *named]


def clause_choices(made: Measure) -> list[tuple[str, str]]:
    """The clauses of the measure, for a refusal."""
    return [(one.id, words.both({"zh": one.zh, "en": one.en})) for one in made.clauses.values()]


def decide(request: HttpRequest, row: Application) -> None:
    """The first decision; every fault of the form at once."""
    typed = Typed(request.POST)
    verdict = typed.choice("verdict", ("eligible", "refused"))
    found = read_differences(typed)
    score = typed.whole("score", least=0, most=10**6) if typed.text("score") else None
    typed.refuse(request)
    assert verdict
    ruling = Ruling(
        verdict=verdict,
        reason=typed.text("reason"),
        differences=found,
        difference_reason=typed.text("difference_reason"),
        clauses=tuple(request.POST.getlist("clause")),
        score_ppm=score,
    )
    reviews.decide(rooms.who(request), row.pk, ruling)


def read_differences(typed: Typed) -> Mapping[str, Any]:
    """The facts that were found otherwise, each read as its kind wants it."""
    vocabulary, found = reading.own().vocabulary, {}
    for place in range(1, DIFFERENCES + 1):
        name, text = typed.text(f"fact_{place}"), typed.text(f"found_{place}")
        if not name:
            continue
        try:
            found[name] = stating.read(name, text, vocabulary)
        except Refused as refused:
            typed.fault(refused, f"found_{place}")
    return found


def ask_supplement(request: HttpRequest, row: Application) -> None:
    """The one list of what is missing."""
    reviews.ask_supplement(rooms.who(request), row.pk, missing=request.POST.get("missing", ""))


def complete(request: HttpRequest, row: Application) -> None:
    """The papers are there."""
    reviews.complete(rooms.who(request), row.pk)


def confirm(request: HttpRequest, row: Application) -> None:
    """The second person, over what stood on the page."""
    reviews.confirm(rooms.who(request), row.pk, decided_sha256=request.POST.get("decided_sha256", ""))


def send_back(request: HttpRequest, row: Application) -> None:
    """A fault was found."""
    reviews.send_back(rooms.who(request), row.pk, reason=request.POST.get("reason", ""))


def publish(request: HttpRequest, row: Application) -> None:
    """Public from now on."""
    publicity.publish(rooms.who(request), row.pk)


def close(request: HttpRequest, row: Application) -> None:
    """The publicity is over."""
    publicity.close(rooms.who(request), row.pk)


def answer(request: HttpRequest, row: Application) -> None:
    """An objection upheld or rejected."""
    typed = Typed(request.POST)
    is_upheld = typed.choice("is_upheld", ("yes", "no"))
    typed.refuse(request)
    objection = lists.number_of(request.POST.get("objection", ""), least=0)
    if not row.objections.filter(pk=objection).exists():
        raise Refused("policy.objection_unknown")
    publicity.decide_objection(rooms.who(request), objection, is_upheld=is_upheld == "yes", answer=typed.text("answer"))


def demand(request: HttpRequest, row: Application) -> None:
    """Paid back, for a reason."""
    payments.demand(
        rooms.who(request), row.pk, amount_fen=rooms.fen_of(request, "amount"), reason=request.POST.get("reason", "")
    )


def repay(request: HttpRequest, row: Application) -> None:
    """The money came back."""
    payments.note_repaid(
        rooms.who(request), row.pk, on=rooms.day_of(request, "on"), reference=request.POST.get("reference", "")
    )


MAKES: dict[str, Callable[[HttpRequest, Application], None]] = {
    "ask_supplement": ask_supplement,
    "complete": complete,
    "decide": decide,
    "confirm": confirm,
    "send_back": send_back,
    "publish": publish,
    "close": close,
    "answer": answer,
    "demand": demand,
    "repay": repay,
}
