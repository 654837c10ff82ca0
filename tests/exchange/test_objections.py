"""Who may decide an objection: nobody who had a hand in the deal, its listing, its registrations or its auction."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people import given_people as people
from tests.people.given_people import refused
from tests.web.given_pages import text_of
from zhirong.base.calendar import beijing_day
from zhirong.exchange.actions import objections, questions, settlement
from zhirong.exchange.models import Intent, Objection, Question
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "成交价与公告的加价幅度不符，请复核。"


def proposed_an_annulment(sold: desk.Sold, who: Person) -> None:
    settlement.propose_annulment(who, sold.deal.pk, reason="登记机关不予变更。")


def returned_a_recordal(sold: desk.Sold, who: Person) -> None:
    desk.paid(desk.signed(sold))
    proof = settlement.Proof("手续合格通知书 2026", beijing_day(record.now()), given.a_notice(sold.house.operator))
    settlement.enter_recordal(sold.house.operator, sold.deal.pk, proof)
    settlement.return_recordal(who, sold.deal.pk, reason="文号与通知书不符。")


def decided_another_registration(sold: desk.Sold, who: Person) -> None:
    other = given.a_side("buyer")
    Intent.objects.create(
        listing=sold.deal.listing,
        party=other.party,
        person=other.person,
        state="refused",
        registered_at=record.now(),
        payment_code="DP-other",
        decided_by=who,
    )


def hid_a_question(sold: desk.Sold, who: Person) -> None:
    asked = Question.objects.create(
        listing=sold.deal.listing, asked_by=sold.buyer.person, text="电话多少？", asked_at=record.now()
    )
    questions.hide(who, asked.pk, reason="含联系方式。")


@pytest.mark.parametrize(
    "deed", [proposed_an_annulment, returned_a_recordal, decided_another_registration, hid_a_question]
)
def test_who_took_part_does_not_decide_the_objection(deed: Callable[[desk.Sold, Person], None]) -> None:
    sold, who = desk.a_deal(), people.a_person("operator", "checker")
    deed(sold, who)
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text=TEXT)
    with refused("objection.not_uninvolved"):
        objections.decide(who, raised.pk, upheld=False, decision="加价幅度与公告一致，不成立。")
    assert Objection.objects.get(pk=raised.pk).state == "open"
    objections.decide(people.a_person("operator"), raised.pk, upheld=False, decision="加价幅度与公告一致，不成立。")
    assert Objection.objects.get(pk=raised.pk).state == "dismissed"


def test_an_objection_names_the_party_for_which_it_was_raised() -> None:
    sold = desk.a_deal()
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text=TEXT)
    assert raised.party == sold.buyer.party
    browser = desk.browser_of(people.a_person("operator"))
    named = f"<dd>{sold.buyer.party.name} · 受让方</dd>"
    assert named in text_of(browser, f"/office/objections/{raised.pk}")
    Objection.objects.filter(pk=raised.pk).update(party=None)
    assert named in text_of(browser, f"/office/objections/{raised.pk}"), "also an old one"


def test_a_decision_that_is_too_short_is_refused_in_a_whole_sentence() -> None:
    sold = desk.a_deal()
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text=TEXT)
    browser = desk.browser_of(people.a_person("operator"))
    browser.cookies["lang"] = "en"
    answer = browser.post(f"/office/objections/{raised.pk}", {"deed": "dismiss", "decision": "no"})
    sentence = "the decision and its grounds must have 10 to 4000 characters; 2 were given."
    assert sentence in answer.content.decode()


def shown(side: given.Side, name: str = "日志") -> File:
    return record.keep_file(side.person, f"{name}.pdf", f"%PDF-1.7 {name}".encode())


def dismissed(sold: desk.Sold, file: File | None = None) -> Objection:
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text=TEXT, file=file)
    if file is not None:
        given.reads(sold.house.umpire, file)
    return objections.decide(sold.house.umpire, raised.pk, upheld=False, decision="加价幅度与公告一致，不成立。")


def test_who_decided_an_earlier_objection_may_decide_the_next() -> None:
    sold = desk.a_deal()
    dismissed(sold)
    dismissed(sold, shown(sold.buyer))
    assert [one.state for one in Objection.objects.all()] == ["dismissed", "dismissed"]


def test_a_side_is_heard_again_only_with_evidence_not_brought_before() -> None:
    sold = desk.a_deal()
    colleague = people.a_person("buyer", member_of=sold.buyer.party)
    dismissed(sold, shown(sold.buyer))
    again = shown(sold.buyer)
    for who, file in ((sold.buyer.person, None), (sold.buyer.person, again), (colleague, None)):
        with refused("objection.nothing_new"):
            objections.raise_objection(who, sold.deal.pk, text="与上次相同，请再复核一次。", file=file)
    assert (Objection.objects.count(), sold.fresh().stopped_at) == (1, None)
    other = objections.raise_objection(sold.seller.person, sold.deal.pk, text=TEXT)
    assert (other.stops, sold.fresh().stopped_at is not None) == (True, True)


def test_a_further_objection_moves_no_term_but_nothing_is_taken_before_it_is_decided() -> None:
    sold = desk.a_deal()
    operator, checker = sold.house.operator, sold.house.checker
    dismissed(sold)
    given.seller_accepts(sold.deal)
    due_at = sold.fresh().contract_due_at
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text=TEXT, file=shown(sold.buyer))
    assert (raised.stops, sold.fresh().stopped_at, sold.deal.contract_due_at) == (False, None, due_at)
    given.time_passes(minutes=11)
    settlement.propose_default(operator, sold.deal.pk, reason="未按期签约")
    digest = given.waits(sold.deal)
    with refused("deal.objection_open"):
        settlement.confirm_default(checker, sold.deal.pk, payload_hash=digest)
    with refused("deal.objection_open"):
        settlement.propose_annulment(operator, sold.deal.pk, reason="权利已终止")
    assert sold.fresh().state == "contract"
    with refused("file.not_read"):
        objections.decide(sold.house.umpire, raised.pk, upheld=False, decision="新证据与成交无关，不成立。")
    given.reads(sold.house.umpire, raised.file)
    objections.decide(sold.house.umpire, raised.pk, upheld=False, decision="新证据与成交无关，不成立。")
    assert sold.fresh().contract_due_at == due_at
    assert settlement.confirm_default(checker, sold.deal.pk, payload_hash=digest).state == "defaulted"


def test_the_settlement_waits_for_a_further_objection_too() -> None:
    sold = desk.a_deal()
    dismissed(sold)
    desk.paid(desk.signed(sold))
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text=TEXT, file=shown(sold.buyer))
    with refused("deal.objection_open"):
        desk.settled(sold)
    given.reads(sold.house.umpire, raised.file)
    objections.decide(sold.house.umpire, raised.pk, upheld=True, decision="新证据属实，成交撤销。")
    assert (sold.fresh().state, given.free_fen(sold.buyer)) == (
        "annulled",
        sold.deal.price_fen + sold.deal.buyer_fee_fen + 80_000_00,
    )


def test_the_pages_ask_for_new_evidence_and_show_it_to_whoever_decides() -> None:
    sold = desk.a_deal()
    dismissed(sold)
    own, umpire = desk.browser_of(sold.buyer.person), desk.browser_of(sold.house.umpire)
    address = f"/deals/{sold.deal.number}"
    assert "再次提出异议" in text_of(own, address)
    assert "异议并停止计时" not in text_of(own, address)
    bare = own.post(f"{address}/object", {"text": TEXT})
    assert (bare.status_code, "须附此前未提交过的证据文件" in bare.content.decode()) == (409, True)
    brought = SimpleUploadedFile("日志.pdf", b"%PDF-1.7 new", content_type="application/pdf")
    assert own.post(f"{address}/object", {"text": TEXT, "file": brought}).status_code == 302
    raised = Objection.objects.get(state="open")
    page = text_of(umpire, f"/office/objections/{raised.pk}")
    assert ("再次异议" in page, "日志.pdf" in page) == (True, True)
    assert umpire.get(f"/office/objections/{raised.pk}/evidence").content == b"%PDF-1.7 new"
    said = {"deed": "dismiss", "decision": "新证据与成交无关，不成立。"}
    assert umpire.post(f"/office/objections/{raised.pk}", said).status_code == 302
    assert a_caller(sold.house.umpire).get(f"/deals/{sold.deal.pk}")["objections"][1]["file_name"] == "日志.pdf"
