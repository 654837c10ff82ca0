"""State-owned rights are announced on an appraisal and an approval, at a price that both allow (X3, X5, V11)."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people import given_people as people
from tests.people.given_people import deeds, refused
from tests.web.given_pages import text_of
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import state_assets
from zhirong.exchange.actions import bulk, changes, listings, relisting, state_papers
from zhirong.exchange.models import Listing, StatePaper
from zhirong.people.actions import parties
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.record.models import Leaf
from zhirong.registry.models import Right

pytestmark = pytest.mark.django_db(transaction=True)
VALUE = 800_000_00
SHOWN = "exchange.state_papers_shown"


def a_state_seller(**nature: bool) -> given.Side:
    side = given.a_side("holder")
    for name, value in (nature or {"is_state_owned": True}).items():
        setattr(side.party, name, value)
    side.party.save()
    return given.Side(Party.objects.get(pk=side.party.pk), side.person)


def drafted(seller: given.Side, right: Right, *, asking_fen: int = VALUE, rule_set: str = "state_owned") -> Listing:
    offer = given.an_offer(seller, right, asking_fen=asking_fen, rule_set=rule_set)
    return listings.draft(seller.person, offer)


def announced(house: given.House, seller: given.Side, draft: Listing) -> Listing:
    return listings.announce(house.operator, listings.submit(seller.person, draft.pk).pk)


def handed_back(house: given.House, seller: given.Side, listing: Listing) -> Listing:
    listings.submit(seller.person, listing.pk)
    return listings.send_back(house.operator, listing.pk, reason="请补充文件。")


def ends(listing: Listing) -> None:
    Listing.objects.filter(pk=listing.pk).update(state="ended", ended_at=record.now(), end_reason="no_buyer")
    listing.items.update(is_live=False)


def test_without_appraisal_approval_and_the_reading_of_both_it_is_not_announced() -> None:
    house, seller = given.House(), a_state_seller()
    draft = drafted(seller, given.a_right(house, seller.party))
    with refused("listing.no_appraisal", number=draft.number):
        announced(house, seller, draft)
    listings.send_back(house.operator, draft.pk, reason="请登记评估报告。")
    given.a_state_paper(house, seller, draft, what="appraisal", amount_fen=VALUE)
    with refused("listing.no_approval", number=draft.number):
        announced(house, seller, draft)
    listings.send_back(house.operator, draft.pk, reason="请登记批准文件。")
    file = record.keep_file(seller.person, "批准.pdf", b"%PDF-1.7 approval")
    said = state_papers.Said("transfer", "深圳市某国资委", "深国资〔2026〕8号", beijing_day(record.now()))
    state_papers.enter(seller.person, draft.pk, said, file=file)
    with refused("file.not_read", name="批准.pdf"):
        announced(house, seller, draft)
    assert SHOWN not in deeds()
    record.read_file(house.operator, file, is_evidence=True)
    assert announced(house, seller, draft).state == "announced"
    told = json.loads(Leaf.objects.get(kind=SHOWN).body)
    assert (told["number"], told["value_fen"], told["approval"]) == (draft.number, VALUE, "深国资〔2026〕8号")
    assert told["basis_on"] == beijing_day(record.now()).isoformat()


def test_the_first_price_is_no_lower_than_the_appraisal_and_an_approval_does_not_change_that() -> None:
    house, seller = given.House(), a_state_seller()
    draft = drafted(seller, given.a_right(house, seller.party), asking_fen=VALUE - 1)
    given.state_papers_of(house, seller, draft, value_fen=VALUE)
    given.a_state_paper(house, seller, draft, what="price", amount_fen=VALUE // 2)
    with refused("listing.below_appraisal", value_fen=VALUE, least_fen=VALUE):
        announced(house, seller, draft)
    assert given.fresh(draft).announced_at is None


def test_later_nine_tenths_of_the_appraisal_need_no_approval_and_a_fen_less_needs_one() -> None:
    house, seller = given.House(), a_state_seller()
    right = given.a_right(house, seller.party)
    first = drafted(seller, right, asking_fen=1_000_000_00)
    given.state_papers_of(house, seller, first, value_fen=VALUE)
    ends(announced(house, seller, first))
    least = 720_000_00
    with refused("listing.relist_too_low", least_fen=least):
        drafted(seller, right, asking_fen=least - 1)
    second = drafted(seller, right, asking_fen=least)
    given.state_papers_of(house, seller, second, value_fen=VALUE)
    lower = given.an_offer(seller, right, asking_fen=500_000_00, rule_set="state_owned")
    with refused("listing.relist_too_low", least_fen=least):
        changes.change(seller.person, second.pk, lower)
    given.a_state_paper(house, seller, second, what="price", amount_fen=500_000_00, body="深圳市某国资委")
    assert changes.change(seller.person, second.pk, lower).asking_fen == 500_000_00
    assert announced(house, seller, second).asking_fen == 500_000_00
    told = [json.loads(one.body) for one in Leaf.objects.filter(kind=SHOWN).order_by("pk")]
    assert [bool(one["price_approval"]) for one in told] == [False, True]


def test_a_price_approval_of_before_the_appraisal_says_nothing_of_it() -> None:
    house, seller = given.House(), a_state_seller()
    right = given.a_right(house, seller.party)
    first = drafted(seller, right)
    given.state_papers_of(house, seller, first, value_fen=VALUE)
    ends(announced(house, seller, first))
    second = drafted(seller, right)
    given.state_papers_of(house, seller, second, value_fen=VALUE)
    early = beijing_day(record.now()) - timedelta(days=1)
    given.a_state_paper(house, seller, second, what="price", amount_fen=500_000_00, dated_on=early)
    changes.change(
        seller.person, second.pk, given.an_offer(seller, right, asking_fen=600_000_00, rule_set="state_owned")
    )
    with refused("listing.price_not_approved", value_fen=VALUE, least_fen=720_000_00):
        announced(house, seller, second)


def test_papers_speak_of_the_rights_that_stood_there_when_they_were_entered() -> None:
    house, seller = given.House(), a_state_seller()
    one, two = given.a_right(house, seller.party), given.a_right(house, seller.party)
    draft = drafted(seller, one)
    given.state_papers_of(house, seller, draft, value_fen=VALUE)
    changes.change(seller.person, draft.pk, given.an_offer(seller, one, two, asking_fen=VALUE, rule_set="state_owned"))
    with refused("listing.no_appraisal", number=draft.number):
        announced(house, seller, draft)


def test_an_appraisal_is_usable_for_a_year() -> None:
    house, seller = given.House(), a_state_seller()
    draft = drafted(seller, given.a_right(house, seller.party))
    today = beijing_day(record.now())
    given.a_state_paper(house, seller, draft, what="transfer")
    given.a_state_paper(house, seller, draft, what="appraisal", amount_fen=VALUE, dated_on=today - timedelta(days=380))
    with pytest.raises(Refused) as over:
        announced(house, seller, draft)
    assert over.value.code == "listing.appraisal_over"
    assert state_assets.usable_until(date(2026, 3, 2), day=today) == date(2027, 3, 2)


def test_twelve_months_after_a_first_disclosure_without_a_buyer_both_are_made_anew() -> None:
    house, seller = given.House(), a_state_seller()
    right = given.a_right(house, seller.party)
    first = drafted(seller, right)
    given.state_papers_of(house, seller, first, value_fen=VALUE)
    ends(announced(house, seller, first))
    given.time_passes(days=380)
    again = drafted(seller, right)
    today = beijing_day(record.now())
    given.a_state_paper(house, seller, again, what="appraisal", amount_fen=VALUE)
    given.a_state_paper(house, seller, again, what="transfer", dated_on=today - timedelta(days=100))
    with pytest.raises(Refused) as old:
        announced(house, seller, again)
    assert old.value.code == "listing.papers_too_old"
    listings.send_back(house.operator, again.pk, reason="请重新报批。")
    given.a_state_paper(house, seller, again, what="transfer")
    assert announced(house, seller, again).state == "announced"


def test_a_public_university_lists_without_an_appraisal_and_a_state_seller_not_even_under_the_demos_rules() -> None:
    house, university = given.House(), a_state_seller(is_public_institution=True, is_public_research=True)
    draft = drafted(university, given.a_right(house, university.party), rule_set="platform")
    assert announced(house, university, draft).state == "announced"
    seller = a_state_seller()
    waiting = drafted(seller, given.a_right(house, seller.party), rule_set="demo")
    with refused("listing.no_appraisal", number=waiting.number):
        announced(house, seller, waiting)


def test_another_public_institution_lists_on_the_papers() -> None:
    house, hospital = given.House(), a_state_seller(is_public_institution=True)
    draft = drafted(hospital, given.a_right(house, hospital.party), rule_set="platform")
    with refused("listing.no_appraisal", number=draft.number):
        announced(house, hospital, draft)
    listings.send_back(house.operator, draft.pk, reason="请登记评估报告。")
    given.state_papers_of(house, hospital, draft, value_fen=VALUE)
    assert announced(house, hospital, draft).state == "announced"


def test_whoever_noted_what_frees_a_seller_from_papers_does_not_announce_it() -> None:
    house, seller, second = given.House(), a_state_seller(), people.a_person("operator")
    nature = {"is_state_owned": False, "is_public_institution": True, "is_public_research": True}
    parties.note_nature(house.operator, seller.party.pk, **nature)
    freed = given.Side(Party.objects.get(pk=seller.party.pk), seller.person)
    draft = drafted(freed, given.a_right(house, freed.party), rule_set="platform")
    listings.submit(seller.person, draft.pk)
    with refused("listing.nature_noted_by_you"):
        listings.announce(house.operator, draft.pk)
    offer = given.an_offer(freed, given.a_right(house, freed.party), rule_set="platform")
    done = bulk.publish_many(second, house.operator, [offer])
    assert [refusal.code for refusal in done.refused.values()] == ["listing.nature_noted_by_you"]
    assert given.fresh(draft).announced_at is None
    assert listings.announce(second, draft.pk).state == "announced"


def test_nor_what_it_found_no_longer_to_be_state_owned() -> None:
    house, seller = given.House(), a_state_seller()
    parties.note_nature(
        house.operator, seller.party.pk, is_state_owned=False, is_public_institution=False, is_public_research=False
    )
    freed = given.Side(Party.objects.get(pk=seller.party.pk), seller.person)
    draft = drafted(freed, given.a_right(house, freed.party), rule_set="platform")
    with refused("listing.nature_noted_by_you"):
        announced(house, freed, draft)
    assert listings.announce(people.a_person("operator"), draft.pk).state == "announced"


@pytest.mark.parametrize("rule_set", ["state_owned", "demo"])
def test_a_run_whose_one_buyer_the_seller_declined_makes_no_later_one(rule_set: str) -> None:
    """Nine tenths are for want of buyers (X3): after a no of the seller's own the appraisal binds as before."""
    house, seller = given.House(), a_state_seller()
    right = given.a_right(house, seller.party)
    first = drafted(seller, right, rule_set=rule_set)
    given.state_papers_of(house, seller, first, value_fen=VALUE)
    ends(announced(house, seller, first))
    Listing.objects.filter(pk=first.pk).update(end_reason="seller_declined")
    again = drafted(seller, right, asking_fen=720_000_00, rule_set=rule_set)
    given.state_papers_of(house, seller, again, value_fen=VALUE)
    with refused("listing.below_appraisal", value_fen=VALUE, least_fen=VALUE):
        announced(house, seller, again)
    Listing.objects.filter(pk=first.pk).update(end_reason="no_bidders")
    assert listings.announce(house.operator, again.pk).state == "announced"


