"""Appraisals from the request to the signed report: who, in which order, on what, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.exchange import given_deals as given
from tests.people.given_people import deeds, refused
from tests.valuation import given_valuation as valued
from tests.valuation.given_valuation import REASON
from zhirong.record import actions as record
from zhirong.record.jobs import run_job
from zhirong.record.models import Job, Notice
from zhirong.valuation import jobs, labels, rules, standing
from zhirong.valuation.actions import appraisals, appraising, signing
from zhirong.valuation.models import Appraisal, Opinion

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def test_an_appraisal_goes_from_draft_to_report_and_each_step_is_on_the_record() -> None:
    job = valued.issued()
    row = job.row()
    assert (row.state, row.low_fen, row.likely_fen, row.high_fen) == (
        "issued",
        800_000_00,
        1_000_000_00,
        1_300_000_00,
    )
    assert [one for one in deeds() if one.startswith("valuation.")] == [
        "valuation.drafted",
        "valuation.requested",
        "valuation.taken_on",
        "valuation.paper_added",
        "valuation.opinion_put",
        "valuation.opinion_put",
        "valuation.concluded",
        "valuation.signed",
        "valuation.reviewed",
        "valuation.issued",
        "valuation.sealed",
    ]
    assert (row.first_signer, row.reviewer, row.second_signer) == (job.firm.first, job.firm.third, job.firm.second)
    assert Notice.objects.filter(person_ref=job.client.person.ref, kind="valuation.issued").count() == 1


def test_every_deed_done_twice_is_done_once() -> None:
    job = valued.a_request()
    appraisals.request(job.client.person, job.appraisal_id, valuer=job.firm.side.party)
    appraisals.take_on(job.firm.first, job.appraisal_id)
    appraisals.take_on(job.firm.second, job.appraisal_id)
    assert job.row().assigned_by == job.firm.first
    job = valued.signed()
    signing.sign(job.firm.first, job.appraisal_id, payload_hash=job.hash())
    signing.review(job.firm.third, job.appraisal_id, payload_hash=job.hash())
    signing.review(job.firm.third, job.appraisal_id, payload_hash=job.hash())
    signing.issue(job.firm.second, job.appraisal_id, payload_hash=job.hash())
    signing.issue(job.firm.second, job.appraisal_id, payload_hash=job.hash())
    told = deeds()
    assert [told.count(f"valuation.{one}") for one in ("requested", "signed", "reviewed", "issued")] == [2, 1, 1, 1]


def test_nobody_signs_twice_nor_reviews_what_they_signed() -> None:
    job = valued.signed()
    with refused("people.maker_is_checker"):
        signing.review(job.firm.first, job.appraisal_id, payload_hash=job.hash())
    signing.review(job.firm.second, job.appraisal_id, payload_hash=job.hash())
    with refused("people.maker_is_checker"):
        signing.issue(job.firm.first, job.appraisal_id, payload_hash=job.hash())
    # The reviewer may be the second signer (资产评估法 26: reviewed; 27: signed by two).
    assert signing.issue(job.firm.second, job.appraisal_id, payload_hash=job.hash()).state == "issued"


def test_a_single_approach_is_signed_only_with_a_reason() -> None:
    job = valued.taken_on()
    first, pk = job.firm.first, job.appraisal_id
    appraising.put_opinion(first, pk, valued.held(ppm=600_000))
    appraising.put_opinion(first, pk, valued.held("expert.royalty", "income", 400_000))
    appraising.conclude(first, pk, valued.concluded())
    with refused("valuation.methods_few", least=2, given=1):
        signing.sign(first, pk, payload_hash=job.hash())
    assert job.row().state == "working"
    appraising.conclude(first, pk, valued.concluded(single_method_reason="没有可比交易，成本不反映价值。"))
    assert signing.sign(first, pk, payload_hash=job.hash()).state == "signed"


def test_weights_that_are_no_whole_and_figures_that_cross_are_refused() -> None:
    job = valued.taken_on()
    first, pk = job.firm.first, job.appraisal_id
    with refused("valuation.figures_cross"):
        appraising.put_opinion(first, pk, valued.held(figures=valued.figures(low=2, likely=1, high=3)))
    with refused("valuation.figures_cross"):
        appraising.conclude(first, pk, valued.concluded(figures=valued.figures(low=-1, likely=1, high=3)))
    appraising.put_opinion(first, pk, valued.held(ppm=600_000))
    appraising.put_opinion(first, pk, valued.held("expert.market", "market", 300_000))
    appraising.conclude(first, pk, valued.concluded())
    with refused("valuation.weights_no_whole", total_ppm=900_000, whole_ppm=1_000_000):
        signing.sign(first, pk, payload_hash=job.hash())


def test_a_conclusion_outside_all_methods_is_signed_only_with_a_reason_that_the_report_prints() -> None:
    job = valued.worked()
    first, pk = job.firm.first, job.appraisal_id
    # A method without weight widens nothing.
    wide = valued.held("expert.cost", "cost", 0, figures=valued.figures(high=9_000_000_00))
    appraising.put_opinion(first, pk, wide)
    beyond = valued.figures(likely=6_000_000_00, high=7_000_000_00)
    appraising.conclude(first, pk, valued.concluded(figures=beyond, outside_reason=" "))
    before = job.hash()
    with refused("valuation.conclusion_outside", likely_fen=6_000_000_00, low_fen=800_000_00, high_fen=1_300_000_00):
        signing.sign(first, pk, payload_hash=before)
    appraising.conclude(first, pk, valued.concluded(figures=beyond, outside_reason="唯一买方已书面报价。"))
    assert job.hash() != before
    assert signing.sign(first, pk, payload_hash=job.hash()).state == "signed"
    edge = rules.Concluded(figures=valued.figures(likely=1_300_000_00), reason="x")
    rules.must_be_signable(edge, [valued.held(), valued.held("m", "market")], least_methods=2, papers=1)


def test_a_figure_other_than_computed_has_a_reason() -> None:
    job = valued.taken_on()
    computed = {"method": "market.hedonic", "version": "1", "fen": {"p10": 1, "median": 2, "p90": 3}, "inputs": []}
    with refused("valuation.override_unexplained", method="market.hedonic", likely_fen=2):
        appraising.put_opinion(job.firm.first, job.appraisal_id, valued.held("market.hedonic", computed=computed))
    same = rules.Figures(low_fen=1, likely_fen=2, high_fen=3)
    held = valued.held("market.hedonic", figures=same, computed=computed)
    assert appraising.put_opinion(job.firm.first, job.appraisal_id, held).override_reason == ""
    why = valued.held("market.hedonic", computed=computed, override_reason="近期有一宗更高的报价。")
    assert appraising.put_opinion(job.firm.first, job.appraisal_id, why).likely_fen == 1_000_000_00
    assert Opinion.objects.count() == 1


def test_an_input_from_a_paper_needs_the_paper_at_signing() -> None:
    job = valued.taken_on()
    first, pk = job.firm.first, job.appraisal_id
    inputs = [{"name": "annual_income", "value": 5, "source": "合同", "grade": "document"}]
    computed = {"method": "x", "version": "1", "fen": None, "inputs": inputs}
    appraising.put_opinion(first, pk, valued.held(computed=computed))
    appraising.put_opinion(first, pk, valued.held("expert.market", "market"))
    appraising.conclude(first, pk, valued.concluded())
    with refused("valuation.paper_missing", input="annual_income"):
        signing.sign(first, pk, payload_hash=job.hash())
    appraising.add_paper(first, pk, file=valued.a_paper(first), title="合同")
    assert signing.sign(first, pk, payload_hash=job.hash()).state == "signed"


def test_what_changed_since_it_was_seen_is_not_signed() -> None:
    job = valued.worked()
    seen = job.hash()
    appraising.conclude(job.firm.first, job.appraisal_id, valued.concluded(special_matters="有一项\n许可在谈。"))
    with refused("valuation.changed_since"):
        signing.sign(job.firm.first, job.appraisal_id, payload_hash=seen)
    assert job.row().first_signer is None
    assert job.row().special_matters == "有一项\n许可在谈。"


def test_after_the_first_signature_nothing_is_written_until_it_is_sent_back() -> None:
    job = valued.signed()
    for deed in (
        lambda: appraising.put_opinion(job.firm.first, job.appraisal_id, valued.held()),
        lambda: appraising.conclude(job.firm.first, job.appraisal_id, valued.concluded()),
        lambda: appraising.drop_opinion(job.firm.first, job.appraisal_id, method="expert.income"),
    ):
        with refused("valuation.not_its_turn", state=labels.of("appraisal_state", "signed")):
            deed()
    row = signing.send_back(job.firm.third, job.appraisal_id, reason="收益期过长。")
    assert (row.state, row.first_signer, row.payload_hash, row.review_reason) == ("returned", None, "", "收益期过长。")
    appraising.conclude(job.firm.first, job.appraisal_id, valued.concluded(reason="缩短收益期。"))
    assert signing.sign(job.firm.first, job.appraisal_id, payload_hash=job.hash()).state == "signed"


def test_whoever_reviews_has_read_the_papers() -> None:
    job = valued.taken_on()
    first, pk = job.firm.first, job.appraisal_id
    paper = valued.a_paper(first)
    appraising.add_paper(first, pk, file=paper, title="合同")
    appraising.put_opinion(first, pk, valued.held())
    appraising.put_opinion(first, pk, valued.held("expert.market", "market"))
    appraising.conclude(first, pk, valued.concluded())
    signing.sign(first, pk, payload_hash=job.hash())
    with refused("file.not_read"):
        signing.review(job.firm.third, pk, payload_hash=job.hash())
    record.read_file(job.firm.third, paper, is_evidence=True)
    assert signing.review(job.firm.third, pk, payload_hash=job.hash()).state == "reviewed"


def test_a_valuer_with_a_stake_is_refused() -> None:
    house, client = given.House(), given.a_side("holder", "valuer")
    right = given.a_right(house, client.party)
    row = appraisals.draft(client.person, valued.asked(client, right))
    with refused("valuation.valuer_has_stake"):
        appraisals.request(client.person, row.pk, valuer=client.party)
    with refused("valuation.no_valuer"):
        appraisals.request(client.person, row.pk, valuer=given.a_side("bank").party)
    assert Appraisal.objects.get().state == "draft"


def test_a_client_that_is_no_holder_says_for_what_the_figure_is_used() -> None:
    house, holder, bank = given.House(), given.a_side("holder"), given.a_side("bank")
    right = given.a_right(house, holder.party)
    row = appraisals.draft(bank.person, valued.asked(bank, right))
    firm = valued.Firm()
    with refused("valuation.use_missing"):
        appraisals.request(bank.person, row.pk, valuer=firm.side.party)
    appraisals.change(bank.person, row.pk, valued.asked(bank, right, use="本行审批质押贷款之用。"))
    assert appraisals.request(bank.person, row.pk, valuer=firm.side.party).state == "requested"


def test_an_unpublished_application_is_its_holders_alone() -> None:
    house, holder, bank = given.House(), given.a_side("holder"), given.a_side("bank")
    right = given.a_right(house, holder.party)
    right.granted_on, right.publication_number = None, ""
    right.save()
    with refused("valuation.right_unknown", rights=[right.pk]):
        appraisals.draft(bank.person, valued.asked(bank, right))
    assert appraisals.draft(holder.person, valued.asked(holder, right)).state == "draft"


def test_words_days_and_counts_of_a_request_are_judged() -> None:
    house, client = given.House(), given.a_side("holder")
    right, today = given.a_right(house, client.party), valued.today()
    for code, said in (
        ("valuation.no_such_choice", {"purpose": "fun"}),
        ("valuation.no_such_choice", {"value_type": "sentimental"}),
        ("valuation.value_date_to_come", {"value_date": today + timedelta(days=1)}),
        ("valuation.value_date_old", {"value_date": today - timedelta(days=367)}),
    ):
        with refused(code):
            appraisals.draft(client.person, valued.asked(client, right, **said))
    with refused("valuation.rights_count"):
        appraisals.draft(client.person, valued.asked(client))
    assert not Appraisal.objects.exists()


def test_a_stranger_does_nothing_with_it() -> None:
    job, stranger = valued.worked(), given.a_side("holder", "valuer", "bank")
    for deed in (
        lambda: appraisals.withdraw(stranger.person, job.appraisal_id, reason=REASON),
        lambda: appraisals.take_on(stranger.person, job.appraisal_id),
        lambda: appraising.conclude(stranger.person, job.appraisal_id, valued.concluded()),
        lambda: signing.sign(stranger.person, job.appraisal_id, payload_hash=job.hash()),
        lambda: signing.review(stranger.person, job.appraisal_id, payload_hash=job.hash()),
        lambda: signing.issue(stranger.person, job.appraisal_id, payload_hash=job.hash()),
    ):
        with refused("people.not_allowed"):
            deed()
    assert job.row().state == "working"


def test_what_nobody_takes_on_lapses_and_what_was_declined_goes_to_another() -> None:
    job = valued.a_request()
    assert appraisals.overdue(record.now()) == []
    appraisals.decline(job.firm.first, job.appraisal_id, reason="人手不足。")
    assert (job.row().state, job.row().valuer) == ("draft", None)
    other = valued.Firm()
    appraisals.request(job.client.person, job.appraisal_id, valuer=other.side.party)
    given.time_passes(minutes=60 * 24 * 10 + 1)
    assert appraisals.overdue(record.now()) == [job.appraisal_id]
    assert appraisals.lapse(job.appraisal_id).state == "lapsed"
    appraisals.lapse(job.appraisal_id)
    assert deeds().count("valuation.lapsed") == 1
    with refused("valuation.not_its_turn"):
        appraisals.take_on(other.first, job.appraisal_id)


def test_a_client_may_withdraw_until_it_is_issued() -> None:
    job = valued.signed()
    assert appraisals.withdraw(job.client.person, job.appraisal_id, reason="改为直接转让。").state == "withdrawn"
    done = valued.issued()
    with refused("valuation.not_its_turn", state=labels.of("appraisal_state", "issued")):
        appraisals.withdraw(done.client.person, done.appraisal_id, reason="不要了。")


def test_a_conclusion_is_used_for_a_year_from_its_value_date() -> None:
    row = valued.issued().row()
    assert (standing.usable_until(row) - row.value_date).days in (365, 366)


def test_the_clock_ends_what_is_overdue_and_seals_what_was_issued() -> None:
    done, late = valued.reviewed(), valued.a_request()
    signing.issue(done.firm.second, done.appraisal_id, payload_hash=done.hash())
    jobs.forget()
    jobs.tick()
    assert done.row().sealed_id is not None
    given.time_passes(days=11)
    jobs.tick()
    jobs.tick()
    assert late.row().state == "lapsed"
    told = deeds()
    assert (told.count("valuation.sealed"), told.count("valuation.lapsed")) == (1, 1)


def test_the_clock_looks_once_a_minute_and_issue_asks_for_the_seal_at_once() -> None:
    done = valued.reviewed()
    jobs.forget()
    jobs.tick()
    signing.issue(done.firm.second, done.appraisal_id, payload_hash=done.hash())
    with CaptureQueriesContext(connection) as asked:
        assert jobs.tick() == 0
    assert len(asked) == 0
    assert done.row().sealed_id is None
    job = Job.objects.get(kind="valuation.seal")
    assert run_job(job, jobs.WORK) == "done"
    assert done.row().sealed_id is not None
    signing.issue(done.firm.second, done.appraisal_id, payload_hash=done.hash())
    assert Job.objects.filter(kind="valuation.seal").count() == 1
