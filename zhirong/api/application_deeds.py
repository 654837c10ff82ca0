"""The officials' deeds on an application: what is missing, the decision, its confirmation, publicity, repayment."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from zhirong.api import calling, problems, shapes
from zhirong.api.applications import TURN, ApplicationTold, GrantObjectionTold, LongReason, objection, one, whole
from zhirong.policy import reading, stating
from zhirong.policy.actions import payments, publicity, reviews
from zhirong.policy.actions.reviews import Ruling

router = Router(tags=["applications"])
OWN = ("people.own_party", *TURN)
SECOND = ("people.maker_is_checker", *OWN)
Reference = Annotated[str, Field(min_length=1, max_length=64, pattern=shapes.NO_NUL, examples=["20261123-0001"])]


class MissingSaid(shapes.Said):
    """Everything that is missing, in one list."""

    missing: LongReason


class RulingSaid(shapes.Said):
    """The verdict, why, the facts found otherwise than filed, and the clauses of a refusal."""

    verdict: Literal["eligible", "refused"]
    reason: Annotated[str, Field(max_length=4000, pattern=shapes.NO_NUL)] = ""
    differences: dict[str, Any] = Field(default_factory=dict, description="Fact -> the value that was found")
    difference_reason: Annotated[str, Field(max_length=4000, pattern=shapes.NO_NUL)] = ""
    clauses: Annotated[list[shapes.Short], Field(max_length=100)] = Field(default_factory=list)
    score_ppm: Annotated[int | None, Field(ge=0, le=10**9)] = None


class SeenSaid(shapes.Said):
    """The `decided_sha256` of what was read."""

    decided_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class ApplicationAnswerSaid(shapes.Said):
    """Whether an objection is upheld, and why."""

    is_upheld: bool
    answer: LongReason


class DemandSaid(shapes.Said):
    """What is to be paid back, and why."""

    amount_fen: shapes.FenGiven
    reason: LongReason


class RepaidSaid(shapes.Said):
    """The day on which the money came, and the bank's reference."""

    on: date
    reference: Reference


@router.post(
    "/applications/{int:application_id}/ask-supplement",
    auth=calling.may_ask("policy.check_application"),
    summary="Ask once for all that is missing",
    **problems.told(ApplicationTold, "policy.supplement_asked_before", *OWN),
)
def ask_supplement(request: HttpRequest, application_id: shapes.Id, given: MissingSaid) -> ApplicationTold:
    """One complete list (一次性告知); the enterprise has its term."""
    row = one(request, application_id)
    return whole(reviews.ask_supplement(calling.person_of(request), row.pk, missing=given.missing))


@router.post(
    "/applications/{int:application_id}/complete",
    auth=calling.may_ask("policy.check_application"),
    summary="Call the papers complete",
    **problems.told(ApplicationTold, *OWN),
)
def complete(request: HttpRequest, application_id: shapes.Id) -> ApplicationTold:
    """Everything on the checklist is there and was looked at."""
    return whole(reviews.complete(calling.person_of(request), one(request, application_id).pk))


@router.post(
    "/applications/{int:application_id}/decide",
    auth=calling.may_ask("policy.check_application"),
    summary="Decide an application",
    **problems.told(
        ApplicationTold, "policy.no_such_verdict", "policy.not_called_complete", "policy.difference_unexplained",
        "policy.clause_unknown", "policy.clause_missing", "policy.facts_missing", "policy.not_eligible",
        "policy.nothing_to_grant", "policy.excluded_by_other", "policy.fact_unknown", "policy.fact_misfit", *OWN,
    ),
)  # fmt: skip
def decide(request: HttpRequest, application_id: shapes.Id, given: RulingSaid) -> ApplicationTold:
    """The amount is the engine's, on the facts as filed or as they were found; a second official confirms."""
    row, vocabulary = one(request, application_id), reading.own().vocabulary
    found = {name: stating.plain(name, value, vocabulary) for name, value in given.differences.items()}
    ruling = Ruling(
        verdict=given.verdict,
        reason=given.reason,
        differences=found,
        difference_reason=given.difference_reason,
        clauses=tuple(given.clauses),
        score_ppm=given.score_ppm,
    )
    return whole(reviews.decide(calling.person_of(request), row.pk, ruling))


