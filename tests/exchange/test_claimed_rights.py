"""A right held by claim, with fees that nobody knows as paid: what the pages and the contract say of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange.given_hall import signed_in
from tests.web.given_pages import text_of
from zhirong.base.calendar import beijing_day
from zhirong.exchange import gates, jobs, papers, published, reserved
from zhirong.exchange.actions import contracts, listings
from zhirong.exchange.models import Deal, Gate, Listing
from zhirong.papers import facts, pdf
from zhirong.record import actions as record
from zhirong.registry import basis, queries, records
from zhirong.registry.actions import titles
from zhirong.registry.engine import fees
from zhirong.registry.engine.facts import Kind
from zhirong.registry.models import Right

pytestmark = pytest.mark.django_db(transaction=True)
REGISTERED = "广州市智专信息科技有限公司"


def a_claimed_right(house: given.House, seller: given.Side) -> Right:
    """The register names another firm and nobody looked at its fees; the seller's claim was accepted."""
    right = given.a_right(house, seller.party)
    said = replace(queries.record_of(right), fees_paid_through_year=0, fees_as_of=None)
    Right.objects.filter(pk=right.pk).update(facts=records.to_text(said))
    right.holdings.update(party=None, name=REGISTERED)
    evidence = record.keep_file(seller.person, "merger.pdf", b"%PDF-1.7 x", is_secret=True)
    claim = titles.claim_right(seller.person, right.holdings.get(), seller.party, evidence=evidence)
    given.reads(house.operator, evidence)
    titles.accept_claim(house.operator, claim, reason="合并决定书")
    return Right.objects.get(pk=right.pk)


def a_submitted(house: given.House, seller: given.Side) -> Listing:
    draft = listings.draft(seller.person, given.an_offer(seller, a_claimed_right(house, seller)))
    return listings.submit(seller.person, draft.pk)


def english(client: Client) -> Client:
    client.cookies["lang"] = "en"
    return client