@pytest.mark.parametrize("rule_set", ["platform", "state_owned"])
def test_after_the_term_of_the_first_disclosure_all_begins_anew_whatever_the_rules(rule_set: str) -> None:
    """A run without a buyer makes the next a later one for twelve months from the first disclosure, no longer (X3)."""
    house, hospital = given.House(), a_state_seller(is_public_institution=True)
    right = given.a_right(house, hospital.party)

    def runs(days: int) -> Listing:
        """One at nine tenths of an appraisal made anew, so many days later."""
        given.time_passes(days=days)
        found = drafted(hospital, right, asking_fen=720_000_00, rule_set=rule_set)
        given.state_papers_of(house, hospital, found, value_fen=VALUE)
        return found

    first = drafted(hospital, right, rule_set=rule_set)
    given.state_papers_of(house, hospital, first, value_fen=VALUE)
    ends(announced(house, hospital, first))
    second = announced(house, hospital, runs(330))
    ends(second)
    # The second run was announced within the term, which it does not prolong.
    third = runs(50)
    with refused("listing.below_appraisal", value_fen=VALUE, least_fen=VALUE):
        announced(house, hospital, third)
    handed = given.an_offer(hospital, right, asking_fen=VALUE, rule_set=rule_set)
    listings.send_back(house.operator, third.pk, reason="价格低于评估结果。")
    changes.change(hospital.person, third.pk, handed)
    ends(announced(house, hospital, third))
    # The third is a first disclosure, and begins a term of its own.
    assert announced(house, hospital, runs(100)).state == "announced"


