"""Log-in, sign-up, password, organisations and tokens, as pages."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.api.given_api import a_caller
from tests.people.given_people import PASSWORD, a_credit_code, a_membership, a_party, a_person
from tests.web.given_pages import text_of
from zhirong.people.actions import parties, roles, tokens
from zhirong.people.models import Browser, Membership, Party, Person, Token

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_right_password_opens_the_account_and_goes_back_to_where_one_was(client: Client) -> None:
    person = a_person(password=PASSWORD)
    answer = client.post("/sign-in", {"login": person.login, "password": PASSWORD, "next": "/account/organisations"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/organisations")
    assert person.name in text_of(client, "/account")


def test_a_wrong_password_says_when_a_pause_follows_and_keeps_the_log_in(client: Client) -> None:
    person = a_person(password=PASSWORD)
    answer = client.post("/sign-in", {"login": person.login, "password": "not it"})
    text = answer.content.decode()
    assert f'value="{person.login}"' in text
    assert re.search(r'class="why" id="f-password-w">[^<]*5 次[^<]*15 分钟', text)
    assert "not it" not in text
    assert client.get("/account").status_code == 302


def test_after_a_log_in_nobody_is_led_elsewhere(client: Client) -> None:
    person = a_person(password=PASSWORD)
    given = {"login": person.login, "password": PASSWORD, "next": "https://elsewhere.example"}
    assert client.post("/sign-in", given)["Location"] in ("/account", "/desk")


@pytest.mark.parametrize("role", ["operator", "checker", "auditor", "official", "administrator"])
def test_the_houses_people_are_led_to_the_office(client: Client, role: str) -> None:
    person = a_person(role, password=PASSWORD)
    answer = client.post("/sign-in", {"login": person.login, "password": PASSWORD})
    assert answer["Location"] == "/office"
    assert client.get("/office").status_code == 200


def test_who_acts_for_a_party_or_was_on_the_way_somewhere_is_not_led_to_the_office(client: Client) -> None:
    person, trader = a_person("operator", password=PASSWORD), a_person("buyer", password=PASSWORD)
    a_membership(person, a_party())
    given = {"login": person.login, "password": PASSWORD}
    assert client.post("/sign-in", given)["Location"] == "/desk"
    assert client.post("/sign-in", {**given, "next": "/market"})["Location"] == "/market"
    assert client.post("/sign-in", {**given, "login": trader.login})["Location"] == "/desk"


def test_guessing_from_one_place_is_slowed(client: Client) -> None:
    for _ in range(20):
        client.post("/sign-in", {"login": "nobody", "password": "x"})
    answer = client.post("/sign-in", {"login": "nobody", "password": "x"})
    assert answer.status_code == 429


def test_a_demo_button_opens_nothing_outside_a_demo(client: Client) -> None:
    person = a_person(password="zhirong-demo-1")
    client.post("/sign-in", {"as": person.login})
    assert client.get("/account").status_code == 302


def test_signing_up_opens_a_log_in_and_a_fault_keeps_what_was_typed(client: Client) -> None:
    given = {"login": "lin", "name": "林知远", "password": "1234", "email": "lin@example.org"}
    refused = client.post("/sign-up", given)
    assert refused.status_code >= 400
    assert 'value="lin@example.org"' in refused.content.decode()
    assert Person.objects.count() == 0
    assert client.post("/sign-up", {**given, "password": PASSWORD}).status_code == 302
    assert Person.objects.get().name == "林知远"
    assert "林知远" in text_of(client, "/account")


def test_logging_out_ends_the_session(client: Client) -> None:
    person = a_person(password=PASSWORD)
    client.post("/sign-in", {"login": person.login, "password": PASSWORD})
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 302
    assert client.get("/account").status_code == 302


def test_a_new_password_takes_the_old_one(client: Client) -> None:
    person = a_person(password=PASSWORD)
    client.post("/sign-in", {"login": person.login, "password": PASSWORD})
    wrong = client.post("/account/password", {"old_password": "no", "new_password": "another long sentence"})
    assert wrong.status_code == 403
    text = wrong.content.decode()
    assert re.search(r'class="why" id="f-old_password-w">未修改密码：原密码不符', text)
    assert "未登录" not in text
    same = client.post("/account/password", {"old_password": PASSWORD, "new_password": PASSWORD})
    assert same.status_code == 422
    assert re.search(r'class="why" id="f-new_password-w">未修改密码：新密码与原密码相同', same.content.decode())
    right = client.post("/account/password", {"old_password": PASSWORD, "new_password": "another long sentence"})
    assert right.status_code == 302
    assert Person.objects.get().check_password("another long sentence")
    assert "已办理：密码已修改" in text_of(client, "/account")
    assert "已办理：密码已修改" not in text_of(client, "/account")


def test_an_organisation_is_registered_joined_confirmed_and_left() -> None:
    founder, joiner = a_person(), a_person()
    code = a_credit_code()
    answer = signed_in(founder).post("/account/organisations", {"deed": "make", "name": "云岭智能", "code": code})
    assert answer.status_code == 302
    party = Party.objects.get()
    signed_in(joiner).post("/account/organisations", {"deed": "join", "code": code})
    asked = Membership.objects.get(person=joiner)
    assert joiner.name in text_of(signed_in(founder), "/account/organisations")
    assert signed_in(joiner).post(f"/account/members/{asked.pk}/confirm").status_code == 403
    signed_in(founder).post(f"/account/members/{asked.pk}/confirm")
    assert Membership.objects.filter(party=party, confirmed_at__isnull=False).count() == 2
    signed_in(joiner).post(f"/account/members/{asked.pk}/leave")
    assert Membership.objects.filter(party=party, ended_at__isnull=True).count() == 1


def test_an_administrator_of_a_party_ends_who_acts_for_it_and_turns_down_who_asks() -> None:
    chief, clerk, stranger = a_person("holder"), a_person("holder"), a_person("holder")
    party = a_party(administrator=chief)
    member = a_membership(clerk, party)
    asked = parties.ask_to_join(stranger, code=party.code)
    page = text_of(signed_in(chief), "/account/organisations")
    assert "还有谁代表您的机构" in page
    assert f'action="/account/members/{member.pk}/leave"' in page
    assert signed_in(clerk).post(f"/account/members/{asked.pk}/leave").status_code == 403
    for one in (member, asked):
        assert signed_in(chief).post(f"/account/members/{one.pk}/leave").status_code == 302
        one.refresh_from_db()
        assert one.ended_at is not None
    assert clerk.name not in text_of(signed_in(chief), "/account/organisations")


def test_an_administrator_of_the_house_ends_anybodys_token_and_nobody_else_does() -> None:
    owner, chief = a_person("holder"), a_person("administrator")
    token, _ = tokens.make_token(owner, name="脚本", days=30)
    for caller, status in ((a_caller(a_person("operator")), 404), (a_caller(chief), 200)):
        assert caller.ask("DELETE", f"/tokens/{token.pk}").status_code == status
    token.refresh_from_db()
    assert token.ended_at is not None


def test_a_token_is_shown_once() -> None:
    person = a_person()
    client = signed_in(person)
    made = client.post("/account/tokens", {"name": "my shop", "days": "30"}).content.decode()
    plain = re.search(r"<code>(zr_[\w-]+)</code>", made)
    assert plain
    assert plain[1] not in text_of(client, "/account")
    client.post(f"/account/tokens/{Token.objects.get().pk}/end")
    assert Token.objects.get().ended_at is not None


def test_the_account_shows_whom_one_acts_for() -> None:
    person = a_person("holder")
    party = a_party(is_verified=True, administrator=person)
    text = text_of(signed_in(person), "/account")
    assert party.name in text
    assert "机构已实名核验" in text


def test_a_log_in_brings_a_fresh_proof_of_origin_without_which_nothing_is_written() -> None:
    person, browser = a_person(password=PASSWORD), Client(enforce_csrf_checks=True)
    browser.get("/sign-in")
    before = browser.cookies["csrf"].value
    form = {"login": person.login, "password": PASSWORD, "csrfmiddlewaretoken": before}
    assert browser.post("/sign-in", form).status_code == 302
    assert browser.cookies["csrf"].value != before
    # What was planted before the log-in proves nothing after it; neither does the session's cookie alone.
    assert browser.post("/sign-out", {"csrfmiddlewaretoken": before}).status_code == 403
    assert browser.post("/api/tokens", "{}", content_type="application/json").status_code == 403
    assert browser.get("/account").status_code == 200


def test_contact_is_changed_and_a_wrong_language_is_refused_beside_its_field() -> None:
    person = a_person()
    client = signed_in(person)
    said = {"email": "neu@example.org", "phone": "13800000000", "language": "en"}
    refused = client.post("/account/contact", {**said, "language": "fr"})
    assert 'id="f-language-w"' in refused.content.decode()
    assert 'value="neu@example.org"' in refused.content.decode()
    person.refresh_from_db()
    assert person.email != "neu@example.org"
    page = client.post("/account/contact", said, follow=True).content.decode()
    assert "此后的消息发往新的联系方式" in page
    assert "此后的消息发往新的联系方式" not in text_of(client, "/account")
    person.refresh_from_db()
    assert (person.email, person.phone, person.language) == ("neu@example.org", "13800000000", "en")


def test_a_role_is_given_up_after_it_was_asked_once_more_and_by_its_owner_alone() -> None:
    person, other = a_person("buyer", "holder"), a_person("buyer")
    grant = person.role_grants.get(role="buyer")
    address, client = f"/account/roles/{grant.pk}/end", signed_in(person)
    assert address in text_of(client, "/account")
    assert signed_in(other).get(address).status_code == 404
    assert signed_in(other).post(address).status_code == 404
    assert "须由系统管理员重新授予" in text_of(client, address)
    grant.refresh_from_db()
    assert grant.ended_at is None
    assert "该角色已放弃" in client.post(address, follow=True).content.decode()
    grant.refresh_from_db()
    assert grant.ended_at is not None
    assert client.post(address).status_code == 404


def test_the_last_administrator_of_the_house_cannot_give_up_the_role() -> None:
    person = a_person("administrator")
    grant = person.role_grants.get()
    answer = signed_in(person).post(f"/account/roles/{grant.pk}/end")
    assert answer.status_code == 409
    assert "这是最后一位系统管理员" in answer.content.decode()
    grant.refresh_from_db()
    assert grant.ended_at is None


def test_the_founders_second_administrator_accepts_the_role_and_no_other_does() -> None:
    founder, second, third = a_person("administrator"), a_person(), a_person()
    grant = roles.grant_role(founder, second.pk, "administrator")
    address = f"/account/roles/{grant.pk}/accept"
    assert signed_in(third).post(address).status_code == 404
    assert address in text_of(signed_in(second), "/account")
    assert "该角色自此生效" in signed_in(second).post(address, follow=True).content.decode()
    grant.refresh_from_db()
    assert grant.confirmed_by == second
    later = roles.grant_role(founder, third.pk, "administrator")
    assert signed_in(third).post(f"/account/roles/{later.pk}/accept").status_code == 409
    later.refresh_from_db()
    assert later.confirmed_at is None


def test_a_member_is_made_administrator_by_the_partys_own() -> None:
    chief, member, stranger = a_person(), a_person(), a_person()
    party = a_party(administrator=chief)
    row = a_membership(member, party)
    address = f"/account/members/{row.pk}/administrator"
    assert address in text_of(signed_in(chief), "/account/organisations")
    assert signed_in(stranger).post(address).status_code == 403
    assert signed_in(member).post(address).status_code == 403
    assert signed_in(chief).post(address).status_code == 302
    row.refresh_from_db()
    assert row.is_administrator
    assert "主体管理员" in text_of(signed_in(chief), "/account/organisations")


def test_a_token_ends_on_a_whole_second() -> None:
    person = a_person()
    token, _ = tokens.make_token(person, name="x", days=30)
    assert token.expires_at.microsecond == 0
    told = text_of(signed_in(person), "/desk/messages")
    assert re.search(r"\d\d:\d\d(:\d\d)?", told)
    assert not re.search(r"\d\d:\d\d:\d\d\.\d", told)


def test_a_lost_browser_is_listed_and_logged_out_and_nobody_elses_is(client: Client) -> None:
    person, other = a_person(password=PASSWORD), a_person()
    said, phone = {"login": person.login, "password": PASSWORD}, Client(headers={"User-Agent": "Mozilla iPhone Safari"})
    phone.post("/sign-in", said)
    client.post("/sign-in", said, headers={"User-Agent": "Mozilla (Windows NT 10.0) Chrome/130 Safari/537"})
    page = text_of(client, "/account")
    assert "Safari · iPhone" in page
    assert "Chrome · Windows" in page
    lost = Browser.objects.get(agent="Safari · iPhone")
    address = f"/account/browsers/{lost.pk}/end"
    assert page.count("/account/browsers/") == 1
    assert signed_in(other).post(address).status_code == 404
    assert a_caller(other).ask("DELETE", f"/me/browsers/{lost.pk}").status_code == 404
    assert phone.get("/account").status_code == 200
    assert "该浏览器已退出登录" in client.post(address, follow=True).content.decode()
    assert phone.get("/account").status_code == 302
    assert [one["agent"] for one in a_caller(person).get("/me/browsers")] == ["Chrome · Windows"]
    old = {"old_password": PASSWORD, "new_password": "quiet-harbour-lamp-9"}
    assert client.post("/account/password", old).status_code == 302
    assert "Chrome · Windows" in text_of(client, "/account")
    client.post("/sign-out")
    assert not Browser.objects.exists()
