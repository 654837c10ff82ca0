"""Words: parts share the place of their long word, and no text is lost on the way."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.search import words


def test_parts_stand_at_the_position_of_their_long_word() -> None:
    assert [(word.text, word.position) for word in words.words("一种锂离子电池")] == [
        ("一种", 0),
        ("离子", 1),
        ("锂离子", 1),
        ("电池", 2),
    ]


def test_full_width_letters_are_the_same_word_and_keep_their_place() -> None:
    text = "用ＢＥＲＴ模型"
    bert = next(word for word in words.words(text) if word.text == "bert")
    assert text[bert.start : bert.end] == "ＢＥＲＴ"


def test_signs_are_no_words() -> None:
    assert words.words("。，— （）") == []


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
    last_at_each_position = {word.position: word.text for word in words.words(text)}
    assert list(last_at_each_position.values()) == words.terms(text)
    assert list(last_at_each_position) == list(range(len(last_at_each_position)))
