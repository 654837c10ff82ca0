"""Two texts of a measure compared, in plain words of both languages."""

from __future__ import annotations

import re
from datetime import date

import pytest

from zhirong.base import yaml_text
from zhirong.policy import finding_words, reading
from zhirong.policy.engine import difference, measure, source, wording
from zhirong.policy.engine.measure import Measure

PLEDGE = (reading.OWN / "cn-sz-futian-ip-pledge.yaml").read_text("utf-8")
KNOWN = reading.own().vocabulary


def made(text: str) -> Measure:
    return measure.measure(source.parse(text))


def told(new: str, old: str = PLEDGE) -> list[tuple[str, str]]:
    return [(one.said.zh, one.said.en) for one in difference.difference(made(old), made(new), KNOWN)]


def changed(old: str, new: str, *, times: int = 1) -> list[tuple[str, str]]:
    assert PLEDGE.count(old) >= times, old
    return told(PLEDGE.replace(old, new, times))


ROW = "- {from: 2021-01-01, to: null, value: 2000000, clause: c-cap}"
LATER = "- {from: 2021-01-01, to: 2026-12-31, value: 2000000, clause: c-cap}\n    "


def test_a_ceiling_from_a_day_on_is_told_with_its_day_and_both_figures() -> None:
    assert changed(ROW, LATER + "- {from: 2027-01-01, to: null, value: 1500000, clause: c-cap}") == [
        (
            "单家企业年度上限 自 2027-01-01 起 由 200 万元 改为 150 万元",
            "Ceiling of one enterprise a year: from 2027-01-01 changed from 2,000,000 yuan to 1,500,000 yuan",
        )
    ]


def test_rows_that_were_cut_in_two_and_say_the_same_are_no_change() -> None:
    assert changed(ROW, LATER + "- {from: 2027-01-01, to: null, value: 2000000, clause: c-cap}") == []
    assert told(PLEDGE + "# a remark\n") == []


def test_a_figure_that_ends_and_one_that_begins_are_told() -> None:
    ended = changed(ROW, LATER.strip())
    assert ended == [
        (
            "单家企业年度上限 自 2027-01-01 起 不再有数值（原为 200 万元）",
            "Ceiling of one enterprise a year: from 2027-01-01 no value any more (was 2,000,000 yuan)",
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "zh"),
    [
        (
            "if: loan_term_months <= 12",
            "if: loan_term_months <= 24",
            "2022 版：条件“银行贷款期限至多一年（满一年也算），质押物只有专利” 由 贷款合同期限不超过 12 个月"
            " 改为 贷款合同期限不超过 24 个月",
        ),
        ("to: 2022-12-31", "to: null", "2022 版：适用期 由 2022-01-01 至 2022-12-31 改为 自 2022-01-01 起"),
        ("银行贷款结清证明", "结清证明", "材料 由 银行贷款结清证明 改为 结清证明"),
        ("allocation: first_come", "allocation: pro_rata", "预算分配方式 由 先到先得 改为 按比例分配"),
        (
            "scope: same_loan, with",
            "scope: same_project, with",
            "新增叠加规则：同一项目：不得同时享受 tag:futian-interest-subsidy",
        ),
        (
            "windows: []",
            'windows:\n- {from: "2027-01-01T09:00:00+08:00", to: "2027-02-01T18:00:00+08:00", clause: c-who}',
            "新增申报时间 2027-01-01 09:00 至 2027-02-01 18:00",
        ),
        (
            "{id: c-fees, source: s2021, certainty: reading",
            "{id: c-fees, source: s2021, certainty: stated",
            "条款 c-fees 的确定程度 由 一种读法 改为 明文",
        ),
        ("福田区科技创新局", "福田区政府", "发布机关已修改"),
        ("kind: payment\n", "kind: payment\nstatus: draft\n", "状态 由 生效文本 改为 草案（不生效）"),
    ],
)
def test_each_kind_of_change_is_told_in_plain_words(old: str, new: str, zh: str) -> None:
    found = changed(old, new)
    assert zh in [one for one, _ in found]
    assert all(en and not en.isspace() for _, en in found)


