"""A client gives its issued report to a bank by name, and takes it back: nobody else reads it, and it is recorded."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people.given_people import deeds, refused
from tests.valuation import given_valuation as valued
from tests.web.given_pages import text_of
from zhirong.record import actions as record
from zhirong.record.models import Leaf, Notice
from zhirong.valuation.actions import sharing
from zhirong.valuation.models import AppraisalShare

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def test_a_bank_reads_the_report_from_the_share_to_its_end_and_no_other_bank_does() -> None:
    job, bank, other = valued.issued(), given.a_side("bank"), given.a_side("bank")
    holder = desk.browser_of(job.client.person)
    address = f"/appraisals/{job.row().number}"
    assert "除您与评估机构外无人可以查阅" in text_of(holder, address)
    assert desk.browser_of(bank.person).get(address).status_code == 404
    assert holder.post(address, {"deed": "share", "party": bank.party.pk}).status_code == 302
    assert holder.post(address, {"deed": "share", "party": bank.party.pk}).status_code == 302
    shared = AppraisalShare.objects.get()
    assert (shared.party, shared.by, shared.ended_at) == (bank.party, job.client.person, None)
    reader = desk.browser_of(bank.person)
    page = text_of(reader, address)
    assert "壹佰万元整" in page
    assert "还有谁可以查阅" not in page, "whom else it was given to is the client's business"
    assert job.row().number in text_of(reader, "/appraisals")
    assert reader.get(f"{address}/report.zh.pdf").content.startswith(b"%PDF")
    assert desk.browser_of(other.person).get(address).status_code == 404
    assert bank.party.name in text_of(holder, address)
    assert holder.post(address, {"deed": "end_share", "party": bank.party.pk}).status_code == 302
    assert reader.get(address).status_code == 404
    assert reader.get(f"{address}/report.zh.pdf").status_code == 404
    assert "收回" in text_of(holder, address)
    told = [one for one in deeds() if one.startswith("valuation.share")]
    assert told == ["valuation.shared", "valuation.share_ended"]
    kept = json.loads(Leaf.objects.get(kind="valuation.shared").body)
    assert (kept["number"], kept["party"]) == (job.row().number, bank.party.ref)
    assert Notice.objects.filter(person_ref=bank.person.ref, kind="valuation.shared").count() == 1


def test_only_the_client_gives_an_issued_report_and_only_to_a_verified_lender() -> None:
    job, bank, buyer = valued.issued(), given.a_side("bank"), given.a_side("buyer")
    waiting = valued.reviewed()
    with refused("valuation.share_not_issued"):
        sharing.share(waiting.client.person, waiting.appraisal_id, party=bank.party)
    for stranger in (bank.person, job.firm.first, given.House().operator):
        with refused("people.not_allowed"):
            sharing.share(stranger, job.appraisal_id, party=bank.party)
    for nobody in (buyer.party, job.client.party, job.firm.side.party):
        with refused("valuation.share_no_reader"):
            sharing.share(job.client.person, job.appraisal_id, party=nobody)
    assert not AppraisalShare.objects.exists()
    assert not any(one.startswith("valuation.share") for one in deeds())


def test_a_bank_that_is_the_client_needs_no_share_of_its_own_report() -> None:
    bank = given.a_side("bank")
    house, holder = given.House(), given.a_side("holder")
    job = valued.issued(house, client=holder)
    row = job.row()
    row.client = bank.party
    row.save()
    with refused("valuation.share_side"):
        sharing.share(bank.person, row.pk, party=bank.party)


def test_a_share_is_open_once_however_many_ask_at_once() -> None:
    job, bank = valued.issued(), given.a_side("bank")
    first = sharing.share(job.client.person, job.appraisal_id, party=bank.party)
    assert sharing.share(job.client.person, job.appraisal_id, party=bank.party).pk == first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        AppraisalShare.objects.create(
            appraisal_id=job.appraisal_id, party=bank.party, by=job.client.person, at=record.now()
        )
    sharing.end_share(job.client.person, job.appraisal_id, party=bank.party)
    sharing.end_share(job.client.person, job.appraisal_id, party=bank.party)
    assert sharing.share(job.client.person, job.appraisal_id, party=bank.party).pk != first.pk
    assert deeds().count("valuation.share_ended") == 1


def test_the_interface_gives_tells_and_takes_back() -> None:
    job, bank = valued.issued(), given.a_side("bank")
    client, lender = a_caller(job.client.person), a_caller(bank.person)
    at = f"/appraisals/{job.appraisal_id}"
    assert lender.ask("GET", at).status_code == 404
    said = {"party": bank.party.ref}
    assert [one["party"]["ref"] for one in client.post(f"{at}/shares", said)["shares"]] == [bank.party.ref]
    seen = lender.get(at)
    assert (seen["likely_fen"], seen["shares"]) == (1_000_000_00, [])
    assert client.post(f"{at}/shares/take-back", said)["shares"][0]["ended_at"] is not None
    assert lender.ask("GET", at).status_code == 404
