"""Words: what is held of a text, and what a query asks for."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.search import words


def test_a_long_word_and_its_parts_are_all_held() -> None:
    assert words.tokens("一种锂离子电池") == ["一种", "离子", "锂离子", "电池", *"一种锂离子电池"]
    assert words.tokens("BERT-BiGRU 3.5mm") == ["bert", "bigru", "bert-bigru", "5mm", "3.5mm"]


def test_pairs_hold_every_two_neighbours_and_the_last_alone() -> None:
    assert words.pairs("锂 电池Ａ") == ["锂电", "电池", "池a", "a"]
    assert words.pairs("锂") == ["锂"]
    assert words.pairs(" ") == []


def test_full_width_letters_are_the_same_word() -> None:
    assert "bert" in words.tokens("用ＢＥＲＴ模型")


def test_signs_are_no_words() -> None:
    assert words.tokens("。，— （）") == []


def test_a_short_chinese_piece_is_asked_for_whole() -> None:
    assert words.asked("膜纸") == ["膜纸"]


def test_stop_words_are_not_asked_for_beside_telling_words() -> None:
    assert words.asked("一种锂离子电池的回收方法") == ["锂离子", "电池", "回收", "方法"]
    assert words.asked("一种的") == ["一种的"]


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_folding_keeps_the_length_of_any_text(text: str) -> None:
    assert len(words.fold(text)) == len(text)


@given(st.text(alphabet="锂离子电池的一种方法 abcＡＢ-1.，", max_size=40))
@settings(max_examples=150, deadline=None)
def test_whole_words_of_index_and_query_agree(text: str) -> None:
    assert set(words.terms(text)) <= set(words.tokens(text))
