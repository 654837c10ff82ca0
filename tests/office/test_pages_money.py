"""Bank, bank page of the demo, settlement and clock, as pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.exchange import given_deals as given
from tests.office.given_office import signed_in
from tests.people import given_people as people
from tests.web.given_pages import text_of
from zhirong.base.calendar import beijing_day
from zhirong.exchange import clockwork
from zhirong.exchange import jobs as exchange_jobs
from zhirong.exchange.actions import closing, deals, intents, money, objections, settlement
from zhirong.exchange.models import Deal, Intent, Recordal
from zhirong.ledger import jobs, reports
from zhirong.ledger import rules as accounts
from zhirong.ledger.actions import simulated
from zhirong.ledger.models import BankLine, Payout
from zhirong.people.models import Person
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEMO", True)


def an_intent(house: given.House, buyer: given.Side, *, rule_set: str = "demo") -> Intent:
    """A buyer who is registered and has not paid."""
    listing = given.an_announced(house, given.a_side("holder"), rule_set=rule_set)
    return intents.register(buyer.person, listing.pk, party=buyer.party)


def a_deal(house: given.House) -> Deal:
    """A deal with the one buyer, whose contract both have to accept."""
    seller, buyer = given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, buyer)
    given.time_passes(minutes=4)
    closing.close(listing.pk)
    closing.answer(seller.person, listing.pk, consents=True)
    return Deal.objects.select_related("intent").get()


def member_of(deal: Deal, side: str) -> Person:
    return Person.objects.get(memberships__party=deal.seller if side == "seller" else deal.buyer)


def a_paid_deal(house: given.House) -> Deal:
    """A deal whose price lies in escrow."""
    deal = a_deal(house)
    for side in ("seller", "buyer"):
        deals.accept(member_of(deal, side), deal.pk, side=side, contract_sha256=given.contract_of(deal))
    given.money_for(deal.buyer, money.due_fen(deal))
    exchange_jobs.tick()
    settlement.take_price(deal.pk)
    return Deal.objects.get(pk=deal.pk)


def test_a_newcomer_pays_a_deposit_and_the_house_hears_of_it_by_itself(demo: None) -> None:
    house, buyer = given.House(), given.a_side("buyer")
    intent = an_intent(house, buyer)
    client = signed_in(buyer.person)
    text = text_of(client, f"/bank-demo?code={intent.payment_code}")
    assert "80,000" in text
    paid = {"deed": "pay", "code": intent.payment_code, "payer": buyer.party.name, "amount": "80,000"}
    answer = client.post("/bank-demo", paid)
    assert answer.status_code == 302
    assert answer["Location"] == f"/bank-demo?code={intent.payment_code}"
    under_way = text_of(client, answer["Location"])
    assert "银行已收到款项" in under_way
    assert 'value="pay"' not in under_way
    assert jobs.fetch_news() is True
    assert jobs.fetch_news() is False
    exchange_jobs.tick()
    assert Intent.objects.get(pk=intent.pk).state == "admitted"
    assert "已付款并到账" in text_of(client, answer["Location"])
    assert list(reports.faults()) == []


def test_quirks_are_the_operators_to_play(demo: None) -> None:
    house, buyer = given.House(), given.a_side("buyer")
    intent = an_intent(house, buyer)
    paid = {
        "deed": "pay",
        "code": intent.payment_code,
        "payer": buyer.party.name,
        "amount": "80000",
        "quirk": "stranger",
    }
    assert signed_in(buyer.person).post("/bank-demo", paid).status_code == 403
    assert simulated.holds_now() == 0
    assert signed_in(house.operator).post("/bank-demo", paid).status_code == 302
    jobs.fetch_news()
    assert BankLine.objects.get().state == "suspense"
    assert Intent.objects.get(pk=intent.pk).deposit_state == "due"
    bad = {**paid, "quirk": "burn"}
    assert signed_in(house.operator).post("/bank-demo", bad).status_code == 400


def test_a_customer_of_the_simulated_bank_sees_what_it_paid_and_nothing_else(demo: None) -> None:
    house, buyer, other = given.House(), given.a_side("buyer"), given.a_side("buyer")
    intent = an_intent(house, buyer)
    simulated.customer_pays(buyer.person, payer=buyer.party.name, amount_fen=80_000_00, memo=intent.payment_code)
    # Whoever bears another's name, or plays it at the counter, does not see that one's lines.
    other.party.name = buyer.party.name
    other.party.save(update_fields=["name"])
    simulated.customer_pays(other.person, payer="某厂", amount_fen=3_00, memo="")
    own, others = text_of(signed_in(buyer.person), "/bank-demo"), text_of(signed_in(other.person), "/bank-demo")
    assert "80,000" in own
    assert intent.payment_code not in others
    assert "某厂" in others
    assert "某厂" not in own
    assert "80,003" not in own + others
    rows = signed_in(buyer.person).get("/bank-demo?as=bank.csv").content.decode()
    assert (intent.payment_code in rows, "某厂" in rows) == (True, False)


def test_those_who_work_with_the_simulated_bank_see_the_whole_of_it(demo: None) -> None:
    house, buyer = given.House(), given.a_side("buyer")
    simulated.customer_pays(buyer.person, payer=buyer.party.name, amount_fen=80_000_00, memo="")
    for role, sees in (
        ("operator", True),
        ("checker", True),
        ("auditor", True),
        ("holder", False),
        ("official", False),
    ):
        person = getattr(house, role, None) or people.a_person(role)
        assert ("银行所存" in text_of(signed_in(person), "/bank-demo")) is sees, role
    assert "银行所存" not in text_of(Client(), "/bank-demo")


def test_a_guessed_code_tells_nobody_who_owes_what(demo: None) -> None:
    house, buyer = given.House(), given.a_side("buyer")
    intent = an_intent(house, buyer)
    for client in (Client(), signed_in(given.a_side("buyer").person)):
        text = text_of(client, f"/bank-demo?code={intent.payment_code}")
        assert buyer.party.name not in text
        assert "没有等待此付款码的款项" not in text


def test_the_simulated_bank_is_not_there_outside_a_demo() -> None:
    house = given.House()
    assert signed_in(house.operator).get("/bank-demo").status_code == 404
    assert signed_in(house.operator).post("/bank-demo", {"deed": "pay"}).status_code == 404
    assert signed_in(house.operator).get("/office/clock").status_code == 404
    assert jobs.fetch_news() is False


def test_money_in_suspense_takes_two_persons(demo: None) -> None:
    house, buyer = given.House(), given.a_side("buyer")
    an_intent(house, buyer)
    simulated.customer_pays(buyer.person, payer="不相干公司", amount_fen=5_000_00, memo="")
    operator, checker = signed_in(house.operator), signed_in(house.checker)
    assert operator.post("/office/bank", {"deed": "fetch"}).status_code == 302
    line = BankLine.objects.get()
    assert "不相干公司" in text_of(operator, "/office/bank")
    account = accounts.available(buyer.party.ref)
    assert operator.post("/office/bank", {"deed": "propose", "line": line.pk, "account": account}).status_code == 302
    assert "确认认领" not in text_of(operator, "/office/bank")
    assert operator.post("/office/bank", {"deed": "confirm_match", "line": line.pk}).status_code == 403
    assert "确认认领" in text_of(checker, "/office/bank")
    assert checker.post("/office/bank", {"deed": "confirm_match", "line": line.pk}).status_code == 302
    assert given.free_fen(buyer) == 5_000_00
    assert "已认领" in text_of(operator, "/office/bank/lines")


def test_a_verified_payer_under_an_unknown_code_is_not_called_unknown(demo: None) -> None:
    house, buyer = given.House(), given.a_side("buyer")
    an_intent(house, buyer)
    simulated.customer_pays(buyer.person, payer=buyer.party.name, amount_fen=5_000_00, memo="ZR00000000")
    operator = signed_in(house.operator)
    operator.post("/office/bank", {"deed": "fetch"})
    page = text_of(operator, "/office/bank")
    assert "已核验主体来款，但附言不是待收的付款码" in page
    assert "付款人未知" not in page


def test_the_books_show_an_account_and_give_it_away_as_csv() -> None:
    house, seller = given.House(), given.a_side("holder")
    given.money_for(seller.party, 9_000_00)
    path = accounts.available(seller.party.ref)
    client = signed_in(house.checker)
    assert "9,000" in text_of(client, f"/office/bank/books?path={path}")
    lines = client.get(f"/office/bank/books?path={path}&as=statement.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "9000.00" in lines[1]
    assert "没有路径为" in text_of(client, "/office/bank/books?path=party:none:available")


def test_a_deal_is_settled_by_two_persons_and_not_by_one() -> None:
    house = given.House()
    deal = a_paid_deal(house)
    assert deal.state == "recordal"
    address = f"/office/deals/{deal.pk}"
    operator, checker = signed_in(house.operator), signed_in(house.checker)
    shown = text_of(operator, address)
    assert "录入变更登记" in shown
    # The bound that the file is judged by, so that nobody uploads what is then refused.
    assert "PDF、OFD 或图片，不超过 20 MB。" in shown
    day = beijing_day(record.now()).isoformat()
    assert (
        operator.post(address, {"deed": "enter", "number": "2026112500012", "effective_on": "soon"}).status_code == 400
    )
    form = {"deed": "enter", "number": "2026112500012", "effective_on": day}
    assert operator.post(address, form).status_code == 422
    notice = SimpleUploadedFile("通知书.pdf", b"%PDF-1.7 notice", content_type="application/pdf")
    assert operator.post(address, {**form, "file": notice}).status_code == 302
    entered = Recordal.objects.get()
    assert b"".join(checker.get(f"/office/recordals/{entered.pk}/notice")) == b"%PDF-1.7 notice"
    text = text_of(checker, address)
    assert entered.payload_hash in text
    assert "确认并结算" in text
    assert "确认并结算" not in text_of(operator, address)
    changed = checker.post(address, {"deed": "confirm", "payload_hash": "0" * 64})
    assert changed.status_code == 409
    assert checker.post(address, {"deed": "confirm", "payload_hash": entered.payload_hash}).status_code == 302
    assert Deal.objects.get().state == "settled"
    assert "已结算" in text_of(operator, "/office/deals")


def test_a_default_shows_where_the_deposit_goes_and_takes_two() -> None:
    house = given.House()
    deal = a_deal(house)
    given.seller_accepts(deal)
    given.time_passes(minutes=11)
    address = f"/office/deals/{deal.pk}"
    operator, checker = signed_in(house.operator), signed_in(house.checker)
    text = text_of(operator, address)
    assert "保证金将用于" in text
    assert "无；挂牌结束" in text
    assert checker.post(address, {"deed": "confirm_default"}).status_code == 409
    assert operator.post(address, {"deed": "propose_default", "reason": "逾期未签约"}).status_code == 302
    assert "确认违约并扣收 80,000 元" in text_of(checker, address)
    confirmed = {"deed": "confirm_default", "payload_hash": given.waits(deal)}
    assert checker.post(address, {**confirmed, "payload_hash": "0" * 64}).status_code == 409
    assert checker.post(address, confirmed).status_code == 302
    assert Deal.objects.get().state == "defaulted"


def test_an_objection_is_decided_by_somebody_uninvolved() -> None:
    house = given.House()
    deal = a_deal(house)
    objection = objections.raise_objection(
        member_of(deal, "buyer"), deal.pk, text="公告中的年费状态与登记簿不符，请核实。"
    )
    address = f"/office/objections/{objection.pk}"
    assert "您参与过此成交" in text_of(signed_in(house.operator), address)
    umpire = signed_in(house.umpire)
    assert "驳回" in text_of(umpire, address)
    assert umpire.post(address, {"deed": "dismiss", "decision": "短"}).status_code >= 400
    assert umpire.post(address, {"deed": "dismiss", "decision": "经查登记簿，年费已缴，公告无误。"}).status_code == 302
    assert Deal.objects.get().stopped_at is None
    assert "计时停止" not in text_of(umpire, f"/office/deals/{deal.pk}")


@pytest.mark.django_db(transaction=True)
def test_the_clock_moves_to_the_next_deadline_and_what_is_due_happens(demo: None) -> None:
    house, buyer = given.House(), given.a_side("buyer")
    listing = given.an_announced(house, given.a_side("holder"))
    given.an_admitted(listing, buyer)
    client = signed_in(house.operator)
    assert listing.number in text_of(client, "/office/clock")
    assert client.post("/office/clock", {"deed": "deadline"}).status_code == 302
    assert given.fresh(listing).state == "answering"
    assert given.fresh(listing).closes_at < record.now()
    past = (record.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert client.post("/office/clock", {"deed": "instant", "to": past}).status_code == 409
    before = record.now()
    assert client.post("/office/clock", {"deed": "hour"}).status_code == 302
    assert record.now() - before >= timedelta(hours=1)
    assert given.fresh(listing).state == "sold"
    assert clockwork.next_deadline(record.now()) is None
    assert client.post("/office/clock", {"deed": "deadline"}).status_code == 409
    assert signed_in(house.checker).post("/office/clock", {"deed": "hour"}).status_code == 403


def test_an_annulment_waits_in_the_queue_for_a_second_person() -> None:
    house = given.House()
    deal = a_paid_deal(house)
    address, checker = f"/office/deals/{deal.pk}", signed_in(house.checker)
    assert "撤销待复核" not in text_of(checker, "/office")
    proposed = {"deed": "propose_annulment", "reason": "专利局不予变更"}
    assert signed_in(house.operator).post(address, proposed).status_code == 302
    assert "撤销待复核" in text_of(checker, "/office")
    assert "撤销成交并退还款项" in text_of(checker, address)
    assert checker.post(address, {"deed": "confirm_annulment", "payload_hash": given.waits(deal)}).status_code == 302
    assert Deal.objects.get().state == "annulled"
    assert "撤销待复核" not in text_of(checker, "/office")


def test_the_suspense_desk_takes_what_a_person_would_write(demo: None) -> None:
    house, buyer = given.House(), given.a_side("buyer")
    intent, party = an_intent(house, buyer), buyer.party
    operator, checker = signed_in(house.operator), signed_in(house.checker)
    for _ in range(4):
        simulated.customer_pays(buyer.person, payer="不相干公司", amount_fen=1_00, memo="")
    operator.post("/office/bank", {"deed": "fetch"})
    assert party.name, party.code
    written = [f" {party.name} ", party.code or party.ref, party.ref.upper(), intent.payment_code.lower()]
    for line, account in zip(BankLine.objects.order_by("pk"), written, strict=True):
        answer = operator.post("/office/bank", {"deed": "propose", "line": line.pk, "account": account})
        assert answer.status_code == 302, account
        line.refresh_from_db()
        assert line.proposed is not None
        assert line.proposed.path == accounts.available(party.ref)
    assert checker.post("/office/bank", {"deed": "confirm_match", "line": line.pk}).status_code == 302
    assert given.free_fen(buyer) == 1_00


def test_a_name_that_nobody_or_more_than_one_bears_is_refused_with_what_would_do(demo: None) -> None:
    house, buyer = given.House(), given.a_side("buyer")
    simulated.customer_pays(buyer.person, payer="不相干公司", amount_fen=1_00, memo="")
    operator = signed_in(house.operator)
    operator.post("/office/bank", {"deed": "fetch"})
    line = BankLine.objects.get()
    twin = people.a_party(is_verified=True)
    type(twin).objects.filter(pk=twin.pk).update(name=buyer.party.name, name_key=buyer.party.name_key)
    unverified = people.a_party(is_verified=False)
    for account, named in ((buyer.party.name, 2), ("没有这家公司", 0), (unverified.name, 0), ("fee:exchange", 0)):
        answer = operator.post("/office/bank", {"deed": "propose", "line": line.pk, "account": account})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert f"对应的客户账户有 {named} 个" in page
        assert "登记全称" in page
    line.refresh_from_db()
    assert line.state == "suspense"


def test_sending_money_back_shows_once_more_to_whom_and_where(demo: None) -> None:
    house, buyer = given.House(), given.a_side("buyer")
    simulated.customer_pays(buyer.person, payer="不相干公司", amount_fen=1_234_56, memo="")
    operator = signed_in(house.operator)
    operator.post("/office/bank", {"deed": "fetch"})
    line, page = BankLine.objects.get(), text_of(operator, "/office/bank")
    look = page.partition("请再看一遍")[2].partition("确认退回")[0]
    for said in ("不相干公司", "来款账户", line.bank_ref, "1,234.56", "壹仟贰佰叁拾肆元伍角陆分"):
        assert said in look
    assert page.count('value="return"') == 1
    assert operator.post("/office/bank", {"deed": "return", "line": line.pk}).status_code == 302
    assert Payout.objects.get().payee == "不相干公司"


def test_a_payer_is_told_name_bank_and_number_of_the_custody_account(monkeypatch: pytest.MonkeyPatch) -> None:
    house, buyer = given.House(), given.a_side("buyer")
    intent, browser = an_intent(house, buyer), signed_in(buyer.person)
    pages = (f"/listings/{intent.listing.number}", "/desk/money")
    for page in pages:
        assert "存管银行交易资金专户（账号请向平台索取）" in text_of(browser, page)
    monkeypatch.setattr(settings, "CUSTODY", "某中心交易资金专户|某银行海淀支行|1100 2200 3300")
    for page in pages:
        text = text_of(browser, page)
        for said in ("某中心交易资金专户", "某银行海淀支行", "1100 2200 3300"):
            assert said in text, page
    monkeypatch.setattr(settings, "DEMO", True)
    assert simulated.ACCOUNT in text_of(browser, f"/bank-demo?code={intent.payment_code}")


def test_a_payment_without_a_code_keeps_the_payer_that_was_typed(demo: None) -> None:
    house = given.House()
    operator = signed_in(house.operator)
    said = {"deed": "pay", "code": "", "payer": "张三", "amount": "12", "quirk": "stranger"}
    field = text_of(operator, "/bank-demo").partition('id="p-code"')[2].partition(">")[0]
    assert 'name="code"' in field
    assert "required" not in field
    assert operator.post("/bank-demo", said).status_code == 302
    jobs.fetch_news()
    assert BankLine.objects.values_list("payer", "why").get() == ("张三", "unknown_payer")
