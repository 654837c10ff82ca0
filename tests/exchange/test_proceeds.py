"""Who gets what of the price: co-owners by their shares, a pledgee first, as an agreement says; and the refusals."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_money
from tests.people import given_people as people
from tests.people.given_people import deeds, refused
from zhirong.base.calendar import beijing_day
from zhirong.exchange import papers, proceeds, published, rules
from zhirong.exchange.actions import listings, settlement, splits
from zhirong.exchange.models import Deal, Gate, Listing, Share
from zhirong.ledger import rules as accounts
from zhirong.ledger.actions import transfers
from zhirong.ledger.models import Due
from zhirong.papers import pdf
from zhirong.people.models import Membership, Party
from zhirong.record import actions as record
from zhirong.registry.actions import weights
from zhirong.registry.engine.facts import Act
from zhirong.registry.models import Holding, Right

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def a_co_owned(house: given.House, seller: given.Side, other: Party, *, ppm: int) -> Listing:
    """An announced right of two owners, of whom the other consented to the sale."""
    right = given.a_right(house, seller.party)
    mine = Holding.objects.get(right=right)
    Holding.objects.filter(pk=mine.pk).update(share_ppm=ppm)
    Holding.objects.create(
        right=right, name=other.name, party=other, share_ppm=1_000_000 - ppm, position=1, since=mine.since
    )
    weights.consent(house.operator, right, Act.SELL, by=weights.Favoured(other.name, other))
    return announced(house, seller, right)


def announced(house: given.House, seller: given.Side, right: Right) -> Listing:
    draft = listings.draft(seller.person, given.an_offer(seller, right))
    return listings.announce(house.operator, listings.submit(seller.person, draft.pk).pk)


def a_pledged(house: given.House, seller: given.Side, pledgee: Party) -> Deal:
    """A sale of a pledged right to which the pledgee consented; it waits for a second person's word."""
    right, buyer = given.a_right(house, seller.party), given.a_side("buyer")
    favoured = weights.Favoured(pledgee.name, pledgee)
    day = beijing_day(record.now())
    weights.encumber(house.operator, right, weights.Weight.PLEDGE, favoured=favoured, since=day, number="2026980001")
    weights.consent(house.operator, right, Act.SELL, by=favoured)
    deal = given_money.a_deal_of(announced(house, seller, right), buyer)
    return given_money.a_paid(deal, seller, buyer)


def free_of(party: Party) -> int:
    account = transfers.open_account(accounts.available(party.ref))
    return account.credits_posted - account.debits_posted - account.debits_pending


def in_escrow(deal: Deal) -> int:
    account = transfers.open_account(accounts.escrow(deal.number))
    return account.credits_posted - account.debits_posted


def test_an_amount_is_split_to_the_fen_by_largest_remainder() -> None:
    assert rules.split_fen(10_001, [5, 2, 3]) == [5_001, 2_000, 3_000]
    assert rules.split_fen(100, [1, 1, 1]) == [34, 33, 33]
    assert rules.split_fen(1, [1, 0]) == [1, 0]
    assert sum(rules.split_fen(999_999_999_999_989, [333_333, 666_667])) == 999_999_999_999_989


def test_co_owners_share_the_proceeds_by_their_parts() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    other = people.a_party(is_verified=True)
    deal = given_money.a_deal_of(a_co_owned(house, seller, other, ppm=333_333), buyer)
    deal = given_money.settled(house, given_money.a_paid(deal, seller, buyer))
    net_fen = deal.price_fen - deal.seller_fee_fen
    mine, theirs = rules.split_fen(net_fen, [333_333, 666_667])
    assert (free_of(seller.party), free_of(other)) == (mine, theirs)
    assert mine + theirs == net_fen
    assert in_escrow(deal) == 0
    assert set(Due.objects.filter(why="proceeds").values_list("party", "amount")) == {
        (seller.party.pk, mine),
        (other.pk, theirs),
    }
    assert f'"amount_fen": {theirs}' in deal.certificate.facts
    assert [part.amount_fen for part in proceeds.of(deal).parts] == [mine, theirs]
    note = papers.fee_note_facts(deal, "seller")
    assert [(one.name, one.amount_fen, one.waits.en) for one in note.proceeds] == [
        (seller.party.name, mine, "paid"),
        (other.name, theirs, "paid"),
    ]
    assert papers.fee_note_facts(deal, "buyer").proceeds == ()
    assert papers.fee_note(deal, "seller", "zh").startswith(b"%PDF")
    paper = published.certificate_facts(deal.certificate, verify_at="x")
    assert paper.proceeds == note.proceeds
    assert pdf.certificate(paper, "en").startswith(b"%PDF")


