"""Transfers outside a deal: one person enters the office's notice, another confirms, and nobody moves a title alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.exchange import given_deals as given
from tests.registry.given_rights import a_file, a_party, a_person, a_right, an_operator, kinds_told, read, refused
from zhirong.exchange import holds
from zhirong.people.models import Party
from zhirong.record.models import Notice
from zhirong.registry import queries
from zhirong.registry.actions import putting, transfers
from zhirong.registry.actions.transfers import Conveyance
from zhirong.registry.models import Right, TransferEntry

pytestmark = [pytest.mark.django_db, pytest.mark.both]
ON = date(2026, 3, 2)


def free(_: Right) -> str:
    return ""


def holders(right: Right) -> list[Party | None]:
    return [one.party for one in queries.holdings_on(right, putting.today())]


def entered(right: Right, buyer: Party, **changes: object) -> TransferEntry:
    said = replace(Conveyance(buyer, ON, "2026-17"), **changes)
    return transfers.enter_transfer(an_operator(), right, said, proof=a_file(), held=free)


def test_a_second_person_moves_the_title_and_the_first_alone_does_not():
    seller, buyer, checker = a_party(), a_party("乙公司"), a_person("checker")
    right = a_right(parties=(seller,))
    one = entered(right, buyer)
    assert holders(right) == [seller]
    with refused("people.not_allowed"):
        transfers.confirm_transfer(one.entered_by, one, payload_hash=one.payload_hash, held=free)
    with refused("file.not_read", name="file.pdf"):
        transfers.confirm_transfer(checker, one, payload_hash=one.payload_hash, held=free)
    assert (holders(right), "registry.transferred" in kinds_told()) == ([seller], False)
    read(checker, one.proof)
    done = transfers.confirm_transfer(checker, one, payload_hash=one.payload_hash, held=free)
    transfers.confirm_transfer(checker, one, payload_hash=one.payload_hash, held=free)
    assert (done.state, done.decided_by, holders(right)) == ("confirmed", checker, [buyer])
    told = kinds_told()
    assert (told.count("registry.transfer_entered"), told.count("registry.transferred")) == (1, 1)


def test_whoever_has_both_roles_still_needs_a_second_person():
    right = a_right(parties=(a_party(),))
    both = a_person("operator", "checker")
    said = Conveyance(a_party("乙公司"), ON, "2026-17")
    one = transfers.enter_transfer(both, right, said, proof=a_file(), held=free)
    with refused("people.maker_is_checker"):
        transfers.confirm_transfer(both, one, payload_hash=one.payload_hash, held=free)
    with pytest.raises(IntegrityError), transaction.atomic():
        TransferEntry.objects.filter(pk=one.pk).update(decided_by=both)


def test_nobody_enters_or_confirms_for_a_side_it_belongs_to():
    seller, buyer = a_party(), a_party("乙公司")
    right = a_right(parties=(seller,))
    said = Conveyance(buyer, ON, "2026-17")
    for party in (seller, buyer):
        with refused("people.own_party"):
            transfers.enter_transfer(a_person("operator", of=party), right, said, proof=a_file(), held=free)
    one = entered(right, buyer)
    for party in (seller, buyer):
        with refused("people.own_party"):
            transfers.confirm_transfer(a_person("checker", of=party), one, payload_hash=one.payload_hash, held=free)
    assert holders(right) == [seller]


def test_a_title_goes_to_a_verified_party_alone():
    right, namesake = a_right(parties=(a_party(),)), a_party("乙公司", is_verified=False)
    with refused("registry.taker_not_verified"):
        entered(right, namesake)
    one = entered(right, a_party("丙公司"))
    Party.objects.filter(pk=one.to_id).update(verified_at=None)
    with refused("registry.taker_not_verified"):
        transfers.confirm_transfer(a_person("checker"), one, payload_hash=one.payload_hash, held=free)
    assert TransferEntry.objects.get().state == "entered"


def test_without_the_offices_notice_or_on_a_day_to_come_nothing_is_entered():
    right, operator = a_right(parties=(a_party(),)), an_operator()
    said = Conveyance(a_party("乙公司"), ON, "2026-17")
    with refused("registry.proof_missing"):
        transfers.enter_transfer(operator, right, said, proof=None, held=free)
    later = replace(said, on=putting.today() + timedelta(days=1))
    with refused("registry.day_to_come"):
        transfers.enter_transfer(operator, right, later, proof=a_file(), held=free)
    assert TransferEntry.objects.count() == 0


def test_what_the_second_person_did_not_look_at_is_not_confirmed():
    seller, buyer = a_party(), a_party("乙公司")
    right, checker = a_right(parties=(seller,)), a_person("checker")
    one = entered(right, buyer)
    with refused("registry.transfer_changed"):
        transfers.confirm_transfer(checker, one, payload_hash="0" * 64, held=free)
    TransferEntry.objects.filter(pk=one.pk).update(to=a_party("丙公司"))
    with refused("registry.transfer_changed"):
        transfers.confirm_transfer(checker, one, payload_hash=one.payload_hash, held=free)
    assert holders(right) == [seller]


def test_the_same_entry_twice_is_one_and_its_key_names_no_other():
    right = a_right(parties=(a_party(),))
    buyer = a_party("乙公司")
    assert entered(right, buyer) == entered(right, buyer)
    with refused("registry.transfer_key_used", key="2026-17"):
        entered(right, a_party("丙公司"))
    assert TransferEntry.objects.count() == 1


def test_a_returned_entry_moves_nothing_is_told_and_may_come_again():
    seller, buyer, checker = a_party(), a_party("乙公司"), a_person("checker")
    right = a_right(parties=(seller,))
    one = entered(right, buyer)
    with refused("registry.reason_missing"):
        transfers.return_transfer(checker, one, reason=" ")
    transfers.return_transfer(checker, one, reason="证明上的受让人不同")
    with refused("registry.transfer_decided", state={"zh": "已退回", "en": "returned"}):
        transfers.confirm_transfer(checker, one, payload_hash=one.payload_hash, held=free)
    assert [notice.person_ref for notice in Notice.objects.all()] == [one.entered_by.ref]
    assert entered(right, buyer).pk != one.pk
    assert holders(right) == [seller]


def test_a_right_that_is_not_free_is_not_moved():
    first, second, buyer = a_party(), a_party("某某大学"), a_party("乙公司")
    right = a_right(parties=(first, second))
    one = entered(right, buyer)
    checker = a_person("checker")
    read(checker, one.proof)
    with refused("registry.not_free", codes=["co_owner_not_consented"]):
        transfers.confirm_transfer(checker, one, payload_hash=one.payload_hash, held=free)
    assert TransferEntry.objects.get().state == "entered"


def test_a_live_listing_holds_its_right_until_it_ends():
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    right = listing.items.get().right
    one = entered(right, a_party("乙公司"), on=putting.today())
    assert holds.of_right(right) == listing.number
    with refused("registry.held_by_a_deal", by=listing.number):
        transfers.confirm_transfer(house.checker, one, payload_hash=one.payload_hash, held=holds.of_right)
    said = Conveyance(a_party("丙公司"), putting.today(), "2026-18")
    with refused("registry.held_by_a_deal", by=listing.number):
        transfers.enter_transfer(house.operator, right, said, proof=a_file(), held=holds.of_right)
    assert holders(right) == [seller.party]
