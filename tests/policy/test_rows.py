"""A row written into the text of a measure: nothing else moves, and a case looks at it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from tests.people.given_people import refused
from zhirong.policy import gate, reading
from zhirong.policy.engine import rows, source
from zhirong.policy.engine.rows import Wanted

KNOWN = reading.own().vocabulary
LOAN = (reading.OWN / "cn-fj-patent-pledge-interest.yaml").read_text("utf-8")
FEES = (reading.OWN / "cn-patent-fee-reduction.yaml").read_text("utf-8")


def added(old: str, new: str) -> list[str]:
    return [line for line in new.splitlines() if line not in old.splitlines()]


def test_the_row_before_ends_the_day_before_and_nothing_else_moves() -> None:
    new = rows.with_row(LOAN, Wanted("cap", date(2027, 1, 1), 150_000, "c-cap"))
    assert [line.strip() for line in added(LOAN, new)] == [
        "- {from: 2022-01-01, to: 2026-12-31, value: 200000, clause: c-cap}",
        "- {from: 2027-01-01, to: null, value: 150000, clause: c-cap}",
    ]
    parsed = source.parse(new)["parameters"]["cap"]["values"]
    assert [row["to"] for row in parsed] == [date(2026, 12, 31), None]


def test_a_row_in_the_middle_takes_the_rest_of_the_time_of_the_one_it_cuts() -> None:
    before = source.parse(FEES)["parameters"]["person_monthly_income"]["values"]
    new = rows.with_row(FEES, Wanted("person_monthly_income", date(2018, 1, 1), 4000, before[0]["clause"]))
    parsed = source.parse(new)["parameters"]["person_monthly_income"]["values"]
    assert [row["value"] for row in parsed] == [3500, 4000, 5000]
    assert [row["to"] for row in parsed] == [date(2017, 12, 31), date(2019, 6, 30), None]


def test_a_row_of_the_same_day_is_put_right() -> None:
    first = source.parse(LOAN)["parameters"]["cap"]["values"][0]
    new = rows.with_row(LOAN, Wanted("cap", first["from"], 180_000, "c-time"))
    parsed = source.parse(new)["parameters"]["cap"]["values"]
    assert parsed == [{**first, "value": 180_000, "clause": "c-time"}]


@pytest.mark.parametrize(
    "values",
    [
        "    values: [{from: 2022-01-01, to: null, value: 5, clause: c}]  # of the notice\n",
        "    values:\n    - from: 2022-01-01\n      to: null\n      value: 5  # of the notice\n      clause: c\n",
        "    values:\n      - {from: 2022-01-01,\n         to: null, value: 5, clause: c}\n",
        "    values:\n    - from: 2022-01-01\n      to:\n      value: 5\n      clause: c\n",
    ],
)
def test_however_the_rows_are_written_the_new_one_fits(values: str) -> None:
    text = f"parameters:\n  cap:\n    unit: CNY\n{values}other: 1\n"
    parsed = source.parse(rows.with_row(text, Wanted("cap", date(2027, 1, 1), Fraction(5, 2), "d")))
    assert parsed["other"] == 1
    assert parsed["parameters"]["cap"]["values"] == [
        {"from": date(2022, 1, 1), "to": date(2026, 12, 31), "value": 5, "clause": "c"},
        {"from": date(2027, 1, 1), "to": None, "value": Fraction(5, 2), "clause": "d"},
    ]


def test_what_has_no_place_is_refused() -> None:
    with refused("policy.row_unwritable", problem="no such parameter"):
        rows.with_row(LOAN, Wanted("ceiling", date(2027, 1, 1), 1, "c-cap"))
    with refused("policy.row_unwritable", problem="no row holds on that day"):
        rows.with_row(LOAN, Wanted("cap", date(1999, 1, 1), 1, "c-cap"))
    with refused("policy.row_unwritable"):
        rows.with_row("a: [", Wanted("cap", date(1999, 1, 1), 1, "c-cap"))


def test_the_case_written_with_it_closes_the_gate_behind_the_row() -> None:
    wanted = Wanted("cap", date(2027, 1, 1), 150_000, "c-cap")
    alone = rows.with_row(LOAN, wanted)
    assert not gate.look(gate.read(alone), KNOWN).is_passed
    with_case, name = rows.with_case(alone, wanted, KNOWN)
    assert name == "cap from 2027-01-01"
    looked = gate.look(gate.read(with_case), KNOWN)
    assert looked.is_passed, gate.first_problem(looked)
    assert len(source.parse(with_case)["tests"]) == len(source.parse(LOAN)["tests"]) + 1


def test_where_no_case_can_notice_none_is_made_up() -> None:
    text = (reading.OWN / "cn-sz-futian-ip-pledge.yaml").read_text("utf-8")
    wanted = Wanted("cap", date(2027, 1, 1), 1_500_000, "c-cap")
    # Its versions ended in 2022: on that day nothing is decided by the figure.
    assert rows.with_case(rows.with_row(text, wanted), wanted, KNOWN)[1] == ""
