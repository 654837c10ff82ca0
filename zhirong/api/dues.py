"""Payouts that are due: refunds and proceeds with the instant by which each must have left, and their batches."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from zhirong.api import actions, calling, paging, problems, shapes
from zhirong.api.actions import KEY
from zhirong.api.bank import PayoutTold, payout_told
from zhirong.exchange.actions import refunds
from zhirong.ledger.actions import dues
from zhirong.ledger.models import Due
from zhirong.people import access

router = Router(tags=["bank"])
Key = Annotated[
    str, Field(min_length=1, max_length=60, pattern="^[0-9a-z:]+$", examples=["deposit:12"], description="`due`")
]
State = Literal["", "due", "kept", "used", "made", "paid"]


class DueTold(shapes.Told):
    """Money that leaves for its owner's account, in fen."""

    due_id: int
    due: Key
    topic: str
    why: str = Field(examples=["deposit"], description="deposit, surplus, proceeds, price, forfeit or matched")
    party: shapes.PartyShort
    amount_fen: shapes.Fen
    used_fen: shapes.Fen = Field(description="Of it used for other bids since, in fen")
    due_at: datetime
    state: str = Field(examples=["due"])
    is_overdue: bool = Field(description="Whether the office was told that the term passed")
    payout: str | None = Field(description="The payout that is made for it")
    paid_at: datetime | None


class DuesAsked(paging.Asked):
    """?state=due&after=…&limit=50, in the order of the terms."""

    state: State = ""


class Chosen(shapes.Said):
    """The keys of what is due."""

    dues: Annotated[list[Key], Field(min_length=1, max_length=dues.MOST)]


class ChosenPayouts(shapes.Said):
    """The ids of payouts that wait for their check."""

    payouts: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=64, pattern="^[0-9A-Za-z_-]+$")]],
        Field(min_length=1, max_length=dues.MOST),
    ]


class MadeTold(shapes.Told):
    """The payouts of a batch."""

    payouts: list[PayoutTold]


def due_told(due: Due) -> DueTold:
    return DueTold(
        due_id=due.pk,
        due=due.key,
        topic=due.topic,
        why=due.why,
        party=shapes.party_short(due.party),
        amount_fen=due.amount,
        used_fen=due.used,
        due_at=due.due_at,
        state=due.state,
        is_overdue=due.overdue_at is not None,
        payout=due.payout_id,
        paid_at=due.paid_at,
    )


def own(request: HttpRequest) -> QuerySet[Due]:
    """Those of the caller's parties, or all for those who see the books."""
    found = Due.objects.select_related("party")
    if access.may(calling.standing_of(request), "ledger.see_books"):
        return found
    return found.filter(party__in=calling.parties_of(request))


@router.get("/dues", summary="Payouts that are due", **problems.told(paging.Page[DueTold]))
def list_dues(request: HttpRequest, asked: Query[DuesAsked]) -> paging.Page[DueTold]:
    """To my parties, or all for those who see the books; what must leave first stands first."""
    rows = own(request)
    if asked.state:
        rows = rows.filter(state=asked.state)
    total = rows.count()
    if asked.after is not None:
        last = shapes.one(own(request), pk=asked.after)
        rows = rows.filter(Q(due_at__gt=last.due_at) | Q(due_at=last.due_at, pk__gt=last.pk))
    page, end = paging.first(rows.order_by("due_at", "pk"), asked.limit)
    return paging.Page(items=[due_told(one) for one in page], next=end.pk if end else None, total=total)


@router.post(
    "/dues/{due}/keep",
    auth=calling.may_ask("ledger.keep_money"),
    summary="Leave money for further bids",
    **problems.told(DueTold, "ledger.due_not_open", *KEY),
)
def keep(request: HttpRequest, due: Key) -> HttpResponse:
    """It stays free with the custody bank and nobody pays it out before it is asked back. Needs an Idempotency-Key."""
    person, one = calling.person_of(request), shapes.one(own(request), key=due)
    return actions.once(request, lambda: due_told(dues.keep(person, one.key)))


@router.post(
    "/dues/{due}/claim",
    auth=calling.may_ask("ledger.keep_money"),
    summary="Ask back what was left for further bids",
    **problems.told(DueTold, "ledger.due_not_open", *KEY),
)
def claim(request: HttpRequest, due: Key) -> HttpResponse:
    """The term of the rule set runs again from now. Needs an Idempotency-Key."""
    person, one = calling.person_of(request), shapes.one(own(request), key=due)
    return actions.once(request, lambda: due_told(refunds.claim(person, one.key)))


@router.post(
    "/bank/dues/prepare",
    auth=calling.may_ask("ledger.make_payout"),
    summary="Make the payouts of what is due",
    **problems.told(MadeTold, "ledger.due_unknown", "ledger.due_not_open", "ledger.payee_not_verified", *KEY),
)
def prepare(request: HttpRequest, said: Chosen) -> HttpResponse:
    """Each to its party's own account; a checker releases them. Needs an Idempotency-Key."""
    person = calling.person_of(request)
    return actions.once_in_steps(
        request, lambda: MadeTold(payouts=[payout_told(one) for one in dues.prepare(person, said.dues)])
    )


@router.post(
    "/bank/payouts/check",
    auth=calling.may_ask("ledger.check_payout"),
    summary="Check many payouts",
    **problems.told(MadeTold, "ledger.same_person", "ledger.payout_changed", "ledger.payouts_halted", *KEY),
)
def check(request: HttpRequest, said: ChosenPayouts) -> HttpResponse:
    """Those that still wait; each in a transaction of its own. Needs an Idempotency-Key."""
    person = calling.person_of(request)
    return actions.once_in_steps(
        request, lambda: MadeTold(payouts=[payout_told(one) for one in dues.check(person, said.payouts)])
    )
