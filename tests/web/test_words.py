"""Every sentence of the pages stands in both languages, and none is kept that nobody says."""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.utils import translation

from zhirong.exchange import listing_rules
from zhirong.web import words
from zhirong.web.deals import words as deal_words

TEMPLATES = Path(words.__file__).parent / "templates"


def test_every_word_is_translated() -> None:
    assert words.missing() == []


def test_no_word_is_kept_that_nobody_says() -> None:
    assert words.unused() == []


def test_both_languages_tell_the_same_facts() -> None:
    holes = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
    uneven = [
        english
        for english, chinese in words.entries().items()
        if set(holes.findall(english.split(words.PLURAL)[0])) - set(holes.findall(chinese))
    ]
    assert uneven == []


def test_chinese_sentences_shout_at_nobody() -> None:
    rude = [chinese for chinese in words.entries().values() if re.search("！|尊敬的|温馨提示|错误", chinese)]
    assert rude == []


def test_a_changed_word_is_compiled_at_the_next_start(tmp_path: Path) -> None:
    words.make_ready(tmp_path)
    made = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.mo"
    first = made.stat().st_mtime_ns
    words.make_ready(tmp_path)
    assert made.stat().st_mtime_ns == first
    os.utime(made, ns=(0, 0))
    words.make_ready(tmp_path)
    assert made.stat().st_mtime_ns >= first


def test_the_house_speaks_the_compiled_words() -> None:
    with translation.override("zh-hans"):
        assert translation.gettext("Current price") == "当前价"
    with translation.override("en"):
        assert translation.gettext("Current price") == "Current price"


def test_no_template_carries_a_style_of_its_own() -> None:
    styled = [
        path.name for path in TEMPLATES.rglob("*.html") if re.search(r'\sstyle="|<style', path.read_text("utf-8"))
    ]
    assert styled == []


def test_the_style_sheet_is_small_and_the_only_one() -> None:
    sheets = list((Path(words.__file__).parent / "static").glob("*.css"))
    assert [sheet.name for sheet in sheets] == ["house.css"]
    assert sheets[0].stat().st_size < 24 * 1024


def test_the_states_of_a_deal_are_called_as_the_words_of_the_house_say() -> None:
    text = (Path(words.__file__).parents[2] / "docs" / "words.md").read_text("utf-8")
    table = text.partition("## States of a deal")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in table.splitlines() if "`" in line]
    said = {}
    for code in listing_rules.DEAL_STEPS:
        with translation.override("zh-hans"):
            chinese = deal_words.deal(code)[1]
        with translation.override("en"):
            said[code] = (chinese, deal_words.deal(code)[1])
    assert {what.split("`")[1]: (chinese, english) for chinese, english, what in rows} == said
