"""A client's free money leaves for its own account alone: nobody types the payee, what is due stays."""

from __future__ import annotations

import ast
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.exchange import given_deals as given
from tests.house import source
from tests.office.given_office import signed_in
from tests.people import given_people as people
from tests.web.given_pages import text_of
from zhirong.base.refused import Refused
from zhirong.ledger import reports, rules
from zhirong.ledger.actions import bank as desk
from zhirong.ledger.actions import dues, free_payouts, matches, payouts, simulated, transfers
from zhirong.ledger.book import Order
from zhirong.ledger.models import BankLine, Due, Payout
from zhirong.people.actions import secrets
from zhirong.people.models import Secret
from zhirong.record import actions as record
from zhirong.record.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.both]
ACCOUNT = "6222 0212 3456 7890 123"
HELD_FEN = 9_000_00


def an_owner() -> given.Side:
    """A verified holder with free money and its own account on file."""
    owner = given.a_side("holder")
    given.money_for(owner.party, HELD_FEN)
    secrets.keep_secret(owner.person, owner.party.pk, kind="bank_account", value=ACCOUNT)
    return owner


def free_of(owner: given.Side) -> str:
    return rules.available(owner.party.ref)


def asked(browser: Client, **body: Any) -> HttpResponse:
    keyed = {"Idempotency-Key": uuid.uuid4().hex}
    answer: Any = browser.post("/api/bank/payouts", body, content_type="application/json", headers=keyed)
    return answer


def told(owner: given.Side) -> list[str]:
    found = Notice.objects.filter(person_ref=owner.person.ref, kind__startswith="ledger.free_payout")
    return list(found.order_by("pk").values_list("kind", flat=True))


def test_a_payout_is_made_checked_and_sent_by_two_to_the_accounts_own_party() -> None:
    house, owner = given.House(), an_owner()
    operator, checker = signed_in(house.operator), signed_in(house.checker)
    path = free_of(owner)
    form = text_of(operator, f"/office/bank/books?path={path}")
    assert owner.party.name in form
    assert 'name="payee"' not in form
    # Whose account it is says who is paid, whatever a form brings.
    made = {"deed": "make", "key": "out-1", "account": path, "payee": "王五", "amount": "9000"}
    assert operator.post("/office/bank", made).status_code == 302
    payout = Payout.objects.get()
    assert (payout.payee, payout.amount) == (owner.party.name, HELD_FEN)
    assert operator.post("/office/bank", {"deed": "check", "payout": payout.pk}).status_code == 403
    assert checker.post("/office/bank", {"deed": "check", "payout": payout.pk}).status_code == 302
    assert operator.post("/office/bank", {"deed": "send"}).status_code == 302
    assert Payout.objects.get().state == "sent"
    assert "银行办理中" in text_of(checker, "/office/bank")


def test_a_program_cannot_name_another_payee_and_the_same_id_pays_once() -> None:
    house, owner = given.House(), an_owner()
    operator = signed_in(house.operator)
    said = {"payout_id": "out-1", "account": free_of(owner), "amount_fen": 100}
    assert asked(operator, **said, payee="王五").status_code == 422
    assert not Payout.objects.exists()
    for _ in range(2):
        answer = asked(operator, **said)
        assert answer.status_code == 200, answer.content.decode()
    assert Payout.objects.get().payee == owner.party.name
    assert told(owner) == ["ledger.free_payout_made"]


def test_its_owner_hears_payee_and_amount_when_it_is_made_and_when_it_is_paid() -> None:
    house, owner = given.House(), an_owner()
    simulated.pay_in("x", HELD_FEN, memo="", now=record.now())
    free_payouts.pay_out(house.operator, id="out-1", account=free_of(owner), amount_fen=1_234_56)
    page = text_of(signed_in(owner.person), "/desk/messages")
    for said in (owner.party.name, "1,234.56", "out-1", "如非您的意思，请立即告知平台"):
        assert said in page
    stranger = given.a_side("buyer")
    assert "1,234.56" not in text_of(signed_in(stranger.person), "/desk/messages")
    payouts.check_payout(house.checker, "out-1")
    payouts.send_payouts(house.operator, simulated.SimulatedBank())
    assert told(owner) == ["ledger.free_payout_made"]
    desk.fetch_statement(house.operator, simulated.SimulatedBank())
    assert Payout.objects.get().state == "done"
    assert told(owner) == ["ledger.free_payout_made", "ledger.free_payout_paid"]


def test_its_owner_hears_that_the_second_person_stopped_it() -> None:
    house, owner = given.House(), an_owner()
    free_payouts.pay_out(house.operator, id="out-1", account=free_of(owner), amount_fen=1_00)
    payouts.refuse_payout(house.checker, "out-1", reason="非本人意思")
    assert told(owner) == ["ledger.free_payout_made", "ledger.free_payout_stopped"]
    assert given.free_fen(owner) == HELD_FEN