def test_many_at_once_are_no_way_around() -> None:
    house, seller = given.House(), a_state_seller()
    offer = given.an_offer(seller, given.a_right(house, seller.party), rule_set="state_owned")
    done = bulk.publish_many(people.a_person("operator"), house.operator, [offer])
    assert (done.announced, [refusal.code for refusal in done.refused.values()]) == (0, ["listing.row_papers_unread"])


def test_a_change_of_what_is_announced_stays_above_the_appraisal() -> None:
    house, seller = given.House(), a_state_seller()
    right = given.a_right(house, seller.party)
    draft = drafted(seller, right, asking_fen=900_000_00)
    given.state_papers_of(house, seller, draft, value_fen=VALUE)
    listing = announced(house, seller, draft)
    with refused("listing.papers_fixed", number=listing.number):
        given.a_state_paper(house, seller, listing, what="transfer")
    changes.change(
        seller.person, listing.pk, given.an_offer(seller, right, asking_fen=700_000_00, rule_set="state_owned")
    )
    with refused("listing.below_appraisal", value_fen=VALUE, least_fen=VALUE):
        changes.approve(house.operator, listing.changes.get().pk)
    assert given.fresh(listing).asking_fen == 900_000_00


def test_a_run_again_stands_on_the_papers_of_the_run_before() -> None:
    house, seller = given.House(), a_state_seller()
    draft = drafted(seller, given.a_right(house, seller.party))
    given.state_papers_of(house, seller, draft, value_fen=VALUE)
    former = announced(house, seller, draft)
    ends(former)
    with transaction.atomic():
        again = relisting.again(given.fresh(former))
    assert set(state_assets.papers_of(again)) == {"appraisal", "transfer"}
    assert former.state_papers.count() == 2
    assert listings.announce(house.operator, again.pk).state == "announced"


