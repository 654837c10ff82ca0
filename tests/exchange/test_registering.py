"""Who may register, under which code, and what a batch of listings refuses by row."""

from __future__ import annotations

import pytest
from django.conf import settings

from tests.exchange import given_deals as given
from tests.people import given_people as people
from tests.people.given_people import deeds, refused
from zhirong.base.refused import Refused
from zhirong.exchange import jobs
from zhirong.exchange.actions import bulk, closing, intents, listings
from zhirong.exchange.models import Intent, Listing

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_buyers_of_one_listing_share_no_people() -> None:
    house, seller, first = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, first)
    second = given.a_side("buyer")
    people.a_membership(people.a_person("buyer", member_of=first.party), second.party)
    with refused("intent.shared_people"):
        intents.register(second.person, listing.pk, party=second.party)
    assert Intent.objects.count() == 1


def test_a_colleague_may_not_register_a_second_party_of_the_first_ones_people() -> None:
    house, seller, first = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, first)
    colleague = people.a_person("buyer", member_of=first.party)
    other = people.a_party(is_verified=True)
    people.a_membership(colleague, other)
    with refused("intent.shared_people"):
        intents.register(colleague, listing.pk, party=other)
    with refused("intent.one_hand"):
        people.a_membership(first.person, other)
        intents.register(first.person, listing.pk, party=other)


def test_another_party_of_the_sellers_people_may_not_register() -> None:
    house, seller = given.House(), given.a_side("holder", "buyer")
    listing = given.an_announced(house, seller)
    other = given.a_side("buyer")
    people.a_membership(people.a_person("holder", member_of=seller.party), other.party)
    with refused("lot.seller_may_not_bid"):
        intents.register(other.person, listing.pk, party=other.party)
    assert not Intent.objects.exists()


def test_a_second_registration_of_the_same_party_is_the_first() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    first = given.an_admitted(listing, buyer)
    colleague = people.a_person("buyer", member_of=buyer.party)
    assert intents.register(colleague, listing.pk, party=buyer.party).pk == first.pk
    assert Intent.objects.count() == 1


def test_a_bidder_code_is_never_used_up_and_never_twice() -> None:
    taken: set[str] = set()
    for _ in range(6_000):
        taken.add(intents.bidder_code(taken))
    assert len(taken) == 6_000
    assert {len(code) for code in taken} == {4, 5}
    assert all(len(code) <= 8 for code in taken)


def test_a_real_house_does_not_run_on_the_rules_of_the_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    house, seller = given.House(), given.a_side("holder")
    waiting = given.a_draft(house, seller)
    right = waiting.items.get().right
    monkeypatch.setattr(settings, "DEMO_RULES", False)
    with refused("listing.demo_rules"):
        listings.draft(seller.person, given.an_offer(seller, right))
    with refused("listing.demo_rules"):
        listings.announce(house.operator, waiting.pk)
    assert given.fresh(waiting).state == "submitted"
    assert given.a_draft(house, seller, rule_set="platform").state == "submitted"


def test_a_right_that_stands_twice_in_a_batch_is_refused_by_its_row() -> None:
    house, seller = given.House(), given.a_side("holder")
    one, two = given.a_right(house, seller.party), given.a_right(house, seller.party)
    offers = [given.an_offer(seller, right) for right in (one, two, one)]
    maker = people.a_person("operator")
    done = bulk.publish_many(maker, house.operator, offers)
    assert done.announced == 2
    assert {place: refusal.code for place, refusal in done.refused.items()} == {2: "listing.right_twice"}
    assert done.refused[2].facts == {"rights": one.number, "row": 1}
    assert Listing.objects.filter(state="announced").count() == 2
    again = bulk.publish_many(maker, house.operator, offers[:2])
    assert (again.announced, again.listed_before, again.refused) == (0, 2, {})


def test_many_unpaid_registrations_lapse_in_short_transactions_and_a_fall_between_two_loses_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    buyers = [given.a_side("buyer") for _ in range(2 * closing.CHUNK + 2)]
    for buyer in buyers:
        intents.register(buyer.person, listing.pk, party=buyer.party)
    given.time_passes(minutes=4)
    drop, fell = closing._drop_unpaid, []

    def falls(listing_id: int) -> int:
        if len(fell) == 1:
            raise Refused("floor.stopped")
        fell.append(drop(listing_id))
        return fell[-1]

    with monkeypatch.context() as fallen:
        fallen.setattr(closing, "_drop_unpaid", falls)
        jobs.tick()
    assert (fell, given.fresh(listing).extensions) == ([closing.CHUNK], 0)
    assert Intent.objects.filter(state="lapsed").count() == closing.CHUNK
    jobs.tick()
    assert deeds().count("exchange.lapsed") == len(buyers)
    assert set(Intent.objects.values_list("state", "deposit_state")) == {("lapsed", "waived")}
    assert (given.fresh(listing).state, given.fresh(listing).extensions) == ("announced", 1)
