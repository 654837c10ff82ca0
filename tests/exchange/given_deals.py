"""Builders for listings and deals: told through the same actions as real life, with a clock that a test may move."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.people import given_people as people
from zhirong.base import numbers
from zhirong.base.calendar import beijing_day
from zhirong.exchange.actions import contracts, deals, intents, listings, state_papers
from zhirong.exchange.actions.listings import Offer
from zhirong.exchange.models import Deal, Intent, Listing, Proposal, StatePaper
from zhirong.ledger import rules as accounts
from zhirong.ledger.actions import transfers
from zhirong.ledger.book import Order
from zhirong.people.models import Membership, Party, Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry import records
from zhirong.registry.actions import putting, weights
from zhirong.registry.engine.facts import Kind
from zhirong.registry.models import Right

_count = itertools.count(1)


@dataclass
class House:
    """The people of one exchange day."""

    operator: Person = field(default_factory=lambda: people.a_person("operator"))
    checker: Person = field(default_factory=lambda: people.a_person("checker"))
    umpire: Person = field(default_factory=lambda: people.a_person("official"))


@dataclass
class Side:
    """A party with somebody who acts for it."""

    party: Party
    person: Person


def a_side(*roles: str) -> Side:
    """A verified organisation with one member who has these roles."""
    party = people.a_party(is_verified=True)
    return Side(party, people.a_person(*roles, member_of=party))


def a_right(house: House, holder: Party, *, paid_through: int = 12) -> Right:
    """An invention filed in 2018, granted in 2020, its fees paid, held by this party."""
    serial = f"20181{next(_count):07d}"
    shown = numbers.read_patent_number(serial + numbers.check_character(serial)).shown
    kind, key, number = records.read_number(Kind.INVENTION, shown)
    said = records.RightRecord(
        kind=kind,
        key=key,
        number=number,
        title=f"一种储能电池的液冷均温结构 {serial}",
        filed_on=date(2018, 3, 5),
        published_on=date(2018, 9, 1),
        granted_on=date(2020, 6, 2),
        ipc=("H01M10/613",),
        holders=(records.Named(holder.name, party=holder.ref, share_ppm=1_000_000),),
        fees_paid_through_year=paid_through,
        fees_as_of=beijing_day(record.now()) - timedelta(days=3),
        source_day=beijing_day(record.now()) - timedelta(days=3),
    )
    return putting.put_right(house.operator, said, source="test").right


def an_offer(seller: Side, *rights: Right, asking_fen: int = 800_000_00, rule_set: str = "demo") -> Offer:
    """An offer of these rights at this price."""
    return Offer(
        seller=seller.party,
        rights=tuple(right.pk for right in rights),
        title="储能电池液冷均温结构专利转让",
        summary="已用于两家工厂。",
        asking_fen=asking_fen,
        rule_set=rule_set,
    )


def a_draft(house: House, seller: Side, *, asking_fen: int = 800_000_00, rule_set: str = "demo") -> Listing:
    """A listing that waits for review; of state-owned rights with its papers, which the operator has read."""
    offer = an_offer(seller, a_right(house, seller.party), asking_fen=asking_fen, rule_set=rule_set)
    made = listings.draft(seller.person, offer)
    if rule_set == "state_owned" or seller.party.is_state_owned:
        state_papers_of(house, seller, made, value_fen=asking_fen)
    return listings.submit(seller.person, made.pk)


def state_papers_of(house: House, seller: Side, listing: Listing, *, value_fen: int) -> None:
    """The appraisal of a listing and the approval of its sale, both of today and read by the operator."""
    a_state_paper(house, seller, listing, what="appraisal", amount_fen=value_fen)
    a_state_paper(house, seller, listing, what="transfer")


def a_state_paper(house: House, seller: Side, listing: Listing, **said: Any) -> StatePaper:
    """One of them, read by the operator."""
    serial = next(_count)
    words = {"body": "深圳某资产评估有限公司", "number": f"评报字〔2026〕{serial}号"}
    what = state_papers.Said(**{**words, "dated_on": beijing_day(record.now()), **said})
    file = record.keep_file(seller.person, "凭据.pdf", f"%PDF-1.7 {serial}".encode())
    state_papers.enter(seller.person, listing.pk, what, file=file)
    record.read_file(house.operator, file, is_evidence=True)
    return listing.state_papers.latest("pk")


def an_announced(house: House, seller: Side, *, asking_fen: int = 800_000_00, rule_set: str = "demo") -> Listing:
    """A listing that is announced."""
    return listings.announce(house.operator, a_draft(house, seller, asking_fen=asking_fen, rule_set=rule_set).pk)


def money_for(party: Party, fen: int) -> None:
    """Money of a party at the custody bank, without a bank file."""
    custody, free = accounts.custody(), accounts.available(party.ref)
    transfers.open_accounts([custody, free])
    transfers.move(None, [Order(f"given:{next(_count)}", custody, free, fen)], topic="test")


def pays_away(party: Party, fen: int) -> None:
    """Money of a party leaves the custody bank again."""
    custody, free = accounts.custody(), accounts.available(party.ref)
    transfers.move(None, [Order(f"given:{next(_count)}", free, custody, fen)], topic="test")


def an_admitted(listing: Listing, buyer: Side) -> Intent:
    """A buyer with money whose deposit is frozen and who is admitted under a code."""
    money_for(buyer.party, listing.deposit_fen)
    intent = intents.register(buyer.person, listing.pk, party=buyer.party)
    assert intent.state == "admitted"
    return intent


def free_fen(side: Side) -> int:
    """What nothing holds of a side's money."""
    account = transfers.open_account(accounts.available(side.party.ref))
    return account.credits_posted - account.debits_posted - account.debits_pending


def time_passes(**span: int) -> None:
    """The house's clock goes on."""
    record.now()
    record._clock.shift_us = (record._clock.shift_us or 0) + timedelta(**span) // timedelta(microseconds=1)


def fresh(listing: Listing) -> Listing:
    """The listing as its row says now."""
    return Listing.objects.get(pk=listing.pk)


def a_notice(person: Person) -> File:
    """The office's notice of a change of owner, as a file."""
    return record.keep_file(person, "手续合格通知书.pdf", b"%PDF-1.7 notice")


def reads(person: Person, file: File | None) -> None:
    """This person opened the evidence of a case."""
    assert file is not None
    record.read_file(person, file, is_evidence=True)


def a_pledge(house: House, right: Right) -> None:
    """A pledge as the office registered it today."""
    weights.encumber(
        house.operator,
        right,
        weights.Weight.PLEDGE,
        favoured=weights.Favoured("某某银行"),
        since=beijing_day(record.now()),
        number="2026980000001",
    )


def contract_of(deal: Deal) -> str:
    """The digest of the deal's contract, written if it was not yet."""
    file = contracts.write(deal.pk).contract_file
    assert file is not None
    return file.sha256


def seller_accepts(deal: Deal) -> Deal:
    """The seller of a deal accepts its contract, which is written if it was not yet."""
    text = contract_of(deal)
    member = Membership.objects.filter(party=deal.seller_id, ended_at=None).select_related("person")[0]
    return deals.accept(member.person, deal.pk, side="seller", contract_sha256=text)


def waits(deal: Deal) -> str:
    """The hash of what was proposed for a deal last, as its second person sees it."""
    found = Proposal.objects.filter(deal=deal).order_by("-pk").first()
    return found.payload_hash if found else ""
