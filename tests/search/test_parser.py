"""The query language: what it reads, what it corrects, and where it says it stopped."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.search import grammar, parser
from zhirong.search.parser import parse
from zhirong.search.query import And, Branch, Everything, Exact, Not, Number, Or, Prefix, Span, State, Word


def test_words_side_by_side_are_all_asked_for() -> None:
    assert parse("锂电池 回收").node == And((Word("锂电池"), Word("回收")))


def test_full_width_signs_and_chinese_operators_are_read() -> None:
    title = ("title",)
    assert parse("标题＝（锂 或 钠）　与 非 “固态”").node == And(
        (Or((Word("锂", title), Word("钠", title))), Not(Exact("固态")))
    )


def test_operators_inside_a_word_are_part_of_the_word() -> None:
    assert parse("非晶合金").node == Word("非晶合金")
    assert parse("信号与系统").node == Word("信号与系统")


def test_and_binds_before_or() -> None:
    assert parse("a1 OR b1 AND NOT c1").node == Or((Word("a1"), And((Word("b1"), Not(Word("c1"))))))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("AD=2016", Span("applied", 20160101, 20161231)),
        ("申请日=201608", Span("applied", 20160801, 20160831)),
        ("AD >= 2016-08-02", Span("applied", 20160802, None)),
        ("AD>2016", Span("applied", 20161232, None)),
        ("AD<2016年8月", Span("applied", None, 20160800)),
        ("AD=[2016 TO 201808]", Span("applied", 20160101, 20180831)),
        ("AD=2016..*", Span("applied", 20160101, None)),
        ("PRICE<=50万", Span("price", None, 500_000_00)),
        ("价格：[100,000 TO 1,000,000.50]", Span("price", 100_000_00, 1_000_000_50)),
    ],
)
def test_dates_and_prices_are_read_with_their_ends(text: str, span: Span) -> None:
    assert parse(text).node == span


@pytest.mark.parametrize(
    "text",
    ["201911324567.3", "ZL201911324567.3", "ZL 2019 1 1324567.3", "cn2019113245673", "２０１９１１３２４５６７．３"],
)
def test_an_application_number_is_known_in_any_spelling(text: str) -> None:
    parsed = parse(text)
    assert isinstance(parsed.node, Or)
    assert parsed.node.parts[0] == Number("2019113245673")
    assert parsed.notes == ()


def test_a_wrong_check_digit_is_answered_with_the_right_one() -> None:
    parsed = parse("申请号=201911324567.9")
    assert parsed.node == Number("2019113245673")
    assert [(note.position, "201911324567.3" in note.zh, "201911324567.3" in note.en) for note in parsed.notes] == [
        (5, True, True)
    ]


def test_other_fields_and_truncation_are_read() -> None:
    assert parse("IC=H01M 10/05").node == Branch("H01M10/05")
    assert parse("H01M").node == Or((Branch("H01M"), Word("h01m")))
    assert parse("分类号=h01m10/05").node == Branch("H01M10/05")
    assert parse("IC=H01M10/00").node == Branch("H01M10")
    assert parse("LS=有效").node == State("有效")
    assert parse("锂*").node == Prefix("锂")
    assert parse("PN=CN1110*").node == Number("CN1110", is_beginning=True)
    assert parse("ZR-2026-0518").node == Or((Number("ZR20260518"), Word("zr-2026-0518")))


def test_an_empty_query_asks_for_everything() -> None:
    assert parse("").node == Everything()
    assert parse(" 。，").node == Everything()


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("锂 (回收", "search.syntax", 3),
        ("锂)", "search.syntax", 2),
        ("“精确", "search.syntax", 1),
        ("a1 OR", "search.syntax", 6),
        ("或 锂", "search.syntax", 1),
        ("TI=AB=锂", "search.syntax", 4),
        ("TI>锂", "search.syntax", 1),
        ("x*", "search.syntax", 1),
        ("锂 FOO=3", "search.unknown_field", 3),
        ("AD=20160231", "search.bad_value", 4),
        ("PRICE=很贵", "search.bad_value", 7),
        ("AD=[2018 TO 2016]", "search.range_reversed", 4),
        ("IC=电池", "search.not_an_ipc_symbol", 4),
        ("(" * 13 + "锂" + ")" * 13, "search.syntax", 13),
        ("锂 " * 65, "search.syntax", 129),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(text: str, code: str, position: int) -> None:
    with pytest.raises(Refused) as refusal:
        parse(text)
    assert refusal.value.code == code
    assert refusal.value.facts["position"] == position


def test_a_query_beyond_the_limit_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        parse("锂" * (grammar.LONGEST + 1))
    assert refusal.value == Refused("search.too_long", length=1001, longest=1000)


SNIPPETS = st.sampled_from(
    ["(", ")", "（",
     "“", '"', "TI=", "AD>=", "PRICE:", "IC=", "[", "]", " TO ", " or ", " 与 ", " 非 ", "!", "锂", "电池", "2016",
     "201911324567.3", "*", "=", ">", "<", ":", " ", "a", "zr-1", "ＡＮ＝", "..", "万", ",", "H01M", "至", "\x00", "𠀀"]
)  # fmt: skip


@given(st.lists(st.one_of(SNIPPETS, st.text(max_size=3)), max_size=40).map("".join))
@settings(max_examples=400, deadline=None)
def test_any_text_becomes_a_tree_or_a_refusal_with_its_place(text: str) -> None:
    try:
        assert parser.parse(text).node is not None
        refusal = None
    except Refused as raised:
        refusal = raised
    if refusal is not None and refusal.code != "search.too_long":
        assert refusal.code.startswith("search.")
        assert 1 <= refusal.facts["position"] <= len(text) + 1
