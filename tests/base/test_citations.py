from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from zhirong.base import citations

# What people may type, as an example: units of amounts, fields of the query language.
EXAMPLES = re.compile("[0-9](?:万元?)|(?<=[ (])[万亿元](?=[ ,)])|标题=电池|申请日>=|“题目”")
CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
HOUSE = Path(citations.__file__).parent.parent


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("专利法 第四十三条；N20", "Patent Law art. 43; N20"),
        ("专利法 第三十七条、第三十八条；N9", "Patent Law arts. 37, 38; N9"),
        ("细则 第一百零三条、第一百零五条；N17", "Patent Law Implementing Rules arts. 103, 105; N17"),
        (
            "专利权质押登记办法 第十一条第三项、细则 第八十五条；P7、O2",
            "Measures for the Registration of Patent Pledges art. 11(3), Patent Law Implementing Rules art. 85; P7, O2",
        ),
        (
            "技术进出口管理条例 第三十条至第三十五条；K2",
            "Regulations on Technology Import and Export arts. 30 to 35; K2",
        ),
        ("民法典 859、860", "Civil Code arts. 859, 860"),
        ("专利审查指南；O3", "Patent Examination Guidelines; O3"),
        ("B9、P1", "B9, P1"),
        ("WIPO IPC; GB/T 2260", "WIPO IPC; GB/T 2260"),
        ("E40", "E40"),
        ("", ""),
    ],
)
def test_a_citation_reads_in_english(zh: str, en: str) -> None:
    assert citations.rule(zh, "en") == en
    assert citations.rule(zh, "zh-hans") == zh


@pytest.mark.parametrize(
    ("text", "number"), [("十", 10), ("十一", 11), ("二十", 20), ("一百一十五", 115), ("一百零三", 103), ("46", 46)]
)
def test_chinese_numerals_are_read(text: str, number: int) -> None:
    assert citations.number(text) == number


def entries(name: str) -> list[tuple[str, str, dict]]:
    return [
        (path.parent.name, code, entry)
        for path in sorted(HOUSE.glob(f"*/{name}"))
        for code, entry in (yaml.safe_load(path.read_text("utf-8")) or {}).items()
    ]


def test_every_rule_of_the_catalogues_has_an_english_citation() -> None:
    cited = [entry.get("rule", "") for name in ("refusals.yaml", "reasons.yaml") for *_, entry in entries(name)]
    assert len(cited) > 200
    assert [rule for rule in cited if CJK.search(citations.rule(rule, "en"))] == []


@pytest.mark.parametrize("name", ["refusals.yaml", "reasons.yaml", "events.yaml", "access.yaml", "roles.yaml"])
def test_no_english_sentence_of_a_catalogue_holds_chinese(name: str) -> None:
    found = []
    for module, code, entry in entries(name):
        said = [entry.get("en", ""), (entry.get("notice") or {}).get("en", "")]
        found += [f"{module} {code}" for text in said if CJK.search(EXAMPLES.sub("", str(text)))]
    assert found == []


def test_no_english_name_of_a_code_holds_chinese() -> None:
    groups = yaml.safe_load((HOUSE / "registry" / "labels.yaml").read_text("utf-8"))
    assert [code for group in groups.values() for code, told in group.items() if CJK.search(told["en"])] == []


def test_no_words_of_the_pages_hold_chinese_in_english() -> None:
    files = sorted((HOUSE / "web" / "locale" / "zh_Hans" / "words").glob("*.yaml"))
    words = [english for path in files for english in yaml.safe_load(path.read_text("utf-8")) or {}]
    # The switch to the other language stands in that language.
    assert [one for one in words if CJK.search(EXAMPLES.sub("", str(one))) and one != "中文"] == []
