"""Applications from draft to repayment: who does what in which order, on what, and what is refused."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from tests.people.given_people import deeds, refused
from tests.policy import given_applications as given
from tests.policy.given_applications import Desk, fresh
from tests.registry.given_rights import a_file, a_person
from zhirong.policy import filing
from zhirong.policy.actions import applications, payments, publicity, reviews
from zhirong.policy.actions.reviews import Ruling
from zhirong.policy.applied import Application, Booking
from zhirong.record import actions as record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def desk() -> Desk:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    return desk


def test_an_application_goes_from_draft_to_payment_and_each_step_is_on_the_record(desk: Desk) -> None:
    row = given.paid(desk)
    assert (row.state, row.computed_fen, row.decided_fen, row.granted_fen) == (
        "paid",
        200_000_00,
        200_000_00,
        200_000_00,
    )
    assert [one for one in deeds() if one.startswith("policy.") and "budget" not in one] == [
        "policy.application_drafted",
        "policy.material_attached",
        "policy.material_attached",
        "policy.application_filed",
        "policy.application_complete",
        "policy.application_decided",
        "policy.application_confirmed",
        "policy.application_published",
        "policy.application_approved",
        "policy.application_listed",
        "policy.payment_list_made",
        "policy.payment_list_confirmed",
        "policy.application_paid",
    ]
    assert list(Booking.objects.order_by("pk").values_list("kind", "amount_fen")) == [
        ("reserved", 200_000_00),
        ("granted", 200_000_00),
        ("paid", 200_000_00),
    ]
    assert row.budget
    sums = (row.budget.reserved_fen, row.budget.granted_fen, row.budget.paid_fen, row.budget.returned_fen)
    assert sums == (0, 200_000_00, 200_000_00, 0)


def test_what_was_decided_comes_out_again_with_its_hash_whatever_is_stated_later(desk: Desk) -> None:
    row = given.filed(desk)
    given.qualify(desk.party, desk.member, interest="900000")
    kept = fresh(row)
    assert filing.replayed(kept) == kept.decision_sha256
    assert json.loads(kept.facts)["loan_interest_paid"] == 400000
    assert json.loads(kept.sources)["loan_interest_paid"]["source"] == "self"
    again = reviews.decide(desk.first, reviews.complete(desk.first, row.pk).pk, Ruling(verdict="eligible"))
    assert again.decided_fen == 200_000_00


def test_an_agent_and_a_service_firm_prepare_and_never_file(desk: Desk) -> None:
    row = given.drafted(desk)
    firm = given.an_enterprise()
    agent, helper = a_person("agent", of=firm), a_person("holder", of=firm)
    with refused("people.not_allowed"):
        applications.attach(helper, row.pk, material="form", file=a_file(b"other"))
    given.consented(desk, firm)
    assert applications.attach(helper, row.pk, material="form", file=a_file(b"other")).added_by == helper
    with refused("policy.only_itself_files", name=desk.party.name):
        applications.file(helper, row.pk)
    with refused("policy.agent_never_files", name=desk.party.name):
        applications.file(agent, row.pk)
    member_and_agent = a_person("agent", of=desk.party)
    with refused("policy.agent_never_files", name=desk.party.name):
        applications.file(member_and_agent, row.pk)
    assert fresh(row).state == "draft"
    assert fresh(row).filed_at is None


def test_a_draft_by_a_firm_names_the_firm(desk: Desk) -> None:
    firm = given.an_enterprise()
    helper = a_person("holder", of=firm)
    given.consented(desk, firm)
    row = applications.start(helper, desk.party, given.MEASURE)
    assert row.preparer == firm
    assert applications.start(desk.member, desk.party, given.MEASURE) == row


def test_filing_is_refused_with_every_paper_that_is_missing(desk: Desk) -> None:
    row = applications.start(desk.member, desk.party, given.MEASURE)
    with refused(
        "policy.materials_missing",
        count=2,
        materials={"zh": "申请表、营业执照", "en": "application form, business licence"},
    ):
        applications.file(desk.member, row.pk)
    assert fresh(row).state == "draft"
    assert Booking.objects.count() == 0


def test_unknown_facts_refuse_the_filing_and_are_named(desk: Desk) -> None:
    other = Desk(party=given.an_enterprise())
    from_nothing = given.an_enterprise()
    member = a_person("holder", of=from_nothing)
    row = applications.start(member, from_nothing, given.MEASURE)
    with refused("policy.facts_missing", count=2):
        applications.file(member, row.pk)
    assert other.party != from_nothing


def test_who_does_not_qualify_does_not_file(desk: Desk) -> None:
    party = given.an_enterprise()
    member = a_person("holder", of=party)
    given.qualify(party, member, reg_district="440305")
    with refused("policy.not_eligible", conditions={"zh": "注册地为福田", "en": "Registered in Futian"}):
        applications.file(member, applications.start(member, party, given.MEASURE).pk)


def test_a_closed_window_and_one_that_opens_later_refuse_the_filing() -> None:
    given.a_measure(
        "x-past", windows='[{from: "2025-03-28T09:00:00+08:00", to: "2025-04-11T18:00:00+08:00", clause: c-who}]'
    )
    given.a_measure(
        "x-next", windows='[{from: "2099-03-28T09:00:00+08:00", to: "2099-04-11T18:00:00+08:00", clause: c-who}]'
    )
    desk = Desk()
    with refused("policy.window_closed"):
        given.filed(desk, measure="x-past")
    with refused("policy.window_opens_later"):
        given.filed(desk, measure="x-next")


def test_a_measure_that_is_no_money_or_not_in_force_is_not_applied_for(desk: Desk) -> None:
    with refused("policy.not_applied_for_here"):
        applications.start(desk.member, desk.party, "cn-hnte-recognition")
    for elsewhere in ("cn-sz-nanshan-pledge", "cn-sz-baoan-securitisation", "cn-gz-securitisation"):
        with refused("policy.filed_elsewhere"):
            applications.start(desk.member, desk.party, elsewhere)
    for duty in ("cn-inventor-award", "cn-inventor-remuneration"):
        with refused("policy.owed_by_employer"):
            applications.start(desk.member, desk.party, duty)
    assert not Application.objects.exists()
    row = applications.start(desk.member, desk.party, "cn-sz-futian-ip-pledge")
    with refused("policy.measure_not_in_force"):
        applications.file(desk.member, row.pk)


def test_one_case_is_open_for_a_measure_and_a_thing(desk: Desk) -> None:
    row = given.filed(desk, about="loan:1")
    with refused("policy.application_open", number=row.number):
        applications.start(desk.member, desk.party, given.MEASURE, about="loan:1")
    other = given.a_loan(desk, "loan:2")
    assert applications.start(desk.member, desk.party, given.MEASURE, about=other).pk != row.pk


def test_every_deed_done_twice_is_done_once(desk: Desk) -> None:
    row = given.drafted(desk)
    applications.file(desk.member, row.pk)
    applications.file(desk.member, row.pk)
    reviews.complete(desk.first, row.pk)
    reviews.complete(desk.first, row.pk)
    sha256 = reviews.decide(desk.first, row.pk, Ruling(verdict="eligible")).decided_sha256
    reviews.confirm(desk.second, row.pk, decided_sha256=sha256)
    reviews.confirm(desk.second, row.pk, decided_sha256=sha256)
    publicity.publish(desk.first, row.pk)
    publicity.publish(desk.first, row.pk)
    Application.objects.filter(pk=row.pk).update(publicity_until=date(2020, 1, 1))
    publicity.close(desk.first, row.pk)
    publicity.close(desk.first, row.pk)
    made = payments.make_list(desk.first, [row.number])
    assert payments.make_list(desk.first, [row.number]) == made
    payments.confirm_list(desk.second, made.pk)
    payments.confirm_list(desk.second, made.pk)
    line, on = made.lines.get(), record.now().date() - timedelta(days=1)
    for _ in range(2):
        payments.note_paid(desk.first, line.pk, amount_fen=200_000_00, on=on, reference="R1")
    with refused("policy.paid_before"):
        payments.note_paid(desk.first, line.pk, amount_fen=200_000_00, on=on, reference="R2")
    told = [one for one in deeds() if one.startswith("policy.application") or "list" in one]
    assert len(told) == len(set(told))
    assert fresh(row).budget.paid_fen == 200_000_00  # type: ignore[union-attr]


def test_what_is_missing_is_asked_for_once_and_then_decided(desk: Desk) -> None:
    row = given.filed(desk)
    reviews.ask_supplement(desk.first, row.pk, missing="盖章的申请表")
    assert fresh(row).state == "asked"
    applications.attach(desk.member, row.pk, material="form", file=a_file(b"stamped"))
    applications.supplement(desk.member, row.pk)
    with refused("policy.supplement_asked_before"):
        reviews.ask_supplement(desk.second, row.pk, missing="再补一份")
    with refused("policy.not_called_complete"):
        reviews.decide(desk.first, row.pk, Ruling(verdict="eligible"))
    decided = reviews.decide(desk.first, row.pk, Ruling(verdict="refused", reason="仍缺盖章", clauses=("c-who",)))
    assert (decided.state, json.loads(decided.clauses)) == ("proposed", ["c-who"])


def test_the_first_official_does_not_confirm_and_nobody_decides_for_their_own_party(desk: Desk) -> None:
    row = given.proposed(desk)
    with refused("people.maker_is_checker"):
        reviews.confirm(desk.first, row.pk, decided_sha256=row.decided_sha256)
    own = a_person("official", of=desk.party)
    with refused("people.own_party"):
        reviews.confirm(own, row.pk, decided_sha256=row.decided_sha256)
    with refused("policy.another_decision_read", number=row.number):
        reviews.confirm(desk.second, row.pk, decided_sha256="0" * 64)
    assert fresh(row).state == "proposed"


def test_a_difference_found_by_the_official_changes_the_amount_and_needs_a_reason(desk: Desk) -> None:
    row = given.complete(desk)
    found = {"loan_interest_paid": "300000"}
    with refused("policy.difference_unexplained", facts="loan_interest_paid"):
        reviews.decide(desk.first, row.pk, Ruling(verdict="eligible", differences=found))
    ruling = Ruling(verdict="eligible", differences=found, difference_reason="银行回单合计三十万元")
    decided = reviews.decide(desk.first, row.pk, ruling)
    assert decided.decided_fen == 150_000_00
    assert json.loads(decided.differences) == {
        "loan_interest_paid": {"filed": 400000, "found": 300000, "reason": "银行回单合计三十万元"}
    }
    assert filing.replayed(decided, is_filed=False) == decided.decided_sha256
    confirmed = reviews.confirm(desk.second, row.pk, decided_sha256=decided.decided_sha256)
    assert (confirmed.granted_fen, fresh(row).budget.reserved_fen) == (150_000_00, 0)  # type: ignore[union-attr]


def test_nothing_is_granted_that_the_clauses_do_not_give(desk: Desk) -> None:
    row = given.complete(desk)
    ruling = Ruling(verdict="eligible", differences={"reg_district": "440305"}, difference_reason="营业执照")
    with refused("policy.not_eligible"):
        reviews.decide(desk.first, row.pk, ruling)
    refusal = Ruling(
        verdict="refused", reason="注册地不符", differences={"reg_district": "440305"}, difference_reason="营业执照"
    )
    decided = reviews.decide(desk.first, row.pk, refusal)
    assert json.loads(decided.clauses) == ["c-who"]
    confirmed = reviews.confirm(desk.second, row.pk, decided_sha256=decided.decided_sha256)
    assert (confirmed.state, confirmed.granted_fen, fresh(row).budget.reserved_fen) == ("refused", None, 0)  # type: ignore[union-attr]


def test_a_refusal_names_a_clause(desk: Desk) -> None:
    row = given.complete(desk)
    with refused("policy.clause_missing"):
        reviews.decide(desk.first, row.pk, Ruling(verdict="refused", reason="不予支持"))
    with refused("policy.clause_unknown"):
        reviews.decide(desk.first, row.pk, Ruling(verdict="refused", reason="不予支持", clauses=("c-none",)))


def test_publicity_is_not_closed_before_its_last_day_nor_with_an_open_objection(desk: Desk) -> None:
    row = given.published(desk)
    assert row.publicity_until
    with refused("policy.publicity_runs", until=row.publicity_until):
        publicity.close(desk.first, row.pk)
    objector = a_person("buyer")
    publicity.object_to(objector, row.pk, reason="该贷款尚未结清")
    Application.objects.filter(pk=row.pk).update(publicity_until=date(2020, 1, 1))
    with refused("policy.application_not_its_turn"):
        publicity.close(desk.first, row.pk)


def test_an_objection_is_decided_by_somebody_who_had_no_hand_in_it(desk: Desk) -> None:
    row = given.published(desk)
    found = publicity.object_to(a_person("buyer"), row.pk, reason="该贷款尚未结清")
    for who in (desk.first, desk.second):
        with refused("people.maker_is_checker"):
            publicity.decide_objection(who, found.pk, is_upheld=False, answer="已核")
    publicity.decide_objection(desk.third, found.pk, is_upheld=False, answer="银行结清证明在案")
    after = fresh(row)
    assert (after.state, after.publicity_until) == ("publicity", row.publicity_until)


def test_an_upheld_objection_undoes_the_grant_and_the_case_is_decided_anew(desk: Desk) -> None:
    row = given.published(desk)
    found = publicity.object_to(a_person("buyer"), row.pk, reason="该贷款尚未结清")
    publicity.decide_objection(desk.third, found.pk, is_upheld=True, answer="属实")
    after = fresh(row)
    assert (after.state, after.granted_fen, after.publicity_until) == ("complete", None, None)
    assert after.budget
    assert (after.budget.reserved_fen, after.budget.granted_fen) == (200_000_00, 0)


def test_the_enterprise_objects_to_a_refusal_once(desk: Desk) -> None:
    row = given.complete(desk)
    decided = reviews.decide(desk.first, row.pk, Ruling(verdict="refused", reason="不符", clauses=("c-who",)))
    reviews.confirm(desk.second, row.pk, decided_sha256=decided.decided_sha256)
    with refused("policy.not_published"):
        publicity.object_to(a_person("buyer"), row.pk, reason="无关人")
    found = publicity.object_to(desk.member, row.pk, reason="注册地在福田")
    publicity.decide_objection(desk.third, found.pk, is_upheld=False, answer="不成立")
    assert fresh(row).state == "refused"
    with refused("policy.objected_before", number=row.number):
        publicity.object_to(desk.member, row.pk, reason="再次提出")


def test_a_list_is_confirmed_by_another_and_paid_whole(desk: Desk) -> None:
    row = given.approved(desk)
    made = payments.make_list(desk.first, [row.number])
    line, on = made.lines.get(), record.now().date()
    with refused("policy.payment_list_unconfirmed", number=made.number):
        payments.note_paid(desk.first, line.pk, amount_fen=200_000_00, on=on, reference="R1")
    with refused("people.maker_is_checker"):
        payments.confirm_list(desk.first, made.pk)
    payments.confirm_list(desk.second, made.pk)
    with refused("policy.paid_another_amount", amount_fen=200_000_00):
        payments.note_paid(desk.first, line.pk, amount_fen=1, on=on, reference="R1")
    with refused("policy.paid_in_future"):
        payments.note_paid(desk.first, line.pk, amount_fen=200_000_00, on=on + timedelta(days=3), reference="R1")
    assert fresh(row).state == "listed"


def test_a_list_needs_the_account_of_each_enterprise(desk: Desk) -> None:
    row = given.approved(desk)
    desk.party.secrets.all().delete()
    with refused("policy.account_missing", numbers=[row.number]):
        payments.make_list(desk.first, [row.number])
    assert fresh(row).state == "approved"


def test_a_list_given_up_frees_its_cases(desk: Desk) -> None:
    row = given.approved(desk)
    made = payments.make_list(desk.first, [row.number])
    payments.drop_list(desk.first, made.pk, reason="漏列一项")
    assert fresh(row).state == "approved"
    assert payments.make_list(desk.second, [row.number]).pk != made.pk


def test_a_repayment_is_demanded_for_a_reason_and_frees_the_money(desk: Desk) -> None:
    row = given.paid(desk)
    with refused("policy.repayment_too_large", granted_fen=200_000_00):
        payments.demand(desk.first, row.pk, amount_fen=200_000_01, reason="重复享受")
    payments.demand(desk.first, row.pk, amount_fen=50_000_00, reason="重复享受")
    assert fresh(row).state == "repayment"
    payments.note_repaid(desk.second, row.pk, on=record.now().date(), reference="B7")
    payments.note_repaid(desk.second, row.pk, on=record.now().date(), reference="B7")
    after = fresh(row)
    assert after.budget
    assert (after.state, after.budget.returned_fen, after.budget.paid_fen) == ("repaid", 50_000_00, 200_000_00)


def test_a_withdrawn_case_frees_what_was_kept_for_it(desk: Desk) -> None:
    row = given.published(desk)
    applications.withdraw(desk.member, row.pk, reason="改报其他措施")
    after = fresh(row)
    assert after.budget
    assert (after.state, after.budget.reserved_fen, after.budget.granted_fen) == ("withdrawn", 0, 0)
    with refused("policy.application_not_its_turn"):
        publicity.close(desk.first, row.pk)


def test_an_approved_case_is_no_longer_withdrawn(desk: Desk) -> None:
    row = given.approved(desk)
    with refused("policy.application_not_its_turn"):
        applications.withdraw(desk.member, row.pk, reason="太晚")
