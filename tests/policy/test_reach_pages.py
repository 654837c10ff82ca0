"""Pages of reach, the almost eligible, forecasts and invitations, in both languages."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.policy import given_reach
from tests.policy.given_reach import HNTE, HONOURS, RND
from tests.registry import given_rights
from zhirong.policy import population
from zhirong.policy.actions import reaching
from zhirong.policy.models import NoInvitations, Screening, TakeUp

pytestmark = pytest.mark.django_db
PAGES = [
    "/policy/reach",
    "/policy/almost",
    f"/policy/almost?measure={RND}",
    f"/policy/almost?measure={RND}&place=P1&industry=manufacturing",
    "/policy/forecasts",
    f"/policy/forecasts/{HONOURS}/2026",
    "/policy/invitations",
]


def client_of(person: Any, language: str = "zh-hans") -> Client:
    client = Client()
    client.cookies["lang"] = language
    client.force_login(person)
    return client


def text_of(client: Client, address: str, **form: str) -> str:
    answer = client.post(address, form, follow=True) if form else client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("is_screened", [True, False])
def test_every_page_opens_in_both_languages_with_few_queries(
    language: str, is_screened: bool, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        party = given_reach.an_enterprise(f"企业{number}", RND, HONOURS, keeps_proper_accounts=number % 2 == 0)
        given_reach.a_place(f"P{number}", party)
    if is_screened:
        given_reach.a_screening()
    client = client_of(given_reach.an_official(), language)
    # Everybody is read once and kept until something changes.
    client.get(f"/policy/almost?measure={RND}")
    for address in PAGES:
        with django_assert_max_num_queries(12):
            text = text_of(client, address)
        assert text.count("<h1") == 1, address
        assert ("知融" in text) or language == "en"


def test_an_official_screens_and_sees_who_meets_what() -> None:
    given_reach.an_enterprise("甲公司", RND)
    client = client_of(given_reach.an_official())
    assert "正在运行" in text_of(client, "/policy/reach", deed="screen")
    run = Screening.objects.get()
    list(reaching.do_screening({"ref": run.ref}))
    text = text_of(client, "/policy/reach")
    assert "研发费用" in text
    assert "仅为估算" in text
    assert text_of(client, f"/policy/reach/{run.ref}").count("<h1") == 1
    sheet = client.get("/policy/reach?as=reach.csv")
    assert "研发费用" in sheet.content.decode("utf-8-sig")


def test_the_invitation_list_says_why_in_words_and_can_be_taken_away() -> None:
    near = given_reach.an_enterprise("乙公司", HNTE, innovation_score=70, tech_staff=4)
    given_reach.a_place("P1", near)
    client = client_of(given_reach.an_official())
    text = text_of(client, f"/policy/almost?measure={HNTE}")
    assert "乙公司" in text
    assert "相差2个条件" in text
    assert "差4" in text
    assert "恰在界限上" in text
    sheet = client.get(f"/policy/almost?measure={HNTE}&as=almost.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    assert any("乙公司" in row and "园区P1" in row for row in rows)
    assert any("相差2个条件" in str(cell) for row in rows for cell in row)
    english = text_of(client_of(given_reach.an_official(), "en"), f"/policy/almost?measure={HNTE}")
    assert "2 conditions short" in english
    assert "乙公司" not in text_of(client, f"/policy/almost?measure={HNTE}&most=1")
    assert "乙公司" not in text_of(client, f"/policy/almost?measure={HNTE}&way=action")


def test_names_of_the_almost_eligible_are_for_officials_alone() -> None:
    given_reach.an_enterprise("乙公司", HNTE, innovation_score=70)
    stranger = client_of(given_rights.a_person("holder"))
    for address in PAGES[:-1]:
        answer = stranger.get(address)
        assert answer.status_code == 403, address
        assert "乙公司" not in answer.content.decode()
    assert Client().get("/policy/reach").status_code == 302


def test_a_take_up_is_named_with_all_faults_at_once_and_gives_a_range() -> None:
    given_reach.an_enterprise("甲公司", HONOURS)
    given_reach.a_screening()
    client = client_of(given_reach.an_official())
    address = f"/policy/forecasts/{HONOURS}/2026"
    refused = client.post(address, {"low": "x", "likely": "200", "high": "30%", "source": "座谈"})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert text.count('class="why"') == 2
    assert 'value="座谈"' in text
    assert TakeUp.objects.count() == 0
    text = text_of(client, address, low="10", likely="50%", high="100", source="2025 年实际申领")
    assert "10% / 50% / 100%" in text
    assert "10,500" in text
    assert "21,000" in text_of(client, "/policy/forecasts?year=2026")
    assert "10%" in client.get("/policy/forecasts?year=2026&as=forecasts.csv").content.decode("utf-8-sig")
    assert client.get(f"/policy/forecasts/{HONOURS}/1999").status_code == 404
    assert client.get("/policy/forecasts/none/2026").status_code == 404


def test_a_member_declines_invitations_and_takes_them_again() -> None:
    party = given_reach.an_enterprise("甲公司", HNTE, innovation_score=70)
    member, address = client_of(given_rights.a_person("holder", of=party)), f"/policy/invitations/{party.ref}"
    assert "恢复接收邀请" in text_of(member, address, deed="decline")
    official = client_of(given_reach.an_official())
    text = text_of(official, f"/policy/almost?measure={HNTE}")
    assert "甲公司" not in text
    assert "1 家企业不接收邀请" in text
    assert "不再接收邀请" in text_of(member, address, deed="accept")
    assert NoInvitations.objects.filter(ended_at__isnull=True).count() == 0
    assert "甲公司" in text_of(official, f"/policy/almost?measure={HNTE}")
    assert client_of(given_rights.a_person("holder")).post(address, {"deed": "decline"}).status_code == 403
    assert NoInvitations.objects.count() == 1


def test_a_page_reads_more_than_it_can_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population, "SMALL", 0)
    monkeypatch.setattr(population, "KEPT", {})
    given_reach.an_enterprise("甲公司", HNTE, innovation_score=70)
    client, address = client_of(given_reach.an_official()), f"/policy/almost?measure={HNTE}"
    waiting = text_of(client, address)
    assert "甲公司" not in waiting
    assert "read=yes" in waiting
    assert "甲公司" in text_of(client, f"{address}&read=yes")
    assert "甲公司" in text_of(client, address)
