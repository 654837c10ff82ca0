"""Sheets of facts: read whole or not at all, every fault with its place, the same sheet twice once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.enterprises import given_enterprises as given
from tests.registry import given_rights
from tests.registry.given_rights import kinds_told, refused
from zhirong.enterprises import file, place_sheet
from zhirong.enterprises.actions import facts, places
from zhirong.enterprises.actions.places import Placed
from zhirong.enterprises.models import Place, Statement
from zhirong.papers import sheet_reader, sheets
from zhirong.policy import fact_sheet, reading

pytestmark = pytest.mark.django_db
KNOWN = reading.own().vocabulary
DAY = date(2026, 6, 1)
HEADS = "统一社会信用代码,事实,值,单位,起始日,来源,事项\n"


def sheet_of(*lines: str, heads: str = HEADS) -> fact_sheet.Sheet:
    content = (heads + "\n".join(lines)).encode()
    return fact_sheet.read(content, name="facts.csv", vocabulary=KNOWN, day=DAY)


def faults(sheet: fact_sheet.Sheet) -> list[tuple[int, str, str]]:
    return [(one.line, one.column, one.refused.code) for one in sheet.faults]


def test_a_sheet_states_facts_of_several_enterprises_and_twice_is_once() -> None:
    first = given.an_enterprise(code=given.CODES[0])
    second = given.an_enterprise("深圳乙有限公司", code=given.CODES[1])
    sheet = sheet_of(
        f"{given.CODES[0]},贷款本金,300,万元,2022-01-01,银行,loan:2022-01",
        f"{given.CODES[0]},loan_rate,4.35,%,2022/1/1,bank,loan:2022-01",
        f"{given.CODES[1]},当年职工总数,120人,,,税务机关,",
    )
    assert faults(sheet) == []
    proof = given_rights.a_file()
    assert facts.bring_facts(given.an_official(), sheet.brought, proof=proof) == 3
    assert facts.bring_facts(given.an_official(), sheet.brought, proof=proof) == 0
    known = file.facts_of(first, day=DAY, about="loan:2022-01")
    assert known.facts == {"loan_principal": "3000000", "loan_rate": "0.0435"}
    assert known.stated["loan_rate"].source_text == "facts.csv:3"
    assert file.facts_of(second, day=DAY).facts == {"staff": "120"}
    # One entry of the record for each enterprise, and the sheet is nobody's evidence to open.
    assert kinds_told().count("enterprises.facts_noted") == 2
    assert set(Statement.objects.values_list("evidence", flat=True)) == {None}


def test_every_fault_is_told_with_its_line_and_column() -> None:
    given.an_enterprise(code=given.CODES[0])
    sheet = sheet_of(
        "91440300XXXX,贷款本金,300,万元,,银行,",
        f"{given.CODES[1]},贷款本金,三百五,,2022-02-30,某处,",
        f"{given.CODES[0]},贷款本金,300万,万元,,银行,loan 1",
        f"{given.CODES[0]},没有的,,,,银行,",
        f"{given.CODES[0]},staff,5,,,house,",
        f"{given.CODES[0]},staff,5,,,税务机关,",
        f"{given.CODES[0]},staff,6,,,税务机关,",
        f"{given.CODES[0]},科技人员数,7,,,税务机关,",
    )
    assert faults(sheet) == [
        (2, "统一社会信用代码", "identity.not_a_credit_code"),
        (3, "统一社会信用代码", "enterprises.party_unknown"),
        (3, "来源", "enterprises.source_unknown"),
        (3, "值", "policy.number_unreadable"),
        (3, "起始日", "policy.no_such_day"),
        (4, "值", "policy.unit_twice"),
        (5, "事实", "policy.fact_unknown"),
        (6, "来源", "enterprises.source_unknown"),
        (7, "值", "policy.facts_contradict"),
        (8, "事实", "enterprises.fact_twice"),
    ]


def test_a_sheet_that_is_none_is_refused() -> None:
    with refused("policy.sheet_lacks_columns", missing="事实、来源"):
        sheet_of("1,2", heads="统一社会信用代码,值\n")


def test_an_enterprise_brings_its_own_facts_and_nobody_elses() -> None:
    own = given.an_enterprise(code=given.CODES[0])
    given.an_enterprise("深圳乙有限公司", code=given.CODES[1])
    who = given.a_member(own)
    foreign = sheet_of(f"{given.CODES[0]},staff,5,,,企业自述,", f"{given.CODES[1]},staff,5,,,企业自述,")
    with refused("people.not_allowed"):
        facts.bring_facts(who, foreign.brought, proof=given_rights.a_file())
    assert not Statement.objects.exists()
    assert facts.bring_facts(who, foreign.brought[:1], proof=given_rights.a_file()) == 1


def test_thousands_of_rows_are_taken_in_chunks(django_assert_max_num_queries) -> None:
    party = given.an_enterprise(code=given.CODES[0])
    sheet = sheet_of(*(f"{given.CODES[0]},贷款本金,{row},万元,,银行,loan:{row}" for row in range(1, 1201)))
    assert faults(sheet) == []
    # Three chunks, of which each asks the same few questions.
    with django_assert_max_num_queries(60):
        assert facts.bring_facts(given.an_official(), sheet.brought, proof=given_rights.a_file()) == 1200
    assert file.facts_of(party, day=DAY, about="loan:777").facts == {"loan_principal": "7770000"}


def test_the_template_is_read_by_the_reader() -> None:
    content = fact_sheet.template(KNOWN, made_at=datetime(2026, 6, 1, tzinfo=UTC))
    party = given.an_enterprise(code=fact_sheet.SAMPLE_CODE)
    sheet = fact_sheet.read(content, name="template.xlsx", vocabulary=KNOWN, day=DAY)
    assert faults(sheet) == []
    assert {one.brought.party for one in sheet.lines} == {party}
    assert len(sheet.lines) == 5


def test_many_places_are_brought_chunk_by_chunk_and_none_where_one_cannot_be_put(monkeypatch) -> None:
    who = given.an_official()
    many = [Placed(f"P-{number}", "park", f"园{number}", inside="P-0" if number else "") for number in range(101)]
    sizes: list[int] = []
    bring = places._bring
    monkeypatch.setattr(places, "_bring", lambda who, chunk: (sizes.append(len(chunk)), bring(who, chunk)))
    # The last of them would close a circle, the one before has too long an address: nothing is begun.
    for wrong, code in (
        (Placed("P-0", "park", "园", inside="P-100"), "enterprises.place_circle"),
        (Placed("P-X", "park", "园", address="路" * 201), "enterprises.text_length"),
    ):
        with refused(code):
            places.bring_places(who, [*many, wrong])
    assert (Place.objects.count(), sizes, kinds_told()) == (0, [], [])
    assert places.bring_places(who, many) == 101
    assert sizes == [50, 50, 1]
    # Cut off in the middle and brought again, the rest comes and nothing twice.
    assert places.bring_places(who, [*many, Placed("P-Y", "park", "园", inside="P-9")]) == 102
    assert kinds_told().count("enterprises.place_put") == 102
    assert Place.objects.count() == 102


def test_places_are_brought_in_the_order_of_the_sheet_or_not_at_all() -> None:
    who = given.an_official()
    heads = ["编号", "类别", "名称", "上级编号"]
    rows = [["FT-X", "街道", "莲花街道", ""], ["FT-P", "park", "科技园", "FT-X"]]
    content = sheets.csv_file([sheets.Column(head=head) for head in heads], rows)
    sheet = place_sheet.read(content, name="places.csv")
    assert sheet.faults == ()
    assert places.bring_places(who, sheet.places) == 2
    assert places.bring_places(who, sheet.places) == 2
    assert kinds_told().count("enterprises.place_put") == 2
    assert Place.objects.get(code="FT-P").inside == Place.objects.get(code="FT-X")
    wrong = [["A B", "街道", "甲", ""], ["FT-Y", "楼", "乙", "FT-9"], ["FT-Z", "载体", "丙", "FT-9"]]
    content = sheets.csv_file([sheets.Column(head=head) for head in heads], wrong)
    found = [(one.line, one.column, one.refused.code) for one in place_sheet.read(content, name="p.csv").faults]
    assert found == [
        (2, "编号", "enterprises.place_code"),
        (3, "类别", "enterprises.place_kind"),
        (4, "上级编号", "enterprises.place_unknown"),
    ]
    assert sheet_reader.read(place_sheet.template(made_at=datetime(2026, 6, 1, tzinfo=UTC)), name="t").rows
