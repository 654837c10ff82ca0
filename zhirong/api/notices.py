"""Notices: what I was told, in my language, and through which channels."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, paging, problems, shapes
from zhirong.ledger import payees
from zhirong.record import actions as record
from zhirong.record import notices
from zhirong.record.models import Notice

router = Router(tags=["notices"])


class NoticeTold(shapes.Told):
    """One notice in words."""

    notice_id: int
    at: datetime
    kind: str = Field(examples=["exchange.admitted"])
    zh: str
    en: str
    topic: str = Field(examples=["listing:12"])
    payee: str = Field(description="Of money that leaves: name and masked account, for whom it concerns")
    is_legal: bool = Field(description="Cannot be switched off")
    is_read: bool


class Reading(shapes.Said):
    """Which notices were read; nothing for all."""

    notices: Annotated[list[shapes.Id], Field(max_length=200)] | None = None


class Read(shapes.Told):
    """How many had been unread."""

    read: int


class Channel(shapes.Said):
    """Whether ordinary notices come through a channel as well."""

    channel: Annotated[str, Field(max_length=16, pattern=shapes.NO_NUL, examples=["e_mail"])]
    is_wanted: bool


def told(notice: Notice, payee: dict[str, str]) -> NoticeTold:
    return NoticeTold(
        notice_id=notice.pk,
        at=notice.at,
        kind=notice.kind,
        zh=notices.text_of(notice, "zh-hans"),
        en=notices.text_of(notice, "en"),
        topic=notice.topic,
        payee=payee.get(party_of(notice), ""),
        is_legal=notice.is_legal,
        is_read=notice.read_at is not None,
    )


def party_of(notice: Notice) -> str:
    """The reference of who is paid; empty where the notice is not about a payout."""
    return str(json.loads(notice.facts).get("party", "")) if notice.kind in payees.KINDS else ""


@router.get("/notices", summary="What I was told", **problems.told(paging.Page[NoticeTold]))
def list_notices(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[NoticeTold]:
    """Newest first."""
    page = paging.cut(Notice.objects.filter(person_ref=calling.person_of(request).ref), asked, lambda one: one)
    payee = payees.shown(calling.standing_of(request), {ref for one in page.items if (ref := party_of(one))})
    return paging.Page(items=[told(one, payee) for one in page.items], next=page.next, total=page.total)


@router.post("/notices/read", summary="Mark notices as read", **problems.told(Read))
def mark_read(request: HttpRequest, said: Reading) -> Read:
    """The first reading counts; another's notices are left alone."""
    return Read(read=record.mark_read(calling.person_of(request), said.notices))


@router.put(
    "/notices/channels",
    summary="Choose a channel",
    **problems.told(shapes.Done, "notice.legal", "notice.no_such_channel"),
)
def choose_channel(request: HttpRequest, said: Channel) -> shapes.Done:
    """Notices in the house and those that the law requires come in any case."""
    record.choose_channel(calling.person_of(request), said.channel, is_wanted=said.is_wanted)
    return shapes.Done()
