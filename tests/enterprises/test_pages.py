"""Pages of enterprise files: what is shown to whom, in both languages, and what their forms do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.given_api import a_caller
from tests.enterprises import given_enterprises as given
from tests.office.given_office import signed_in
from tests.registry.given_rights import a_right
from tests.web.given_pages import text_of
from zhirong.enterprises.actions import consents, places
from zhirong.enterprises.models import Consent, Place, Statement, Tenancy
from zhirong.record.models import Event
from zhirong.web.enterprises import door

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 audit report"


def english(client):
    client.cookies["lang"] = "en"
    return client


def test_a_member_sees_what_is_known_since_when_and_from_whom() -> None:
    party = given.an_enterprise()
    given.stated(party, "staff", "98", source="tax", source_text="社保清单 2026-03")
    given.stated(party, "staff", "120")
    given.stated(party, "loan_principal", "3000000", source="bank", about="loan:2022-01")
    client = signed_in(given.a_member(party))
    shown = text_of(client, f"/enterprises/{party.ref}")
    assert "98 人" in shown
    assert "社保清单 2026-03" in shown
    assert "企业自述称：120 人" in shown
    assert "loan:2022-01" in shown
    assert "3,000,000 元" not in shown
    about = text_of(client, f"/enterprises/{party.ref}?about=loan:2022-01")
    assert "3,000,000 元" in about
    assert party.name in text_of(client, "/enterprises")
    assert "98 persons" in text_of(english(client), f"/enterprises/{party.ref}")


def test_a_right_of_the_enterprise_tells_of_itself() -> None:
    party = given.an_enterprise()
    right = a_right(1, parties=(party,))
    client = signed_in(given.a_member(party))
    shown = text_of(client, f"/enterprises/{party.ref}?about={right.key}")
    assert "专利种类" in shown
    assert "本平台登记簿" in shown
    fact = text_of(client, f"/enterprises/{party.ref}/fact?name=inventions_granted")
    assert f"/rights/{right.pk}" in fact


def test_a_stranger_is_refused_and_a_consented_party_reads_until_its_day() -> None:
    party, bank = given.an_enterprise(), given.an_enterprise("某银行")
    stranger = signed_in(given.a_member(bank))
    assert stranger.get(f"/enterprises/{party.ref}").status_code == 404
    administrator = given.an_administrator(party)
    consents.give_consent(administrator, party, bank, purpose="贷前调查", until=door.today())
    assert party.name in text_of(stranger, "/enterprises")
    assert stranger.get(f"/enterprises/{party.ref}").status_code == 200
    Consent.objects.update(until=door.today() - timedelta(days=1))
    assert stranger.get(f"/enterprises/{party.ref}").status_code == 404


def test_a_fact_is_stated_with_evidence_and_withdrawn_with_a_reason() -> None:
    party = given.an_enterprise()
    client = signed_in(given.a_member(party))
    address = f"/enterprises/{party.ref}/fact?name=loan_principal"
    assert "可写 300万元" in text_of(client, address) or "300万元" in text_of(client, address)
    typed = {"deed": "note_fact", "value": "300万元", "source": "self", "since": "2026-01-01", "about": "loan:2022-01"}
    file = SimpleUploadedFile("report.pdf", PDF, "application/pdf")
    answer = client.post(address, {**typed, "file": file})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    said = Statement.objects.get()
    assert (said.value, said.about, said.since.isoformat()) == ("3000000", "loan:2022-01", "2026-01-01")
    page = text_of(client, answer["Location"])
    assert "已办理：事实已载入档案。" in page
    assert "有效" in page
    read = client.get(f"/enterprises/{party.ref}/evidence/{said.pk}")
    assert b"".join(read) == PDF
    assert Event.objects.filter(kind="record.file_read").count() == 1
    there = f"{address}&about=loan:2022-01"
    refused = client.post(there, {"deed": "withdraw_fact", "statement": said.pk, "reason": ""})
    assert refused.status_code == 422
    client.post(there, {"deed": "withdraw_fact", "statement": said.pk, "reason": "合同已变更"})
    assert "合同已变更" in text_of(client, there)


def test_a_form_tells_all_its_faults_at_once_and_keeps_what_was_typed() -> None:
    party = given.an_enterprise()
    client = signed_in(given.a_member(party))
    typed = {"deed": "note_fact", "value": "三百五", "source": "self", "since": "2026-13-01", "until": "x"}
    answer = client.post(f"/enterprises/{party.ref}/fact?name=loan_principal", typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.count('aria-invalid="true"') == 3
    assert 'value="三百五"' in text
    assert not Statement.objects.exists()


def test_an_official_notes_for_an_authority_but_says_nothing_in_the_enterprises_name() -> None:
    party = given.an_enterprise()
    client = signed_in(given.an_official())
    address = f"/enterprises/{party.ref}/fact?name=staff"
    shown = text_of(client, address)
    assert ">税务机关</option>" in shown
    assert ">企业自述</option>" not in shown
    assert client.post(address, {"deed": "note_fact", "value": "98", "source": "self"}).status_code == 403
    assert client.post(address, {"deed": "note_fact", "value": "98", "source": "tax"}).status_code == 302
    assert Statement.objects.get().source == "tax"


def test_the_file_is_taken_away_as_a_sheet() -> None:
    party = given.an_enterprise()
    given.stated(party, "staff", "98", source="tax")
    client = signed_in(given.a_member(party))
    text = client.get(f"/enterprises/{party.ref}?form=csv").content.decode("utf-8-sig")
    assert "staff,当年职工总数,98 人" in text
    assert client.get(f"/enterprises/{party.ref}?form=xlsx").status_code == 200


def test_only_an_administrator_gives_a_consent_and_every_fault_is_told() -> None:
    party, bank = given.an_enterprise(), given.an_enterprise("某银行", code=given.CODES[0])
    member, administrator = signed_in(given.a_member(party)), signed_in(given.an_administrator(party))
    address = f"/enterprises/{party.ref}/consents"
    until = (door.today() + timedelta(days=90)).isoformat()
    typed = {"deed": "give_consent", "to": given.CODES[0], "purpose": "贷前调查", "until": until, "scope": "prepare"}
    assert "只有主体的管理员" in text_of(member, address)
    assert member.post(address, typed).status_code == 403
    wrong = administrator.post(address, {"deed": "give_consent", "to": "x", "purpose": "", "until": ""})
    assert wrong.content.decode().count('aria-invalid="true"') == 3
    assert administrator.post(address, typed).status_code == 302
    given_one = Consent.objects.get()
    assert (given_one.to, given_one.may_prepare) == (bank, True)
    assert "有效" in text_of(administrator, address)
    administrator.post(address, {"deed": "end_consent", "consent": given_one.pk})
    assert Consent.objects.get().ended_at is not None
    assert "Consent ended" in text_of(english(administrator), address)


def test_officials_search_the_list_by_name_place_and_industry() -> None:
    first, second = given.an_enterprise(code=given.CODES[0]), given.an_enterprise("广州乙厂", code=given.CODES[1])
    official = given.an_official()
    given.stated(first, "industry", "software", source="statistics")
    given.stated(first, "industry", "trade")
    street = places.put_place(official, "FT-X", kind="street", name="莲花街道")
    park = places.put_place(official, "FT-P", kind="park", name="科技园", inside="FT-X")
    places.put_tenancy(official, first, "FT-P", since=door.today())
    client = signed_in(official)
    both = text_of(client, "/office/enterprises")
    assert first.name in both
    assert second.name in both
    for query in ("q=智能", f"q={given.CODES[0][:12]}", "industry=software", f"place={street.code}", "place=FT-P"):
        shown = text_of(client, f"/office/enterprises?{query}")
        assert (first.name in shown, second.name in shown) == (True, False) or query.startswith("q=914"), query
    assert first.name not in text_of(client, "/office/enterprises?industry=trade")
    sheet = client.get("/office/enterprises?as=enterprises.csv").content.decode("utf-8-sig")
    assert f"{given.CODES[0]},{park.name},软件和信息技术服务业" in sheet
    assert "Enterprises" in text_of(english(client), "/office/enterprises")
    assert signed_in(given.a_member(first)).get("/office/enterprises").status_code == 403


def test_places_are_added_changed_filled_and_ended() -> None:
    party = given.an_enterprise(code=given.CODES[0])
    client = signed_in(given.an_official())
    new = {"deed": "put_place", "code": "FT-P", "kind": "park", "name": "科技园", "operator": given.CODES[0]}
    assert client.post("/office/places", new).status_code == 302
    assert Place.objects.get().operator == party
    assert "科技园" in text_of(client, "/office/places")
    sits = {"deed": "put_tenancy", "party": given.CODES[0], "since": "2026-01-01"}
    assert client.post("/office/places/FT-P", sits).status_code == 302
    assert party.name in text_of(client, "/office/places/FT-P")
    end = {"deed": "end_place", "on": "2026-06-01"}
    assert client.post("/office/places/FT-P", end).status_code == 409
    assert client.post("/office/places/FT-P", {**sits, "until": "2026-05-31"}).status_code == 302
    assert Tenancy.objects.get().until.isoformat() == "2026-05-31"
    assert client.post("/office/places/FT-P", end).status_code == 302
    assert "已停用" in text_of(client, "/office/places/FT-P")
    assert "no longer in use" in text_of(english(client), "/office/places/FT-P")


def test_a_faulty_sheet_of_places_changes_nothing_and_tells_its_faults() -> None:
    client = signed_in(given.an_official())
    wrong = SimpleUploadedFile("p.csv", "编号,类别,名称\nFT-A,街道,甲\nFT B,街道,乙\n".encode())
    answer = client.post("/office/places", {"deed": "bring_places", "file": wrong})
    assert answer.status_code == 422
    assert "FT B" in answer.content.decode()
    assert not Place.objects.exists()
    right = SimpleUploadedFile("p.csv", "编号,类别,名称\nFT-A,街道,甲\n".encode())
    assert client.post("/office/places", {"deed": "bring_places", "file": right}).status_code == 302
    assert client.get("/office/places/template.xlsx").status_code == 200


def test_a_sheet_of_facts_is_looked_at_and_then_taken_in() -> None:
    party = given.an_enterprise(code=given.CODES[0])
    client = signed_in(given.a_member(party))
    assert "统一社会信用代码" in text_of(client, "/enterprises/import")
    text = f"统一社会信用代码,事实,值,单位,来源\n{given.CODES[0]},贷款本金,300,万元,企业自述\n"
    answer = client.post("/enterprises/import", {"deed": "look", "file": SimpleUploadedFile("f.csv", text.encode())})
    shown = answer.content.decode()
    assert "3,000,000 元" in shown
    assert not Statement.objects.exists()
    ref = shown.split('name="sheet" value="')[1].split('"')[0]
    taken = client.post("/enterprises/import", {"deed": "take_facts", "sheet": ref})
    assert taken.status_code == 302
    assert Statement.objects.get().value == "3000000"
    assert "已新载入 1 项事实" in text_of(client, taken["Location"])
    official = f"{text}{given.CODES[0]},staff,5,,税务机关\n"
    answer = client.post(
        "/enterprises/import", {"deed": "look", "file": SimpleUploadedFile("g.csv", official.encode())}
    )
    assert 'name="sheet"' not in answer.content.decode()
    assert client.get("/enterprises/import/template.xlsx").status_code == 200


def test_a_reader_by_consent_sees_its_own_consents_and_no_other_readers() -> None:
    party, bank, adviser = given.an_enterprise(), given.an_enterprise("某银行"), given.an_enterprise("某顾问公司")
    who, until = given.an_administrator(party), door.today() + timedelta(days=30)
    for to, purpose in ((bank, "贷前调查"), (adviser, "申报辅导")):
        consents.give_consent(who, party, to, purpose=purpose, until=until)
    address, reader = f"/enterprises/{party.ref}/consents", given.a_member(bank)
    shown = text_of(signed_in(reader), address)
    assert "贷前调查" in shown
    assert "申报辅导" not in shown
    assert adviser.name not in shown
    told = a_caller(reader).get(f"/enterprises/{party.ref}/consents")
    assert [one["purpose"] for one in told["items"]] == ["贷前调查"]
    for other in (given.a_member(party), given.an_official()):
        assert a_caller(other).get(f"/enterprises/{party.ref}/consents")["total"] == 2