@pytest.mark.parametrize("state", ["due", "kept"])
def test_what_is_promised_or_was_left_for_bids_stays_where_it_is(state: str) -> None:
    house, owner = given.House(), an_owner()
    term = record.now() + timedelta(days=3)
    with transaction.atomic():
        [due] = dues.owe([dues.Owed("k", owner.party.topic, "proceeds", owner.party, 8_000_00, term)])
    Due.objects.filter(pk=due.pk).update(state=state)
    with pytest.raises(Refused) as refused:
        free_payouts.pay_out(house.operator, id="out-1", account=free_of(owner), amount_fen=1_000_01)
    assert refused.value == Refused("ledger.promised", most_fen=1_000_00, due_fen=8_000_00)
    assert not Payout.objects.exists()
    assert free_payouts.pay_out(house.operator, id="out-1", account=free_of(owner), amount_fen=1_000_00).state == "made"
    with pytest.raises(Refused) as refused:
        free_payouts.pay_out(house.operator, id="out-2", account=free_of(owner), amount_fen=8_000_01)
    assert refused.value.code == "ledger.not_enough"


def test_the_form_shows_to_which_account_and_how_much_at_most() -> None:
    house, owner = given.House(), an_owner()
    page = f"/office/bank/books?path={free_of(owner)}"
    masked = Secret.objects.get(party=owner.party).masked
    with transaction.atomic():
        dues.owe([dues.Owed("k", owner.party.topic, "proceeds", owner.party, 8_000_00, record.now())])
    form = text_of(signed_in(house.operator), page)
    assert f"<dd>{masked}</dd>" in form
    assert ACCOUNT.replace(" ", "") not in form.replace(" ", "")
    assert "<dt>最多可付</dt><dd>" in form
    assert 'value="1,000"' in form
    assert masked not in text_of(signed_in(house.checker), page), "who may make no payout is shown no form"
    Secret.objects.filter(party=owner.party).delete()
    form = text_of(signed_in(house.operator), page)
    assert "未登记收款账号" in form
    assert 'name="amount"' not in form, "no deed that would be refused"


def test_a_due_tells_by_its_own_messages_alone() -> None:
    house, owner = given.House(), an_owner()
    term = record.now() + timedelta(days=3)
    with transaction.atomic():
        dues.owe([dues.Owed("k", owner.party.topic, "proceeds", owner.party, HELD_FEN, term)])
    [payout] = dues.prepare(house.operator, ["k"])
    payouts.refuse_payout(house.checker, payout.pk, reason="重新制单")
    assert told(owner) == []


def test_a_party_without_an_account_on_file_or_unverified_is_not_paid() -> None:
    house, owner, unverified = given.House(), given.a_side("holder"), people.a_party()
    given.money_for(owner.party, HELD_FEN)
    given.money_for(unverified, HELD_FEN)
    for party, code in ((owner.party, "ledger.payee_without_account"), (unverified, "ledger.payee_not_verified")):
        with pytest.raises(Refused) as refused:
            free_payouts.pay_out(house.operator, id="out-1", account=rules.available(party.ref), amount_fen=1)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("fee:exchange", "ledger.houses_own"),
        ("forfeit:deposits", "ledger.houses_own"),
        ("deal:7:escrow", "ledger.not_payable"),
        ("suspense:custody", "ledger.not_payable"),
        ("bank:custody:CNY:custody", "ledger.not_payable"),
        ("party:0123456789abcdef:available", "ledger.not_payable"),
        ("bank account", "ledger.no_such_place"),
    ],
)
def test_money_that_is_no_clients_own_leaves_by_its_own_deed(path: str, code: str) -> None:
    operator = signed_in(given.House().operator)
    answer = asked(operator, payout_id="out-1", account=path, amount_fen=1)
    assert answer.status_code in (409, 422)
    assert code in answer.content.decode()
    assert operator.post("/office/bank", {"deed": "make", "key": "o", "account": path, "amount": "1"}).status_code > 400
    assert not Payout.objects.exists()


def test_the_houses_fees_leave_on_a_debit_of_the_bank_that_two_persons_match() -> None:
    house = given.House()
    transfers.open_accounts([rules.custody(), "fee:exchange", rules.suspense()])
    transfers.move(None, [Order("fees", rules.custody(), "fee:exchange", 5_00)], topic="test")
    day = record.now().date()
    for ref, fen in (("D1", -5_00), ("C1", 1_00)):
        BankLine.objects.create(
            file=desk.fetch_statement(house.operator, simulated.SimulatedBank()).file,
            bank=rules.BANK, bank_ref=ref, account="x", amount=fen, value_day=day, state="suspense",
        )  # fmt: skip
    transfers.move(None, [Order("debit", rules.suspense(), rules.custody(), 5_00)], topic="test")
    debit, credit = (BankLine.objects.get(bank_ref=ref) for ref in ("D1", "C1"))
    matches.propose_match(house.operator, debit.pk, account="fee:exchange")
    matches.confirm_match(house.checker, debit.pk)
    assert reports.balance("fee:exchange") == reports.balance(rules.suspense()) == 0
    with pytest.raises(Refused) as refused:
        matches.propose_match(house.operator, credit.pk, account="fee:exchange")
    assert refused.value.code == "ledger.not_clients_account"


def test_no_door_names_a_payee() -> None:
    doors = [file for file in source.product() if file.module in ("api", "web", "cli", "demo", "exchange")]
    typed = [
        file.at(call) for file in doors for call in source.calls(file) if "payouts.make_payout" in ast.unparse(call)
    ]
    assert typed == []
