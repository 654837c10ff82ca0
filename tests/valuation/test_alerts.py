"""What should be valued anew is told once for each cause, and ends with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.exchange import given_deals as given
from tests.people.given_people import deeds
from tests.valuation import given_valuation as valued
from zhirong.record import actions as record
from zhirong.record.models import Notice
from zhirong.registry.actions import weights
from zhirong.registry.models import Encumbrance
from zhirong.valuation import watch
from zhirong.valuation.actions import alerts, answers, portfolios
from zhirong.valuation.models import Alert

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    alerts.forget()


def look() -> int:
    """One round of the clock."""
    alerts.forget()
    return sum(alerts.look(chunk) for chunk in alerts.due(record.now()))


def a_portfolio(side: given.Side, *rights: given.Right) -> None:
    portfolios.keep(
        side.person, portfolios.Wanted(party=side.party, name="质押组合", rights=tuple(one.pk for one in rights))
    )


def kinds() -> list[str]:
    return list(Alert.objects.filter(ended_at=None).order_by("kind").values_list("kind", flat=True))


def test_a_request_for_invalidation_is_told_once_and_ends_with_it() -> None:
    house, bank, holder = given.House(), given.a_side("bank"), given.a_side("holder")
    right, other = given.a_right(house, holder.party), given.a_right(house, holder.party)
    a_portfolio(bank, right, other)
    assert look() == 0
    weight = weights.encumber(
        house.operator, right, weights.Weight.INVALIDATION, favoured=weights.Favoured("某人"), since=valued.today()
    )
    assert look() == 1
    assert look() == 0
    assert kinds() == ["invalidation"]
    assert Notice.objects.filter(person_ref=bank.person.ref, kind="valuation.alerted").count() == 1
    assert not Notice.objects.filter(person_ref=holder.person.ref, kind="valuation.alerted").exists()
    Encumbrance.objects.filter(pk=weight.pk).update(ended_on=valued.today())
    assert look() == 0
    assert kinds() == []
    assert deeds().count("valuation.alerted") == 1


def test_an_unpaid_fee_and_a_lost_licence_are_told() -> None:
    house, bank, holder = given.House(), given.a_side("bank"), given.a_side("holder")
    right = given.a_right(house, holder.party, paid_through=8)
    weights.encumber(
        house.operator, right, weights.Weight.LICENCE, favoured=weights.Favoured("某厂"), number="L1",
        since=valued.today() - timedelta(days=300), until=valued.today() + timedelta(days=5),
    )  # fmt: skip
    a_portfolio(bank, right)
    look()
    before = kinds()
    given.time_passes(days=6)
    look()
    assert set(kinds()) == {*before, "licence_lost"}
    assert "fee_unpaid" in before


def test_an_old_figure_is_told_to_whoever_said_or_ordered_it() -> None:
    house, holder = given.House(), given.a_side("holder")
    right = given.a_right(house, holder.party)
    given_ = answers.Given(party=holder.party, question="annual_income", value_micro=5 * 10**12)
    answers.answer(holder.person, right.pk, given_)
    given.time_passes(days=360)
    look()
    assert "old" not in kinds()
    given.time_passes(days=10)
    look()
    assert "old" in kinds()
    assert watch.all_rights() == [right.pk]


def test_the_clock_looks_once_a_day() -> None:
    house, bank, holder = given.House(), given.a_side("bank"), given.a_side("holder")
    a_portfolio(bank, given.a_right(house, holder.party))
    assert len(alerts.due(record.now())) == 1
    assert alerts.due(record.now()) == []
    given.time_passes(days=1)
    assert len(alerts.due(record.now())) == 1
