"""My support counts what the house granted under a ceiling, as the filing does."""

from __future__ import annotations

import pytest

from tests.policy import given_applications as given
from tests.policy.given_applications import Desk
from zhirong.base.calendar import beijing_day
from zhirong.policy import deciding, reading, supporting
from zhirong.policy.actions import applications, support
from zhirong.policy.models import Application
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(given, "TEXT", given.TEXT.replace('limit: "300000"', 'limit: "100"'))
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    return desk


def offered(desk: Desk, about: str) -> tuple[int | None, int | None]:
    """What my support offers for a thing, and the sum of the best set."""
    found = deciding.everything(desk.party, day=beijing_day(record.now()), measures=[desk.measure])
    rows = supporting.rows(found, reading.own().vocabulary)
    (row,) = [one for one in rows if one.decided.about == about]
    return row.benefit_fen, supporting.best(rows).total_fen


def test_after_a_grant_of_60_under_a_yearly_ceiling_of_100_my_support_offers_40(desk: Desk) -> None:
    before = record.now()
    given.a_loan(desk, "loan:1", interest="120")
    row = granted_sixty(desk)
    assert row.decided_fen == 60_00
    given.a_loan(desk, "loan:2", interest="400000")
    assert offered(desk, "loan:2")[0] == 40_00
    draft = given.started(desk, "loan:2")
    assert applications.assessed(draft).amount_fen == 40_00
    day = beijing_day(record.now())
    kept = support.keep_decision(desk.member, desk.party, desk.measure, day=day, about="loan:2")
    assert kept.amount_fen == 40_00
    (again,) = deciding.again([kept])
    assert again.decision.sha256 == kept.sha256
    # As known before the grant there was none.
    (then,) = deciding.decided(desk.party, day=day, known=before, measures=[desk.measure], counts_grants=True)
    assert then.decision.amount_fen == 100_00


def granted_sixty(desk: Desk) -> Application:
    """A loan whose half of the interest is 60 yuan, confirmed and approved."""
    filed = applications.file(desk.member, given.started(desk, "loan:1").pk)
    return given.confirmed(desk, filed)