def test_a_condition_that_moves_into_a_choice_is_told_as_such() -> None:
    leaf = "    - {id: repaid, clause: c-repaid, fixable: time, if: loan_repaid}\n"
    head, mark, tail = PLEDGE.partition('- id: "2022"')
    group = "      - {id: tech_enterprise"
    moved = tail.replace(leaf, "", 1).replace(group, f"  {leaf}{group}", 1)
    found = told(head + mark + moved)
    assert len(found) == 1
    assert found[0][0].startswith("2022 版：条件之间的关系 由 ")
    assert "（repaid 或 tech_enterprise 或 hnte 或 above_scale）" in found[0][0]


def test_a_first_text_is_one_change() -> None:
    found = difference.difference(None, made(PLEDGE), KNOWN)
    assert [one.said.zh for one in found] == ["新措施：福田区知识产权质押融资支持"]


def test_the_rules_of_two_days_differ_as_the_thresholds_of_2019_do() -> None:
    fees = reading.own().measures["cn-patent-fee-reduction"]
    found = difference.between(fees, (date(2019, 6, 30), date(2019, 7, 1)), KNOWN)
    assert [one.said.zh for one in found] == [
        "个人月均收入标准 由 3,500 元 改为 5,000 元",
        "企业应纳税所得额标准 由 30 万元 改为 100 万元",
    ]
    assert difference.between(fees, (date(2019, 7, 1), date(2019, 7, 2)), KNOWN) == []


def test_between_two_versions_conditions_are_compared_and_a_gap_is_told() -> None:
    pledge = made(PLEDGE)
    found = [one.said.zh for one in difference.between(pledge, (date(2021, 6, 1), date(2022, 6, 1)), KNOWN)]
    assert found[0] == "版本 由 2021 改为 2022"
    assert any(one.startswith("新增条件“三者居其一") for one in found)
    gone = [one.said.zh for one in difference.between(pledge, (date(2022, 6, 1), date(2023, 6, 1)), KNOWN)]
    assert gone == ["版本 由 2022 改为 不在施行期"]


def test_every_expression_of_the_house_has_words_in_both_languages() -> None:
    for one in reading.own().measures.values():
        names = difference.names_of(one, KNOWN)
        for version in one.versions:
            for _, expression in measure.expressions(version):
                said = wording.expression(expression.node, names)
                assert said.zh
                assert said.en
                assert "p." not in said.zh


def test_every_finding_that_the_check_can_tell_has_its_chinese() -> None:
    said = {
        "“c” stands twice": "“c”出现两次",
        "has no value on 2027-01-01 though version 2022 uses it": "2022 版用到它，但 2027-01-01 没有数值",
        "amount: expected 1.00, found 2.00": "amount：预期 1.00，实得 2.00",
        "The expression was not read: “x” at character 1 is neither a fact nor a parameter. "
        "Add it or correct the name.": "未读取表达式：第 1 个字符处的名称“x”不在事实表或参数中。请补入或改正。",
        "parameter cap of 2027-01-01 two per cent more": "参数 cap（2027-01-01 起）加百分之二",
    }
    for english, zh in said.items():
        assert finding_words.chinese(english) == zh
    assert finding_words.chinese("something new") == "something new"
    # Each form of the engine's own texts is one that is written down.
    folder = reading.OWN.parent / "engine"
    engine = "".join((folder / name).read_text("utf-8") for name in ("lint.py", "shape.py", "cases.py", "mutate.py"))
    for english, _ in yaml_text.parse(finding_words.FORMS.read_text("utf-8")):
        words = max(re.split(r"\{\w+\}", english), key=len)
        assert words in engine, english
