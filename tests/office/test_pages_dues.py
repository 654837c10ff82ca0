"""Payouts due and the division of the proceeds on their pages, and over the interface."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_money
from tests.exchange.test_proceeds import a_pledged
from tests.exchange.test_refunds import a_released
from tests.office.given_office import signed_in
from tests.people import given_people as people
from tests.web.given_pages import few_queries
from zhirong.exchange.models import Listing, Share, Split
from zhirong.ledger import reports
from zhirong.ledger import rules as accounts
from zhirong.ledger.actions import simulated
from zhirong.ledger.models import BankLine, Due, Payout
from zhirong.people.actions import secrets

pytestmark = pytest.mark.django_db(transaction=True)
DUES = "/office/bank/dues"


def text_of(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.content.decode()[:400]
    return answer.content.decode()


def called(browser: Client, path: str, body: dict[str, Any]) -> Any:
    keyed = {"Idempotency-Key": uuid.uuid4().hex}
    answer = browser.post(path, body, content_type="application/json", headers=keyed)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def test_the_batch_of_refunds_is_prepared_on_the_page_and_released_by_another() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    operator, checker = signed_in(house.operator), signed_in(house.checker)
    page = text_of(operator, DUES)
    assert buyer.party.name in page
    assert "80,000" in page
    assert "制单 1 笔" in page
    assert "制单 1 笔" not in text_of(checker, DUES)
    assert operator.post(DUES, {"deed": "prepare", "one": [due.key]}).status_code == 302
    payout = Payout.objects.get()
    assert "复核并放行" not in text_of(operator, DUES)
    assert "复核并放行 1 笔" in text_of(checker, DUES)
    assert checker.post(DUES, {"deed": "check", "one": [payout.pk]}).status_code == 302
    assert Payout.objects.get().state == "checked"
    assert buyer.party.name in text_of(operator, f"{DUES}?state=made&dues_order=-amount")
    assert "此列表中没有应付款" in text_of(operator, f"{DUES}?state=paid")
    file = operator.get(f"{DUES}?as=dues.csv")
    assert buyer.party.name in file.content.decode("utf-8-sig")


def test_an_empty_choice_prepares_nothing() -> None:
    house = given.House()
    answer = signed_in(house.operator).post(DUES, {"deed": "prepare"})
    assert answer.status_code == 422
    assert not Payout.objects.exists()


def test_the_list_of_refunds_asks_little_however_long_it_is() -> None:
    house, seller = given.House(), given.a_side("holder")
    for _ in range(3):
        a_released(house, seller, given.a_side("buyer"))
    browser = signed_in(house.operator)
    browser.post(DUES, {"deed": "prepare", "one": [one.key for one in Due.objects.all()[:2]]})
    with few_queries(11):
        page = text_of(browser, DUES)
    assert "240,000 元" in page


def test_the_banks_desk_asks_little_with_something_in_every_list(settings: Any) -> None:
    settings.DEMO = True
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    given.money_for(seller.party, 1_00)
    operator, checker = signed_in(house.operator), signed_in(house.checker)
    operator.post(DUES, {"deed": "prepare", "one": [due.key]})
    for _ in range(2):
        simulated.customer_pays(buyer.person, payer="不相干公司", amount_fen=1_00, memo="")
    operator.post("/office/bank", {"deed": "fetch"})
    line, account = BankLine.objects.earliest("pk"), accounts.available(seller.party.ref)
    operator.post("/office/bank", {"deed": "propose", "line": line.pk, "account": account})
    with few_queries():
        page = text_of(checker, "/office/bank")
    for named in (f"{seller.party.name} · 可用款", f"{buyer.party.name} · 可用款", "确认认领", "不相干公司"):
        assert named in page


def test_the_payer_sees_the_term_and_leaves_the_money_for_further_bids() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    browser = signed_in(buyer.person)
    page = text_of(browser, "/desk/money")
    assert "退还的保证金" in page
    assert "前付出" in page
    assert browser.post("/desk/money/dues", {"deed": "keep", "due": due.key}).status_code == 302
    assert Due.objects.get().state == "kept"
    assert "已留作下次竞价" in text_of(browser, "/desk/money")
    assert browser.post("/desk/money/dues", {"deed": "claim", "due": due.key}).status_code == 302
    assert Due.objects.get().state == "due"
    stranger = signed_in(seller.person)
    assert stranger.post("/desk/money/dues", {"deed": "keep", "due": due.key}).status_code == 403
    assert Due.objects.get().state == "due"


def test_refunds_over_the_interface_in_the_order_of_their_terms() -> None:
    house, seller = given.House(), given.a_side("holder")
    buyers = [given.a_side("buyer") for _ in range(3)]
    dues = [a_released(house, seller, buyer) for buyer in buyers]
    operator, checker, own = signed_in(house.operator), signed_in(house.checker), signed_in(buyers[1].person)
    first = operator.get("/api/dues?limit=2&state=due").json()
    assert [one["due"] for one in first["items"]] == [dues[0].key, dues[1].key]
    rest = operator.get(f"/api/dues?limit=2&state=due&after={first['next']}").json()
    assert ([one["due"] for one in rest["items"]], rest["next"], rest["total"]) == ([dues[2].key], None, 3)
    assert [one["due"] for one in own.get("/api/dues").json()["items"]] == [dues[1].key]
    assert own.get("/api/dues").json()["items"][0]["amount_fen"] == 80_000_00
    assert called(own, f"/api/dues/{dues[1].key}/keep", {})["state"] == "kept"
    assert called(own, f"/api/dues/{dues[1].key}/claim", {})["state"] == "due"
    assert own.post(f"/api/dues/{dues[0].key}/keep", headers={"Idempotency-Key": "k"}).status_code == 404
    made = called(operator, "/api/bank/dues/prepare", {"dues": [dues[0].key, dues[2].key]})["payouts"]
    assert [one["amount_fen"] for one in made] == [80_000_00] * 2
    checked = called(checker, "/api/bank/payouts/check", {"payouts": [one["payout_id"] for one in made]})["payouts"]
    assert [one["state"] for one in checked] == ["checked"] * 2


def test_the_division_of_a_pledged_rights_price_is_entered_and_confirmed_on_its_page() -> None:
    house, seller, bank = given.House(), given.a_side("holder"), people.a_party(is_verified=True)
    deal = given_money.settled(house, a_pledged(house, seller, bank))
    net_fen = deal.price_fen - deal.seller_fee_fen
    path, operator, checker = f"/office/deals/{deal.pk}/proceeds", signed_in(house.operator), signed_in(house.checker)
    shown = text_of(operator, path)
    assert "留在共管账户" in shown
    assert "不超过 20 MB。" in shown
    rest = f"{(net_fen - 500_000_00) // 100}.{net_fen % 100:02d}"
    said = {
        "deed": "propose_split", "reason": "质权人同意书第二条",
        "party_1": bank.name, "role_1": "pledgee", "amount_1": "500000",
        "party_2": seller.party.ref, "role_2": "owner", "amount_2": rest,
    }  # fmt: skip
    assert operator.post(path, {**said, "party_1": "无此主体"}).status_code == 422
    paper = SimpleUploadedFile("同意书.pdf", b"%PDF-1.7 consent", content_type="application/pdf")
    assert operator.post(path, {**said, "file": paper}).status_code == 302
    split = Split.objects.get()
    assert "复核价款分配" in text_of(checker, path)
    confirmed = {"deed": "confirm_split", "payload_hash": split.payload_hash}
    assert operator.post(path, confirmed).status_code == 403
    unread = checker.post(path, confirmed)
    assert (unread.status_code, "同意书.pdf" in unread.content.decode()) == (409, True)
    assert b"".join(checker.get(f"/office/splits/{split.pk}/evidence")) == b"%PDF-1.7 consent"
    assert checker.post(path, confirmed).status_code == 302
    assert sorted(Share.objects.values_list("amount_fen", flat=True)) == sorted([500_000_00, net_fen - 500_000_00])
    told = checker.get(f"/api/deals/{deal.pk}/proceeds").json()
    assert (told["waiting_fen"], told["agreement"], told["net_fen"]) == (0, "confirmed", net_fen)


def test_a_wrong_division_is_withdrawn_by_its_maker_or_sent_back_by_the_checker() -> None:
    house, seller, bank = given.House(), given.a_side("holder"), people.a_party(is_verified=True)
    deal = a_pledged(house, seller, bank)
    net_fen = deal.price_fen - deal.seller_fee_fen
    path, operator, checker = f"/office/deals/{deal.pk}/proceeds", signed_in(house.operator), signed_in(house.checker)
    parts = [{"role": "pledgee", "party": bank.ref, "amount_fen": net_fen}]
    asked, said = f"/api/deals/{deal.pk}/split", {"parts": parts, "reason": "合同第五条"}
    called(operator, asked, said)
    assert "撤回价款分配" in text_of(operator, path)
    assert operator.post(path, {"deed": "withdraw_split", "reason": "写错了"}).status_code == 302
    digest = called(operator, asked, said)["payload_hash"]
    page = text_of(checker, path)
    assert ("退回" in page, "撤回价款分配" in page) == (True, False)
    assert f"{path}" in checker.get("/office").content.decode()
    assert "价款分配待复核" in text_of(checker, "/office")
    refused = {"deed": "refuse_split", "payload_hash": digest, "reason": "与合同不符"}
    assert operator.post(path, refused).status_code == 403
    assert checker.post(path, refused).status_code == 302
    assert "价款分配待复核" not in text_of(checker, "/office")
    called(operator, asked, said)
    assert called(operator, f"{asked}/withdraw", {"reason": "写错了"})["state"] == "withdrawn"
    called(operator, asked, said)
    told = called(checker, f"{asked}/refuse", {"payload_hash": digest, "reason": "与合同不符"})
    assert told == {"state": "refused", "payload_hash": digest}
    assert list(Split.objects.order_by("pk").values_list("state", flat=True)) == [
        "withdrawn", "refused", "withdrawn", "refused",
    ]  # fmt: skip


def test_a_division_goes_over_the_interface_too() -> None:
    house, seller, bank = given.House(), given.a_side("holder"), people.a_party(is_verified=True)
    deal = a_pledged(house, seller, bank)
    net_fen = deal.price_fen - deal.seller_fee_fen
    operator, checker = signed_in(house.operator), signed_in(house.checker)
    parts = [
        {"role": "pledgee", "party": bank.ref, "amount_fen": 7},
        {"role": "owner", "party": seller.party.ref, "amount_fen": net_fen - 7},
    ]
    told = called(operator, f"/api/deals/{deal.pk}/split", {"parts": parts, "reason": "合同第五条"})
    assert told["state"] == "proposed"
    done = called(checker, f"/api/deals/{deal.pk}/split/confirm", {"payload_hash": told["payload_hash"]})
    assert done["state"] == "confirmed"
    shares = checker.get(f"/api/deals/{deal.pk}/proceeds").json()["shares"]
    assert [(one["role"], one["amount_fen"], one["waits"]) for one in shares] == [
        ("pledgee", 7, False),
        ("owner", net_fen - 7, False),
    ]


def test_a_settlement_refused_over_the_interface_keeps_its_gate() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_paid(given_money.a_deal(house, seller, buyer), seller, buyer)
    entered = given_money.a_recordal(house, deal)
    given.a_pledge(house, deal.listing.items.get().right)
    answer = signed_in(house.checker).post(
        f"/api/deals/{deal.pk}/recordal/confirm",
        {"payload_hash": entered.payload_hash},
        content_type="application/json",
        headers={"Idempotency-Key": "settle-1"},
    )
    assert answer.json()["code"] == "deal.gate_closed"
    assert deal.listing.gates.filter(stage="settle", passed=False).count() == 1


def test_the_checker_sees_whom_what_for_and_by_when_a_payout_is() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    signed_in(house.operator).post(DUES, {"deed": "prepare", "one": [due.key]})
    listing = Listing.objects.get(pk=int(due.topic.partition(":")[2]))
    page = text_of(signed_in(house.checker), "/office/bank")
    for said in ("退还的保证金", listing.number, "未登记收款账号", f"{buyer.party.name} · 可用款"):
        assert said in page
    assert listing.number in text_of(signed_in(house.checker), DUES)
    secrets.keep_secret(buyer.person, buyer.party.pk, kind="bank_account", value="6222 0212 3456 7890 123")
    assert "***************0123" in text_of(signed_in(house.checker), "/office/bank")


def test_a_payout_near_its_term_waits_in_the_queue_with_its_amount() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    operator = signed_in(house.operator)
    Due.objects.update(due_at=due.made_at + timedelta(days=9))
    assert "付款待制单" not in text_of(operator, "/office")
    Due.objects.update(due_at=due.made_at)
    page = text_of(operator, "/office")
    assert "付款待制单" in page
    assert "80,000" in page
    assert buyer.party.name in page


def test_payouts_to_prepare_stand_in_one_row_of_the_queue_with_their_sum() -> None:
    house, seller, buyers = given.House(), given.a_side("holder"), [given.a_side("buyer") for _ in range(3)]
    found = [a_released(house, seller, buyer) for buyer in buyers]
    Due.objects.update(due_at=found[0].made_at)
    Due.objects.filter(pk=found[2].pk).update(due_at=found[0].made_at - timedelta(hours=1))
    operator = signed_in(house.operator)
    page = text_of(operator, "/office")
    row = f'<a href="{DUES}">共 3 笔，先付 {buyers[2].party.name}</a>'
    assert page.count(row) == 1
    assert "240,000" in page
    assert buyers[0].party.name not in page
    taken = operator.get("/office?as=queue.csv").content.decode("utf-8-sig")
    assert all(buyer.party.name in taken for buyer in buyers), "what is taken away holds each of them"


def test_the_sum_of_what_is_due_leaves_out_what_other_bids_used() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    a_released(house, seller, buyer)
    Due.objects.update(used=30_000_00)
    page = text_of(signed_in(house.operator), DUES)
    assert "50,000 元" in page
    assert "80,000" not in page


def test_the_books_name_the_party_of_an_account() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    a_released(house, seller, buyer)
    page = text_of(signed_in(house.operator), "/office/bank/books")
    assert f"{buyer.party.name} · 可用款" in page
    assert "银行存管账户" in page
    path = f"party:{buyer.party.ref}:available"
    assert f"{buyer.party.name} · 可用款</h2>" in text_of(signed_in(house.operator), f"/office/bank/books?path={path}")


def test_payouts_of_an_older_version_are_made_anew_by_one_button() -> None:
    house, seller, buyers = given.House(), given.a_side("holder"), [given.a_side("buyer") for _ in range(2)]
    found = [a_released(house, seller, buyer) for buyer in buyers]
    operator, checker = signed_in(house.operator), signed_in(house.checker)
    assert operator.post(DUES, {"deed": "prepare", "one": [one.key for one in found]}).status_code == 302
    # Before an account stood in what is signed for, a payout had no print of it, though one was on file.
    secrets.keep_secret(buyers[0].person, buyers[0].party.pk, kind=secrets.ACCOUNT, value="6222021234567890")
    old = Payout.objects.get(due=found[0])
    assert (old.account_print, old.state) == ("", "made")
    page = text_of(checker, DUES)
    assert "有 1 笔付款不能放行" in page
    assert "重新制单 1 笔" not in page
    assert "复核并放行 1 笔，共 80,000 元" in page
    assert f'value="{old.pk}"' not in page
    assert "不能放行" in text_of(checker, "/office/bank")
    assert checker.post(DUES, {"deed": "check", "one": [old.pk]}).status_code == 409
    assert "重新制单 1 笔，共 80,000 元" in text_of(operator, DUES)
    assert operator.post(DUES, {"deed": "prepare", "one": [found[0].key]}).status_code == 302
    anew = Payout.objects.get(due=found[0])
    old.refresh_from_db()
    assert (old.state, anew.state, anew.pk != old.pk) == ("refused", "made", True)
    assert "不能放行" not in text_of(operator, DUES)
    # The same again makes none twice.
    assert operator.post(DUES, {"deed": "prepare", "one": [found[0].key]}).status_code == 302
    assert Payout.objects.count() == 3
    page = text_of(checker, DUES)
    assert page.index("逐笔查看待放行的 2 笔付款") < page.index("按来款账户原路退回") < page.index("复核并放行 2 笔")
    assert checker.post(DUES, {"deed": "check", "one": [anew.pk]}).status_code == 302
    assert Payout.objects.get(pk=anew.pk).state == "checked"
    assert list(reports.faults()) == []
