"""Money leaves for the bank account that maker and checker saw, and for no other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange import given_money
from tests.exchange.test_refunds import a_released, told
from tests.people.given_people import deeds, refused
from zhirong.exchange.models import Deal
from zhirong.ledger import reports
from zhirong.ledger.actions import dues, payouts, simulated
from zhirong.ledger.models import Due, Payout
from zhirong.people.actions import secrets
from zhirong.people.models import Secret

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
FIRST, SECOND = "6222021234567890", "6222999999999999"


class Bank:
    """The simulated bank, with what it was told."""

    name = "custody"

    def __init__(self) -> None:
        self.files: list[str] = []

    def take_instructions(self, file: bytes, *, now: datetime) -> None:
        self.files.append(file.decode())
        simulated.SimulatedBank().take_instructions(file, now=now)


def gives(side: given.Side, number: str) -> Secret:
    return secrets.keep_secret(side.person, side.party.pk, kind=secrets.ACCOUNT, value=number)


def a_refund(number: str = FIRST) -> tuple[given.House, given.Side, Due]:
    """A buyer whose deposit of 80,000 yuan is due to its account."""
    house, buyer = given.House(), given.a_side("buyer")
    if number:
        gives(buyer, number)
    return house, buyer, a_released(house, given.a_side("holder"), buyer)


def test_an_account_changed_before_the_check_voids_the_payout() -> None:
    house, buyer, due = a_refund()
    [payout] = dues.prepare(house.operator, [due.key])
    gives(buyer, SECOND)
    with refused("ledger.payout_changed", id=payout.pk):
        dues.check(house.checker, [payout.pk])
    payouts.refuse_payout(house.checker, payout.pk, reason="账号已变更。")
    [again] = dues.prepare(house.operator, [due.key])
    assert again.payload_hash != payout.payload_hash
    assert Payout.objects.get(pk=payout.pk).state == "refused"


def test_an_account_changed_after_the_check_gets_nothing_and_the_money_is_due_again() -> None:
    house, buyer, due = a_refund()
    [payout] = dues.prepare(house.operator, [due.key])
    dues.check(house.checker, [payout.pk])
    gives(buyer, SECOND)
    bank = Bank()
    assert payouts.send_payouts(house.operator, bank) == []
    assert bank.files == []
    assert (Payout.objects.get().state, Due.objects.get().state) == ("refused", "due")
    assert given.free_fen(buyer) == 80_000_00
    assert list(reports.faults()) == []
    assert told(house.operator, "ledger.payout_taken_back") == told(house.checker, "ledger.payout_taken_back") == 1
    assert "people.secret_read" not in deeds()


def test_a_changed_account_rests_before_anything_is_paid_to_it() -> None:
    house, buyer, due = a_refund()
    changed = gives(buyer, SECOND)
    assert changed.changed_at is not None
    for one in (buyer, house.operator, house.checker):
        assert told(one, "people.account_changed") == 1
    [payout] = dues.prepare(house.operator, [due.key])
    until = changed.changed_at + timedelta(hours=24)
    with refused("people.account_rests", changed_at=changed.changed_at, until=until):
        dues.check(house.checker, [payout.pk])
    given.time_passes(hours=23)
    with refused("people.account_rests"):
        dues.check(house.checker, [payout.pk])
    given.time_passes(hours=1)
    dues.check(house.checker, [payout.pk])
    bank = Bank()
    payouts.send_payouts(house.operator, bank)
    [file] = bank.files
    assert SECOND in file
    assert FIRST not in file


def test_the_first_account_of_a_party_and_the_same_once_more_change_nothing() -> None:
    house, buyer, due = a_refund()
    assert gives(buyer, FIRST).changed_at is None
    assert "people.account_changed" not in deeds()
    [payout] = dues.prepare(house.operator, [due.key])
    assert [one.state for one in dues.check(house.checker, [payout.pk])] == ["checked"]


def test_a_deposit_goes_back_where_it_came_from_though_no_account_is_on_file() -> None:
    house, _, due = a_refund("")
    [payout] = dues.prepare(house.operator, [due.key])
    dues.check(house.checker, [payout.pk])
    [file] = payouts.send_payouts(house.operator, simulated.SimulatedBank())
    assert (file.lines, Payout.objects.get().account_print) == (1, "")


def test_the_price_of_a_sale_waits_until_its_seller_gives_an_account() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_deal(house, seller, buyer)
    given_money.a_paid(deal, seller, buyer)
    given_money.settled(house, Deal.objects.get(pk=deal.pk))
    due = Due.objects.get(party=seller.party, why="proceeds")
    assert told(seller, "ledger.account_missing") == 1
    with refused("ledger.payee_without_account", payee=seller.party.name):
        dues.prepare(house.operator, [due.key])
    assert not Payout.objects.exists()
    browser: Client = desk.browser_of(seller.person)
    address = f"/account/parties/{seller.party.pk}"
    assert browser.post(address, {"deed": "account", "bank_account": "12"}).status_code == 422
    assert browser.post(address, {"deed": "account", "bank_account": FIRST}).status_code == 302
    page = browser.get(address).content.decode()
    assert FIRST not in page
    assert FIRST[-4:] in page
    [payout] = dues.prepare(house.operator, [due.key])
    dues.check(house.checker, [payout.pk])
    bank = Bank()
    payouts.send_payouts(house.operator, bank)
    assert FIRST in bank.files[0]


def test_accounts_are_read_before_the_book_is_locked_and_a_stop_in_between_sends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house, _, due = a_refund()
    [payout] = dues.prepare(house.operator, [due.key])
    dues.check(house.checker, [payout.pk])
    real, inside = secrets.read_secret, []

    def read_secret(*args: Any, **named: Any) -> str:
        inside.append(connection.in_atomic_block)
        return real(*args, **named)

    def stopped(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(secrets, "read_secret", read_secret)
    bank = Bank()
    with monkeypatch.context() as stop:
        stop.setattr(payouts, "_ready", stopped)
        with pytest.raises(KeyboardInterrupt):
            payouts.send_payouts(house.operator, bank)
    assert (bank.files, Payout.objects.get().state, deeds().count("people.secret_read")) == ([], "checked", 1)
    payouts.send_payouts(house.operator, bank)
    assert inside == [False, False]
    assert [FIRST in file for file in bank.files] == [True]


def test_an_account_changed_between_its_reading_and_the_sending_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    house, buyer, due = a_refund()
    [payout] = dues.prepare(house.operator, [due.key])
    dues.check(house.checker, [payout.pk])
    real, bank = payouts._ready, Bank()

    def ready(chosen: list[Payout]) -> list[Payout]:
        gives(buyer, SECOND)
        return real(chosen)

    monkeypatch.setattr(payouts, "_ready", ready)
    assert payouts.send_payouts(house.operator, bank) == []
    assert (bank.files, Payout.objects.get().state, Due.objects.get().state) == ([], "refused", "due")


def test_an_instruction_names_the_account_that_its_payout_was_made_for() -> None:
    house, buyer, due = a_refund()
    [payout] = dues.prepare(house.operator, [due.key])
    assert payout.account_print == secrets_print(buyer)
    assert payouts.hash_of(payout) == payout.payload_hash
    payout.account_print = "0" * 64
    assert payouts.hash_of(payout) != payout.payload_hash


def secrets_print(side: given.Side) -> str:
    """The fingerprint on file, as hexadecimal."""
    return bytes(Secret.objects.get(party=side.party, kind=secrets.ACCOUNT).fingerprint).hex()
