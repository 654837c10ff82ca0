"""Many listings that end at one instant with nobody there: closed together, each with its gate, leaf and notice."""

from __future__ import annotations

import pytest

from tests.exchange import given_deals as given
from tests.people import given_people as people
from tests.people.given_people import deeds
from zhirong.exchange import jobs
from zhirong.exchange.actions import bulk, intents, quiet
from zhirong.exchange.models import Gate, Listing, ListingItem
from zhirong.record import actions as record
from zhirong.record.models import Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def many(house: given.House, seller: given.Side, count: int) -> list[Listing]:
    offers = [given.an_offer(seller, given.a_right(house, seller.party)) for _ in range(count)]
    bulk.publish_many(people.a_person("operator"), house.operator, offers)
    return list(Listing.objects.order_by("pk"))


def test_all_are_extended_then_ended_as_announced_each_with_its_gate_and_its_leaf() -> None:
    house, seller = given.House(), given.a_side("holder")
    listings = many(house, seller, 7)
    for extension in (1, 2):
        given.time_passes(minutes=4)
        assert jobs.tick() == 1
        assert {(one.state, one.extensions) for one in Listing.objects.all()} == {("announced", extension)}
    assert all(one.closes_at > record.now() for one in Listing.objects.all())
    given.time_passes(minutes=4)
    jobs.tick()
    ended = list(Listing.objects.all())
    assert {(one.state, one.end_reason) for one in ended} == {("ended", "no_bidders")}
    assert all(one.ended_at is not None for one in ended)
    assert not ListingItem.objects.filter(is_live=True).exists()
    told = deeds()
    assert (told.count("exchange.extended"), told.count("exchange.ended")) == (14, 7)
    assert Gate.objects.filter(stage="close", passed=True).count() == 21
    assert Notice.objects.filter(kind="exchange.ended").count() == 7
    assert jobs.tick() == 0
    assert len(listings) == 7


def test_one_that_is_not_free_or_not_alone_goes_its_own_way() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    alone, wanted, pledged, *_ = many(house, seller, 5)
    given.an_admitted(wanted, buyer)
    given.a_pledge(house, pledged.items.get().right)
    given.time_passes(minutes=4)
    jobs.tick()
    assert given.fresh(alone).extensions == 1
    assert given.fresh(wanted).state == "answering"
    assert given.fresh(pledged).state == "suspended"


def test_whoever_registers_between_the_look_and_the_deed_is_not_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    first, second = many(house, seller, 2)
    judged = quiet.judged

    def somebody_comes(listings: list[Listing], now: object) -> list[Gate]:
        found = judged(listings, now)  # type: ignore[arg-type]
        Listing.objects.filter(pk=first.pk).update(closes_at=record.now() + given.timedelta(minutes=1))
        given.money_for(buyer.party, first.deposit_fen)
        intents.register(buyer.person, first.pk, party=buyer.party)
        Listing.objects.filter(pk=first.pk).update(closes_at=first.closes_at)
        return found

    given.time_passes(minutes=4)
    monkeypatch.setattr(quiet, "judged", somebody_comes)
    assert quiet.close([first.pk, second.pk]) == 1
    assert (given.fresh(first).extensions, given.fresh(second).extensions) == (0, 1)


def test_more_than_a_tick_closes_is_closed_by_the_next_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "BATCH", 4)
    monkeypatch.setattr(quiet, "CHUNK", 2)
    house, seller = given.House(), given.a_side("holder")
    many(house, seller, 9)
    given.time_passes(minutes=4)
    for left in (5, 1, 0):
        jobs.tick()
        assert Listing.objects.filter(extensions=0).count() == left
