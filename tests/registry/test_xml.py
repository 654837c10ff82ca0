from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.registry.xml_files import new_file, old_file
from zhirong.base import numbers
from zhirong.base.refused import Refused
from zhirong.registry import records
from zhirong.registry.engine.facts import Kind
from zhirong.registry.readers import cnipa, files


def refusal(data: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        files.read_xml(data)
    return refused.value


def test_a_grant_of_the_newer_format_is_read_whole():
    found = files.read_xml(new_file())
    assert (found.key, found.number, found.kind) == ("patent:2021102468105", "202110246810.5", Kind.INVENTION)
    assert (found.publication_number, found.gazette) == ("CN113000001B", "39-1402")
    assert (found.title, found.title_en) == ("一种柔性“夹爪”", "A soft gripper")
    assert found.abstract == "一种夹爪，2指。\n效果好。"
    assert found.ipc == ("B25J 9/16", "H01M 10/00")
    assert (found.filed_on, found.published_on, found.granted_on) == (
        date(2021, 3, 5),
        date(2021, 8, 1),
        date(2022, 11, 4),
    )
    assert found.source_day == date(2022, 11, 4)
    assert [one.name for one in found.holders] == ["深圳乙智能有限公司"]
    assert [one.name for one in found.applicants] == ["深圳甲智能有限公司"]
    assert found.inventors == ("赵一", "钱二")
    assert found.priorities == ("JP 2020-1 20200401",)


def test_what_the_office_writes_as_zero_is_unknown():
    applicant = files.read_xml(new_file()).applicants[0]
    assert (applicant.code, applicant.country, applicant.address) == ("", "CN", "广东省深圳市福田区")


def test_an_application_names_no_holder_and_no_grant():
    found = files.read_xml(new_file(kind="A", published="20210801", assignees=""))
    assert (found.granted_on, found.published_on, found.holders) == (None, date(2021, 8, 1), ())
    assert [one.name for one in found.named_holders()] == ["深圳甲智能有限公司"]


def test_a_grant_without_assignee_makes_its_applicants_holders():
    found = files.read_xml(new_file(assignees=""))
    assert [one.name for one in found.holders] == ["深圳甲智能有限公司"]


def test_the_older_format_is_read_behind_a_byte_order_mark():
    found = files.read_xml(old_file())
    assert (found.number, found.kind, found.publication_number) == (
        "201520700001.7",
        Kind.UTILITY_MODEL,
        "CN205000001U",
    )
    assert (found.filed_on, found.granted_on) == (date(2015, 9, 10), date(2016, 1, 20))
    assert [one.name for one in found.holders] == ["孙三", "李四"]
    assert (found.abstract, found.ipc) == ("一种水壶。", ("A47J 31/44",))


def test_a_record_survives_its_spelling():
    for data in (new_file(), old_file(), new_file(kind="A", assignees="")):
        record = files.read_xml(data)
        assert records.from_text(records.to_text(record)) == record


def test_a_wrong_check_digit_is_refused_with_the_right_one():
    refused = refusal(old_file(check="8"))
    assert refused.code == "number.wrong_check_digit"
    assert refused.facts["right"] == "201520700001.7"


def test_two_numbers_that_differ_are_refused():
    assert refusal(new_file(standard="102021000246811")).code == "registry.numbers_differ"


def test_a_broken_file_is_refused_with_its_line():
    refused = refusal(b"<a>\n<b>\n</a>")
    assert (refused.code, refused.facts["line"]) == ("registry.file_not_xml", 3)
    assert refusal(b"").code == "registry.file_not_xml"
    assert refusal(b"not xml at all").code == "registry.file_not_xml"


def test_a_billion_laughs_are_refused_unread():
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    assert refusal(bomb).code == "registry.file_declares_entities"
    assert refusal(bomb.decode().encode("utf-16")).code == "registry.file_declares_entities"
    other_signs = b'<?xml version="1.0" encoding="UTF-7"?>' + bomb.replace(b"<!", b"+ADwAIQ-")
    assert refusal(other_signs).code == "registry.file_declares_entities"


def test_a_file_of_the_machine_is_not_read_through_an_entity(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    thief = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><x>&e;</x>'
    assert refusal(thief.encode()).code == "registry.file_declares_entities"


def test_an_external_dtd_is_not_fetched(tmp_path: Path):
    dtd = tmp_path / "x.dtd"
    dtd.write_text('<!ENTITY e "taken"><!ATTLIST x y CDATA "taken">')
    refused = refusal(f'<!DOCTYPE x SYSTEM "{dtd}"><x>&e;</x>'.encode())
    assert refused.code == "registry.file_format_unknown"


def test_a_file_beyond_the_bound_is_refused():
    assert refusal(b"<x>" + b" " * (24 * 1024 * 1024)).code == "registry.file_too_large"


def test_another_format_is_refused_by_its_name():
    refused = refusal(b"<us-patent-grant/>")
    assert (refused.code, refused.facts["root"]) == ("registry.file_format_unknown", "us-patent-grant")


@pytest.mark.parametrize("root", ["PatentDocumentAndRelated", "cn-patent-document"])
def test_an_empty_document_lacks_its_number(root: str):
    refused = refusal(f"<{root}/>".encode())
    assert (refused.code, refused.facts) == ("registry.file_lacks", {"part": "application number"})


REAL = {
    "200880114428_a.xml": ("200880114428.1", "抗HEPCIDIN抗体及其用途", "CN103492414A", "伊莱利利公司", 8, "C07K 16/18"),
    "cn101985000000312cn00000851003120afulzh19870204cn00z.xml": (
        "85100312",
        "一种静电热管热交换式除尘器",
        "CN85100312A",
        "东北工学院",
        1,
        "B03C 3/09",
    ),
    "cn102010000298420cn00001019453140bfulzh20190802cn00d.xml": (
        "201010298420.4",
        "一种耳机、相应的音源设备以及控制方法",
        "CN101945314B",
        "广州市智专信息科技有限公司",
        1,
        "G06F 13/12",
    ),
    "cn_new1.xml": ("202111286633.X", "显示设备", "CN113781974A", "三星显示有限公司", 3, "G09G 3/36"),
    "cn_new3.xml": (
        "202180002433.9",
        "抗COVID-19的高活性化合物",
        "CN113784721A",
        "阿堤亚制药公司",
        2,
        "A61K 31/7076",
    ),
    "cn_old1.xml": (
        "201410408762.5",
        "一种甘草发酵所得烟用香料及其应用",
        "CN104223352A",
        "云南中烟工业有限责任公司",
        8,
        "A24B 15/18",
    ),
    "cn_old3.xml": (
        "201480000788.4",
        "马来酸伊索拉定的制造方法",
        "CN104245682A",
        "日本新药株式会社",
        1,
        "C07D 251/18",
    ),
}


def test_every_real_file_of_the_office_is_read(shared: Path):
    found = {}
    for path in sorted((shared / "data" / "xml" / "cn").glob("*.xml")):
        one = files.read_xml(path.read_bytes())
        found[path.name] = (
            one.number,
            one.title,
            one.publication_number,
            one.named_holders()[0].name,
            len(one.inventors),
            one.ipc[0],
        )
        assert one.abstract, path.name
        assert one.filed_on, path.name
        assert one.gazette, path.name
        assert records.from_text(records.to_text(one)) == one
    assert found == REAL


def test_the_real_grant_has_its_days(shared: Path):
    name = "cn102010000298420cn00001019453140bfulzh20190802cn00d.xml"
    one = files.read_xml((shared / "data" / "xml" / "cn" / name).read_bytes())
    assert (one.filed_on, one.published_on, one.granted_on) == (
        date(2010, 10, 2),
        date(2011, 1, 12),
        date(2019, 8, 2),
    )
    assert [holder.name for holder in one.holders] == ["广州市智专信息科技有限公司"]


def test_the_claims_of_both_formats_are_counted_and_those_that_refer_to_no_other(shared: Path):
    counted = {
        path.name[:12]: (int(one.more["claims"]), int(one.more["independent_claims"]))
        for path in sorted((shared / "data" / "xml" / "cn").glob("*.xml"))
        for one in [files.read_xml(path.read_bytes())]
    }
    assert counted == {
        "200880114428": (44, 4),
        "cn1019850000": (5, 1),
        "cn1020100002": (7, 3),
        "cn_new1.xml": (17, 1),
        "cn_new3.xml": (111, 14),
        "cn_old1.xml": (3, 1),
        "cn_old3.xml": (5, 1),
    }


def test_a_file_without_claims_says_nothing_of_them():
    assert "claims" not in files.read_xml(new_file()).more
    assert files.read_xml(files.SAMPLE.read_bytes()).more == {"claims": "4", "independent_claims": "2"}


def test_files_of_other_offices_are_refused_not_misread(shared: Path):
    for path in sorted((shared / "data" / "xml" / "ep").glob("*.xml")):
        assert refusal(path.read_bytes()).code in {
            "registry.file_format_unknown",
            "registry.file_not_xml",
            "registry.file_declares_entities",
        }


@pytest.mark.parametrize(
    ("kind", "on", "is_grant"),
    [
        ("B", "19900404", False),
        ("C", "19900404", True),
        ("A", "19900404", False),
        ("B", "20150404", True),
        ("C", "20050404", True),
    ],
)
def test_what_was_announced_for_opposition_until_1992_is_no_grant(kind: str, on: str, is_grant: bool) -> None:
    publication = numbers.read_publication_number(f"CN1000001{kind}")
    assert (publication.is_grant and cnipa._grants(publication, cnipa._day(on))) is is_grant
