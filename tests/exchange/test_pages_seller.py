"""The seller's forms: a look at what follows, a draft, its review, and everything done on it afterwards."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.web.given_pages import text_of
from zhirong.exchange import jobs
from zhirong.exchange.actions import changes, listings, questions
from zhirong.exchange.models import Deal, Listing
from zhirong.registry.models import Right

pytestmark = pytest.mark.django_db(transaction=True)


def form(seller: given.Side, right: int, **more: object) -> dict[str, object]:
    return {
        "party": seller.party.pk,
        "rights": [right],
        "title": "液冷均温结构专利转让",
        "summary": "已用于两家工厂。",
        "asking": "128万",
        "rule_set": "platform",
        "step": "save",
        **more,
    }


def a_seller() -> tuple[given.House, given.Side, int, Client]:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    return house, seller, right.pk, desk.browser_of(seller.person)


def test_a_look_works_out_what_follows_and_keeps_nothing() -> None:
    _, seller, right, browser = a_seller()
    answer = browser.post("/listings/new", form(seller, right, step="look"))
    text = answer.content.decode()
    assert answer.status_code == 200
    for shown in ("壹佰贰拾捌万元整", "128,000", "35,600", "1,244,400", "液冷均温结构专利转让"):
        assert shown in text
    assert f'value="{right}" checked' in text
    assert not Listing.objects.exists()


def test_one_right_without_a_title_stands_under_its_own() -> None:
    house, seller, right, browser = a_seller()
    other = given.a_right(house, given.a_side("holder").party)
    browser.post("/listings/new", form(seller, right, title=" "))
    assert Listing.objects.get().title == Listing.objects.get().items.get().right.title
    # What somebody else holds lends no words.
    assert browser.post("/listings/new", form(seller, other.pk, title="")).status_code >= 400
    assert Listing.objects.count() == 1


def test_a_draft_is_kept_handed_in_and_announced() -> None:
    house, seller, right, browser = a_seller()
    kept = browser.post("/listings/new", form(seller, right, reserve="150万"))
    listing = Listing.objects.get()
    assert kept["Location"] == f"/listings/{listing.number}/seller"
    assert (listing.asking_fen, listing.reserve_fen, listing.state) == (1_280_000_00, 1_500_000_00, "draft")
    page = text_of(browser, f"/listings/{listing.number}/seller")
    assert "可以" in page
    assert "1,500,000" in page
    browser.post(f"/listings/{listing.number}/submit")
    listings.announce(house.operator, listing.pk)
    assert "1,500,000" not in Client().get(f"/listings/{listing.number}").content.decode(), "a reserve is secret"


@pytest.mark.parametrize(
    ("wrong", "field"), [({"asking": "much"}, "asking"), ({"reserve": "1"}, ""), ({"title": "短"}, "title")]
)
def test_a_refusal_keeps_what_was_typed(wrong: dict[str, str], field: str) -> None:
    _, seller, right, browser = a_seller()
    answer = browser.post("/listings/new", form(seller, right, **wrong))
    text = answer.content.decode()
    assert answer.status_code >= 400
    assert "已用于两家工厂。" in text
    assert f'value="{right}" checked' in text
    assert not field or f'id="f-{field}-w"' in text
    assert not Listing.objects.exists()


def test_nobody_lists_for_a_party_of_others() -> None:
    _, seller, right, _ = a_seller()
    stranger = given.a_side("holder")
    browser = desk.browser_of(stranger.person)
    browser.post("/listings/new", form(seller, right))
    assert not Listing.objects.filter(seller=seller.party).exists()
    listing = listings.draft(seller.person, given.an_offer(seller, Right.objects.get(pk=right)))
    for path in (f"/listings/{listing.number}/seller", f"/listings/{listing.number}/edit"):
        assert browser.get(path).status_code == 404
    assert browser.post(f"/listings/{listing.number}/submit").status_code == 404


def test_a_change_after_publication_warns_and_starts_again() -> None:
    house, seller, _, browser = a_seller()
    listing = given.an_announced(house, seller)
    right = listing.items.get().right_id
    assert "变更须先经中心审核" in text_of(browser, f"/listings/{listing.number}/edit")
    changed = form(seller, right, rule_set="demo", asking="900000")
    assert browser.post(f"/listings/{listing.number}/edit", changed).status_code == 302
    now = given.fresh(listing)
    assert (now.edition, now.asking_fen, now.state) == (1, 800_000_00, "announced")
    assert changes.approve(house.operator, now.changes.get().pk).asking_fen == 900_000_00


def test_a_returned_draft_says_why() -> None:
    house, seller, _, browser = a_seller()
    draft = given.a_draft(house, seller)
    listings.send_back(house.operator, draft.pk, reason="缺共有人同意书")
    assert "缺共有人同意书" in text_of(browser, f"/listings/{draft.number}/seller")
    assert "缺共有人同意书" in text_of(browser, "/desk")


def test_papers_answers_and_taking_back_are_on_one_page() -> None:
    house, seller, _, browser = a_seller()
    listing, asker = given.an_announced(house, seller), given.a_side("buyer")
    asked = questions.ask(asker.person, listing.pk, text="能否提供检索报告？")
    address = f"/listings/{listing.number}"
    paper = {"title": "检索报告", "file": SimpleUploadedFile("report.pdf", b"%PDF-1.7 x"), "for_admitted": "1"}
    assert browser.post(f"{address}/papers", paper).status_code == 302
    assert listing.documents.get().is_for_admitted
    assert browser.post(f"{address}/papers", {"title": "空"}).status_code == 400
    browser.post(f"{address}/seller/answer", {"asked": asked.pk, "answer": "已上传，供已获准的竞买人查阅。"})
    text = text_of(browser, f"{address}/seller")
    assert "检索报告" in text
    assert "已上传，供已获准的竞买人查阅。" in text
    assert browser.post(f"{address}/withdraw", {"reason": ""}).status_code == 422
    browser.post(f"{address}/withdraw", {"reason": "权利人改变计划"})
    assert given.fresh(listing).state == "withdrawn"
    assert "权利人改变计划" in text_of(browser, f"{address}/seller")


def test_the_sellers_yes_makes_the_deal() -> None:
    house, seller, _, browser = a_seller()
    listing, buyer = given.an_announced(house, seller), given.a_side("buyer")
    given.an_admitted(listing, buyer)
    given.time_passes(minutes=4)
    jobs.tick()
    text = text_of(browser, f"/listings/{listing.number}/seller")
    assert "同意以 800,000 元成交" in text
    browser.post(f"/listings/{listing.number}/seller/buyer", {"consents": "yes"})
    assert Deal.objects.get(listing=listing).price_fen == 800_000_00


def test_rights_say_whether_they_are_free() -> None:
    house, _, right, browser = a_seller()
    given.a_pledge(house, Right.objects.get(pk=right))
    text = text_of(browser, f"/listings/new?right={right}")
    assert "质权人" in text
    assert 'class="st no"' in text
