"""What a deed rests on is a PDF or a picture by its content, whoever brings it and through which door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.office.given_office import signed_in
from tests.people import given_people as people
from tests.registry.given_rights import refused
from zhirong.base.calendar import beijing_day
from zhirong.exchange.actions import deals, settlement, splits
from zhirong.people.actions import verification
from zhirong.people.models import Verification
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry.actions import entries, payments, titles, transfers, weights
from zhirong.registry.engine.facts import Act, EventKind
from zhirong.registry.models import Claim, FeePayment, TransferEntry

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = date(2026, 3, 20)


def a_text(who) -> File:
    return record.keep_file(who, "证明.txt", "口说无凭".encode())


def deeds() -> dict[str, Callable[[], object]]:
    """Every deed that takes evidence, with a text instead."""
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    right = given.a_right(house, seller.party)
    sold = desk.paid(desk.signed(desk.a_deal()))
    fresh = desk.a_deal()
    text, own = a_text(house.operator), a_text(seller.person)
    holding = right.holdings.get()
    said = transfers.Conveyance(buyer.party, beijing_day(record.now()), "1")
    joint, signer = given.a_right(house, seller.party), weights.Favoured("", seller.party)
    joint.holdings.update(share_ppm=600_000)
    joint.holdings.create(name=buyer.party.name, party=buyer.party, share_ppm=400_000, position=1)
    split = [("owner", sold.seller.party.ref, sold.deal.price_fen - sold.deal.seller_fee_fen)]
    unheld = given.a_right(house, people.a_party())
    unheld.holdings.update(party=None)
    return {
        "claim": lambda: titles.claim_right(seller.person, unheld.holdings.get(), seller.party, evidence=own),
        "fee": lambda: payments.pay_fee(
            seller.person, right, payments.Paid(13, beijing_day(record.now()), 200_000), file=own
        ),
        "transfer": lambda: transfers.enter_transfer(
            house.operator, right, said, proof=text, held=lambda _: ""
        ),
        "consent": lambda: weights.consent(seller.person, joint, Act.SELL, by=signer, file=own),
        "event": lambda: entries.enter_event(
            house.operator, right, EventKind.DECLASSIFICATION, day=DAY, source="gazette", file=text
        ),
        "name": lambda: entries.rename_holder(house.operator, right, holding, name="新名称", day=DAY, file=text),
        "fees": lambda: entries.confirm_fees(house.operator, right, paid_through_year=12, as_of=DAY, file=text),
        "recordal": lambda: settlement.enter_recordal(
            sold.house.operator, sold.deal.pk, settlement.Proof("手续合格通知书", beijing_day(record.now()), text)
        ),
        "split": lambda: splits.propose_split(
            sold.house.operator, sold.deal.pk, parts=split, reason="按合同约定分配价款", file=text
        ),
        "contract": lambda: deals.accept(
            fresh.seller.person,
            fresh.deal.pk,
            side="seller",
            contract_sha256=fresh.deal.contract_file.sha256,
            signed_copy=a_text(fresh.seller.person),
        ),
        "verification": lambda: verification.submit_verification(
            seller.person, seller.party.pk, evidence=[own]
        ),
    }  # fmt: skip


def test_no_deed_rests_on_a_text() -> None:
    for name, deed in deeds().items():
        with refused("file.no_evidence"):
            deed()
            pytest.fail(f"{name} took it")
    assert not Claim.objects.exists()
    assert not TransferEntry.objects.exists()
    assert not FeePayment.objects.exists()


def test_evidence_is_told_by_its_content_and_its_size() -> None:
    who = people.a_person()
    with refused("file.not_what_it_says"):
        record.keep_file(who, "证明.pdf", "其实是文本".encode())
    record.must_be_evidence(None, record.keep_file(who, "证明.PDF", b"%PDF-1.7 x"))
    record.must_be_evidence(record.keep_file(who, "图.jpg", b"\xff\xd8\xff x"))
    large = record.keep_file(who, "大.pdf", b"%PDF-1.7 x")
    large.size = 20 * 1024 * 1024 + 1
    with refused("file.evidence_too_large", most_mb=20):
        record.must_be_evidence(large)


def test_both_doors_refuse_the_same_evidence() -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, people.a_party())
    right.holdings.update(party=None)
    holding = right.holdings.get()
    own = a_text(seller.person)
    said = {"evidence": own.ref, "holding_id": holding.pk, "party": seller.party.ref}
    answer = a_caller(seller.person).ask("POST", f"/rights/{right.pk}/claims", said)
    assert (answer.status_code, answer.json()["code"]) == (422, "file.no_evidence")
    paper = SimpleUploadedFile("证明.txt", "口说无凭".encode(), content_type="application/pdf")
    typed = {"holding": holding.pk, "party": seller.party.pk, "file": paper}
    page = signed_in(seller.person).post(f"/rights/{right.pk}/claim", typed)
    assert page.status_code == 422
    assert "不是 PDF、OFD 或图片" in page.content.decode()
    assert not Claim.objects.exists()
    asked = signed_in(seller.person).post(
        f"/account/parties/{seller.party.pk}", {"evidence": SimpleUploadedFile("证明.txt", b"words")}
    )
    assert asked.status_code == 422
    assert not Verification.objects.filter(state="waiting").exists()
