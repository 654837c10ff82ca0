"""The exchange day over HTTP alone: listed, announced, registered, bid for, signed, paid, recorded, certified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.api.given_api import ANYBODY, Caller, a_caller
from tests.exchange import given_deals as given
from tests.exchange.given_floor import until
from zhirong.api import health
from zhirong.base.calendar import beijing_day
from zhirong.exchange import finder, floor_doors, jobs
from zhirong.exchange.floor import Floor
from zhirong.exchange.floor_watch import Watch
from zhirong.exchange.models import Listing
from zhirong.papers import verifier
from zhirong.record import actions as record
from zhirong.record import port as sql
from zhirong.record import sequencer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def floor(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A floor that does not mind a clock moved by a test."""
    watch = Watch(0, 1, clock_jump_ns=10**18, outage_ns=10**18)
    monkeypatch.setattr(
        floor_doors, "_floor", Floor(lambda: sql.beside(connection), clock_ns=record.now_ns, watch=watch)
    )
    floor_doors.running().start()
    yield
    floor_doors.stop()


@dataclass
class Day:
    """Everybody of one day, each with a token."""

    house: given.House = field(default_factory=given.House)
    seller: given.Side = field(default_factory=lambda: given.a_side("holder"))
    first: given.Side = field(default_factory=lambda: given.a_side("buyer"))
    second: given.Side = field(default_factory=lambda: given.a_side("buyer"))

    def __post_init__(self) -> None:
        self.operator, self.checker = a_caller(self.house.operator), a_caller(self.house.checker)
        self.holder = a_caller(self.seller.person)
        self.one, self.two = a_caller(self.first.person), a_caller(self.second.person)

    def offer(self) -> dict[str, Any]:
        right = given.a_right(self.house, self.seller.party)
        return {
            "seller": self.seller.party.ref,
            "rights": [right.pk],
            "title": "储能电池液冷均温结构专利转让",
            "asking_fen": 800_000_00,
            "rule_set": "demo",
        }


def announced(day: Day) -> int:
    """A listing that went from draft to announcement over HTTP."""
    listing = day.holder.post("/listings", day.offer())["listing_id"]
    assert day.holder.post(f"/listings/{listing}/submit")["state"] == "submitted"
    assert [one["listing_id"] for one in day.operator.get("/listings/waiting")["items"]] == [listing]
    told = day.operator.post(f"/listings/{listing}/announce")
    assert (told["state"], told["deposit_fen"]) == ("announced", 80_000_00)
    return int(listing)


def registered(day: Day, listing: int) -> None:
    for caller, side in ((day.one, day.first), (day.two, day.second)):
        given.money_for(side.party, 80_000_00)
        told = caller.money(f"/listings/{listing}/intents", {"party": side.party.ref})
        assert (told["state"], told["deposit_state"]) == ("admitted", "held")


def opened(day: Day, listing: int) -> int:
    """The auction of a listing with two buyers."""
    given.time_passes(minutes=4)
    jobs.tick()
    lots = ANYBODY.get(f"/listings/{listing}")["lots"]
    return int(lots[0]["lot_id"])


def sold(day: Day, listing: int) -> int:
    """The deal after the hammer."""
    given.time_passes(minutes=30)
    until(lambda: bool(jobs.tick()) and Listing.objects.get(pk=listing).state == "sold")
    jobs.tick()
    return int(day.one.get("/deals")["items"][0]["deal_id"])


def test_a_whole_day_over_http(floor: None) -> None:
    day = Day()
    listing = announced(day)
    registered(day, listing)
    lot = opened(day, listing)
    bid = day.one.money(f"/lots/{lot}/bids", {"price_fen": 800_000_00})
    assert (bid["number"], bid["price_fen"]) == (1, 800_000_00)
    assert day.two.refused(f"/lots/{lot}/bids", {"price_fen": 800_000_00}, key="low") == (409, "bid.too_low")
    day.two.money(f"/lots/{lot}/bids", {"price_fen": bid["next_fen"]})
    day.one.money(f"/lots/{lot}/bids", {"price_fen": ANYBODY.get(f"/lots/{lot}")["next_fen"]})
    assert ANYBODY.get(f"/lots/{lot}")["bids"] == 3
    assert "bid.too_low" not in {step["refusal"] for step in ANYBODY.get(f"/lots/{lot}/steps")["items"]}
    assert "bid.too_low" in {step["refusal"] for step in day.two.get(f"/lots/{lot}/steps")["items"]}
    deal = sold(day, listing)
    settled(day, deal)
    sequencer.number_now()
    assert verifier.verify(ANYBODY.ask("GET", f"/lots/{lot}/transcript").content).found == []
    certified(day, deal)


