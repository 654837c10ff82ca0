"""Papers tell inputs in the words and digits of the pages, in each language alone."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.valuation.given_past_deals import a_right, under
from zhirong.papers.facts import Both
from zhirong.valuation import told
from zhirong.valuation.engine import estimate
from zhirong.valuation.engine.result import Grade, Input
from zhirong.valuation.engine.subject import Answer, Said

U = under()


@pytest.mark.parametrize(
    ("one", "zh", "en"),
    [
        (Input("royalty_rate", 0.0325, "表", Grade.FIGURE, None, "fraction"), "3.2%", "3.2%"),
        (Input("annual_income", 12.344, "调查", Grade.ASSUMED, None, "yuan_a_year"), "12.3 元/年", "12.3 yuan a year"),
        (Input("annual_fee_4", 1200, "表", Grade.REGISTER, None, "money"), "1,200 元", "1,200 yuan"),
        (Input("opportunity_return", 0.08, "given", Grade.STATED, None, "1/year"), "8%", "8%"),
        (Input("useful_years", 7.25, "表", Grade.ASSUMED, None, "years"), "7.25 年", "7.25 years"),
        (Input("stage", 2.0, "x", Grade.STATED, None, "stage"), "样机", "prototype"),
        (Input("kind", "invention", "register", Grade.REGISTER), "发明", "invention"),
        (Input("owner_kind", "firm", "register", Grade.REGISTER), "企业", "firm"),
        (Input("family", None, "market mean", Grade.FITTED), "未知", "unknown"),
        (Input("is_pledged", "0", "register", Grade.REGISTER), "否", "no"),
        (Input("deals", 12345, "market model", Grade.DEAL), "12,345", "12,345"),
        (Input("hazard_yearly", 0.02, "x", Grade.ASSUMED), "2%", "2%"),
    ],
)  # fmt: skip
def test_a_value_is_told_in_words_with_its_unit(one: Input, zh: str, en: str) -> None:
    assert told.value_of(one) == Both(zh, en)
    assert not re.search("[a-z_]{2,}", told.line(one).name.zh + told.line(one).source.zh.replace("x", ""))


def test_a_code_of_a_source_is_told_in_words_and_a_reference_by_its_part() -> None:
    said = Said((Answer(question="stage", value=2.0, by="P-1", evidence="F-1"),))
    found = [Input("stage", 2.0, "F-1", Grade.DOCUMENT), Input("kind", "design", "register", Grade.REGISTER)]
    sources = [told.line(one).source for one in told.without_references(found, said)]
    assert sources == [Both("查询机构的文件", "a paper of the organisation that asked"), Both("登记簿", "the register")]


def test_the_fees_of_many_years_are_one_line() -> None:
    fees = [Input(f"annual_fee_{year}", 900, "表", Grade.REGISTER, date(2020, 1, year), "money") for year in (1, 2, 3)]
    (one,) = told.in_one_line(fees)
    assert told.line(one).name == Both("第 1 – 3 年年费", "annual fee of year 1 – 3")
    assert told.line(one).value == Both("2,700 元", "2,700 yuan")


def test_an_input_that_was_kept_is_read_as_it_was() -> None:
    kept = {"name": "margin", "value": 0.1, "source": "given", "grade": "stated", "on": "2026-01-02", "unit": ""}
    assert told.read(kept) == Input("margin", 0.1, "given", Grade.STATED, date(2026, 1, 2))


@pytest.mark.parametrize("seed", range(4))
def test_no_input_of_an_estimate_shows_a_code_to_a_chinese_reader(seed: int) -> None:
    said = Said((Answer(question="development_cost", value=200_000.0, by="P-1"),))
    found = estimate.of(a_right(seed), None, U, said=said)
    every = [*found.inputs, *(one for voice in found.voices for one in voice.result.inputs)]
    lines = [told.line(one) for one in told.without_references(every, said)]
    words = {text for one in lines for text in (one.name.zh, one.value.zh, one.grade.zh)}
    assert not [one for one in words if re.search("[a-z_]{2,}", one)]
    assert all(re.search("[一-鿿]|PatVal", one.source.zh) for one in lines)
    unstated = {one.name: (one.source, one.grade) for one in every if one.name in ("margin", "opportunity_return")}
    assert set(unstated.values()) <= {("nobody stated it", Grade.ASSUMED)}
    assert unstated
