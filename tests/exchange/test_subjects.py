"""Every line of money says in words what it is about, and who is paid is told to the payee, the house and the bank."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange import given_money
from tests.people.given_people import deeds
from tests.web.given_pages import text_of
from zhirong.exchange import subjects
from zhirong.exchange.actions import overdue
from zhirong.exchange.models import Deal
from zhirong.ledger import bank as banks
from zhirong.ledger import rules
from zhirong.ledger.actions import dues, payouts, simulated
from zhirong.ledger.models import Due
from zhirong.people.actions import secrets
from zhirong.record import actions as record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
ACCOUNT, MASKED = "6222021234567890123", "0123"


class Listening(simulated.SimulatedBank):
    """The bank, which keeps the files that it was handed."""

    heard: list[bytes] = []

    def take_instructions(self, file: bytes, *, now: datetime) -> None:
        self.heard.append(file)
        super().take_instructions(file, now=now)


def a_settled() -> tuple[given.House, given.Side, given.Side, Deal]:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_paid(given_money.a_deal(house, seller, buyer), seller, buyer)
    return house, seller, buyer, given_money.settled(house, deal)


def test_a_statement_names_the_deal_of_each_line_on_the_page_in_the_sheet_and_to_programs() -> None:
    house, seller, _, deal = a_settled()
    said = f"{deal.number} · {deal.listing.title}"
    browser = desk.browser_of(seller.person)
    page = text_of(browser, "/desk/money")
    assert said in page
    assert f'href="/deals/{deal.number}"' in page
    assert said in browser.get("/desk/money?form=csv").content.decode("utf-8-sig")
    now = record.now()
    span = {"begins": (now - timedelta(days=9)).isoformat(), "ends": (now + timedelta(days=1)).isoformat()}
    told = a_caller(seller.person).get("/statement", path=rules.available(seller.party.ref), **span)
    assert [row["about"] for row in told["rows"]] == [said]
    books = desk.browser_of(house.operator)
    path = rules.available(seller.party.ref)
    page = text_of(books, f"/office/bank/books?path={path}")
    assert said in page
    assert f'href="/office/deals/{deal.pk}"' in page


def test_a_listing_that_was_never_announced_is_no_link_for_a_stranger() -> None:
    house, seller = given.House(), given.a_side("holder")
    draft = given.a_draft(house, seller)
    found = subjects.of([draft.topic, "bank:custody", "deal:999", "listing:x"])
    assert list(found) == [draft.topic]
    assert (found[draft.topic].is_public, found[draft.topic].sides) == (False, {seller.party.pk})


def test_the_instruction_says_to_whom_on_which_account_what_for_and_under_which_reference() -> None:
    house, seller, _, deal = a_settled()
    secrets.keep_secret(seller.person, seller.party.pk, kind="bank_account", value=ACCOUNT)
    due = Due.objects.get(why="proceeds")
    [payout] = dues.prepare(house.operator, [due.key])
    dues.check(house.checker, [payout.pk])
    bank = Listening()
    payouts.send_payouts(house.operator, bank, say=subjects.purposes)
    [told] = banks.read_instructions(bank.heard[-1])
    assert told == banks.Instruction(
        id=payout.id,
        payee=seller.party.name,
        account=ACCOUNT,
        amount=due.amount,
        currency="CNY",
        purpose=f"转让价款 {deal.number}",
        reference=deal.topic,
    )
    # The house keeps no file with the account in full, and the reading stands on the record.
    assert payout.file is None
    assert deeds().count("people.secret_read") == 1


def test_a_payees_message_names_payee_and_masked_account_for_itself_and_the_house() -> None:
    house, seller, buyer, deal = a_settled()
    secrets.keep_secret(seller.person, seller.party.pk, kind="bank_account", value=ACCOUNT)
    given.time_passes(days=9)
    for due in Due.objects.filter(why="proceeds"):
        overdue.tell_payout(due.key)
    for person in (seller.person, house.operator):
        page = text_of(desk.browser_of(person), "/desk/messages")
        assert seller.party.name in page
        assert MASKED in page
        assert deal.number in page
        assert ACCOUNT not in page
    told = a_caller(seller.person).get("/notices")["items"]
    payees = {one["payee"] for one in told if one["kind"].startswith("ledger.")}
    assert len(payees) == 1
    assert seller.party.name in payees.pop()
    assert seller.party.name not in text_of(desk.browser_of(buyer.person), "/desk/messages")
