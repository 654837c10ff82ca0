"""Deeds that move money are done once under their Idempotency-Key (LEDGER S14)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from tests.api.given_api import Caller, a_caller
from tests.exchange import given_deals as given
from tests.exchange.given_floor import Clock, a_lot
from zhirong.api.models import KeptAnswer
from zhirong.exchange import floor_doors
from zhirong.exchange.models import Intent, LotStep
from zhirong.ledger.models import SimulatedLine
from zhirong.people.models import Membership, Person, RoleGrant
from zhirong.record import actions as record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
PAYMENT = {"payer": "某公司", "amount_fen": 100_00, "memo": "x"}


def paid(caller: Caller, body: object = PAYMENT, *, key: str) -> tuple[int, bytes, str]:
    answer = caller.ask("POST", "/bank/simulated/payments", body, key=key)
    return answer.status_code, answer.content, answer.headers.get("Idempotency-Hit", "")


def test_a_repeat_gets_the_same_body_and_pays_once() -> None:
    caller = a_caller(given.a_side("buyer").person)
    first, again = paid(caller, key="a"), paid(caller, key="a")
    assert (first[0], first[2]) == (200, "")
    assert again == (200, first[1], "true")
    assert SimulatedLine.objects.count() == 1


def test_a_deed_that_moves_money_without_a_key_is_not_done() -> None:
    caller = a_caller(given.a_side("buyer").person)
    assert caller.refused("/bank/simulated/payments", PAYMENT, key="") == (400, "api.no_key")
    assert not SimulatedLine.objects.exists()


def test_the_same_key_with_another_body_is_refused() -> None:
    caller = a_caller(given.a_side("buyer").person)
    paid(caller, key="a")
    other = {**PAYMENT, "amount_fen": 200_00}
    assert caller.refused("/bank/simulated/payments", other, key="a") == (422, "api.key_reused")
    assert SimulatedLine.objects.get().amount == 100_00


def test_a_key_is_its_senders_own() -> None:
    one, two = a_caller(given.a_side("buyer").person), a_caller(given.a_side("buyer").person)
    assert paid(one, key="a")[2] == ""
    assert paid(two, key="a")[2] == ""
    assert SimulatedLine.objects.count() == 2


def test_a_refused_deed_keeps_nothing_under_its_key() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    caller = a_caller(buyer.person)
    address = f"/listings/{listing.pk}/intents"
    Intent.objects.all().delete()
    given.time_passes(minutes=4)
    assert caller.refused(address, {"party": buyer.party.ref}, key="a") == (409, "intent.closed")
    assert not KeptAnswer.objects.exists()


def test_of_two_at_the_same_instant_one_is_done_and_both_are_answered_alike() -> None:
    caller = a_caller(given.a_side("buyer").person)
    meeting = threading.Barrier(2)
    answers: list[tuple[int, bytes, str]] = []

    def send() -> None:
        meeting.wait()
        answers.append(paid(Caller(caller.token), key="a"))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _, _ in answers] == [200, 200]
    assert len({body for _, body, _ in answers}) == 1
    assert SimulatedLine.objects.count() == 1


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[None]:
    record.now()
    floor_doors.start(data=tmp_path)
    yield
    floor_doors.stop()


def a_bidder(lot_code: str = "11") -> tuple[int, Caller]:
    """A live lot and its bidder of this code, with a token."""
    lot = a_lot(Clock(), "11", "12")
    intent = Intent.objects.get(listing=lot.listing, code=lot_code)
    person = Person.objects.get(pk=intent.person_id)
    now = record.now()
    Membership.objects.create(person=person, party=intent.party, asked_at=now, confirmed_at=now)
    RoleGrant.objects.create(person=person, role="buyer", granted_at=now, confirmed_at=now)
    return lot.pk, a_caller(person)


def test_a_bid_sent_twice_counts_once_and_is_answered_alike(floor: None) -> None:
    lot, caller = a_bidder()
    first = caller.ask("POST", f"/lots/{lot}/bids", {"price_fen": 1_000_00}, key="b")
    again = caller.ask("POST", f"/lots/{lot}/bids", {"price_fen": 1_000_00}, key="b")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert ("Idempotency-Hit" in first.headers, again.headers["Idempotency-Hit"]) == (False, "true")
    assert LotStep.objects.filter(lot=lot, kind="bid").count() == 1
    told = json.loads(first.content)
    assert (told["price_fen"], told["next_fen"], told["code"]) == (1_000_00, 1_100_00, "11")
    assert caller.get(f"/receipts/{told['leaf']}")["leaf"]["price_fen"] == 1_000_00


def test_a_bids_key_with_another_price_is_refused(floor: None) -> None:
    lot, caller = a_bidder()
    caller.post(f"/lots/{lot}/bids", {"price_fen": 1_000_00}, key="b")
    assert caller.refused(f"/lots/{lot}/bids", {"price_fen": 1_200_00}, key="b") == (422, "api.key_reused")
    assert caller.refused(f"/lots/{lot}/bids", {"price_fen": 1_200_00}, key="") == (400, "api.no_key")


def test_a_refused_bid_is_answered_alike_when_it_is_repeated(floor: None) -> None:
    lot, caller = a_bidder()
    first = caller.ask("POST", f"/lots/{lot}/bids", {"price_fen": 1}, key="b")
    again = caller.ask("POST", f"/lots/{lot}/bids", {"price_fen": 1}, key="b")
    assert first.status_code == again.status_code == 409
    assert first.json()["facts"] == again.json()["facts"] == {"top_fen": 0, "least_fen": 1_000_00}
    assert ("Idempotency-Hit" in first.headers, again.headers["Idempotency-Hit"]) == (False, "true")


@pytest.mark.parametrize("amount", [0, -1, 10**16, 1.5, 1e308, "１００", "100", None, True])
def test_what_is_no_amount_reaches_no_floor(amount: object) -> None:
    lot, caller = a_bidder()
    assert caller.refused(f"/lots/{lot}/bids", {"price_fen": amount}, key="b") == (422, "api.not_valid")
    assert not LotStep.objects.filter(lot=lot).exists()


def test_a_bid_while_the_floor_stands_still_is_not_taken() -> None:
    lot, caller = a_bidder()
    assert caller.refused(f"/lots/{lot}/bids", {"price_fen": 1_000_00}, key="b") == (503, "floor.stopped")


def test_a_statement_sent_twice_is_the_same_request_by_its_content() -> None:
    operator = a_caller(given.House().operator)
    head = b"bank_ref,account,payer,amount,value_date,memo,corrects\r\n"

    def send(content: bytes) -> tuple[int, str]:
        file = SimpleUploadedFile("day.csv", content)
        answer = operator.client.post("/api/bank/statements", {"file": file}, headers=operator.headers("s"))
        return answer.status_code, answer.headers.get("Idempotency-Hit", "")

    first = head + b"B1,6228,X,100.00,2026-11-22,?,\r\n"
    assert [send(first), send(first)] == [(200, ""), (200, "true")]
    assert send(head + b"B2,6228,X,100.00,2026-11-22,?,\r\n") == (422, "")
