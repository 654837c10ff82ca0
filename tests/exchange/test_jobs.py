"""The clock's deeds stand apart: one listing that fails stops nothing else, and is named until it is mended."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange.test_quiet import many
from tests.office.given_office import signed_in
from tests.web.given_pages import text_of
from zhirong.base import faults
from zhirong.exchange import jobs
from zhirong.exchange.actions import closing, intents, listings, quiet
from zhirong.exchange.models import Deal, Listing
from zhirong.record.models import Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def an_abandoned(house: given.House) -> Listing:
    """Its one buyer stepped back while it was suspended, and then it went on."""
    listing, buyer = given.an_announced(house, given.a_side("holder")), given.a_side("buyer")
    intent = given.an_admitted(listing, buyer)
    given.time_passes(minutes=4)
    closing.close(listing.pk)
    listings.suspend(house.operator, listing.pk, reason="核查")
    intents.withdraw(buyer.person, intent.pk)
    return listings.resume(house.operator, listing.pk, reason="核查完毕")


def test_where_the_one_buyer_stepped_back_silence_sells_to_nobody_and_registration_runs_anew() -> None:
    house = given.House()
    listing = an_abandoned(house)
    assert listing.state == "answering"
    given.time_passes(minutes=10)
    jobs.tick()
    now = given.fresh(listing)
    assert (now.state, now.extensions, now.answer_due_at) == ("announced", 1, None)
    assert now.closes_at is not None
    assert now.closes_at > given.record.now()
    assert not Deal.objects.exists()
    assert Event.objects.filter(kind="exchange.extended").count() == 1
    buyer = given.a_side("buyer")
    assert given.an_admitted(now, buyer).state == "admitted"


def test_where_the_one_buyer_stepped_back_the_sellers_consent_sells_to_nobody() -> None:
    house = given.House()
    listing = an_abandoned(house)
    Listing.objects.filter(pk=listing.pk).update(extensions=9)
    closing.answer(listing.made_by, listing.pk, consents=True)
    now = given.fresh(listing)
    assert (now.state, now.end_reason) == ("ended", "no_bidders")
    assert not Deal.objects.exists()


def test_a_listing_that_fails_holds_up_no_other_and_health_names_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    house = given.House()
    first, second = (given.an_announced(house, given.a_side("holder")) for _ in range(2))
    for listing in (first, second):
        given.an_admitted(listing, given.a_side("buyer"))
    real = closing.close

    def close(listing_id: int) -> Listing:
        if listing_id == first.pk:
            raise ZeroDivisionError
        return real(listing_id)

    given.time_passes(minutes=4)
    with monkeypatch.context() as fault:
        fault.setattr(closing, "close", close)
        for _ in range(2):
            jobs.tick()
        assert "failing" not in Client().get("/api/health").json()
        jobs.tick()
    assert (given.fresh(first).state, given.fresh(second).state) == ("announced", "answering")
    assert faults.again() == [faults.Fault("tick", f"test_jobs.close {first.pk}", 3, "ZeroDivisionError")]
    told = Client().get("/api/health").json()
    assert (told["status"], told["failing"]) == ("degraded", ["clock"])
    office = text_of(signed_in(house.operator), "/office")
    assert f"test_jobs.close {first.pk}" in office
    assert "已连续尝试 3 次" in office
    jobs.tick()
    assert given.fresh(first).state == "answering"
    told = Client().get("/api/health").json()
    assert (told["status"], "failing" in told) == ("ok", False)
    assert "时钟未能办理" not in text_of(signed_in(house.operator), "/office")


def test_of_many_that_are_closed_together_only_the_one_that_fails_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    house, seller = given.House(), given.a_side("holder")
    poisoned, *others = many(house, seller, 4)
    real = quiet.close

    def close(listing_ids: Sequence[int]) -> int:
        if poisoned.pk in listing_ids:
            raise LookupError
        return real(listing_ids)

    given.time_passes(minutes=4)
    monkeypatch.setattr(quiet, "close", close)
    jobs.tick()
    assert given.fresh(poisoned).extensions == 0
    assert [given.fresh(one).extensions for one in others] == [1, 1, 1]
    faults.forget()


def test_a_question_that_fails_stops_neither_the_other_questions_nor_what_is_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = given.House()
    listing = given.an_announced(house, given.a_side("holder"))
    given.an_admitted(listing, given.a_side("buyer"))

    def fails() -> list[int]:
        raise ValueError

    given.time_passes(minutes=4)
    monkeypatch.setattr(jobs.money, "deposits_met", fails)
    jobs.tick()
    assert given.fresh(listing).state == "answering"
    assert [fault.deed for fault in faults.kept()] == ["intents.deposit_arrived (what is due)"]
    faults.forget()
