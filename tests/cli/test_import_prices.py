"""`zr import comparables`: prices of former years from a sheet, shown first, every fault at once, a file taken once."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.exchange import given_deals as given
from tests.people.given_people import a_person, deeds
from tests.registry.given_rights import a_number
from zhirong.base import refused
from zhirong.cli import exports, imports
from zhirong.people.models import Person
from zhirong.record.models import File
from zhirong.registry.models import TechnologyField
from zhirong.valuation import frozen, learnt
from zhirong.valuation.actions import comparables
from zhirong.valuation.models import Comparable

pytestmark = pytest.mark.django_db
HEADS = (
    "成交编号,成交日期,成交价(元),成交方式,权利类型,专利号,申请日,授权日,IPC,"
    "权利要求数,独立权利要求数,同族数,被引次数,权利人性质"
)
SALE = "A-1,2023-04-16,12.5万,转让,发明,,2015-04-16,2018-06-01,G06F 17/30,10,2,3,4,企业"
LOT = (
    'A-2,2023/9/1,"1,280,000",独占许可,发明,,2017-03-02,2020-01-07,,8,,,,',
    "A-2,,,,实用新型,,2019-05-20,2024-02-18,,6,,,,",
)
ASK = "A-3,2022-01-05,300000,流拍,外观设计,,2021-07-20,,,,,,,个人"
SPOILT = (
    "B-1,2023-13-16,一百,赠与,歌曲,123,2015-04-16,2014-06-01,G06,0,2,x,-1,外星",
    "B-2,2023-04-16,5,转让,,,,,,2,3,,,",
    "B-2,2023-04-17,6,转让,发明,,2001-01-01,,,,,,,",
    ",2030-01-01,5,转让,发明,,,,,,,,,",
)


@pytest.fixture
def operator() -> Person:
    return a_person("operator")


def a_sheet(folder: Path, *lines: str, heads: str = HEADS, name: str = "往年成交.csv") -> str:
    path = folder / name
    path.write_text("\n".join([heads, *lines]), "utf-8")
    return str(path)


def bring(who: Person, *files: str, commits: bool = True) -> int:
    return imports.main(["comparables", *files, "--as", who.login, *(["--commit"] if commits else [])])


def test_a_sheet_is_shown_then_taken_in_once(tmp_path: Path, operator: Person, capsys) -> None:
    sheet = a_sheet(tmp_path, SALE, *LOT, ASK)
    assert bring(operator, sheet, commits=False) == 0
    told = capsys.readouterr().out
    assert "comparables, 4 rows, 0 faults, read" in told
    assert "3 deals (1 of several rights, 1 asks without a buyer), 0 known already" in told
    assert (Comparable.objects.count(), File.objects.count()) == (0, 0)
    assert bring(operator, sheet) == 0
    assert "taken in: 3 deals" in capsys.readouterr().out
    rows = {one.reference: one for one in Comparable.objects.all()}
    assert {name: (one.kind, one.price_fen, one.rights_count) for name, one in rows.items()} == {
        "A-1": ("sale", 125_000_00, 1),
        "A-2": ("exclusive_licence", 1_280_000_00, 2),
        "A-3": ("ask", 300_000_00, 1),
    }
    assert {one.source for one in rows.values()} == {"import"}
    assert {(one.proof.name, one.proof.is_secret) for one in rows.values() if one.proof} == {("往年成交.csv", True)}
    before = deeds()
    assert bring(operator, sheet) == 0
    assert "taken in before" in capsys.readouterr().out
    assert (Comparable.objects.count(), deeds()) == (3, before)


def test_the_facts_of_a_line_are_those_of_the_day_of_its_deal(tmp_path: Path, operator: Person) -> None:
    TechnologyField.objects.create(prefix="G06F", number=6)
    bring(operator, a_sheet(tmp_path, SALE, *LOT, ASK))
    (sale,) = frozen.from_text(Comparable.objects.get(reference="A-1").subjects)
    assert (sale.kind, sale.field, sale.section, sale.claims, sale.independent_claims) == ("invention", 6, "G", 10, 2)
    assert (sale.family, sale.citations, sale.owner_kind) == (3, 4, "firm")
    assert (sale.day, sale.term_ends_on) == (date(2023, 4, 16), date(2035, 4, 15))
    first, second = frozen.from_text(Comparable.objects.get(reference="A-2").subjects)
    assert (first.granted_on, second.granted_on) == (date(2020, 1, 7), None), "granted later, unknown on the day"
    assert (first.citations, second.family) == (None, None), "an empty cell is unknown, never nought"
    (ask,) = (one for one in learnt.past_deals(date(2024, 1, 1)) if one.reference == "A-3")
    assert (ask.is_ask, ask.is_public, ask.subjects[0].owner_kind) == (True, False, "person")


def test_every_fault_is_told_at_once_by_row_and_column_in_both_languages(
    tmp_path: Path, operator: Person, capsys, monkeypatch
) -> None:
    sheet = a_sheet(tmp_path, *SPOILT, SALE)
    assert bring(operator, sheet) == 1
    told = capsys.readouterr().out
    wanted = [
        *(("2", one) for one in ("成交日期", "成交价(元)", "成交方式", "权利类型", "专利号", "授权日", "IPC")),
        *(("2", one) for one in ("权利要求数", "同族数", "被引次数", "权利人性质")),
        ("3", "独立权利要求数"), ("3", "权利类型"), ("4", "成交日期"), ("4", "成交价(元)"), ("5", "成交编号"),
        ("5", "成交日期"),
    ]  # fmt: skip
    assert [one for one in wanted if f"row {one[0]}, {one[1]}: " not in told] == []
    assert "row 6," not in told
    assert "sale, auction, plain licence" in told
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    bring(operator, sheet)
    assert "与第 3 行不一致" in capsys.readouterr().out
    assert (Comparable.objects.count(), File.objects.count()) == (0, 0)


def test_a_number_on_the_register_fills_what_the_line_leaves_open(tmp_path: Path, capsys) -> None:
    house, side = given.House(), given.a_side("holder")
    right = given.a_right(house, side.party)
    assert right.filed_on is not None
    line = f"C-1,2024-03-01,80000,转让,,{right.number},,,,7,,,,"
    assert bring(house.operator, a_sheet(tmp_path, line)) == 0
    (found,) = frozen.from_text(Comparable.objects.get(reference="C-1").subjects)
    assert (found.kind, found.number, found.filed_on) == (right.kind, right.number, right.filed_on)
    assert (found.claims, found.holders) == (7, 1)
    wrong = f"C-2,2024-03-01,80000,转让,,{right.number},2011-01-01,,,,,,,"
    twice = [f"C-3,2024-03-01,80000,转让,,{right.number},,,,,,,,", f"C-3,,,,,{right.number},,,,,,,,"]
    assert bring(house.operator, a_sheet(tmp_path, wrong, *twice)) == 1
    told = capsys.readouterr().out
    assert "row 2, 申请日: 2011-01-01 differs from " in told
    assert "row 4, 专利号: " in told


def test_a_number_that_nobody_here_knows_tells_its_kind_alone(tmp_path: Path, operator: Person) -> None:
    line = f"D-1,2024-03-01,80000,拍卖,,{a_number(3)},2021-03-05,,,,,,,"
    assert bring(operator, a_sheet(tmp_path, line)) == 0
    (found,) = frozen.from_text(Comparable.objects.get(reference="D-1").subjects)
    assert (found.kind, found.number, found.holders) == ("invention", a_number(3), None)


def test_a_reference_that_stands_for_another_price_is_a_fault(tmp_path: Path, operator: Person, capsys) -> None:
    bring(operator, a_sheet(tmp_path, SALE))
    assert bring(operator, a_sheet(tmp_path, SALE.replace("12.5万", "13万"))) == 1
    assert "row 2, 成交编号: Reference “A-1” stands here for another deal" in capsys.readouterr().out
    assert Comparable.objects.get().price_fen == 125_000_00


def test_only_the_operator_brings_prices_and_only_the_office_takes_them_away(
    tmp_path: Path, operator: Person, capsys
) -> None:
    sheet = a_sheet(tmp_path, SALE)
    for role in ("checker", "auditor", "valuer", "holder"):
        assert bring(a_person(role), sheet) == 2
    assert Comparable.objects.count() == 0
    bring(operator, sheet)
    comparables.withdraw_comparable(a_person("checker"), "A-1", reason="双方为关联方。")
    capsys.readouterr()
    for role, code in {"operator": 0, "checker": 0, "auditor": 0, "valuer": 2, "holder": 2}.items():
        assert exports.main(["comparables", "--as", a_person(role).login]) == code, role
        said = capsys.readouterr().out
        assert bool(said) == (code == 0)
        if said:
            row = json.loads(said)
            assert (row["reference"], row["price_fen"], row["reason"]) == ("A-1", 125_000_00, "双方为关联方。")
    assert exports.main(["comparables"]) == 2


def test_the_sample_is_a_sheet_that_is_taken_in(tmp_path: Path, operator: Person, capsys) -> None:
    sample = tmp_path / "往年成交.xlsx"
    assert imports.main(["comparables", "--sample", str(sample)]) == 0
    assert bring(operator, str(sample)) == 0
    assert "taken in: 2 deals" in capsys.readouterr().out


def test_english_headings_do_as_well_and_a_file_of_another_kind_is_refused(
    tmp_path: Path, operator: Person, capsys
) -> None:
    heads = "Reference,Date,Price (yuan),Kind of deal,Type,Filing date,At arm's length,Arm's length"
    assert (
        bring(operator, a_sheet(tmp_path, "E-1,2023-04-16,125000,plain licence,invention,2015-04-16,,no", heads=heads))
        == 0
    )
    assert "columns not understood and left out: At arm's length" in capsys.readouterr().out
    row = Comparable.objects.get()
    assert (row.kind, row.is_arms_length) == ("plain_licence", False)
    assert bring(operator, a_sheet(tmp_path, "a,b", heads="song,singer")) == 2
    assert bring(operator, a_sheet(tmp_path, heads=HEADS)) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("words", [["comparables"], ["comparables", "x.csv"], ["x.csv", "--sample", "y.xlsx"]])
def test_what_does_not_go_together_is_told_before_anything_is_read(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        imports.main(words)


def test_the_sentences_of_faults_stand_in_both_languages() -> None:
    told = refused.Refused("valuation.word_unknown", text="赠与", words={"zh": "转让、拍卖", "en": "sale, auction"})
    assert refused.sentence(told, "zh") == "看不懂“赠与”。此列可填：转让、拍卖。"
    assert refused.sentence(told, "en") == "“赠与” is not understood. This column takes: sale, auction."