def test_what_is_entered_is_whole_and_entered_once() -> None:
    house, seller = given.House(), a_state_seller()
    draft, today = drafted(seller, given.a_right(house, seller.party)), beijing_day(record.now())
    file = record.keep_file(seller.person, "报告.pdf", b"%PDF-1.7 report")

    def enter(**said: object) -> None:
        plain = {"what": "appraisal", "body": "深圳某评估公司", "number": "1", "dated_on": today, "amount_fen": VALUE}
        state_papers.enter(seller.person, draft.pk, state_papers.Said(**{**plain, **said}), file=file)  # type: ignore[arg-type]

    tomorrow = today + timedelta(days=1)
    with refused("listing.paper_in_future", field="dated_on", day=tomorrow):
        enter(dated_on=tomorrow)
    for amount in (None, 0, 10**18):
        with pytest.raises(Refused) as wrong:
            enter(amount_fen=amount)
        assert wrong.value.code == "listing.paper_amount"
    with refused("listing.filing_incomplete", field="filed_with"):
        enter(filed_with="深圳市某国资委")
    assert StatePaper.objects.count() == 0
    filed = {"filed_with": "深圳市某国资委", "filed_number": "备〔2026〕3号", "filed_on": today}
    enter(**filed)
    enter(**filed)
    assert StatePaper.objects.get().filed_number == "备〔2026〕3号"
    assert deeds().count("exchange.state_paper_entered") == 1
    private = given.a_side("holder")
    other = drafted(private, given.a_right(house, private.party), rule_set="platform")
    with refused("listing.papers_not_asked", number=other.number):
        given.a_state_paper(house, private, other, what="transfer")
    with refused("people.not_allowed"):
        state_papers.enter(private.person, draft.pk, state_papers.Said("transfer", "某单位", "1", today), file=file)