def test_the_proceeds_of_a_pledged_right_wait_until_pledgor_and_pledgee_agree() -> None:
    house, seller, bank = given.House(), given.a_side("holder"), people.a_party(is_verified=True)
    deal = given_money.settled(house, a_pledged(house, seller, bank))
    net_fen = deal.price_fen - deal.seller_fee_fen
    assert (free_of(seller.party), free_of(bank), in_escrow(deal)) == (0, 0, net_fen)
    assert Share.objects.get().paid_at is None
    whole = [("owner", seller.party.ref, net_fen)]
    with refused("deal.split_without_pledgee"):
        splits.propose_split(house.operator, deal.pk, parts=whole, reason="质权人同意书")
    parts = [("pledgee", bank.ref, 500_000_00), ("owner", seller.party.ref, net_fen - 500_000_00)]
    with refused("deal.split_does_not_add_up"):
        splits.propose_split(house.operator, deal.pk, parts=parts[:1], reason="质权人同意书")
    split = splits.propose_split(house.operator, deal.pk, parts=parts, reason="质权人同意书第二条")
    with refused("deal.split_changed"):
        splits.confirm_split(house.checker, deal.pk, payload_hash="0" * 64)
    assert in_escrow(deal) == net_fen
    for _ in range(2):
        splits.confirm_split(house.checker, deal.pk, payload_hash=split.payload_hash)
    assert (free_of(bank), free_of(seller.party)) == (500_000_00, net_fen - 500_000_00)
    assert in_escrow(deal) == 0
    assert Due.objects.filter(why="proceeds").count() == 2
    assert proceeds.of(Deal.objects.get(pk=deal.pk)).waiting_fen == 0


def test_an_agreement_confirmed_before_the_settlement_pays_with_it() -> None:
    house, seller, bank = given.House(), given.a_side("holder"), people.a_party(is_verified=True)
    deal = a_pledged(house, seller, bank)
    net_fen = deal.price_fen - deal.seller_fee_fen
    split = splits.propose_split(
        house.operator,
        deal.pk,
        parts=[("pledgee", bank.ref, 1), ("owner", seller.party.ref, net_fen - 1)],
        reason="合同第五条",
    )
    entered = given_money.a_recordal(house, deal)
    with refused("deal.split_unconfirmed"):
        settlement.confirm_recordal(house.checker, deal.pk, payload_hash=entered.payload_hash)
    splits.confirm_split(house.checker, deal.pk, payload_hash=split.payload_hash)
    given.reads(house.checker, entered.file)
    deal = settlement.confirm_recordal(house.checker, deal.pk, payload_hash=entered.payload_hash)
    assert (free_of(bank), free_of(seller.party), in_escrow(deal)) == (1, net_fen - 1, 0)


def test_nobody_enters_or_confirms_a_settlement_for_a_party_of_their_own() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    other = people.a_party(is_verified=True)
    deal = given_money.a_deal_of(a_co_owned(house, seller, other, ppm=500_000), buyer)
    deal = given_money.a_paid(deal, seller, buyer)
    for party in (seller.party, buyer.party, other):
        biased = people.a_person("operator", member_of=party)
        with refused("people.own_party"):
            given_money.a_recordal(given.House(operator=biased), deal)
    entered = given_money.a_recordal(house, deal)
    for party in (seller.party, buyer.party, other):
        biased = people.a_person("checker", member_of=party)
        with refused("people.own_party"):
            settlement.confirm_recordal(biased, deal.pk, payload_hash=entered.payload_hash)
    assert Membership.objects.filter(party=other).count() == 2
    assert Deal.objects.get(pk=deal.pk).state == "confirming"
    assert not Share.objects.exists()


def test_a_settlement_refused_by_its_gate_keeps_what_was_found_and_nothing_else() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_paid(given_money.a_deal(house, seller, buyer), seller, buyer)
    entered = given_money.a_recordal(house, deal)
    given.a_pledge(house, deal.listing.items.get().right)
    before = deeds()
    with refused("deal.gate_closed"):
        settlement.confirm_recordal(house.checker, deal.pk, payload_hash=entered.payload_hash)
    gate = Gate.objects.get(stage="settle")
    assert not gate.passed
    assert record.now() - gate.at < timedelta(minutes=1)
    assert deeds()[len(before) :] == ["exchange.gate_closed"]
    assert Deal.objects.get(pk=deal.pk).state == "confirming"
    assert in_escrow(deal) == deal.price_fen + deal.buyer_fee_fen
    assert not Share.objects.exists()
