"""The thin door to the floor: the same rules as the pages, one cookie, one order, one answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from tests.exchange.given_floor import Clock, a_lot, fresh
from zhirong.exchange import floor_doors
from zhirong.exchange.models import Intent, Lot
from zhirong.people.models import Membership, RoleGrant
from zhirong.record import actions as record
from zhirong.web.bid_door import BidDoor

pytestmark = pytest.mark.django_db(transaction=True)
FORGERY = "f" * 32


@pytest.fixture
def lot(tmp_path: Path) -> Iterator[Lot]:
    record.now()
    floor_doors.start(data=tmp_path)
    yield a_lot(Clock())
    floor_doors.stop()


def a_session(lot: Lot, code: str) -> str:
    """The cookie of the person behind a code, who may act for its party."""
    intent, now = Intent.objects.get(listing=lot.listing, code=code), record.now()
    RoleGrant.objects.create(person=intent.person, role="buyer", granted_at=now, confirmed_at=now)
    Membership.objects.create(person=intent.person, party=intent.party, asked_at=now, confirmed_at=now)
    session = SessionStore()
    session[SESSION_KEY] = str(intent.person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = intent.person.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={FORGERY}"


def posted(lot_id: int, form: str, **headers: str) -> tuple[int, dict[str, Any]]:
    """Status and answer of one request."""
    sent: list[dict[str, Any]] = []

    async def once() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": form.encode()}

        async def send(message: Any) -> None:
            sent.append(message)

        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await BidDoor()(
            {"type": "http", "method": "POST", "path": f"/live/bid/{lot_id}", "headers": raw}, receive, send
        )

    asyncio.run(once())
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_a_signed_in_bidder_bids_and_hears_after_the_commit(lot: Lot) -> None:
    cookie = a_session(lot, "11")
    status, answer = posted(lot.pk, "price_fen=100000&key=k", cookie=cookie, x_csrftoken=FORGERY)
    assert (status, answer["code"], answer["facts"]["price_fen"]) == (200, "", 100_000)
    assert isinstance(answer["facts"]["at_ns"], str)
    assert fresh(lot).top_fen == 100_000
    status, answer = posted(lot.pk, "price_fen=110000", cookie=cookie, x_csrftoken=FORGERY)
    assert (status, answer["code"]) == (409, "bid.already_leading")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_csrftoken": "e" * 32},
        {"x_csrftoken": FORGERY, "origin": "https://elsewhere.example", "host": "127.0.0.1"},
    ],
)
def test_another_site_cannot_bid_for_a_signed_in_person(lot: Lot, headers: dict[str, str]) -> None:
    status, answer = posted(lot.pk, "price_fen=100000", cookie=a_session(lot, "11"), **headers)
    assert (status, answer["code"]) == (403, "web.not_our_page")
    assert fresh(lot).top_fen is None


def test_nobody_without_a_session_or_an_admission_gets_through(lot: Lot) -> None:
    stranger = f"{settings.SESSION_COOKIE_NAME}=x; {settings.CSRF_COOKIE_NAME}={FORGERY}"
    assert posted(lot.pk, "price_fen=100000", cookie=stranger, x_csrftoken=FORGERY)[1]["code"] == "bid.not_admitted"
    other = a_session(a_lot(Clock()), "12")
    assert posted(lot.pk, "price_fen=100000", cookie=other, x_csrftoken=FORGERY)[1]["code"] == "bid.not_admitted"


@pytest.mark.parametrize(
    "form", ["", "price_fen=", "price_fen=1e9", "price_fen=-5", "price_fen=1.5", "price_fen=%D9%A3"]
)
def test_what_is_no_amount_is_refused(lot: Lot, form: str) -> None:
    status, answer = posted(lot.pk, form, cookie=a_session(lot, "11"), x_csrftoken=FORGERY)
    assert (status, answer["code"]) == (422, "bid.not_an_amount")
