"""The thin door to the floor: the same rules as the pages, one cookie, one order, one answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connections

from tests.exchange.given_floor import Clock, a_lot, fresh
from zhirong.exchange import floor_doors
from zhirong.exchange.models import Intent, Lot
from zhirong.people.models import Membership, Person, RoleGrant
from zhirong.record import actions as record
from zhirong.record import port as sql
from zhirong.web import bid_rights
from zhirong.web.bid_door import BidDoor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
FORGERY = "f" * 32
sessions: dict[int, str] = {}


doors: list[BidDoor] = []


def the_door() -> BidDoor:
    """The one door of a test: what it keeps from one bid to the next is what is tested."""
    return doors[0]


@pytest.fixture
def lot(tmp_path: Path) -> Iterator[Lot]:
    record.now()
    floor_doors.start(data=tmp_path)
    doors[:] = [BidDoor()]
    yield a_lot(Clock())
    doors[0].rights.close(connections.close_all)
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
    assert session.session_key
    sessions[intent.person.pk] = session.session_key
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
        await the_door()(
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


@pytest.mark.parametrize(("form", "price_fen"), [("own=130万&amount=1100", 130_000_000), ("own=&amount=1100", 110_000)])
def test_the_rooms_own_form_is_read_as_its_page_reads_it(lot: Lot, form: str, price_fen: int) -> None:
    status, answer = posted(lot.pk, quote(form, safe="=&"), cookie=a_session(lot, "11"), x_csrftoken=FORGERY)
    assert (status, answer["facts"]["price_fen"]) == (200, price_fen)


def logs_out(person: Person) -> None:
    SessionStore(sessions[person.pk]).flush()


def changes_the_password(person: Person) -> None:
    person.set_password("another one, long enough")
    person.save()


def loses_the_role(person: Person) -> None:
    person.role_grants.update(ended_at=record.now())


def leaves_the_party(person: Person) -> None:
    person.memberships.update(ended_at=record.now())


def is_closed(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)


def is_no_longer_admitted(person: Person) -> None:
    Intent.objects.filter(person=person).update(state="refused")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (logs_out, "bid.not_admitted"),
        (changes_the_password, "bid.not_admitted"),
        (loses_the_role, "people.not_allowed"),
        (leaves_the_party, "bid.not_admitted"),
        (is_closed, "bid.not_admitted"),
        (is_no_longer_admitted, "bid.not_admitted"),
    ],
)
def test_a_right_that_was_lost_a_moment_ago_carries_no_bid(
    lot: Lot, change: Callable[[Person], None], code: str
) -> None:
    cookie, person = a_session(lot, "11"), Intent.objects.get(listing=lot.listing, code="11").person
    other = a_session(lot, "12")
    assert posted(lot.pk, "price_fen=100000", cookie=cookie, x_csrftoken=FORGERY)[0] == 200
    assert posted(lot.pk, "price_fen=110000", cookie=other, x_csrftoken=FORGERY)[0] == 200
    change(person)
    status, answer = posted(lot.pk, "price_fen=120000", cookie=cookie, x_csrftoken=FORGERY)
    assert (status, answer["code"]) == (403, code)
    assert fresh(lot).top_fen == 110_000
    assert posted(lot.pk, "price_fen=130000", cookie=other, x_csrftoken=FORGERY)[1]["code"] == "bid.already_leading"


def test_rights_that_stand_are_not_asked_of_the_rules_again(lot: Lot, monkeypatch: pytest.MonkeyPatch) -> None:
    cookies = [a_session(lot, code) for code in ("11", "12")]
    for place, cookie in enumerate(cookies):
        assert posted(lot.pk, f"price_fen={100_000 + place * 10_000}", cookie=cookie, x_csrftoken=FORGERY)[0] == 200
    monkeypatch.setattr(bid_rights, "right_of", None)
    assert posted(lot.pk, "price_fen=120000", cookie=cookies[0], x_csrftoken=FORGERY)[0] == 200


def test_a_session_that_the_clock_alone_ended_carries_no_bid(lot: Lot) -> None:
    cookie, place = a_session(lot, "11"), (next(reversed(sessions.values())), lot.pk)
    assert posted(lot.pk, "price_fen=100000", cookie=cookie, x_csrftoken=FORGERY)[0] == 200
    kept = the_door().rights.kept
    # Twelve hours pass: the row is the one that the right rests on, and its end lies behind us.
    Session.objects.update(expire_date=datetime(2026, 1, 1, tzinfo=UTC))
    port = sql.beside(connections["default"])
    now = port.execute("SELECT session_key, expire_date, session_data FROM django_session")
    port.close()
    kept[place] = replace(kept[place], rests_on=(now[0], *kept[place].rests_on[1:]))
    status, answer = posted(lot.pk, "price_fen=120000", cookie=cookie, x_csrftoken=FORGERY)
    assert (status, answer["code"], fresh(lot).top_fen) == (403, "bid.not_admitted", 100_000)
