"""Objections: against what is published while it is, against a refusal by the enterprise, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.people.given_people import deeds, refused
from tests.policy import given_applications as given
from tests.policy.given_applications import Desk, fresh
from tests.registry.given_rights import a_person
from zhirong.base.calendar import beijing_day
from zhirong.policy.actions import applications, publicity, reviews
from zhirong.policy.actions.reviews import Ruling
from zhirong.policy.applied import Application, ApplicationObjection
from zhirong.record import actions as record
from zhirong.record.models import Notice
from zhirong.web.office import queue_applications

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def desk() -> Desk:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    return desk


def a_refusal(desk: Desk) -> Application:
    row = given.complete(desk)
    decided = reviews.decide(desk.first, row.pk, Ruling(verdict="refused", reason="不符", clauses=("c-who",)))
    return reviews.confirm(desk.second, row.pk, decided_sha256=decided.decided_sha256)


def test_a_stranger_objects_to_nothing_that_is_not_published(desk: Desk) -> None:
    stranger = a_person("buyer")
    for make in (given.drafted, given.eligible, a_refusal):
        row = make(desk)
        with refused("policy.not_published"):
            publicity.object_to(stranger, row.pk, reason="无关人")
        applications.withdraw(desk.member, row.pk, reason="下一例") if row.state != "refused" else None
    # A refusal that the enterprise objected to is not public either.
    publicity.object_to(desk.member, row.pk, reason="注册地在福田")
    with refused("policy.not_published"):
        publicity.object_to(stranger, row.pk, reason="无关人")
    assert list(ApplicationObjection.objects.values_list("by", flat=True)) == [desk.member.pk]


def test_nobody_objects_after_the_last_day_also_while_another_objection_is_open(desk: Desk) -> None:
    row = given.published(desk)
    first = publicity.object_to(a_person("buyer"), row.pk, reason="该贷款尚未结清")
    yesterday = beijing_day(record.now()) - timedelta(days=1)
    Application.objects.filter(pk=row.pk).update(publicity_until=yesterday)
    for late in (a_person("buyer"), desk.member):
        with refused("policy.publicity_over", until=yesterday):
            publicity.object_to(late, row.pk, reason="太晚")
    assert ApplicationObjection.objects.get() == first
    assert fresh(row).state == "objected"


def test_a_refusal_is_not_objected_to_beside_a_new_case_for_the_same_thing(desk: Desk) -> None:
    row = a_refusal(desk)
    other = applications.start(desk.member, desk.party, given.MEASURE)
    with refused("policy.objection_beside_open", number=other.number):
        publicity.object_to(desk.member, row.pk, reason="注册地在福田")
    assert (fresh(row).state, ApplicationObjection.objects.count()) == ("refused", 0)
    applications.withdraw(desk.member, other.pk, reason="改提异议")
    publicity.object_to(desk.member, row.pk, reason="注册地在福田")
    assert fresh(row).state == "objected"


def test_an_official_who_objected_answers_no_objection_to_that_case(desk: Desk) -> None:
    row = given.published(desk)
    other = publicity.object_to(a_person("buyer"), row.pk, reason="该贷款尚未结清")
    own = publicity.object_to(desk.third, row.pk, reason="利息重复计算")
    for one in (own, other):
        with refused("people.maker_is_checker"):
            publicity.decide_objection(desk.third, one.pk, is_upheld=True, answer="属实")
    assert (fresh(row).state, fresh(row).granted_fen) == ("objected", 200_000_00)


def test_an_upheld_objection_answers_the_others_and_tells_who_raised_them(desk: Desk) -> None:
    row = given.published(desk)
    first = publicity.object_to(a_person("buyer"), row.pk, reason="该贷款尚未结清")
    second = publicity.object_to(a_person("buyer"), row.pk, reason="利息重复计算")
    publicity.decide_objection(desk.third, first.pk, is_upheld=True, answer="属实")
    second.refresh_from_db()
    assert (second.state, second.answer, second.decided_by) == ("upheld", "属实", desk.third)
    told = Notice.objects.filter(kind="policy.objection_decided").values_list("person_ref", flat=True)
    assert sorted(told) == sorted([first.by.ref, second.by.ref, desk.member.ref])


def test_a_withdrawal_closes_the_open_objections_and_tells_who_raised_them(desk: Desk) -> None:
    row = given.published(desk)
    found = publicity.object_to(a_person("buyer"), row.pk, reason="该贷款尚未结清")
    for _ in range(2):
        applications.withdraw(desk.member, row.pk, reason="改报其他措施")
    found.refresh_from_db()
    assert (found.state, found.decided_by, found.decided_at is not None) == ("closed", None, True)
    assert deeds().count("policy.objections_closed") == 1
    told = Notice.objects.filter(kind="policy.objections_closed").values_list("person_ref", flat=True)
    assert list(told) == [found.by.ref]
    assert not queue_applications.opposed().exists()
    with refused("policy.objection_decided", number=row.number):
        publicity.decide_objection(desk.third, found.pk, is_upheld=False, answer="已核")
