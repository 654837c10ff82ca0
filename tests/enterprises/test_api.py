"""The interface of enterprise files: a file on a day, facts in and out, consents, places, sheets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.given_api import a_caller
from tests.enterprises import given_enterprises as given
from zhirong.base.calendar import beijing_day
from zhirong.enterprises.models import Place, Statement
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db


def test_facts_are_stated_read_as_of_a_day_and_withdrawn() -> None:
    party = given.an_enterprise()
    member = a_caller(given.a_member(party))
    facts = [
        {"name": "loan_principal", "value": "300万元", "about": "loan:2022-01", "since": "2022-01-01"},
        {"name": "staff", "value": 120},
    ]
    kept = member.post(f"/enterprises/{party.ref}/facts", {"source": "self", "facts": facts})
    assert [(one["name"], one["value"]) for one in kept] == [("loan_principal", "3000000"), ("staff", "120")]
    told = member.get(f"/enterprises/{party.ref}", day="2026-01-01")
    assert [(one["name"], one["value"], one["zh"]) for one in told["facts"]] == [("staff", "120", "当年职工总数")]
    assert told["abouts"] == ["loan:2022-01"]
    about = member.get(f"/enterprises/{party.ref}", about="loan:2022-01", day="2026-01-01")
    assert [one["name"] for one in about["facts"]] == ["loan_principal"]
    statement = kept[1]["statement_id"]
    assert member.post(f"/statements/{statement}/withdraw", {"reason": "有误"})["reason"] == "有误"
    assert member.get(f"/enterprises/{party.ref}")["facts"] == []
    assert member.get(f"/enterprises/{party.ref}/statements")["total"] == 2


def test_a_value_that_the_vocabulary_does_not_take_is_refused_and_nothing_is_kept() -> None:
    party = given.an_enterprise()
    member = a_caller(given.a_member(party))
    path = f"/enterprises/{party.ref}/facts"
    for name, value, code in (
        ("no_such", 1, "policy.fact_unknown"),
        ("industry", "coal", "policy.choice_unknown"),
        ("staff", -1, "policy.fact_out_of_band"),
        ("staff", True, "policy.fact_misfit"),
    ):
        facts = [{"name": "founded_on", "value": "2015-06-01"}, {"name": name, "value": value}]
        assert member.refused(path, {"source": "self", "facts": facts}) == (422, code)
    assert member.refused(path, {"source": "tax", "facts": [{"name": "staff", "value": 1}]})[0] == 403
    assert not Statement.objects.exists()


def test_a_consent_opens_the_file_to_another_party() -> None:
    party, bank = given.an_enterprise(), given.an_enterprise("某银行")
    administrator, reader = a_caller(given.an_administrator(party)), a_caller(given.a_member(bank))
    assert reader.ask("GET", f"/enterprises/{party.ref}").status_code == 404
    until = (beijing_day(record.now()) + timedelta(days=30)).isoformat()
    body = {"to": bank.ref, "purpose": "贷前调查", "until": until}
    given_one = administrator.post(f"/enterprises/{party.ref}/consents", body)
    assert reader.get(f"/enterprises/{party.ref}")["party"]["name"] == party.name
    administrator.post(f"/consents/{given_one['consent_id']}/end")
    assert reader.ask("GET", f"/enterprises/{party.ref}").status_code == 404


def test_officials_find_enterprises_by_place() -> None:
    party = given.an_enterprise(code=given.CODES[0])
    given.an_enterprise("深圳乙有限公司", code=given.CODES[1])
    official = a_caller(given.an_official())
    put = official.ask("PUT", "/places/FT-P", {"kind": "park", "name": "科技园"})
    assert put.status_code == 200
    official.ask("PUT", "/places/FT-P/tenants", {"party": party.ref, "since": "2026-01-01"})
    assert [one["name"] for one in official.get("/enterprises", place="FT-P")["items"]] == [party.name]
    assert official.get("/enterprises")["total"] == 2
    assert official.get("/places/FT-P/tenants")["items"][0]["party"]["ref"] == party.ref
    assert official.refused("/places/FT-P/end", {"on": "2026-06-01"}) == (409, "enterprises.place_in_use")


def test_a_sheet_is_looked_at_and_then_taken_in() -> None:
    party = given.an_enterprise(code=given.CODES[0])
    person = given.a_member(party)
    text = f"统一社会信用代码,事实,值,来源\n{given.CODES[0]},staff,98,企业自述\n"
    file = record.keep_file(person, "facts.csv", text.encode())
    member = a_caller(person)
    looked = member.post("/facts/import", {"file": file.ref})
    assert (looked["rows"], looked["faults"], looked["is_taken_in"]) == (1, 0, False)
    assert not Statement.objects.exists()
    assert member.post("/facts/import", {"file": file.ref, "commit": True})["new"] == 1
    assert member.post("/facts/import", {"file": file.ref, "commit": True})["new"] == 0
    official = given.an_official()
    wrong = record.keep_file(official, "places.csv", "编号,类别,名称\nFT-A,楼,甲\n".encode())
    told = a_caller(official).post("/places/import", {"file": wrong.ref, "commit": True})
    assert (told["faults"], told["first_faults"][0]["code"]) == (1, "enterprises.place_kind")
    assert not Place.objects.exists()


def test_the_vocabulary_is_open_to_all() -> None:
    told = a_caller(given.an_official()).get("/facts/vocabulary")
    named = {one["name"]: one for one in told["facts"]}
    assert named["loan_principal"]["unit"] == "CNY"
    assert "software" in named["industry"]["choices"]