def settled(day: Day, deal: int) -> None:
    """Both sides accept, the price arrives, the recordal is entered by one and confirmed by another."""
    text = day.one.get(f"/deals/{deal}")["contract_sha256"]
    assert text, "the contract is written soon after the hammer"
    day.one.money(f"/deals/{deal}/accept", {"side": "buyer", "contract_sha256": text})
    told = day.holder.money(f"/deals/{deal}/accept", {"side": "seller", "contract_sha256": text})
    assert told["state"] == "payment"
    payment = {"payer": day.first.party.name, "amount_fen": told["due_fen"], "memo": told["payment_code"]}
    day.one.money("/bank/simulated/payments", payment)
    # The bank's books hold what the test gave the buyers besides, so the statement alone is asked for its codes.
    assert day.operator.money("/bank/statements/fetch")["met"] == [told["payment_code"]]
    jobs.tick()
    entered = {"number": "2026112200001", "effective_on": beijing_day(record.now()).isoformat(), "file": ""}
    assert day.operator.refused(f"/deals/{deal}/recordal", entered) == (422, "deal.recordal_no_notice")
    entered["file"] = given.a_notice(day.house.operator).ref
    told = day.operator.post(f"/deals/{deal}/recordal", entered)
    payload = {"payload_hash": told["recordals"][-1]["payload_hash"]}
    assert day.operator.refused(f"/deals/{deal}/recordal/confirm", payload, key="x")[0] == 403
    assert day.checker.refused(f"/deals/{deal}/recordal/confirm", payload, key="y") == (409, "file.not_read")
    assert day.checker.ask("GET", f"/deals/{deal}/recordal/notice").content == b"%PDF-1.7 notice"
    assert day.checker.money(f"/deals/{deal}/recordal/confirm", payload)["state"] == "settled"


def certified(day: Day, deal: int) -> None:
    number = day.one.get(f"/deals/{deal}")["certificate"]
    jobs.tick()
    sequencer.number_now()
    told = ANYBODY.get(f"/certificates/{number}")
    assert told["receipt"]["number"] is not None
    assert ANYBODY.ask("GET", f"/certificates/{number}/certificate.zip").status_code == 401
    archive = day.one.ask("GET", f"/certificates/{number}/certificate.zip")
    assert archive["Content-Type"] == "application/zip"
    assert verifier.verify(archive.content).found == []
    assert ANYBODY.ask("GET", f"/deals/{deal}/papers/contract").status_code == 401
    assert day.one.ask("GET", f"/deals/{deal}/papers/contract").content.startswith(b"%PDF-")


def test_listings_are_found_by_words_and_prices(tmp_path: Path) -> None:
    day = Day()
    listing = announced(day)
    sequencer.number_now()
    finder.open_here(tmp_path)
    try:
        assert [one["listing_id"] for one in ANYBODY.get("/listings", q="液冷")["items"]] == [listing]
        assert ANYBODY.get("/listings", q="石墨烯")["total"] == 0
        assert ANYBODY.get("/listings", from_fen=800_000_01)["total"] == 0
        assert ANYBODY.get("/listings", state="announced", sort="-price")["total"] == 1
        assert ANYBODY.get("/rights", q="液冷", kind="invention")["total"] == 1
    finally:
        finder.stop()


def test_health_counts_what_is_on_sale_and_says_when_the_floor_fell(monkeypatch: pytest.MonkeyPatch) -> None:
    day = Day()
    announced(day)
    health.forget()
    assert ANYBODY.get("/health")["listings"] == {"open": 1, "asking_fen": 800_000_00}
    fallen = floor_doors.Health("fallen", "OperationalError: disk full", 0, 0, 0, 0)
    monkeypatch.setattr(floor_doors, "health", lambda: fallen)
    assert ANYBODY.get("/health")["status"] == "degraded"
    health.forget()


def test_a_question_is_asked_and_answered_in_public() -> None:
    day = Day()
    listing = announced(day)
    asked = day.one.post(f"/listings/{listing}/questions", {"text": "是否含技术秘密？"})
    assert Caller.refused(day.two, f"/questions/{asked['question_id']}/answer", {"text": "否。"})[0] == 403
    day.holder.post(f"/questions/{asked['question_id']}/answer", {"text": "不含。"})
    assert ANYBODY.get(f"/listings/{listing}/questions")["items"][0]["answer"] == "不含。"
