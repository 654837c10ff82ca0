"""Damages: the law's ways in their order, bounds of the statute, punitive multiples, past losses compounded."""

import math
from datetime import date

import pytest

from zhirong.base.refused import Refused
from zhirong.valuation import finance_figures
from zhirong.valuation.engine import damages
from zhirong.valuation.engine.damages import Band, Claim, Flow

NAMES = ("steps", "statutory_yuan", "punitive_times", "licence_times")


def law(day=date(2024, 5, 1)):
    rule = finance_figures.on("damages", day, NAMES).values
    punitive = rule["punitive_times"]
    return damages.Law(
        steps=rule["steps"],
        statutory=Band(**rule["statutory_yuan"]),
        punitive=None if punitive is None else Band(**punitive),
        licence_times=Band(**rule["licence_times"]),
    )


OLD = date(2015, 1, 1)


def test_past_losses_are_compounded_each_from_its_own_day():
    flows = [Flow(years, 1_000_000) for years in range(5)]
    assert damages.worth_now(flows, past_rate=0.05, future_rate=0.5) == pytest.approx(5_525_631.25, abs=0.01)


def test_losses_to_come_are_discounted_at_their_own_rate():
    flows = [Flow(-1, 112.0), Flow(0, 1.0), Flow(2, 100.0)]
    assert damages.worth_now(flows, past_rate=0.1, future_rate=0.12) == pytest.approx(100 + 1 + 121)


def test_since_2021_the_holder_takes_the_larger_of_loss_and_gain_and_before_the_loss_came_first():
    claim = Claim(actual_loss=100_000, infringer_profit=300_000)
    assert damages.award(claim, law()).basis == "infringer_profit"
    assert damages.award(claim, law(OLD)).basis == "actual_loss"


def test_the_licence_fee_counts_only_where_loss_and_gain_are_unknown():
    assert damages.award(Claim(actual_loss=1.0, licence_fee=500_000), law()).most == 1.0
    found = damages.award(Claim(licence_fee=500_000), law())
    assert (found.basis, found.least, found.most) == ("licence_fee", 500_000, 1_500_000)
    assert damages.award(Claim(licence_fee=500_000, licence_times=2), law()).least == 1_000_000


@pytest.mark.parametrize(("day", "least", "most"), [(OLD, 10_000, 1_000_000), (date(2021, 6, 1), 30_000, 5_000_000)])
def test_with_nothing_known_only_the_statute_is_left(day, least, most):
    found = damages.award(Claim(), law(day))
    assert (found.basis, found.least, found.most) == ("statutory", least, most)


def test_a_wilful_and_serious_infringement_costs_one_to_five_times():
    found = damages.award(Claim(actual_loss=200_000, wilful_and_serious=True, expenses=50_000), law())
    assert (found.least, found.most) == (250_000, 1_050_000)
    fixed = damages.award(Claim(actual_loss=200_000, wilful_and_serious=True, punitive_times=3), law())
    assert (fixed.least, fixed.most) == (600_000, 600_000)


def test_expenses_are_added_after_the_multiple():
    claim = Claim(actual_loss=100_000, wilful_and_serious=True, punitive_times=5, expenses=10_000)
    assert damages.award(claim, law()).most == 510_000


def test_statutory_damages_are_never_multiplied():
    assert damages.award(Claim(wilful_and_serious=True), law()).most == 5_000_000


def test_the_old_law_knew_no_punitive_damages():
    assert damages.award(Claim(actual_loss=200_000, wilful_and_serious=True), law(OLD)).most == 200_000
    for claim, day in (
        (Claim(actual_loss=1.0, wilful_and_serious=True, punitive_times=2), OLD),
        (Claim(actual_loss=1.0, punitive_times=2), date(2024, 1, 1)),
    ):
        with pytest.raises(Refused, match=r"not_punitive"):
            damages.award(claim, law(day))


def test_a_multiple_of_the_licence_fee_that_is_argued_is_not_held_to_the_old_band():
    assert damages.award(Claim(licence_fee=500_000, licence_times=5), law()).most == 2_500_000


@pytest.mark.parametrize(
    "claim",
    [
        Claim(actual_loss=0.0),
        Claim(actual_loss=math.inf),
        Claim(licence_fee=1.0, licence_times=0),
        Claim(actual_loss=1.0, wilful_and_serious=True, punitive_times=6),
        Claim(expenses=-1.0),
    ],
)
def test_what_is_no_claim_is_refused(claim):
    with pytest.raises(Refused):
        damages.award(claim, law())


def test_the_range_spreads_in_logs_between_the_bounds_and_says_so():
    found = damages.damages(Claim(), law(), value_date=date(2026, 1, 1), parameters_sha256="x")
    assert found.range.median == pytest.approx(math.sqrt(30_000 * 5_000_000))
    assert 30_000 < found.range.p5 < found.range.p95 < 5_000_000
    assert [note.code for note in found.notes] == ["finance_damages_statutory", "finance_damages_spread"]
