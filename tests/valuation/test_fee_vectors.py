"""Annual fees ahead: the registry's fee engine by patent year, from the year of the grant on."""

from __future__ import annotations

from datetime import date

import pytest

from zhirong.base.refused import Refused
from zhirong.registry.engine import fees
from zhirong.registry.engine.facts import Kind, Reduction, RightFacts
from zhirong.valuation.engine import fee_vectors

DAY = date(2026, 3, 2)


def test_the_first_fee_is_that_of_the_year_of_grant() -> None:
    vector = fee_vectors.by_schedule("invention", on=DAY, grant_year=4)
    assert (vector.first, vector.last) == (4, 20)
    assert vector.fen[:3] == (120_000, 120_000, 120_000)
    assert vector.yuan()[0] == 1200.0


def test_a_reduction_lasts_ten_years_from_the_year_of_grant() -> None:
    vector = fee_vectors.by_schedule("invention", on=DAY, grant_year=4, reduction="single")
    assert vector.fen[9] == 600_000 * 15 // 100
    assert vector.fen[10] == 600_000
    assert vector.full_fen == fee_vectors.by_schedule("invention", on=DAY, grant_year=4).fen


def test_a_joint_reduction_is_70_and_an_open_licence_15_percent_and_the_better_counts() -> None:
    plain = fee_vectors.by_schedule("invention", on=DAY, open_years=(12, 13))
    assert plain.fen[10:14] == (400_000, 340_000, 510_000, 600_000)
    both = fee_vectors.by_schedule("invention", on=DAY, reduction="joint", open_years=(1, 20))
    assert both.fen[0] == 90_000 * 30 // 100
    assert both.fen[10] == 400_000 * 85 // 100


def test_an_open_licence_before_the_reduction_was_law_takes_nothing_off() -> None:
    assert fee_vectors.by_schedule("invention", on=date(2023, 1, 5), open_years=(1, 20)).fen[0] == 90_000


def test_a_right_by_its_days_has_the_fees_of_the_registrys_own_table() -> None:
    filed, granted = date(2019, 5, 6), date(2021, 8, 3)
    vector = fee_vectors.of_right("invention", filed_on=filed, granted_on=granted, day=DAY, reduction="single")
    facts = RightFacts(kind=Kind.INVENTION, filed_on=filed, granted_on=granted)
    table = fees.fee_table(facts, DAY, reduction=Reduction.SINGLE)
    assert vector.first == 3
    assert vector.fen == tuple(row.reduced_fen for row in table)
    assert sum(vector.full_fen) == 82_300_00 - 2 * 900_00


def test_an_old_design_ends_after_ten_years_and_a_new_one_after_fifteen() -> None:
    old = fee_vectors.of_right("design", filed_on=date(2020, 1, 6), granted_on=date(2020, 7, 7), day=DAY)
    new = fee_vectors.of_right("design", filed_on=date(2022, 1, 6), granted_on=date(2022, 7, 7), day=DAY)
    assert (old.last, new.last) == (10, 15)


def test_an_open_licence_counts_from_the_day_it_began() -> None:
    days = {"filed_on": date(2019, 5, 6), "granted_on": date(2021, 8, 3), "day": DAY}
    vector = fee_vectors.of_right("invention", **days, open_licence_since=DAY)
    assert vector.fen[:5] == vector.full_fen[:5]
    assert vector.fen[5] == vector.full_fen[5] * 85 // 100


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"kind": "trade_mark"}, "registry.no_annual_fee"),
        ({"kind": "poem"}, "valuation.no_such_kind"),
        ({"grant_year": 21}, "valuation.grant_after_term"),
        ({"grant_year": 0}, "valuation.grant_after_term"),
        ({"reduction": "half"}, "valuation.no_such_reduction"),
        ({"on": date(1980, 1, 1)}, "registry.figure_not_known"),
    ],
)
def test_what_has_no_fees_is_refused(wrong: dict[str, object], code: str) -> None:
    given = {"kind": "invention", "on": DAY, **wrong}
    with pytest.raises(Refused) as no:
        fee_vectors.by_schedule(given.pop("kind"), **given)
    assert no.value.code == code


def test_days_in_the_wrong_order_and_a_term_that_is_long_over_are_refused() -> None:
    with pytest.raises(Refused) as no:
        fee_vectors.of_right("invention", filed_on=date(2020, 1, 2), granted_on=date(2019, 1, 2), day=DAY)
    assert no.value.code == "valuation.granted_before_filing"
    with pytest.raises(Refused) as no:
        fee_vectors.of_right("utility_model", filed_on=date(1986, 1, 2), granted_on=date(1987, 1, 2), day=DAY)
    assert no.value.code == "valuation.term_over"
    with pytest.raises(Refused) as no:
        fee_vectors.by_schedule("invention", on=DAY).present_value(float("inf"))
    assert no.value.code == "valuation.not_finite"