def test_a_listing_by_claim_says_so_and_calls_unknown_fees_unknown(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = listings.announce(house.operator, a_submitted(house, seller).pk, fees_unknown=True)
    assert Gate.objects.get(listing=listing).passed, "unknown fees and a claim are disclosed, not refused"
    text = text_of(client, f"/listings/{listing.number}")
    day = beijing_day(record.now()).isoformat()
    assert f"经认领：登记簿所载权利人为{REGISTERED}；经办机构核看证据后，于 {day} 认定{seller.party.name}" in text
    assert "权利是否有效：第 4–" in text
    assert "转让方为登记的权利人" not in text
    assert "权利有效" not in text
    shown = text_of(english(client), f"/listings/{listing.number}")
    assert f"By accepted claim: the register names {REGISTERED}" in shown
    assert "Whether it is in force: the fees of patent years 4–" in shown
    assert "The seller is the registered holder" not in shown
    assert "专利法" not in shown


def test_a_listing_of_a_registered_holder_with_paid_fees_says_yes(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    text = text_of(client, f"/listings/{given.an_announced(house, seller).number}")
    assert "权利有效" in text
    assert "转让方为登记的权利人" in text
    assert "经认领" not in text
    assert "没有缴纳记录" not in text


def test_the_operator_sees_the_claim_and_its_evidence_before_announcing() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = a_submitted(house, seller)
    text = text_of(signed_in(house.operator), f"/office/listings/{listing.pk}")
    claim = listing.items.get().right.claims.get()
    assert "转让方经认领持有该权利" in text
    assert REGISTERED in text
    assert "merger.pdf" in text
    assert f"/office/claims/{claim.pk}" in text
    assert "已授权，是否有效未知" in text
    assert re.search("可以转让；第 4–[0-9]+ 年度年费缴纳情况未知，权利是否有效未知", text)


def test_the_contract_warrants_what_is_so() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = listings.announce(house.operator, a_submitted(house, seller).pk, fees_unknown=True)
    deal = bought(listing, buyer)
    said = papers.contract_facts(deal)
    assert [REGISTERED in one.zh for one in said.titles] == [True]
    assert "having seen evidence, accepted Party A's claim" in said.titles[0].en
    assert [one.en.partition(", ")[2][:16] for one in said.unknown_fees] == ["patent years 4–9"[:16]]
    for language in ("zh", "en"):
        assert pdf.contract(said, language).startswith(b"%PDF")


def bought(listing: Listing, buyer: given.Side) -> Deal:
    """One buyer came; the contract is written."""
    given.an_admitted(listing, buyer)
    given.time_passes(minutes=4)
    jobs.tick()
    given.time_passes(minutes=6)
    jobs.tick()
    return contracts.write(Deal.objects.get(listing=listing).pk)


def test_the_certificate_says_to_everyone_what_was_not_known_and_names_nobody(client: Client) -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = listings.announce(house.operator, a_submitted(house, seller).pk, fees_unknown=True)
    sold = desk.settled(desk.paid(desk.signed(desk.Sold(house, seller, buyer, bought(listing, buyer)))))
    address = f"/certificates/{sold.deal.certificate.number}"
    text = text_of(client, address)
    assert "未能核实的事项" in text
    assert "权利是否有效：第 4–" in text
    assert "经认领" in text
    assert REGISTERED not in text
    assert "What was not known" in text_of(english(client), address)
    own = text_of(signed_in(buyer.person), f"/deals/{sold.deal.number}")
    assert "权利是否有效：第 4–" in own
    assert "本中心没有质押、查封、中止的记录" in own


def test_the_sealed_paper_says_what_was_not_known() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = listings.announce(house.operator, a_submitted(house, seller).pk, fees_unknown=True)
    sold = desk.settled(desk.paid(desk.signed(desk.Sold(house, seller, buyer, bought(listing, buyer)))))
    said = published.certificate_facts(sold.deal.certificate, verify_at="x")
    assert [REGISTERED in one.zh and "认领为转让方所有" in one.zh for one in said.titles] == [True]
    assert [one.en.partition(", ")[2][:16] for one in said.unknown_fees] == ["patent years 4–9"[:16]]
    sealed = json.loads(sold.deal.certificate.sealed_body)["facts"]
    assert sealed["titles"] == facts.plain(said.titles)
    assert sealed["unknown_fees"] == facts.plain(said.unknown_fees)
    assert sealed["unseen"] == [listing.items.get().right.number]
    for language in ("zh", "en"):
        assert pdf.certificate(said, language).startswith(b"%PDF")


def test_nobody_says_that_there_is_no_pledge_where_nobody_looked(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = listings.announce(house.operator, a_submitted(house, seller).pk, fees_unknown=True)
    text = text_of(client, f"/listings/{listing.number}")
    assert "本中心没有质押、查封、中止的记录；本中心未查看国家知识产权局登记簿" in text
    assert "无质押、无查封、无中止" not in text
    right = listing.items.get().right
    assert "本中心未查看该权利在国家知识产权局的登记簿" in text_of(client, f"/rights/{right.pk}")
    known = text_of(client, f"/listings/{given.an_announced(house, seller).number}")
    assert "无质押、无查封、无中止" in known


def said_of(right: Right, **said: object) -> Right:
    """The right as a file told it."""
    Right.objects.filter(pk=right.pk).update(facts=records.to_text(replace(queries.record_of(right), **said)))
    return Right.objects.get(pk=right.pk)


def test_a_look_at_the_register_is_no_question_of_fees(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    today = beijing_day(record.now())
    unseen = said_of(given.a_right(house, seller.party), fees_paid_through_year=19, fees_as_of=None)
    seen_on = today - timedelta(days=300)
    seen = said_of(given.a_right(house, seller.party), fees_paid_through_year=8, fees_as_of=seen_on)
    assert (basis.looked_at(unseen), basis.looked_at(seen)) == (None, seen_on)
    for right, is_seen in ((unseen, False), (seen, True)):
        text = text_of(client, f"/rights/{right.pk}")
        assert ("本中心未查看该权利在国家知识产权局的登记簿" in text) is not is_seen
        assert (f"登记簿截至 {seen_on}，此后以本中心登记为准" in text) is is_seen
        assert reserved.unseen([right]) == (() if is_seen else (right.number,))
        draft = listings.draft(seller.person, given.an_offer(seller, right))
        fees_unknown = basis.unknown_years(queries.facts_of(right, today), today) is not None
        listings.submit(seller.person, draft.pk)
        listing = listings.announce(house.operator, draft.pk, fees_unknown=fees_unknown)
        told = text_of(client, f"/listings/{listing.number}")
        assert ("本中心没有质押、查封、中止的记录" in told) is not is_seen
        assert (f"无质押、无查封、无中止（登记簿截至 {seen_on}" in told) is is_seen


def test_the_certificate_of_a_registered_holder_has_no_reservations(client: Client) -> None:
    sold = desk.settled(desk.paid(desk.signed(desk.a_deal())))
    assert "未能核实的事项" not in text_of(client, f"/certificates/{sold.deal.certificate.number}")


def test_a_registered_holder_warrants_the_plain_clause() -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    today = beijing_day(record.now())
    assert basis.of_rights([right], seller.party) == {}
    assert basis.unknown_years(queries.facts_of(right, today), today) is None
    assert gates.judge(queries.facts_of(right, today), seller=seller.party, now=record.now()).allowed


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 3, 5), 8), (date(2026, 3, 6), 9), (date(2018, 3, 5), 0), (date(2050, 1, 1), 20)],
)
def test_the_last_year_due_ends_with_the_term(day: date, year: int) -> None:
    assert fees.last_year_due(Kind.INVENTION, date(2018, 3, 5), day) == year
