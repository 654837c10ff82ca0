"""The deal page and its papers: both sides, step by step, from the contract to the certificate."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people.given_people import a_person
from tests.web.given_pages import text_of
from zhirong.exchange import jobs, papers
from zhirong.exchange.actions import contracts, objections
from zhirong.exchange.models import Acceptance, Certificate, Deal
from zhirong.record.models import Leaf
from zhirong.registry.actions import weights
from zhirong.registry.models import Encumbrance
from zhirong.web import filters

pytestmark = pytest.mark.django_db(transaction=True)


def test_both_sides_read_one_kept_text_and_accept_it() -> None:
    sold = desk.a_deal()
    seller, buyer = desk.browser_of(sold.seller.person), desk.browser_of(sold.buyer.person)
    address = f"/deals/{sold.deal.number}"
    text = text_of(seller, address)
    content = seller.get(f"{address}/contract.zh.pdf").content
    sha256 = hashlib.sha256(content).hexdigest()
    assert sha256 in text
    assert "确认合同 800,000 元" in text
    assert "捌拾万元整" in text
    assert buyer.get(f"{address}/contract.zh.pdf").content == content
    form = {"side": "seller", "sha256": sha256, "read": "yes"}
    assert seller.post(f"{address}/accept", form).status_code == 302
    assert Acceptance.objects.get().contract_sha256 == sha256
    assert seller.get(f"{address}/contract.zh.pdf").content == content
    buyer.post(f"{address}/accept", {**form, "side": "buyer"})
    assert sold.fresh().state == "payment"
    paid_page = text_of(buyer, address)
    assert sold.deal.number.replace("-", "") in paid_page
    assert "736,000" in paid_page, "price and fee of 16,000 less the deposit of 80,000"


def test_without_the_tick_or_over_another_text_nothing_is_accepted() -> None:
    sold = desk.a_deal()
    seller = desk.browser_of(sold.seller.person)
    address = f"/deals/{sold.deal.number}/accept"
    sha256 = Deal.objects.select_related("contract_file").get(pk=sold.deal.pk).contract_file.sha256
    unread = seller.post(address, {"side": "seller", "sha256": sha256})
    assert unread.status_code == 400
    changed = seller.post(address, {"side": "seller", "sha256": "0" * 64, "read": "yes"})
    assert (changed.status_code, "合同文本" in changed.content.decode()) == (409, True)
    other = seller.post(address, {"side": "buyer", "sha256": sha256, "read": "yes"})
    assert other.status_code == 403
    assert not Acceptance.objects.exists()


def test_a_signed_copy_stands_beside_the_acceptance() -> None:
    sold = desk.a_deal()
    buyer = desk.browser_of(sold.buyer.person)
    address = f"/deals/{sold.deal.number}"
    sha256 = Deal.objects.select_related("contract_file").get(pk=sold.deal.pk).contract_file.sha256
    copy = SimpleUploadedFile("signed.pdf", b"%PDF-1.7 signed")
    buyer.post(f"{address}/accept", {"side": "buyer", "sha256": sha256, "read": "yes", "file": copy})
    seller = desk.browser_of(sold.seller.person)
    assert seller.get(f"{address}/signed/buyer").content == b"%PDF-1.7 signed"
    assert seller.get(f"{address}/signed/seller").status_code == 404


def test_nobody_else_sees_a_deal_and_each_side_sees_its_own_fee_note() -> None:
    sold = desk.signed(desk.a_deal())
    address = f"/deals/{sold.deal.number}"
    stranger = desk.browser_of(a_person("buyer"))
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}/contract.zh.pdf").status_code == 404
    seller, buyer = desk.browser_of(sold.seller.person), desk.browser_of(sold.buyer.person)
    assert seller.get(f"{address}/fee-seller.zh.pdf").content.startswith(b"%PDF")
    assert buyer.get(f"{address}/fee-buyer.en.pdf").content.startswith(b"%PDF")
    assert buyer.get(f"{address}/fee-seller.zh.pdf").status_code == 404
    operator = desk.browser_of(sold.house.operator)
    assert "确认合同 800,000 元" not in text_of(operator, address)
    assert operator.get(f"{address}/fee-seller.zh.pdf").status_code == 200


def test_a_settled_deal_gives_its_form_its_certificate_and_every_leaf() -> None:
    sold = desk.settled(desk.paid(desk.signed(desk.a_deal())))
    buyer = desk.browser_of(sold.buyer.person)
    address = f"/deals/{sold.deal.number}"
    text = text_of(buyer, address)
    for leaf in Leaf.objects.filter(topic=sold.deal.topic, kind__startswith="exchange."):
        assert f'href="/receipts/{leaf.pk}"' in text
    assert buyer.get(f"{address}/recordal-1.zh.pdf").content.startswith(b"%PDF")
    assert buyer.get(f"{address}/recordal-2.zh.pdf").status_code == 404
    archive = zipfile.ZipFile(io.BytesIO(buyer.get(f"{address}/certificate.zip").content))
    assert {"certificate.json", "certificate.zh.pdf", "certificate.en.pdf", "verifier.py"} <= set(archive.namelist())
    assert buyer.get(f"{address}/certificate.zh.pdf").content == archive.read("certificate.zh.pdf")


def test_a_page_whose_certificate_is_being_sealed_looks_again_by_itself() -> None:
    sold = desk.settled(desk.paid(desk.signed(desk.a_deal())))
    buyer, address = desk.browser_of(sold.buyer.person), f"/deals/{sold.deal.number}"
    sealed = buyer.get(address)
    assert "Refresh" not in sealed
    assert "公开页面" in sealed.content.decode()
    Certificate.objects.update(sealed=None)
    unsealed = buyer.get(address)
    assert unsealed["Refresh"] == "2"
    assert "公开页面" not in unsealed.content.decode()
    given.time_passes(minutes=1)
    assert "Refresh" not in buyer.get(address)


def test_an_objection_stops_the_clock_and_too_short_a_one_does_not() -> None:
    sold = desk.signed(desk.a_deal())
    buyer = desk.browser_of(sold.buyer.person)
    address = f"/deals/{sold.deal.number}"
    short = buyer.post(f"{address}/object", {"text": "不对"})
    assert (short.status_code, "不对" in short.content.decode()) == (422, True)
    assert sold.fresh().stopped_at is None
    assert buyer.post(f"{address}/object", {"text": "转让方披露的许可情况与登记簿不符。"}).status_code == 302
    assert "停止计时（异议待决定）" in text_of(buyer, address)
    objection = sold.fresh().objections.get()
    objections.decide(sold.house.umpire, objection.pk, upheld=False, decision="许可已在登记簿公示，异议不成立。")
    assert "许可已在登记簿公示" in text_of(buyer, address)
    assert "异议不成立。决定理由与各环节现行期限见成交页" in text_of(buyer, "/desk/messages")
    buyer.cookies["lang"] = "en"
    told = text_of(buyer, "/desk/messages")
    assert "is decided: not upheld. The ground, and the deadlines as they stand now" in told


def test_the_page_speaks_english_too() -> None:
    sold = desk.a_deal()
    buyer = desk.browser_of(sold.buyer.person)
    buyer.cookies["lang"] = "en"
    text = text_of(buyer, f"/deals/{sold.deal.number}")
    assert "Accept the contract over 800,000 yuan" in text
    assert "Eight hundred thousand yuan" in text or "eight hundred thousand yuan" in text.lower()


def test_the_contract_is_written_once_and_a_later_pledge_does_not_change_it() -> None:
    sold = desk.a_deal()
    right = sold.deal.listing.items.get().right
    before = papers.contract(Deal.objects.get(pk=sold.deal.pk), "zh")
    given.a_pledge(sold.house, right)
    assert contracts.unwritten() == []
    assert papers.contract(contracts.write(sold.deal.pk), "zh") == before


def test_fee_lines_sum_to_the_fee_of_the_deal() -> None:
    sold = desk.a_deal()
    deal = Deal.objects.select_related("listing__edition_of_rules", "seller", "buyer", "intent").get(pk=sold.deal.pk)
    for side, total in (("seller", 24_000_00), ("buyer", 16_000_00)):
        note = papers.fee_note_facts(deal, side)
        assert (note.total_fen, sum(line.fee_fen for line in note.lines)) == (total, total)
        assert sum(line.base_fen for line in note.lines) == 800_000_00


def test_a_fee_at_its_least_says_so_in_a_line() -> None:
    sold = desk.a_deal()
    found = papers.rules_of(sold.deal.listing)
    lines = papers.fee_lines(found, 10_000_00, side="seller", total_fen=500_00)
    assert [line.fee_fen for line in lines] == [300_00, 200_00]
    assert lines[1].base_fen == 0


def test_a_deal_that_was_undone_has_no_clock_that_stands() -> None:
    sold = desk.signed(desk.a_deal())
    objections.raise_objection(sold.buyer.person, sold.deal.pk, text="转让方披露的许可情况与登记簿不符。")
    buyer, operator = desk.browser_of(sold.buyer.person), desk.browser_of(sold.house.operator)
    pages = [(buyer, f"/deals/{sold.deal.number}"), (buyer, "/desk/deals"), (operator, f"/office/deals/{sold.deal.pk}")]
    assert ["停止计时" in text_of(*page) or "计时停止" in text_of(*page) for page in pages] == [True] * 3
    assert buyer.get(f"/api/deals/{sold.deal.pk}").json()["is_stopped"] is True
    objection = sold.fresh().objections.get()
    objections.decide(sold.house.umpire, objection.pk, upheld=True, decision="许可未披露，异议成立，成交撤销。")
    assert (sold.fresh().state, sold.fresh().stopped_at is None) == ("annulled", False)
    for page in pages:
        text = text_of(*page)
        assert "已撤销" in text, page
        assert "停止计时" not in text, page
        assert "计时停止" not in text, page
    assert "<b>成交已撤销。</b>" in text_of(*pages[0])
    assert buyer.get(f"/api/deals/{sold.deal.pk}").json()["is_stopped"] is False


def test_what_holds_the_clock_is_told_on_top_by_name_and_no_deadline_beside_it() -> None:
    sold = desk.signed(desk.a_deal())
    buyer, operator = desk.browser_of(sold.buyer.person), desk.browser_of(sold.house.operator)
    address, office = f"/deals/{sold.deal.number}", f"/office/deals/{sold.deal.pk}"
    due = sold.fresh().payment_due_at
    assert due is not None
    term, until = filters.short_moment(due), filters.moment(due)
    assert f"{term} 前" in text_of(buyer, address)
    assert f"至 {term}" in text_of(operator, office)
    assert buyer.get(f"/api/deals/{sold.deal.pk}").json()["stopped_by"] == []

    def told(*causes: str, word: str) -> None:
        for browser, page in [(buyer, address), (buyer, "/desk/deals"), (operator, office)]:
            text = text_of(browser, page)
            assert f'<span class="st half">{word}</span>' in text or f'<span class="st no">{word}</span>' in text, page
            # Its deeds say what was told then.
            now = text.partition('id="h-record"')[0]
            assert term not in now, page
            assert until not in now, page
        assert buyer.get(f"/api/deals/{sold.deal.pk}").json()["stopped_by"] == list(causes)

    given.a_pledge(sold.house, sold.deal.listing.items.get().right)
    jobs.tick()
    told("register", word="停止计时（登记簿发生变化）")
    text = text_of(buyer, address)
    assert "质权人：某某银行" in text.partition('id="h-contract"')[0]
    assert "向经办机构提交解除" in text
    objections.raise_objection(sold.buyer.person, sold.deal.pk, text="转让方披露的许可情况与登记簿不符。")
    told("objection", "register", word="停止计时（异议待决定，且登记簿发生变化）")
    pledge = Encumbrance.objects.get()
    weights.release(sold.house.operator, pledge, day=pledge.since, file=pledge.file)
    jobs.tick()
    told("objection", word="停止计时（异议待决定）")
    text = text_of(buyer, address)
    assert f"{sold.buyer.party.name}于 " in text.partition('id="h-contract"')[0]
    assert "向经办机构提交解除" not in text
    buyer.cookies["lang"] = "en"
    assert "The clock stands: an objection is being decided</span>" in text_of(buyer, address)


def test_a_settled_deal_is_called_so_by_everyone_and_not_paid_out() -> None:
    sold = desk.settled(desk.paid(desk.signed(desk.a_deal())))
    buyer, operator = desk.browser_of(sold.buyer.person), desk.browser_of(sold.house.operator)
    for browser, address in [
        (buyer, f"/deals/{sold.deal.number}"),
        (buyer, "/desk/deals"),
        (operator, f"/office/deals/{sold.deal.pk}"),
        (operator, "/office/deals"),
    ]:
        assert "已结算" in text_of(browser, address), address
        browser.cookies["lang"] = "en"
        text = text_of(browser, address)
        assert "Settled" in text, address
        assert "Paid out" not in text, address
        browser.cookies["lang"] = "zh-hans"