def test_the_seller_enters_them_on_its_page_the_operator_reads_them_and_the_public_sees_them() -> None:
    house, seller = given.House(), a_state_seller()
    draft = drafted(seller, given.a_right(house, seller.party))
    today, mine = beijing_day(record.now()).isoformat(), f"/listings/{draft.number}"
    browser, operator = desk.browser_of(seller.person), desk.browser_of(house.operator)
    assert "尚缺：</b> 评估报告、转让批准。缺少时不予公告。" in browser.get(f"{mine}/seller").content.decode()

    def enters(what: str, **more: str) -> HttpResponse:
        paper = SimpleUploadedFile(f"{what}.pdf", b"%PDF-1.7 " + what.encode(), content_type="application/pdf")
        said = {"what": what, "body": "深圳某单位", "number": f"{what}-1", "dated_on": today, **more}
        answer = browser.post(f"{mine}/state-papers", {**said, "evidence": paper})
        assert isinstance(answer, HttpResponse)
        return answer

    assert "评估报告须有评估值" in enters("appraisal").content.decode()
    assert enters("appraisal", amount="90万").status_code == 302
    assert "挂牌价低于评估值。</b> 首次挂牌不得低于评估值" in browser.get(f"{mine}/seller").content.decode()
    assert enters("appraisal", amount="80万", number="appraisal-2").status_code == 302
    assert "挂牌价低于评估值" not in browser.get(f"{mine}/seller").content.decode()
    assert enters("transfer").status_code == 302
    listings.submit(seller.person, draft.pk)
    review = f"/office/listings/{draft.pk}"
    assert "<dt>评估值</dt><dd>800,000 元</dd>" in text_of(operator, review)
    assert operator.post(review, {"deed": "announce"}).status_code == 409
    assert [one.number for one in draft.state_papers.order_by("pk")] == ["appraisal-1", "appraisal-2", "transfer-1"]
    for paper in draft.state_papers.order_by("pk")[1:]:
        read = f"/office/state-papers/{paper.pk}/evidence"
        assert f'href="{read}"' in text_of(operator, review)
        assert operator.get(read).status_code == 200
    assert operator.post(review, {"deed": "announce"}).status_code == 302
    public = text_of(Client(), mine)
    assert "<dt>评估值</dt><dd>800,000 元</dd>" in public
    assert f"<dt>转让批准</dt><dd>深圳某单位 · transfer-1 · {today}</dd>" in public
    assert "尚缺" not in public
    told = Client().get(f"/api/listings/{draft.pk}").json()["state_papers"]
    assert [(one["what"], one["amount_fen"], one["dated_on"]) for one in told] == [
        ("appraisal", VALUE, today),
        ("transfer", None, today),
    ]
    assert "评估" not in text_of(Client(), f"/listings/{given.an_announced(house, given.a_side('holder')).number}")


def test_over_the_interface_they_are_entered_and_read_too() -> None:
    house, seller = given.House(), a_state_seller()
    draft = drafted(seller, given.a_right(house, seller.party))
    caller, operator = a_caller(seller.person), a_caller(house.operator)
    for what, amount_fen in (("appraisal", VALUE), ("transfer", None)):
        file = record.keep_file(seller.person, f"{what}.pdf", b"%PDF-1.7 " + what.encode())
        said = {"what": what, "body": "某单位", "number": "1", "dated_on": "2026-11-20", "file": file.ref}
        caller.post(f"/listings/{draft.pk}/state-papers", {**said, "amount_fen": amount_fen})
    caller.post(f"/listings/{draft.pk}/submit", {})
    assert operator.refused(f"/listings/{draft.pk}/announce", {}) == (409, "file.not_read")
    for paper in draft.state_papers.all():
        assert operator.ask("GET", f"/state-papers/{paper.pk}/evidence").status_code == 200
    assert operator.post(f"/listings/{draft.pk}/announce", {})["state"] == "announced"
