"""Transfers outside a deal, page by page: found by number, entered with the notice, listed, confirmed by another."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.office.given_office import signed_in
from tests.registry import given_rights
from tests.web.given_pages import text_of
from zhirong.record.models import File
from zhirong.registry.actions import putting
from zhirong.registry.models import Right, TransferEntry

pytestmark = pytest.mark.django_db
NOTICE = b"%PDF-1.7 notice of the office"


class Case:
    """A right that its holder sold elsewhere, and the form as an operator fills it in."""

    def __init__(self) -> None:
        self.house, self.seller, self.buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
        self.right: Right = given.a_right(self.house, self.seller.party)
        self.address = f"/office/transfers/of/{self.right.pk}"

    def typed(self, **changes: Any) -> dict[str, Any]:
        paper = SimpleUploadedFile("手续合格通知书.pdf", NOTICE, content_type="application/pdf")
        day = putting.today().isoformat()
        said = {"seller": "", "to": self.buyer.party.name, "share": "100", "on": day, "key": "2026-17", "file": paper}
        return {**said, **changes}


def test_a_transfer_is_found_by_number_entered_listed_and_confirmed_by_another() -> None:
    case = Case()
    operator, checker = signed_in(case.house.operator), signed_in(case.house.checker)
    assert case.address in text_of(operator, f"/office/transfers?q={case.right.number}")
    assert case.address in text_of(operator, f"/rights/{case.right.pk}")
    assert case.address not in text_of(checker, f"/rights/{case.right.pk}")
    assert case.seller.party.name in text_of(operator, case.address)
    assert "转让由经办人员录入" in text_of(checker, case.address)
    assert checker.post(case.address, case.typed()).status_code == 403
    answer = operator.post(case.address, case.typed())
    one = TransferEntry.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/office/transfers/{one.pk}")
    assert (one.to, one.share_ppm, one.key, one.proof.name) == (
        case.buyer.party,
        1_000_000,
        "2026-17",
        "手续合格通知书.pdf",
    )
    assert case.right.holdings.get(until__isnull=True).party == case.seller.party
    assert case.right.title in text_of(checker, "/office/transfers?state=entered")
    assert "没有符合条件的转让" in text_of(checker, "/office/transfers?state=returned")
    program = a_caller(case.house.checker)
    assert [program.get("/transfers", state=state)["total"] for state in ("entered", "returned")] == [1, 0]
    said = {"deed": "confirm", "payload_hash": one.payload_hash}
    assert checker.post(answer["Location"], said).status_code == 409
    assert case.right.holdings.get(until__isnull=True).party == case.seller.party
    assert program.ask("GET", f"/transfers/{one.pk}/proof").status_code == 200
    checker.post(answer["Location"], said)
    assert case.right.holdings.get(until__isnull=True).party == case.buyer.party
    sheet = checker.get("/office/transfers?state=confirmed&as=transfers.csv").content.decode("utf-8-sig")
    assert case.right.number in sheet
    assert "100%" in sheet


def test_a_form_that_cannot_be_read_is_refused_beside_its_field_and_nothing_is_entered() -> None:
    case = Case()
    client = signed_in(case.house.operator)
    text = SimpleUploadedFile("notice.pdf.txt", b"words", content_type="application/pdf")
    for change, said in [
        ({"to": "无此公司"}, "不是已登记的一个主体"),
        ({"share": "120"}, "不是份额"),
        ({"share": "0"}, "不是份额"),
        ({"share": "1e2"}, "不是份额"),
        ({"on": "昨天"}, "不是日期"),
        ({"key": "第一号"}, "通知书编号"),
        ({"file": text}, "不是 PDF、OFD 或图片"),
        ({"file": ""}, "没有选择文件"),
    ]:
        answer = client.post(case.address, case.typed(**change))
        assert answer.status_code in (400, 422), change
        page = answer.content.decode()
        assert said in page, change
        assert 'aria-invalid="true"' in page, change
    assert not TransferEntry.objects.exists()
    assert not File.objects.filter(name__endswith=".txt").exists()


def test_a_name_finds_the_verified_party_and_no_namesake_that_anybody_registered() -> None:
    case = Case()
    client = signed_in(case.house.operator)
    name = case.buyer.party.name
    given_rights.a_party(name, is_verified=False)
    assert client.post(case.address, case.typed(to=name)).status_code == 302
    assert TransferEntry.objects.get().to == case.buyer.party
    assert "已核验" in text_of(signed_in(case.house.checker), f"/office/transfers/{TransferEntry.objects.get().pk}")
    case.buyer.party.verified_at = None
    case.buyer.party.save()
    answer = client.post(case.address, case.typed(to=name, key="2026-99"))
    assert "不是已登记的一个主体" in answer.content.decode()


def test_a_part_of_the_right_goes_over_from_one_holder() -> None:
    case = Case()
    client = signed_in(case.house.operator)
    client.post(case.address, case.typed(seller=case.seller.party.ref, share="33.3333", to=case.buyer.party.ref))
    one = TransferEntry.objects.get()
    assert (one.share_ppm, one.seller, one.to) == (333_333, case.seller.party, case.buyer.party)
    assert "33.3333%" in text_of(client, "/office/transfers")
