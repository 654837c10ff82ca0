from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest
import yaml

from zhirong.base import citations

# What people may type, as an example: units of amounts, fields of the query language.
EXAMPLES = re.compile("[0-9](?:万元?|个月)|(?<=[ (])[万亿元](?=[ ,)])|标题=电池|申请日>=|“题目”")
CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
HOUSE = Path(citations.__file__).parent.parent
PAGES = HOUSE / "web"


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("专利法 第四十三条；N20", "Patent Law art. 43"),
        ("专利法 第三十七条、第三十八条；N9", "Patent Law arts. 37, 38"),
        ("细则 第一百零三条、第一百零五条；N17", "Patent Law Implementing Rules arts. 103, 105"),
        (
            "专利权质押登记办法 第十一条第三项、细则 第八十五条；P7、O2",
            "Measures for the Registration of Patent Pledges art. 11(3), Patent Law Implementing Rules art. 85",
        ),
        (
            "技术进出口管理条例 第三十条至第三十五条；K2",
            "Regulations on Technology Import and Export arts. 30 to 35",
        ),
        ("民法典 859、860", "Civil Code arts. 859, 860"),
        ("专利审查指南；O3", "Patent Examination Guidelines"),
        ("B9、P1", "the check of a right before it is disposed of B9, a pledge arises at registration P1"),
        (
            "个人信息保护法 第十四条、第十九条（参照）",
            "Personal Information Protection Law arts. 14, 19 (by analogy)",
        ),
        ("WIPO IPC; GB/T 2260", "WIPO IPC; GB/T 2260"),
        ("E40", "an objection stops the clock E40"),
        ("网络司法拍卖规定 第二十八条", "Online Judicial Auction Provisions art. 28"),
        ("", ""),
    ],
)
def test_a_citation_reads_in_english(zh: str, en: str) -> None:
    assert citations.rule(zh, "en") == en


@pytest.mark.parametrize(
    ("cited", "zh"),
    [
        ("专利法 第四十三条；N20", "专利法 第四十三条"),
        ("民法典 859、860", "民法典 第859条、第860条"),
        ("GB/T 22239-2019 8.1.4.1", "GB/T 22239-2019 8.1.4.1"),
        ("B7", "有效出价 B7"),
        ("B9；专利法 第十二条；P7", "处分前的权利审查 B9；专利法 第十二条"),
        ("账户设置", "账户设置"),
    ],
)
def test_a_citation_reads_in_chinese_with_the_title_of_a_rule_before_its_mark(cited: str, zh: str) -> None:
    assert citations.rule(cited, "zh-hans") == zh


def bare_marks(text: str, language: str) -> list[str]:
    """The marks of rules in a text that do not stand right behind their titles."""
    side = "zh" if language.startswith("zh") else "en"
    return [
        found[0]
        for found in citations.MARK.finditer(text)
        if found[0] in citations.titles()
        and not text[: found.start()].endswith(citations.titles()[found[0]][side] + " ")
    ]


def test_the_marks_of_a_sentence_stand_behind_the_titles_of_their_rules() -> None:
    assert citations.said("未受理（规则 B7、X7）。", "zh") == "未受理（规则：有效出价 B7、网络竞价的时间与延时 X7）。"
    assert citations.said("Not done (rules B7, X7).", "en") == (
        "Not done (rules: valid bids B7, the times of online bidding X7)."
    )
    assert bare_marks("Not done (rule B7).", "en") == ["B7"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_refusal_and_no_reason_shows_the_mark_of_a_rule_without_its_title(language: str) -> None:
    found = []
    for module, code, entry in [*entries("refusals.yaml"), *entries("reasons.yaml")]:
        text = citations.said(entry[language], language)
        law = citations.rule(entry.get("rule", ""), language)
        assert not re.search(r"(规则|[Rr]ules?) [A-Z]{1,8} ?\d", text), (module, code)
        found += [f"{module} {code}" for one in (text, law) if bare_marks(one, language)]
    assert found == []


def test_the_sentence_of_a_refusal_names_no_rule_that_it_does_not_cite() -> None:
    found = [
        code
        for _, code, entry in entries("refusals.yaml")
        for language in ("zh", "en")
        if set(citations.MARK.findall(entry[language]))
        & citations.titles().keys() - set(citations.MARK.findall(entry["rule"]))
    ]
    assert found == []


def test_every_mark_that_a_catalogue_cites_has_its_title() -> None:
    every = [*entries("refusals.yaml"), *entries("reasons.yaml")]
    cited = {mark for *_, entry in every for mark in citations.MARK.findall(entry.get("rule", ""))}
    assert len(cited) > 40
    assert cited - citations.titles().keys() == set()


def test_no_words_and_no_template_of_the_pages_hold_a_mark_of_a_rule() -> None:
    words = [text for path in PAGES.glob("locale/zh_Hans/words/*.yaml") for text in chain(*read(path).items())]
    marked = [text for text in words if any(mark in citations.titles() for mark in citations.MARK.findall(text))]
    assert marked == []
    # A mark that a template names stands there as a citation, which the macro of the rules says in words.
    drawn = "".join(path.read_text("utf-8") for path in PAGES.glob("templates/**/*.html"))
    assert re.findall(r">[^<{]*\b[BEIKNOPSTX]\d{1,2}\b[^<{]*<", drawn) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_rule_is_explained_by_the_mark_of_another(language: str) -> None:
    for mark, told in citations.titles().items():
        assert all((told[language], told["says"][language])), mark
        assert bare_marks(told["says"][language] + told[language], language) == [], mark
    assert not any(CJK.search(told["en"] + told["says"]["en"]) for told in citations.titles().values())


@pytest.mark.parametrize(
    ("text", "number"), [("十", 10), ("十一", 11), ("二十", 20), ("一百一十五", 115), ("一百零三", 103), ("46", 46)]
)
def test_chinese_numerals_are_read(text: str, number: int) -> None:
    assert citations.number(text) == number


def read(path: Path) -> dict[str, str]:
    return yaml.safe_load(path.read_text("utf-8")) or {}


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
