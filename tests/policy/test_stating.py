"""Facts as people type them: what is read exactly, and what is refused rather than guessed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.registry.given_rights import refused
from zhirong.base.refused import Refused
from zhirong.policy import naming, reading, stating
from zhirong.policy.engine import facts

KNOWN = reading.own().vocabulary


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("loan_principal", "300万元", "3000000"),
        ("loan_principal", "三百二十万", "3200000"),
        ("loan_principal", "1,234,567.89", "1234567.89"),
        ("loan_rate", "4.35%", "0.0435"),
        ("loan_term_months", "12个月", "12"),
        ("staff", "１２０人", "120"),
        ("net_profit_last_year", "-5万元", "-50000"),
        ("loan_repaid", "是", True),
        ("loan_repaid", "No", False),
        ("founded_on", "2015年6月1日", "2015-06-01"),
        ("founded_on", "20150601", "2015-06-01"),
        ("founded_on", "2015/6/1", "2015-06-01"),
        ("industry", "软件和信息技术服务业", "software"),
        ("industry", "Manufacturing", "manufacturing"),
        ("reg_district", "440304", "440304"),
        ("pledged_ip_kinds", "专利、商标", ["patent", "trademark"]),
        ("pledged_ip_kinds", "无", []),
        ("guarantor", "无", "none"),
        ("interest_items", "无", []),
    ],
)
def test_what_people_type_becomes_a_plain_value_that_the_engine_takes(name: str, text: str, value: Any) -> None:
    read = stating.read(name, text, KNOWN)
    assert read == value
    assert type(read) is type(value)
    assert json.loads(json.dumps(read)) == read
    assert name in facts.settled({name: read}, KNOWN)
    # What is shown of it is read again as the same.
    assert stating.read(name, naming.value(KNOWN.facts[name], read, "zh"), KNOWN) == value


def test_records_are_read_line_by_line_or_as_json() -> None:
    wanted = [
        {"amount": "30000.5", "accrued_on": "2022-03-21"},
        {"amount": "12000", "accrued_on": "2022-06-21"},
    ]
    typed = "金额：3.00005万元；计息日：2022-03-21\namount=12000; accrued_on=2022/6/21"
    assert stating.read("interest_items", typed, KNOWN) == wanted
    told = '[{"amount": 30000.5, "accrued_on": "2022-03-21"}, {"amount": "1.2万元", "accrued_on": "2022-06-21"}]'
    assert stating.read("interest_items", told, KNOWN) == wanted
    shown = naming.value(KNOWN.facts["interest_items"], wanted, "zh")
    assert stating.read("interest_items", shown, KNOWN) == wanted


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("no_such_fact", "1", "policy.fact_unknown"),
        ("loan_principal", "三百五", "policy.number_unreadable"),
        ("loan_principal", "12个月", "policy.units_mixed"),
        ("loan_rate", "5", "policy.fact_out_of_band"),
        ("staff", "-1", "policy.fact_out_of_band"),
        ("loan_repaid", "大概", "policy.truth_unreadable"),
        ("founded_on", "2015-02-30", "policy.no_such_day"),
        ("founded_on", "去年", "policy.no_such_day"),
        ("industry", "煤炭", "policy.choice_unknown"),
        ("pledged_ip_kinds", "专利、房产", "policy.choice_unknown"),
        ("interest_items", "金额 300", "policy.field_unreadable"),
        ("interest_items", "利率=3%", "policy.field_unreadable"),
        ("interest_items", "[{", "policy.fact_misfit"),
        ("staff", "", "policy.fact_misfit"),
    ],
)
def test_what_is_no_such_value_is_refused(name: str, text: str, code: str) -> None:
    with refused(code):
        stating.read(name, text, KNOWN)


def test_a_fact_is_found_by_its_key_and_by_either_name() -> None:
    for said in ("loan_principal", "贷款本金", "loan principal", " 贷款本金 "):
        assert stating.fact_named(said, KNOWN).name == "loan_principal"
    with refused("policy.fact_unknown", name="没有的"):
        stating.fact_named("没有的", KNOWN)


def test_a_typed_choice_is_judged_too() -> None:
    with refused("policy.choice_unknown", text="coal"):
        stating.plain("industry", "coal", KNOWN)
    assert stating.plain("staff", 120, KNOWN) == "120"
    assert stating.plain("loan_rate", 0.1, KNOWN) == "0.1"


def test_every_choice_of_the_own_vocabulary_has_a_name_of_its_own_in_both_languages() -> None:
    every = [*KNOWN.facts.values()]
    every += [field for fact in every for field in fact.fields.values()]
    for fact in every:
        for language in ("zh", "en"):
            names = [name for _, name in naming.choices(fact, language)]
            assert len(set(names)) == len(names), fact.name
            assert naming.fact(fact, language)
        assert all(naming.choice(fact, value, "zh") != value for value in fact.choices), fact.name
        assert not fact.unit or naming.unit(fact, "zh")


def test_contradicting_facts_are_told() -> None:
    said = stating.contradictions({"staff": "5", "tech_staff": "9"}, KNOWN)
    assert isinstance(said, Refused)
    assert said.code == "policy.facts_contradict"
    assert stating.contradictions({"staff": "9", "tech_staff": "5"}, KNOWN) is None
