"""Statements that cannot be booked to their end: who may sees them, and two persons set one aside."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router

from zhirong.api import actions, calling, problems, shapes
from zhirong.api.actions import KEY
from zhirong.ledger.actions import bank, set_aside
from zhirong.ledger.models import BankFile

router = Router(tags=["bank"])


class BankFileTold(shapes.Told):
    """A statement of the bank as it was received."""

    file_id: int
    file: str
    sha256: str
    received_at: datetime
    lines: int
    is_set_aside: bool


def statement_told(file: BankFile) -> BankFileTold:
    return BankFileTold(
        file_id=file.pk,
        file=file.name,
        sha256=file.sha256,
        received_at=file.at,
        lines=file.lines,
        is_set_aside=file.direction == bank.SET_ASIDE,
    )


@router.get(
    "/bank/statements/unfinished",
    auth=calling.may_ask("ledger.see_books"),
    summary="List statements that are not booked to their end",
    **problems.told(list[BankFileTold]),
)
def unfinished_statements(request: HttpRequest) -> list[BankFileTold]:
    """The house goes on with them by itself; while one stands here no other is taken and nothing leaves."""
    return [statement_told(file) for file in bank.unfinished()]


@router.post(
    "/bank/statements/{int:file_id}/set-aside",
    auth=calling.may_ask("ledger.propose_set_aside"),
    summary="Propose to set a statement aside",
    **problems.told(BankFileTold, "ledger.file_not_unfinished", "ledger.no_reason", *KEY),
)
def propose_set_aside(request: HttpRequest, file_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """It needs a second person's word. Needs an Idempotency-Key."""
    person = calling.person_of(request)
    return actions.once(
        request, lambda: statement_told(set_aside.propose_set_aside(person, file_id, reason=said.reason))
    )


@router.post(
    "/bank/statements/{int:file_id}/set-aside/confirm",
    auth=calling.may_ask("ledger.confirm_set_aside"),
    summary="Set a statement aside",
    **problems.told(
        BankFileTold,
        "ledger.file_not_unfinished",
        "ledger.set_aside_not_proposed",
        "ledger.same_person",
        *KEY,
    ),
)
def confirm_set_aside(request: HttpRequest, file_id: shapes.Id) -> HttpResponse:
    """What was booked of it stands; the same file may be taken in anew. Needs an Idempotency-Key."""
    person = calling.person_of(request)
    return actions.once(request, lambda: statement_told(set_aside.confirm_set_aside(person, file_id)))
