"""`zr import`: staged and shown, every fault by row and column; taken in only when asked, by who may."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.registry.given_rights import HOLDER, a_number, a_party, a_person
from tests.registry.xml_files import new_file
from zhirong.cli import imports
from zhirong.exchange.models import Listing
from zhirong.people.models import Party, Person
from zhirong.record.models import Event, Leaf
from zhirong.registry import classes
from zhirong.registry.models import Division, ImportBatch, IpcClass, Right, TechnologyField

pytestmark = pytest.mark.django_db
HEADINGS = "申请号,名称,权利人,申请日,授权公告日,年费缴至年度,年费截至日\n"
IPC = "\n".join(
    [
        "symbol\tlevel\tdots\tparent\ttitle_zh_2026\ttitle_en_2020",
        "G\tsection\t\t\t物理\tPHYSICS",
        "G06\tclass\t\tG\t计算\tCOMPUTING",
        "G06F\tsubclass\t\tG06\t电数字数据处理\tELECTRIC DIGITAL DATA PROCESSING",
        "G06F17/00\tmain_group\t0\tG06F\t数字计算设备\tDigital computing",
        "G06F17/10\tsubgroup\t1\tG06F17/00\t\tComplex mathematical operations",
    ]
)


@pytest.fixture
def seller() -> Person:
    return a_person("holder", of=a_party())


def a_file(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def a_sheet(folder: Path, *lines: str) -> str:
    return a_file(folder, "rights.csv", HEADINGS + "\n".join(lines))


def line(serial: int, title: str = "一种方法") -> str:
    return f"{a_number(serial)},{title},{HOLDER},2021-03-05,2023-06-02,9,2026-11-01"


def test_a_sheet_is_shown_and_taken_in_only_when_asked(tmp_path: Path, seller: Person, capsys) -> None:
    sheet = a_sheet(tmp_path, line(1), line(2))
    assert imports.main([sheet, "--as", seller.login]) == 0
    assert "rights, 2 rows, 0 faults, staged" in capsys.readouterr().out
    assert Right.objects.count() == 0
    assert imports.main([sheet, "--as", seller.login, "--commit"]) == 0
    assert "taken in: 2 rows" in capsys.readouterr().out
    assert Right.objects.visible().count() == 2
    assert Leaf.objects.filter(number__isnull=True).count() == 0, "all of it stands in the tree at once"
    told = Event.objects.count()
    assert imports.main([sheet, "--as", seller.login, "--commit"]) == 0
    assert "taken in before" in capsys.readouterr().out
    assert Event.objects.count() == told


def test_every_fault_is_told_by_row_and_column_and_nothing_is_taken(
    tmp_path: Path, seller: Person, capsys, monkeypatch
) -> None:
    sheet = a_sheet(tmp_path, line(1), "12345,,甲,2021-13-40,2023-06-02,9,2026-11-01")
    assert imports.main([sheet, "--as", seller.login, "--commit"]) == 1
    told = capsys.readouterr().out
    assert "row 3, 申请号:" in told
    assert "row 3, 名称:" in told
    assert "row 3, 申请日:" in told
    assert "row 2," not in told
    assert Right.objects.count() == 0
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    imports.main([sheet, "--as", seller.login])
    assert "请" in capsys.readouterr().out


def test_a_file_of_the_office_is_told_from_a_sheet_by_itself(tmp_path: Path, seller: Person, capsys) -> None:
    assert imports.main([a_file(tmp_path, "patent.xml", new_file()), "--as", seller.login, "--commit"]) == 0
    assert ": xml, 1 rows, 0 faults" in capsys.readouterr().out
    assert Right.objects.visible().count() == 1


def test_a_file_of_neither_kind_and_a_broken_one_are_refused(tmp_path: Path, seller: Person, capsys) -> None:
    assert imports.main([a_file(tmp_path, "songs.csv", "song,singer\na,b\n"), "--as", seller.login]) == 2
    assert "was no XML and lacked the columns" in capsys.readouterr().err
    assert imports.main([a_file(tmp_path, "patent.xml", "<a><b></a>"), "--as", seller.login]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert imports.main([str(tmp_path / "nothing"), "--as", seller.login]) == 2
    assert ImportBatch.objects.count() == 0


def test_listings_are_drafted_for_their_seller_and_a_strange_right_is_a_fault(
    tmp_path: Path, seller: Person, capsys
) -> None:
    imports.main([a_sheet(tmp_path, line(1)), "--as", seller.login, "--commit"])
    good = a_file(tmp_path, "good.csv", f"号码,挂牌价,名称\n{a_number(1)},500000,一种方法专利转让\n")
    bad = a_file(tmp_path, "bad.csv", f"号码,挂牌价\n{a_number(1)},500000\n{a_number(7)},800000\n")
    capsys.readouterr()
    assert imports.main([bad, "--as", seller.login, "--commit"]) == 1
    assert "row 3, " in capsys.readouterr().out
    assert Listing.objects.count() == 0
    assert imports.main([good, "--as", seller.login, "--commit"]) == 0
    assert list(Listing.objects.values_list("asking_fen", "state")) == [(50_000_000, "draft")]


def test_who_may_not_is_refused_in_words(tmp_path: Path, seller: Person, capsys) -> None:
    sheet = a_sheet(tmp_path, line(1))
    other, official = a_party("另一家公司"), a_person("official")
    for words in (["--as", "nobody"], ["--as", official.login], ["--as", seller.login, "--for", other.name]):
        assert imports.main([sheet, *words, "--commit"]) == 2
        assert capsys.readouterr().err.strip()
    assert ImportBatch.objects.count() == Right.objects.count() == 0


def test_a_person_of_two_parties_says_for_which(tmp_path: Path, capsys) -> None:
    first, second = a_party(), a_party("第二公司")
    agent = a_person("agent", of=first)
    agent_of_both = Party.objects.get(pk=second.pk)
    membership = type(agent).objects.get(pk=agent.pk)
    from_now = first.made_at
    imports.house.Membership.objects.create(
        person=membership, party=agent_of_both, asked_at=from_now, confirmed_at=from_now
    )
    sheet = a_sheet(tmp_path, line(1))
    assert imports.main([sheet, "--as", agent.login]) == 2
    assert "--for" in capsys.readouterr().err
    assert imports.main([sheet, "--as", agent.login, "--for", "第二公司"]) == 0
    assert ImportBatch.objects.get().holder == second


def test_classes_are_loaded_once_and_name_a_right_s_class_in_both_languages(tmp_path: Path, capsys) -> None:
    operator = a_person("operator")
    table = a_file(tmp_path, "ipc.tsv.gz", gzip.compress(IPC.encode()))
    assert imports.main(["ipc", table, "--as", operator.login]) == 0
    assert "5 rows, 5 new or changed, 0 removed" in capsys.readouterr().out
    assert imports.main(["ipc", table, "--as", operator.login]) == 0
    assert "5 rows, 0 new or changed, 0 removed" in capsys.readouterr().out
    assert Event.objects.filter(kind="registry.reference_loaded").count() == 1
    told = classes.titles("G06F 17/10")
    assert [(one.symbol, one.zh) for one in told[:3]] == [("G", "物理"), ("G06", "计算"), ("G06F", "电数字数据处理")]
    assert (told[-1].symbol, told[-1].zh, told[-1].en) == ("G06F17/10", "", "Complex mathematical operations")
    assert [one.symbol for one in classes.titles("G06F 17/99")][-1] == "G06F17/00"
    assert classes.titles("H01L 1/00") == []


def test_a_new_edition_changes_what_differs_and_removes_what_went(tmp_path: Path, capsys) -> None:
    operator = a_person("operator")
    imports.main(["ipc", a_file(tmp_path, "a.tsv", IPC), "--as", operator.login])
    newer = IPC.replace("物理", "物理学").rpartition("\n")[0]
    assert imports.main(["ipc", a_file(tmp_path, "b.tsv", newer), "--as", operator.login]) == 0
    assert "4 rows, 1 new or changed, 1 removed" in capsys.readouterr().out
    assert IpcClass.objects.get(symbol="G").title_zh == "物理学"


@pytest.mark.parametrize(
    ("table", "text", "says"),
    [
        ("ipc", IPC.replace("G06\tclass", "X!\tclass"), "line 3 of the ipc table"),
        ("ipc", IPC.replace("\tG06F17/00\t\t", "\tG99\t\t"), "line 6 of the ipc table"),
        ("fields", "Field_number,Sector_en,Field_en,IPC_code\n36,A,B,F21H%\n", "column Field_number"),
        ("divisions", "code,name\n44,广东省\n", "column code"),
        ("divisions", "code\n440304\n", "name"),
        ("ipc", "", "lacks the columns"),
    ],
)
def test_a_table_with_a_faulty_line_is_refused_whole(tmp_path: Path, capsys, table: str, text: str, says: str) -> None:
    operator = a_person("operator")
    assert imports.main([table, a_file(tmp_path, "table", text), "--as", operator.login]) == 2
    assert says in capsys.readouterr().err
    assert IpcClass.objects.count() == Division.objects.count() == Event.objects.count() == 0


def test_fields_and_divisions_come_from_the_offices_own_files(tmp_path: Path, capsys) -> None:
    operator = a_person("operator")
    fields = "\ufeffField_number,Sector_en,Field_en,IPC_code\n6,Electrical engineering,Computer technology,G06F%\n"
    fields += "11,Instruments,Analysis of biological materials,G01N  33/%\n10,Instruments,Measurement,G01N%\n"
    assert imports.main(["fields", a_file(tmp_path, "f.csv", fields), "--as", operator.login]) == 0
    field = classes.technology_field("G01N 33/50")
    assert field is not None
    assert (field.number, field.name_zh) == (11, "生物材料分析")
    assert [one.number for one in [classes.technology_field("G01N 1/00")] if one] == [10]
    assert TechnologyField.objects.count() == 3
    areas = a_file(tmp_path, "areas.csv", 'code,name,cityCode\n440304,"福田区",4403\n')
    streets = a_file(tmp_path, "streets.csv", 'code,name,areaCode\n440304001,"园岭街道",440304\n')
    assert imports.main(["divisions", areas, streets, "--as", operator.login]) == 0
    assert Division.objects.get(code="440304001").parent == "440304"
    assert Division.objects.get(code="440304").level == "district"


def test_only_the_operator_loads_a_table(tmp_path: Path, seller: Person, capsys) -> None:
    assert imports.main(["ipc", a_file(tmp_path, "ipc.tsv", IPC), "--as", seller.login]) == 2
    assert "load a reference table" in capsys.readouterr().err
    assert IpcClass.objects.count() == 0
