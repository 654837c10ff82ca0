"""Money of my parties: accounts, statements, what is expected. Whole fen; credits less debits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import calling, paging, problems, shapes
from zhirong.api.deals import seen as seen_deals
from zhirong.base.refused import Refused
from zhirong.exchange import subjects
from zhirong.ledger import reports
from zhirong.ledger.models import Account, Expectation
from zhirong.people import access
from zhirong.people.models import Party

router = Router(tags=["money"])


class AccountTold(shapes.Told):
    """An account; money in fen."""

    path: str = Field(examples=["party:0f3a9c5d7e1b2468:available"])
    currency: str = Field(examples=["CNY"])
    balance_fen: shapes.Fen
    held_fen: shapes.Fen = Field(description="Of it held and not to be used, in fen (冻结)")
    free_fen: shapes.Fen = Field(description="What nothing holds, in fen")


class RowTold(shapes.Told):
    """A movement; above zero it raised the balance. In fen."""

    seq: int
    entry: str
    kind: str
    topic: str
    about: str = Field(description="Number and title of the listing or deal", examples=["CJ-2026-000012 · 一种滤波器"])
    memo: str
    recorded_at: datetime
    amount_fen: shapes.Fen
    balance_fen: shapes.Fen


class HeldTold(shapes.Told):
    """Money held at the end of the statement, in fen."""

    hold: str
    amount_fen: shapes.Fen
    since: datetime
    topic: str
    about: str


class StatementTold(shapes.Told):
    """An account over a time."""

    path: str
    currency: str
    begins: datetime
    ends: datetime
    opening_fen: shapes.Fen
    closing_fen: shapes.Fen
    rows: list[RowTold]
    held: list[HeldTold]


class Span(BaseModel):
    """?path=…&begins=…&ends=…"""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, Field(max_length=120, pattern=shapes.NO_NUL)]
    begins: datetime = Field(description="Included; RFC 3339 with a zone", examples=["2026-11-01T00:00:00+08:00"])
    ends: datetime = Field(description="Not included; RFC 3339 with a zone", examples=["2026-12-01T00:00:00+08:00"])


class ExpectationTold(shapes.Told):
    """Money that is expected under a payment code, in fen."""

    code: str = Field(examples=["7KQ2M9XWPR"])
    topic: str
    purpose: str = Field(examples=["deposit"])
    payer: str
    amount_fen: shapes.Fen
    state: str = Field(examples=["open"])
    made_at: datetime


def own_accounts(request: HttpRequest) -> QuerySet[Account]:
    """Accounts of the caller's parties and the escrows of their deals, or all for those who see the books."""
    if access.may(calling.standing_of(request), "ledger.see_books"):
        return Account.objects.all()
    refs = Party.objects.filter(pk__in=calling.parties_of(request)).values_list("ref", flat=True)
    among = Q(pk__in=[])
    for ref in refs:
        among |= Q(path__startswith=f"party:{ref}:")
    escrows = [f"deal:{number}:escrow" for number in seen_deals(request).values_list("number", flat=True)]
    return Account.objects.filter(among | Q(path__in=escrows))


def account_told(account: Account) -> AccountTold:
    balance = account.credits_posted - account.debits_posted
    return AccountTold(
        path=account.path,
        currency=account.currency,
        balance_fen=balance,
        held_fen=account.debits_pending,
        free_fen=balance - account.debits_pending,
    )


def expectation_told(one: Expectation) -> ExpectationTold:
    return ExpectationTold(
        code=one.code,
        topic=one.topic,
        purpose=one.purpose,
        payer=one.payer,
        amount_fen=one.amount,
        state=one.state,
        made_at=one.made_at,
    )


@router.get("/accounts", summary="Accounts of my parties", **problems.told(paging.Page[AccountTold]))
def list_accounts(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[AccountTold]:
    """With the escrows of their deals; operators, checkers and auditors see all accounts."""
    return paging.cut(own_accounts(request), asked, account_told)


@router.get("/statement", summary="Statement of an account", **problems.told(StatementTold, "api.no_zone"))
def statement(request: HttpRequest, asked: Query[Span]) -> StatementTold:
    """By the time of recording, so that it never changes afterwards."""
    if asked.begins.tzinfo is None or asked.ends.tzinfo is None:
        raise Refused("api.no_zone")
    account = shapes.one(own_accounts(request), path=asked.path)
    told = reports.statement(account.path, asked.begins, asked.ends)
    about = subjects.texts([*(one.topic for one in told.rows), *(one.topic for one in told.frozen)], "zh-hans")
    return StatementTold(
        path=told.path,
        currency=told.currency,
        begins=told.begins,
        ends=told.ends,
        opening_fen=told.opening,
        closing_fen=told.closing,
        rows=[row_told(row, about) for row in told.rows],
        held=[
            HeldTold(
                hold=one.id,
                amount_fen=one.amount,
                since=one.since,
                topic=one.topic,
                about=about.get(one.topic, ""),
            )
            for one in told.frozen
        ],
    )


def row_told(row: reports.Row, about: dict[str, str]) -> RowTold:
    return RowTold(
        seq=row.seq,
        entry=row.id,
        kind=row.kind,
        topic=row.topic,
        about=about.get(row.topic, ""),
        memo=row.memo,
        recorded_at=row.recorded_at,
        amount_fen=row.amount,
        balance_fen=row.balance_after,
    )


@router.get("/expectations", summary="Payments that are expected", **problems.told(paging.Page[ExpectationTold]))
def list_expectations(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[ExpectationTold]:
    """To accounts of my parties, or all for those who see the books; newest first."""
    rows = Expectation.objects.filter(account__in=own_accounts(request).values("pk"))
    return paging.cut(rows, asked, expectation_told)
