"""API tokens: shown once, known to the house by their hash, ended by their owner or an administrator."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from zhirong.base import text
from zhirong.base.refused import Refused
from zhirong.people import access, figures
from zhirong.people.models import Person, Token
from zhirong.record import actions as record

PREFIX = "zr_"  # lets a scanner of leaked secrets know ours


def _digest(plain: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(plain.encode()).hexdigest()


@transaction.atomic
def make_token(who: Person, *, name: str, days: int) -> tuple[Token, str]:
    """A new token and its plain text, which nobody can see again."""
    access.require(who, "people.make_token")
    now = record.now()
    most_days, most_tokens = figures.at("token_days_most", now), figures.at("tokens_most", now)
    if not 1 <= days <= most_days:
        raise Refused("people.token_days", most=most_days)
    title = text.tidy(name)
    if not 1 <= len(title) <= 60:
        raise Refused("people.bad_name", most=60)
    Person.objects.select_for_update().get(pk=who.pk)
    if Token.objects.filter(person=who, ended_at__isnull=True, expires_at__gt=now).count() >= most_tokens:
        raise Refused("people.too_many_tokens", most=most_tokens)
    plain = PREFIX + secrets.token_urlsafe(32)
    # To the second: nobody counts on the thousandth, and the notice is read by people.
    expires_at = now.replace(microsecond=0) + timedelta(days=days)
    token = Token.objects.create(person=who, name=title, sha256=_digest(plain), made_at=now, expires_at=expires_at)
    record.tell(
        "people.token_made", who.topic, who=who, to=[who], token=token.pk, expires_at=token.expires_at.isoformat()
    )
    return token, plain


@transaction.atomic
def end_token(who: Person, token_id: int) -> Token:
    """The token is worth nothing from now on."""
    token = Token.objects.select_for_update(of=("self",)).select_related("person").filter(pk=token_id).first()
    if token is None:
        raise Refused("people.no_such_token", token=token_id)
    access.require(who, "people.end_token", token)
    if token.ended_at is None:
        token.ended_at = record.now()
        token.save(update_fields=["ended_at"])
        record.tell("people.token_ended", token.person.topic, who=who, to=[token.person], token=token.pk)
    return token


def person_of_token(plain: str) -> Person | None:
    """Whose token this is, if it is in force and its owner's log-in is; one query, nothing written."""
    if not plain.startswith(PREFIX):
        return None
    found = Token.objects.filter(
        sha256=_digest(plain), ended_at__isnull=True, expires_at__gt=record.now(), person__is_active=True
    )
    token = found.select_related("person").first()
    return token.person if token else None
