"""Verifications, claims, imports, buyers, questions, the floor, people and the record, as pages."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.office.given_office import signed_in
from tests.people import given_people as people
from tests.web.given_pages import text_of
from zhirong.exchange import holds
from zhirong.exchange.actions import closing, intents, questions
from zhirong.exchange.models import Intent, Listing, Lot, Question
from zhirong.people.actions import roles, secrets, verification
from zhirong.people.models import Party, Person, RoleGrant, Verification
from zhirong.record import actions as record
from zhirong.record import jobs, sequencer
from zhirong.record.models import Event, Job, Leaf
from zhirong.registry.actions import imports, payments, putting, titles, transfers
from zhirong.registry.models import Claim, FeePayment, ImportBatch
from zhirong.web.office import house as office_house

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 licence"


def a_request() -> tuple[given.House, Verification]:
    """A party that asks to be verified on one secret file."""
    house, member = given.House(), people.a_person("holder")
    party = people.a_party(administrator=member)
    file = record.keep_file(member, "licence.pdf", PDF, is_secret=True)
    return house, verification.submit_verification(member, party.pk, evidence=[file])


def test_a_party_is_verified_on_evidence_whose_reading_is_a_deed() -> None:
    house, asked = a_request()
    client, address = signed_in(house.operator), f"/office/verifications/{asked.pk}"
    assert asked.party.name in text_of(client, address)
    file = client.get(f"{address}/files/{asked.evidence.get().pk}")
    assert b"".join(file) == PDF
    assert file["Content-Disposition"].startswith("attachment")
    assert Event.objects.filter(kind="record.file_read").count() == 1
    assert client.post(address, {"deed": "accept"}).status_code == 302
    assert Party.objects.get(pk=asked.party_id).verified_at is not None


def test_a_verification_is_refused_with_a_reason_and_by_an_operator_alone() -> None:
    house, asked = a_request()
    address = f"/office/verifications/{asked.pk}"
    assert signed_in(house.checker).post(address, {"deed": "accept"}).status_code == 403
    assert "由经办机构决定" in text_of(signed_in(house.checker), address)
    client = signed_in(house.operator)
    assert client.post(address, {"deed": "reject", "reason": ""}).status_code >= 400
    assert client.post(address, {"deed": "reject", "reason": "执照已过期"}).status_code == 302
    assert (Verification.objects.get().state, Verification.objects.get().reason) == ("rejected", "执照已过期")


def test_a_claim_of_a_right_is_decided() -> None:
    house, seller = given.House(), given.a_side("holder")
    other = given.a_side("holder")
    right = given.a_right(house, seller.party)
    evidence = record.keep_file(other.person, "register.pdf", PDF)
    right.holdings.update(party=None)
    claim = titles.claim_right(other.person, right.holdings.get(), other.party, evidence=evidence)
    client, address = signed_in(house.operator), f"/office/claims/{claim.pk}"
    assert "名称不一致" in text_of(client, address)
    assert b"".join(client.get(f"{address}/evidence")) == PDF
    assert client.post(address, {"deed": "refuse", "reason": ""}).status_code >= 400
    assert client.post(address, {"deed": "refuse", "reason": "材料不足"}).status_code == 302
    assert Claim.objects.get().state == "refused"


def test_a_reported_payment_is_confirmed_by_an_operator_who_read_its_receipt() -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party, paid_through=12)
    receipt = record.keep_file(seller.person, "receipt.pdf", PDF)
    paid = payments.pay_fee(seller.person, right, payments.Paid(13, putting.today(), 6_000_00), file=receipt)
    address = f"/office/payments/{paid.pk}"
    assert "待核实的年费" in text_of(signed_in(house.operator), "/office")
    assert signed_in(house.checker).post(address, {"deed": "confirm"}).status_code == 403
    assert "申报的缴费由经办机构核实" in text_of(signed_in(house.checker), address)
    client = signed_in(house.operator)
    assert "receipt.pdf" in text_of(client, address)
    assert b"".join(client.get(f"{address}/receipt")) == PDF
    assert client.post(address, {"deed": "refuse", "reason": ""}).status_code >= 400
    assert FeePayment.objects.get().state == "waiting"
    assert client.post(address, {"deed": "confirm"}).status_code == 302
    assert FeePayment.objects.get().state == "confirmed"
    assert "已核实" in text_of(client, address)


def test_an_entered_transfer_is_confirmed_by_a_checker_who_read_the_notice() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    right = given.a_right(house, seller.party)
    notice = record.keep_file(house.operator, "notice.pdf", PDF)
    said = transfers.Conveyance(buyer.party, putting.today(), "2026-17")
    one = transfers.enter_transfer(house.operator, right, said, proof=notice, held=holds.of_right)
    address = f"/office/transfers/{one.pk}"
    assert "待复核的转让" in text_of(signed_in(house.checker), "/office")
    assert signed_in(house.operator).post(address, {"deed": "confirm"}).status_code == 403
    client = signed_in(house.checker)
    assert buyer.party.name in text_of(client, address)
    assert b"".join(client.get(f"{address}/proof")) == PDF
    assert client.post(address, {"deed": "confirm", "payload_hash": "0" * 64}).status_code >= 400
    assert right.holdings.get().party == seller.party
    assert client.post(address, {"deed": "confirm", "payload_hash": one.payload_hash}).status_code == 302
    assert right.holdings.get(until__isnull=True).party == buyer.party


def test_an_import_with_faults_can_only_be_dropped() -> None:
    house = given.House()
    content = "专利号,名称,权利人\r\n不是号码,某发明,某公司\r\n".encode()
    file = record.keep_file(house.operator, "rights.csv", content)
    batch = imports.stage_import(house.operator, "rights", content, file=file)
    client, address = signed_in(house.operator), f"/office/imports/{batch.pk}"
    assert "rights.csv" in text_of(client, address)
    assert "rights.csv" in text_of(client, "/office")
    assert client.post(address, {"deed": "accept"}).status_code == 409
    assert client.post(address, {"deed": "drop"}).status_code == 302
    assert ImportBatch.objects.get().dropped_at is not None


def test_the_queue_tells_the_administrator_of_no_bidder_and_no_payment() -> None:
    intent = a_buyer_to_qualify(given.House())
    for role, sees in (("operator", True), ("checker", True), ("official", False), ("administrator", False)):
        client = signed_in(people.a_person(role))
        assert (intent.party.name in text_of(client, "/office")) is sees, role
        assert client.get(f"/office/intents/{intent.pk}").status_code == (200 if sees else 403), role
        asked = a_caller(people.a_person(role)).ask("GET", f"/intents/{intent.pk}")
        assert asked.status_code == (200 if sees else 404), role


def a_buyer_to_qualify(house: given.House) -> Intent:
    """A buyer whose listing asks for proof, its deposit held."""
    seller, buyer = given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    Listing.objects.filter(pk=listing.pk).update(requirement="须为储能企业")
    given.money_for(buyer.party, listing.deposit_fen)
    return intents.register(buyer.person, listing.pk, party=buyer.party)


def given_of_buyer(intent: Intent) -> None:
    """The buyer reads the condition on the public page and gives its proof there."""
    address = f"/listings/{intent.listing.number}"
    assert "须为储能企业" in text_of(Client(), address)
    own = signed_in(intent.person)
    assert "如何满足该条件" in text_of(own, address)
    paper = SimpleUploadedFile("实施方案.pdf", b"%PDF-1.7 plan", content_type="application/pdf")
    said = {"intent": intent.pk, "proof": "三年内投产，附实施方案。", "file": paper}
    stranger = signed_in(given.a_side("buyer").person)
    assert stranger.post(f"{address}/proof", {**said, "file": ""}).status_code == 403
    assert own.post(f"{address}/proof", {"intent": intent.pk, "proof": " "}).status_code == 422
    paper.seek(0)
    assert own.post(f"{address}/proof", said).status_code == 302
    assert "证明已提交" in text_of(own, address)
    assert "三年内投产" not in text_of(Client(), address)


def test_a_buyer_is_admitted_or_refused() -> None:
    house = given.House()
    intent = a_buyer_to_qualify(house)
    assert intent.state == "registered"
    client, address = signed_in(house.operator), f"/office/intents/{intent.pk}"
    assert intent.party.name in text_of(client, "/office")
    assert "须为储能企业" in text_of(client, address)
    early = client.post(address, {"deed": "admit"})
    assert early.status_code == 409
    assert "尚未提交证明" in early.content.decode()
    assert Intent.objects.get().state == "registered"
    given_of_buyer(intent)
    page = text_of(client, address)
    assert "三年内投产，附实施方案。" in page
    assert client.get(f"{address}/proof").content.startswith(b"%PDF")
    assert client.post(address, {"deed": "admit", "rank": "1"}).status_code == 409
    assert client.post(address, {"deed": "admit"}).status_code == 302
    assert 'value="admit"' not in text_of(client, address), "who is admitted is not admitted again"
    assert Intent.objects.get().state == "admitted"
    assert client.post(address, {"deed": "refuse", "reason": "不是储能企业"}).status_code == 302
    assert (Intent.objects.get().state, Intent.objects.get().deposit_state) == ("refused", "released")


def test_a_right_of_priority_gets_its_rank() -> None:
    house = given.House()
    intent = a_buyer_to_qualify(house)
    intents.claim_priority(intent.person, intent.pk, basis="共有人，份额 30%")
    intents.prove(intent.person, intent.pk, text="营业执照载明储能业务。")
    client = signed_in(house.operator)
    assert client.post(f"/office/intents/{intent.pk}", {"deed": "admit", "rank": "one"}).status_code == 400
    assert client.post(f"/office/intents/{intent.pk}", {"deed": "admit", "rank": "1"}).status_code == 302
    assert Intent.objects.get().priority_rank == 1
    assert "0 件" in text_of(client, "/office")


def test_a_question_is_hidden_with_a_reason() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    asked = questions.ask(buyer.person, listing.pk, text="对方电话 13800000000")
    client = signed_in(house.operator)
    assert "隐藏此提问" in text_of(client, f"/office/questions?question={asked.pk}")
    assert client.post("/office/questions", {"deed": "hide", "question": asked.pk}).status_code >= 400
    hidden = {"deed": "hide", "question": asked.pk, "reason": "含个人信息"}
    assert client.post("/office/questions", hidden).status_code == 302
    assert Question.objects.get().hidden_at is not None


def a_lot(house: given.House) -> Lot:
    """A scheduled lot of two buyers."""
    listing = given.an_announced(house, given.a_side("holder"))
    for _ in range(2):
        given.an_admitted(listing, given.a_side("buyer"))
    given.time_passes(minutes=4)
    closing.close(listing.pk)
    return Lot.objects.get()


def test_the_floor_shows_its_lots_and_refuses_orders_while_it_stands() -> None:
    house = given.House()
    lot = a_lot(house)
    client, address = signed_in(house.operator), f"/office/lots/{lot.pk}"
    page = text_of(client, "/office/floor")
    assert f'<span class="nb">{lot.listing.number}</span>' in page, "a narrow column does not break a number"
    heads = re.findall(r">([^<>]+)</(?:a|th)>", page[page.index("<thead>") : page.index("</thead>")])
    assert heads[:2] == ["标的", "挂牌编号"], "two things, two names"
    assert "撤销本场竞价" in text_of(client, address)
    assert client.post(address, {"deed": "annul", "reason": "权属争议"}).status_code == 503
    assert "竞价记录仅经办机构和审计员可见" in text_of(signed_in(house.checker), address)
    assert signed_in(people.a_person("administrator")).get(address).status_code == 403


def test_a_role_takes_two_administrators() -> None:
    first, second, person = people.a_person("administrator"), people.a_person("administrator"), people.a_person()
    client, address = signed_in(first), f"/office/people/{person.pk}"
    assert person.name in text_of(client, "/office/people")
    assert client.post(address, {"deed": "grant", "role": "checker"}).status_code == 302
    grant = RoleGrant.objects.get(person=person)
    assert "确认授予" not in text_of(client, address)
    assert client.post(address, {"deed": "confirm", "grant": grant.pk}).status_code == 403
    assert "确认授予" in text_of(signed_in(second), "/office/people")
    assert signed_in(second).post("/office/people", {"deed": "confirm", "grant": grant.pk}).status_code == 302
    assert RoleGrant.objects.get(person=person).confirmed_at is not None
    assert client.post(address, {"deed": "withdraw", "grant": grant.pk}).status_code == 302
    assert client.post(address, {"deed": "close"}).status_code == 302
    assert not Person.objects.get(pk=person.pk).is_active
    assert client.post(address, {"deed": "confirm", "grant": 999}).status_code == 404


def test_an_operator_sees_people_and_grants_nothing() -> None:
    operator, person = people.a_person("operator"), people.a_person()
    client = signed_in(operator)
    text_of(client, "/office/people?q=person&role=operator")
    assert "授予此角色" not in text_of(client, f"/office/people/{person.pk}")
    assert client.post(f"/office/people/{person.pk}", {"deed": "grant", "role": "checker"}).status_code == 403


def test_an_auditor_reads_the_record_and_checks_it() -> None:
    house, auditor = given.House(), people.a_person("auditor")
    given.a_draft(house, given.a_side("holder"))
    sequencer.number_now()
    client = signed_in(auditor)
    text = text_of(client, "/office/audit?kind=exchange.drafted")
    assert "exchange.drafted" in text
    leaf = Leaf.objects.filter(kind="exchange.drafted").get()
    body = text_of(client, f"/office/audit/{leaf.pk}")
    assert "正文与哈希一致" in body
    assert f"/receipts/{leaf.pk}" in body
    assert client.post("/office/audit", {"deed": "check"}).status_code == 302
    assert "核对正在进行" in text_of(client, "/office/audit")
    assert jobs.run_job(Job.objects.get(), office_house.WORK) == "done"
    assert "核对无误" in text_of(client, "/office/audit")
    assert "record.check" in text_of(client, "/office/house")
    assert "未按“day=soon”筛选" in text_of(client, "/office/audit?day=soon")
    assert client.get("/office/audit?day=soon&as=record.csv").status_code == 400
    assert signed_in(house.operator).get("/office/audit").status_code == 403


def test_two_signed_sizes_are_proven_consistent() -> None:
    house, auditor = given.House(), people.a_person("auditor")
    given.a_draft(house, given.a_side("holder"))
    sequencer.number_now()
    old = Leaf.objects.filter(number__isnull=False).count()
    roles.grant_role(people.a_person("administrator"), people.a_person().pk, "valuer")
    sequencer.number_now()
    new = Leaf.objects.filter(number__isnull=False).count()
    client = signed_in(auditor)
    assert "前后一致" in text_of(client, f"/office/audit?old={old}&new={new}")
    assert "未能证明" in text_of(client, f"/office/audit?old={new}&new={old}")
    assert "未能证明" in text_of(client, f"/office/audit?old={old + 1}&new={new + 5}")


def test_an_operator_notes_what_kind_of_body_a_party_is() -> None:
    house, asked = a_request()
    address = f"/office/verifications/{asked.pk}"
    assert "主体性质" not in text_of(signed_in(house.checker), address)
    said = {"deed": "nature", "is_state_owned": "yes"}
    assert signed_in(house.checker).post(address, said).status_code == 403
    client = signed_in(house.operator)
    assert "主体性质已登记" in client.post(address, said, follow=True).content.decode()
    party = Party.objects.get(pk=asked.party_id)
    assert (party.is_state_owned, party.is_public_institution) == (True, False)
    client.post(address, {"deed": "nature", "is_public_institution": "yes"})
    party.refresh_from_db()
    assert (party.is_state_owned, party.is_public_institution) == (False, True)
    both = client.post(address, {"deed": "nature", "is_state_owned": "yes", "is_public_research": "yes"})
    assert (both.status_code, "不能同时是国有企业" in both.content.decode()) == (422, True)
    client.post(address, {"deed": "nature", "is_public_research": "yes"})
    party.refresh_from_db()
    assert (party.is_public_institution, party.is_public_research) == (False, True)
    assert "政府设立的研究开发机构、高等院校：挂牌无须评估和批准" in text_of(client, address)


def test_a_secret_is_read_in_plain_once_with_its_reason_on_the_record() -> None:
    house, asked = a_request()
    secrets.keep_secret(asked.asked_by, asked.party_id, kind="bank_account", value="6222021234567890")
    address = f"/office/verifications/{asked.pk}"
    said = {"deed": "read", "kind": "bank_account", "reason": "payout", "about": "deal:12"}
    for role in ("auditor", "official"):
        assert signed_in(people.a_person(role)).post(f"{address}/secrets", said).status_code == 403
    client = signed_in(house.checker)
    assert "6222021234567890" not in text_of(client, address)
    for change, field in [({"reason": "curious"}, "reason"), ({"about": "him"}, "about"), ({"kind": "x"}, "kind")]:
        refused = client.post(f"{address}/secrets", {**said, **change})
        assert refused.status_code in (404, 422)
        assert f'id="read-{field}-w"' in refused.content.decode()
    assert Event.objects.filter(kind="people.secret_read").count() == 0
    answer = client.post(f"{address}/secrets", said)
    assert "6222021234567890" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    body = Leaf.objects.get(kind="people.secret_read").body
    assert '"payout"' in body
    assert '"deal:12"' in body
    assert "6222021234567890" not in body
    assert "6222021234567890" not in text_of(client, address)
