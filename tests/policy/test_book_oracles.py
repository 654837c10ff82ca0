"""The worked numbers that the rule book prints (5.3, 7, N23), by the measures of the house."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from zhirong.policy import reading
from zhirong.policy.engine import decide, facts

LOAN_2021 = {"loan_principal": 5_000_000, "loan_interest_paid": 217_500, "used_service_firm": True}
CITY_2020 = {
    "is_first_loan_ever": True,
    "interest_items": [{"amount": 400_000, "accrued_on": "2020-05-01"}],
    "insurance_premiums_paid": 1_200_000,
    "guarantee_fees_paid": 800_000,
    "project_in_bank_gov_base": True,
    "is_project_undertaker": True,
    "same_interest_supported_elsewhere": False,
}


@pytest.mark.parametrize(
    ("name", "day", "given", "amount"),
    [
        ("cn-sz-futian-ip-pledge", date(2021, 10, 15), {**LOAN_2021, "loan_fees_paid": 125_000}, "171250.00"),
        ("cn-sz-futian-ip-pledge", date(2021, 10, 15), {**LOAN_2021, "loan_fees_paid": 260_000}, "208750.00"),
        ("cn-sz-stic-sme-loan-interest", date(2020, 10, 1), CITY_2020, "1000000.00"),
        ("cn-sz-nanshan-securitisation", date(2025, 4, 1), {}, "680000.00"),
        ("cn-sz-nanshan-securitisation", date(2025, 4, 1), {"revenue_prev_year": 60_000_000}, "480000.00"),
        ("cn-tech-transfer-income", date(2023, 5, 1), {"transfer_income_of_year": 8_000_000}, "6500000.00"),
        ("cn-patent-fee-reduction", date(2023, 5, 1), {"reducible_fees": 2000}, "1700.00"),
    ],
)
def test_the_book_and_the_measure_agree(name: str, day: date, given: dict[str, Any], amount: str) -> None:
    base = reading.own()
    known = facts.settled({**base.measures[name].raw["test_base"], **given}, base.vocabulary)
    found = decide.decide(base.measures[name], known, day)
    assert found.amount_fen is not None
    assert f"{found.amount_fen // 100}.{found.amount_fen % 100:02d}" == amount
    assert found.eligible == "met"


def test_eight_million_of_transfer_income_leave_375_000_of_tax() -> None:
    base = reading.own()
    one = base.measures["cn-tech-transfer-income"]
    found = decide.decide(one, facts.settled(one.raw["test_base"], base.vocabulary), date(2023, 5, 1))
    assert found.amount_fen is not None
    assert (800_000_000 - found.amount_fen) // 4 == 37_500_000