@router.post(
    "/applications/{int:application_id}/confirm",
    auth=calling.may_ask("policy.confirm_application"),
    summary="Confirm a decision",
    **problems.told(
        ApplicationTold, "policy.another_decision_read", "policy.replay_differs", "policy.decision_changed",
        "policy.budget_missing", "policy.earlier_undecided", *SECOND,
    ),
)  # fmt: skip
def confirm(request: HttpRequest, application_id: shapes.Id, given: SeenSaid) -> ApplicationTold:
    """By another official, over what they read; by acceptance the money is fixed at once."""
    row = one(request, application_id)
    return whole(reviews.confirm(calling.person_of(request), row.pk, decided_sha256=given.decided_sha256))


@router.post(
    "/applications/{int:application_id}/send-back",
    auth=calling.may_ask("policy.confirm_application"),
    summary="Send a decision back",
    **problems.told(ApplicationTold, *SECOND),
)
def send_back(request: HttpRequest, application_id: shapes.Id, why: shapes.Why) -> ApplicationTold:
    """The case is decided anew."""
    row = one(request, application_id)
    return whole(reviews.send_back(calling.person_of(request), row.pk, reason=why.reason))


@router.post(
    "/applications/{int:application_id}/publish",
    auth=calling.may_ask("policy.publish_application"),
    summary="Publish a grant",
    **problems.told(ApplicationTold, "policy.not_allocated", *OWN),
)
def publish(request: HttpRequest, application_id: shapes.Id) -> ApplicationTold:
    """Name, measure and amount are public for the term."""
    return whole(publicity.publish(calling.person_of(request), one(request, application_id).pk))


@router.post(
    "/applications/{int:application_id}/close",
    auth=calling.may_ask("policy.publish_application"),
    summary="Close the publicity of a grant",
    **problems.told(ApplicationTold, "policy.publicity_runs", *OWN),
)
def close(request: HttpRequest, application_id: shapes.Id) -> ApplicationTold:
    """After its last day and with no objection open."""
    return whole(publicity.close(calling.person_of(request), one(request, application_id).pk))


@router.post(
    "/applications/objections/{int:objection_id}/decide",
    auth=calling.may_ask("policy.decide_objection"),
    summary="Answer an objection to an application",
    **problems.told(GrantObjectionTold, "policy.objection_unknown", "policy.objection_decided", *SECOND),
)
def decide_objection(request: HttpRequest, objection_id: shapes.Id, given: ApplicationAnswerSaid) -> GrantObjectionTold:
    """By an official who had no hand in the case. Upheld, it is decided anew and its grant is undone."""
    person = calling.person_of(request)
    return objection(publicity.decide_objection(person, objection_id, is_upheld=given.is_upheld, answer=given.answer))


@router.post(
    "/applications/{int:application_id}/repayment",
    auth=calling.may_ask("policy.demand_repayment"),
    summary="Demand a repayment",
    **problems.told(ApplicationTold, "policy.repayment_too_large", *OWN),
)
def demand(request: HttpRequest, application_id: shapes.Id, given: DemandSaid) -> ApplicationTold:
    """For a reason, whole or in part; the enterprise has its term."""
    row = one(request, application_id)
    payments.demand(calling.person_of(request), row.pk, amount_fen=given.amount_fen, reason=given.reason)
    return whole(one(request, application_id))


@router.post(
    "/applications/{int:application_id}/repaid",
    auth=calling.may_ask("policy.note_repayment"),
    summary="Note a repayment",
    **problems.told(
        ApplicationTold, "policy.repayment_unknown", "policy.paid_before", "policy.paid_in_future",
        "policy.reference_used", *SECOND,
    ),
)  # fmt: skip
def repaid(request: HttpRequest, application_id: shapes.Id, given: RepaidSaid) -> ApplicationTold:
    """By another official than demanded it: the money came back whole; it may be granted again."""
    row = one(request, application_id)
    payments.note_repaid(calling.person_of(request), row.pk, on=given.on, reference=given.reference)
    return whole(one(request, application_id))
