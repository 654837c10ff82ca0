"""Texts of measures: drafted, checked, compared, approved by a second person, sent back, withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from zhirong.api import calling, measures, paging, problems, shapes
from zhirong.api.measures import router as router
from zhirong.policy import drafting, kept
from zhirong.policy.actions import measures as deeds
from zhirong.policy.engine.source import MOST_CHARACTERS
from zhirong.policy.models import MeasureText

UNREADABLE = (
    "policy.file_malformed",
    "policy.measure_renamed",
    "policy.measure_drafted_already",
)
DECIDED = ("policy.text_decided", "policy.text_changed", "people.maker_is_checker")
Yaml = Annotated[
    str, Field(min_length=1, max_length=MOST_CHARACTERS, pattern=shapes.NO_NUL, description="The YAML file, whole")
]


class TextSaid(shapes.Said):
    """A text of a measure (policy-measure/1)."""

    text: Yaml


class FigureSaid(shapes.Said):
    """A figure of the ruling text from a day on, as people write it; a case that shows it is written with it."""

    name: Annotated[str, Field(min_length=1, max_length=100, examples=["cap"])]
    since: measures.Day
    value: Annotated[str, Field(min_length=1, max_length=40, examples=["150万元"])]
    clause: Annotated[str, Field(min_length=1, max_length=100, examples=["c-cap"])]


class TextSeen(shapes.Said):
    """What the second person has read: `payload_hash` of the text."""

    payload_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 in hexadecimal")]


class TextReturned(TextSeen):
    """With the reason for sending it back."""

    reason: shapes.Reason


class DraftTold(shapes.Told):
    """A text of a measure and what became of it."""

    text_id: int
    measure: str
    title: measures.Words
    state: str = Field(examples=["waiting"], description="draft, waiting, approved, returned or withdrawn")
    payload_hash: str = Field(description="SHA-256 of the text")
    based_on: str = Field(description="SHA-256 of the measure that ruled when it was drafted; empty: none did")
    drafted_by: str
    changed_at: datetime
    asked_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    known_from: datetime | None = Field(description="Since when it rules")
    reason: str


class DraftWhole(DraftTold):
    """With the text, what its check finds and what it changes."""

    text: str
    check: dict[str, Any]
    changes: measures.ChangesTold | None = Field(description="null: the text cannot be read yet")


def told(one: MeasureText) -> DraftTold:
    return DraftTold(
        text_id=one.pk,
        measure=one.name,
        title=measures.Words(zh=one.zh, en=one.en),
        state=one.state,
        payload_hash=one.sha256,
        based_on=one.based_on,
        drafted_by=one.drafted_by.name,
        changed_at=one.changed_at,
        asked_at=one.asked_at,
        decided_by=one.decided_by.name if one.decided_by else None,
        decided_at=one.decided_at,
        known_from=one.known_from,
        reason=one.reason,
    )


def one_of(text_id: int) -> MeasureText:
    return shapes.one(MeasureText.objects.select_related("drafted_by", "decided_by"), pk=text_id)


@router.get(
    "/policy/texts",
    auth=calling.may_ask("policy.see_drafts"),
    summary="Texts of measures that are written, wait or were decided",
    **problems.told(paging.Page[DraftTold]),
)
def list_texts(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[DraftTold]:
    """Newest first, in every state."""
    return paging.cut(MeasureText.objects.select_related("drafted_by", "decided_by"), asked, told)


@router.post(
    "/policy/texts",
    auth=calling.may_ask("policy.draft_measure"),
    summary="Draft a text of a measure",
    **problems.told(DraftTold, "policy.file_malformed"),
)
def draft(request: HttpRequest, said: TextSaid) -> DraftTold:
    """A new measure, or a new text of one that there is. The same text from the same person is one draft."""
    return told(deeds.draft_measure(calling.person_of(request), said.text))


@router.post(
    "/policy/measures/{name}/figures",
    auth=calling.may_ask("policy.draft_measure"),
    summary="Draft a figure from a day on",
    **problems.told(
        DraftTold, "policy.row_unwritable", "policy.clause_unknown", "policy.number_unreadable", "policy.units_mixed"
    ),
)
def draft_figure(request: HttpRequest, name: measures.Name, said: FigureSaid) -> DraftTold:
    """A draft of the ruling text in which the figure has another value from the day on."""
    base, ruling = kept.base(), kept.text_of(name)
    made = measures.one_of(base, name)
    assert ruling is not None, "a measure of the base has a text"
    figure = drafting.Figure(said.name, said.since, said.value, said.clause)
    text = drafting.with_figure(made, ruling.text, figure, base=base)
    return told(deeds.draft_measure(calling.person_of(request), text))


@router.get(
    "/policy/texts/{int:text_id}",
    auth=calling.may_ask("policy.see_drafts"),
    summary="A text with its check and what it changes",
    **problems.told(DraftWhole),
)
def get_text_whole(request: HttpRequest, text_id: shapes.Id) -> DraftWhole:
    """What the second person reads before approving."""
    one, base = one_of(text_id), kept.base()
    found = drafting.changes(one, base)
    return DraftWhole(
        **told(one).model_dump(),
        text=one.text,
        check=drafting.checked(one, base),
        changes=None if found is None else measures.changes(found),
    )


@router.put(
    "/policy/texts/{int:text_id}",
    auth=calling.may_ask("policy.change_measure"),
    summary="Change a text that is mine",
    **problems.told(DraftTold, *UNREADABLE, "policy.text_decided"),
)
def change(request: HttpRequest, text_id: shapes.Id, said: TextSaid) -> DraftTold:
    """What waited for a second person is a draft again."""
    return told(deeds.change_measure(calling.person_of(request), one_of(text_id).pk, said.text))


@router.post(
    "/policy/texts/{int:text_id}/ask",
    auth=calling.may_ask("policy.change_measure"),
    summary="Ask a second person to approve a text",
    **problems.told(DraftTold, "policy.gate_closed", "policy.text_decided"),
)
def ask(request: HttpRequest, text_id: shapes.Id) -> DraftTold:
    """Refused while the linter, a case or a mutant stands against it."""
    return told(deeds.ask_approval(calling.person_of(request), one_of(text_id).pk))


@router.post(
    "/policy/texts/{int:text_id}/approve",
    auth=calling.may_ask("policy.decide_measure"),
    summary="Approve a text",
    **problems.told(DraftTold, *DECIDED, "policy.measure_base_moved", "policy.gate_closed"),
)
def approve(request: HttpRequest, text_id: shapes.Id, said: TextSeen) -> DraftTold:
    """By another person than who drafted it; it rules from this moment, and earlier answers stay as they were."""
    person = calling.person_of(request)
    return told(deeds.approve_measure(person, one_of(text_id).pk, sha256=said.payload_hash))


@router.post(
    "/policy/texts/{int:text_id}/return",
    auth=calling.may_ask("policy.decide_measure"),
    summary="Send a text back",
    **problems.told(DraftTold, *DECIDED, "policy.reason_missing"),
)
def send_back(request: HttpRequest, text_id: shapes.Id, said: TextReturned) -> DraftTold:
    """Its drafter reads the reason."""
    person = calling.person_of(request)
    return told(deeds.return_measure(person, one_of(text_id).pk, sha256=said.payload_hash, reason=said.reason))


@router.post(
    "/policy/texts/{int:text_id}/withdraw",
    auth=calling.may_ask("policy.change_measure"),
    summary="Withdraw a text that is mine",
    **problems.told(DraftTold, "policy.text_decided", "policy.reason_missing"),
)
def withdraw(request: HttpRequest, text_id: shapes.Id, why: shapes.Why) -> DraftTold:
    """One that was approved stays; another text takes its place."""
    return told(deeds.withdraw_measure(calling.person_of(request), one_of(text_id).pk, reason=why.reason))
