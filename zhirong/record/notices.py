"""Notices as a person reads them: what is new, in their language."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce

from zhirong.base import shown
from zhirong.record import kinds, rules
from zhirong.record.models import Delivery, Notice


@dataclass(frozen=True, slots=True)
class Message:
    """One notice in words; `topic` says what it is about, for the link."""

    notice_id: int
    at: datetime
    kind: str
    text: str
    topic: str
    is_legal: bool
    is_read: bool


def text_of(notice: Notice, language: str) -> str:
    """The kind's sentence, with the facts as people read them."""
    kind = kinds.of(notice.kind)
    facts = {name: shown.fact(name, value, language) for name, value in json.loads(notice.facts).items()}
    return rules.sentence(kind.text(language), facts)


def messages(person_ref: str, *, language: str, most: int = 50, before_id: int | None = None) -> list[Message]:
    """The newest notices of a person, older ones page by page."""
    found = Notice.objects.filter(person_ref=person_ref)
    if before_id is not None:
        found = found.filter(pk__lt=before_id)
    return [_message(one, language) for one in found.order_by("-pk")[:most]]


def newest(person_ref: str, *, language: str, most: int) -> tuple[list[Message], int]:
    """The newest notices and how many of all are unread, in one question."""
    unread = Notice.objects.filter(person_ref=person_ref, read_at__isnull=True).order_by().values("person_ref")
    counted = Coalesce(Subquery(unread.annotate(count=Count("pk")).values("count")), 0)
    found = list(Notice.objects.filter(person_ref=person_ref).annotate(unread=counted).order_by("-pk")[:most])
    return [_message(one, language) for one in found], found[0].unread if found else 0


def _message(notice: Notice, language: str) -> Message:
    return Message(
        notice_id=notice.pk,
        at=notice.at,
        kind=notice.kind,
        text=text_of(notice, language),
        topic=notice.topic,
        is_legal=notice.is_legal,
        is_read=notice.read_at is not None,
    )


def unread_beside(person_ref: str) -> Subquery:
    """The same count beside a row that a page asks for anyway."""
    mine = Notice.objects.filter(person_ref=person_ref, read_at__isnull=True).order_by().values("person_ref")
    return Subquery(mine.annotate(n=Count("pk")).values("n"))


def unread_count(person_ref: str) -> int:
    """How many notices a person has not read; one small query, for every page's head."""
    return Notice.objects.filter(person_ref=person_ref, read_at__isnull=True).count()


def outbox(most: int = 100) -> list[Delivery]:
    """The e-mails that a demo would have sent, newest first, for its outbox page."""
    return list(Delivery.objects.filter(channel="e_mail").select_related("notice").order_by("-pk")[:most])
