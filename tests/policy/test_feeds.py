"""Terms of an enterprise's own applications in its calendar: their last days, and for nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.enterprises import given_enterprises
from tests.policy import given_applications as given
from tests.policy.given_applications import Desk
from zhirong.base.calendar import beijing_day
from zhirong.people.models import Membership
from zhirong.policy import feeds
from zhirong.policy.actions import payments, reviews, support
from zhirong.policy.applied import Application
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Desk:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    return desk


def lines_of(plain: str, language: str = "zh") -> list[str]:
    answer = Client().get(f"/support/calendar.ics?token={plain}&lang={language}")
    assert answer.status_code == 200
    return answer.content.decode().replace("\r\n ", "").split("\r\n")


def last_day(row: Application) -> str:
    assert row.due_at
    return f"{beijing_day(row.due_at - timedelta(seconds=1)):%Y%m%d}"


def test_the_terms_that_wait_for_the_enterprise_stand_in_its_calendar(desk: Desk) -> None:
    _, plain = support.make_feed(desk.member, desk.party)
    row = given.filed(desk)
    # A term of the office is none of the enterprise's.
    assert not any(row.number in line for line in lines_of(plain))
    reviews.ask_supplement(desk.first, row.pk, missing="盖章的申请表")
    lines = lines_of(plain)
    at = lines.index(f"UID:{row.number}-asked@127.0.0.1")
    assert lines[at + 2] == f"DTSTART;VALUE=DATE:{last_day(given.fresh(row))}"
    assert lines[at + 4] == f"SUMMARY:材料补正截止：{row.title_zh}"
    assert lines[at + 6].endswith(f"/applications/{row.number}")
    assert f"SUMMARY:Supplement due: {row.title_en}" in lines_of(plain, "en")


def test_the_end_of_a_publicity_stands_there_too(desk: Desk) -> None:
    _, plain = support.make_feed(desk.member, desk.party)
    row = given.fresh(given.published(desk))
    assert row.publicity_until
    lines = lines_of(plain)
    at = lines.index(f"UID:{row.number}-publicity@127.0.0.1")
    assert lines[at + 2] == f"DTSTART;VALUE=DATE:{row.publicity_until:%Y%m%d}"


def test_a_repayment_is_due_on_its_last_day(desk: Desk) -> None:
    _, plain = support.make_feed(desk.member, desk.party)
    row = given.paid(desk)
    assert not any(row.number in line for line in lines_of(plain))
    payments.demand(desk.first, row.pk, amount_fen=1_00, reason="重复享受")
    lines = lines_of(plain)
    at = lines.index(f"UID:{row.number}-repayment@127.0.0.1")
    assert lines[at + 2] == f"DTSTART;VALUE=DATE:{last_day(given.fresh(row))}"


def test_nobody_elses_applications_stand_in_a_calendar(desk: Desk) -> None:
    row = given.filed(desk)
    reviews.ask_supplement(desk.first, row.pk, missing="盖章的申请表")
    other = given_enterprises.an_enterprise("另一家企业")
    stranger = given_enterprises.a_member(other)
    feed, plain = support.make_feed(stranger, other)
    assert feeds.cases_of(feed) == []
    assert not any(row.number in line for line in lines_of(plain))
    # Who left the enterprise has no calendar of it any more.
    _, own = support.make_feed(desk.member, desk.party)
    assert any(row.number in line for line in lines_of(own))
    Membership.objects.filter(person=desk.member).update(ended_at=record.now())
    assert Client().get(f"/support/calendar.ics?token={own}").status_code == 404
