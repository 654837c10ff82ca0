"""Entries and burdens of a right, as an operator enters them from a page, each with its paper."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.exchange import given_deals as given
from tests.office.given_office import signed_in
from tests.people import given_people as people
from tests.web.given_pages import text_of
from zhirong.exchange.models import Listing
from zhirong.record.models import Event
from zhirong.registry import queries
from zhirong.registry.actions import putting
from zhirong.registry.engine.facts import Act, Weight
from zhirong.registry.models import Consent, Encumbrance, RegisterEvent, Right

pytestmark = pytest.mark.django_db


class Case:
    """A right with its holder, and the page as an operator sees it."""

    def __init__(self) -> None:
        self.house, self.seller = given.House(), given.a_side("holder")
        self.right: Right = given.a_right(self.house, self.seller.party)
        self.address = f"/office/rights/{self.right.pk}"
        self.operator: Client = signed_in(self.house.operator)
        self.today = putting.today()

    def send(self, deed: str, **said: Any) -> Any:
        """A form of the page with a paper."""
        paper = SimpleUploadedFile("登记簿副本.pdf", f"%PDF-1.7 {deed}".encode(), content_type="application/pdf")
        form = {"deed": deed, "day": self.today.isoformat(), "file": paper, **said}
        return self.operator.post(self.address, form, follow=True)

    def is_free(self, act: Act = Act.SELL) -> bool:
        return queries.is_free(self.right, act, self.today).allowed


def test_an_operator_enters_an_event_and_reads_its_paper_again() -> None:
    case = Case()
    assert case.address in text_of(case.operator, f"/rights/{case.right.pk}")
    assert "登记事项已录入" in case.send("entry", kind="termination", ending="surrendered").content.decode()
    one = RegisterEvent.objects.get(kind="termination")
    assert (one.day, one.source, one.entered_by, one.file.name) == (
        case.today, "register", case.house.operator, "登记簿副本.pdf",
    )  # fmt: skip
    assert not case.is_free()
    checker = signed_in(case.house.checker)
    assert "专利权终止" in text_of(checker, case.address)
    assert b"".join(checker.get(f"{case.address}/papers/{one.file_id}")) == b"%PDF-1.7 entry"
    assert Event.objects.filter(kind="record.file_read").count() == 1
    other = given.a_right(case.house, case.seller.party)
    assert checker.get(f"/office/rights/{other.pk}/papers/{one.file_id}").status_code == 404
    assert "专利权终止" in case.operator.get(f"{case.address}?as=entries.csv").content.decode("utf-8-sig")
    assert signed_in(case.seller.person).get(case.address).status_code == 403


def test_a_pledge_is_entered_agreed_to_and_released() -> None:
    case, bank = Case(), people.a_party(is_verified=True)
    case.send("burden", weight="pledge", in_favour_of="某商业银行", party=bank.ref, number="Y2026980001")
    one = Encumbrance.objects.get()
    assert (one.kind, one.party, one.number, one.file.name) == ("pledge", bank, "Y2026980001", "登记簿副本.pdf")
    assert RegisterEvent.objects.filter(kind="pledge_preservation").count() == 1
    assert not case.is_free()
    assert "某商业银行" in text_of(case.operator, case.address)
    case.send("agree", act="sell", by=f"party:{bank.ref}")
    assert (Consent.objects.get().party, Consent.objects.get().file.name) == (bank, "登记簿副本.pdf")
    assert case.is_free()
    case.send("release", burden=one.pk)
    one.refresh_from_db()
    assert (one.ended_on, one.end_file is not None) == (case.today, True)
    assert "已结束" in text_of(case.operator, case.address)


def offered(case: Case) -> list[str]:
    """Who stands in the form for a consent."""
    found = re.search(r'<select id="agree-by".*?</select>', text_of(case.operator, case.address))
    return re.findall(r'<option value="([^"]*)"', found[0]) if found else []


def test_a_consent_is_asked_of_co_owners_and_pledgees_alone_and_nobody_is_chosen_beforehand() -> None:
    case, bank, joint = Case(), people.a_party(is_verified=True), people.a_party(is_verified=True)
    assert offered(case) == []
    case.send("agree", act="sell", by=f"party:{case.seller.party.ref}")
    case.send("burden", weight="seizure", in_favour_of="某市中级人民法院")
    case.send("burden", weight="licence:plain", in_favour_of="某厂")
    assert offered(case) == []
    case.send("burden", weight="pledge", in_favour_of="某商业银行", party=bank.ref)
    assert offered(case) == ["", f"party:{bank.ref}"]
    case.right.holdings.update(share_ppm=600_000)
    case.right.holdings.create(name=joint.name, party=joint, share_ppm=400_000, position=1)
    owners = [f"party:{case.seller.party.ref}", f"party:{joint.ref}"]
    assert offered(case) == ["", *owners, f"party:{bank.ref}"]
    page = text_of(case.operator, case.address)
    assert re.search(r'<select id="agree-act"[^>]*><option value="" selected>请选择</option>', page)
    for said, field in (({"act": "sell", "by": ""}, "by"), ({"act": "", "by": owners[1]}, "act")):
        answer = case.send("agree", **said)
        assert answer.status_code == 400
        assert f'id="agree-{field}-w"' in answer.content.decode()
    assert Consent.objects.count() == 0


def test_a_seizure_stops_a_listing_and_a_licence_keeps_its_scope() -> None:
    case = Case()
    listing = given.an_announced(case.house, case.seller)
    case.right = listing.items.get().right
    case.address = f"/office/rights/{case.right.pk}"
    assert listing.number in text_of(case.operator, case.address)
    case.send("burden", weight="licence:sole", in_favour_of="某厂", territory="CN-44", field="H01M")
    licence = queries.facts_of(case.right, case.today).licences[0]
    assert (str(licence.kind), licence.scope.territory, licence.scope.field) == ("sole", "CN-44", "H01M")
    case.send("burden", weight="seizure", in_favour_of="某市中级人民法院")
    assert not case.is_free()
    assert Listing.objects.get(pk=listing.pk).state == "announced"


def test_a_holder_is_renamed_and_fees_are_confirmed() -> None:
    case = Case()
    held = case.right.holdings.get()
    case.send("rename", holding=held.pk, name="改名后的公司")
    assert [one.name for one in case.right.holdings.filter(until__isnull=True)] == ["改名后的公司"]
    assert case.right.holdings.get(until__isnull=True).party == case.seller.party
    answer = case.send("fees", year="14").content.decode()
    case.right.refresh_from_db()
    said = queries.record_of(case.right)
    assert (said.fees_paid_through_year, said.fees_as_of) == (14, case.today)
    assert "已缴至第 14 年度" in answer


@pytest.mark.parametrize(
    ("deed", "change", "field"),
    [
        ("entry", {"kind": "transfer"}, "entry-kind"),
        ("entry", {"kind": "termination"}, "entry-ending"),
        ("entry", {"kind": "grant", "days": "x"}, "entry-days"),
        ("entry", {"kind": "grant", "day": "2062-01-01"}, "entry-day"),
        ("entry", {"kind": "term_compensation"}, "entry-days"),
        ("entry", {"kind": "grant", "file": ""}, "entry-file"),
        ("burden", {"weight": "licence"}, "burden-weight"),
        ("burden", {"weight": "pledge", "party": "无此公司"}, "burden-party"),
        ("burden", {"weight": "pledge", "in_favour_of": " "}, "burden-for"),
        ("burden", {"weight": "pledge", "in_favour_of": "某银行", "until": "昨天"}, "burden-until"),
        ("rename", {"holding": "0", "name": "新"}, "rename-holding"),
        ("rename", {"name": " "}, "rename-name"),
        ("fees", {"year": "99"}, "fees-year"),
    ],
)
def test_what_cannot_be_entered_is_refused_beside_its_field(deed: str, change: dict[str, Any], field: str) -> None:
    case = Case()
    before = RegisterEvent.objects.count()
    held = {"holding": case.right.holdings.get().pk} if deed == "rename" else {}
    answer = case.send(deed, **{**held, **change})
    page = answer.content.decode()
    assert answer.status_code in (400, 409, 422), page[:200]
    assert f'id="{field}-w"' in page
    assert "<details open>" in page
    assert (RegisterEvent.objects.count(), Encumbrance.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        ("pledge", "质押须写明质权人的名称"),
        ("seizure", "保全须写明作出保全的法院或申请人的名称"),
        ("licence:plain", "许可须写明被许可人的名称"),
    ],
)
def test_a_burden_without_a_name_is_refused_by_saying_whose_name(weight: str, said: str) -> None:
    case = Case()
    assert "名称（质押：质权人；保全：法院或申请人；许可：被许可人）</label>" in text_of(case.operator, case.address)
    answer = case.send("burden", weight=weight)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Encumbrance.objects.count() == 0
    case.send("burden", weight="invalidation")
    assert Encumbrance.objects.count() == 1


def test_a_termination_without_its_ending_is_refused_by_saying_what_to_choose() -> None:
    case = Case()
    answer = case.send("entry", kind="termination")
    assert answer.status_code == 422
    assert "专利权终止、宣告无效须选相应的终止原因" in answer.content.decode()


def test_others_read_the_page_and_enter_nothing() -> None:
    case = Case()
    for role in ("checker", "auditor"):
        client = signed_in(people.a_person(role))
        page = text_of(client, case.address)
        assert "由经办人员录入" in page
        assert "<details" not in page
        said = {"deed": "agree", "act": "sell", "by": f"party:{case.seller.party.ref}"}
        assert client.post(case.address, said).status_code == 403
    assert Consent.objects.count() == 0


def test_the_page_asks_at_most_twelve_questions(django_assert_max_num_queries: CaptureQueriesContext) -> None:
    case = Case()
    for weight in (Weight.SUSPENSION, Weight.INVALIDATION, Weight.PLEDGE):
        case.send("burden", weight=str(weight), in_favour_of="某方")
    with django_assert_max_num_queries(12):
        case.operator.get(case.address)
