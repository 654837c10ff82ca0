"""The frame of every page: views, languages, protections, pages for what could not be done."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from tests.web.given_pages import text_of
from zhirong import urls
from zhirong.base.refused import Refused
from zhirong.web import pages

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PUBLIC = ["/", "/sign-in", "/sign-up", "/site-map", "/accessibility", "/api-guide"]


def refused_page(request: HttpRequest) -> HttpResponse:
    raise Refused("web.too_often", limit=3, retry_seconds=60)


def faulty_page(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def bid_page(request: HttpRequest) -> HttpResponse:
    commit: Future[int] = Future()
    commit.set_exception(Refused("web.too_often", limit=3, retry_seconds=60))

    def write(done: Future[int]) -> HttpResponse:
        return HttpResponse(done.result())

    return pages.later(request, commit, write)


urlpatterns = [
    *urls.urlpatterns,
    path("refused", refused_page),
    path("faulty", faulty_page),
    path("bid", bid_page),
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.mark.parametrize("address", PUBLIC)
def test_every_public_page_speaks_both_languages(client: Client, address: str) -> None:
    chinese = text_of(client, address)
    client.cookies["lang"] = "en"
    english = text_of(client, address)
    assert '<html lang="zh-Hans">' in chinese
    assert '<html lang="en">' in english
    assert "知识产权运营中心" in chinese
    assert "IP Operations Centre" in english
    assert "IP Operations Centre" not in chinese


def test_views_are_kept_by_plain_links_and_written_by_the_server(client: Client) -> None:
    answer = client.get("/view?view=elder&contrast=high&lang=en&back=/site-map%3Fa=1")
    assert (answer.status_code, answer["Location"]) == (302, "/site-map?a=1")
    assert '<html lang="en" data-view="elder" data-contrast="high">' in text_of(client, "/")
    client.get("/view?view=plain&contrast=plain&lang=zh-hans")
    assert '<html lang="zh-Hans">' in text_of(client, "/")


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "\\\\x"])
def test_a_view_link_never_leads_elsewhere(client: Client, back: str) -> None:
    assert client.get("/view", {"view": "elder", "back": back})["Location"] == "/"


def test_an_unknown_view_is_the_plain_one(client: Client) -> None:
    client.cookies["view"] = '"><script>'
    client.cookies["lang"] = "xx"
    assert '<html lang="zh-Hans">' in text_of(client, "/")


def test_every_answer_carries_its_protections(client: Client) -> None:
    answer = client.get("/")
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in answer
    assert client.get("/", secure=True)["Strict-Transport-Security"] == "max-age=31536000"


def test_the_menu_holds_only_what_is_built(client: Client) -> None:
    text = text_of(client, "/")
    assert 'href="/valuation">估值</a>' in text
    assert "园区" not in text


def test_an_unknown_address_gets_a_page_that_leads_on(client: Client) -> None:
    text = text_of(client, "/no/such/page", status=404)
    assert "未找到" in text
    assert 'href="/"' in text


@override_settings(ROOT_URLCONF=__name__)
def test_a_refusal_becomes_a_page_with_its_sentence_and_what_was_typed() -> None:
    answer = Client().post(
        "/refused", {"amount": "1,270,000", "password": "hush"}, headers={"referer": "http://testserver/site-map"}
    )
    text = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "未办理：同一来源在短时间内的请求超过 3 次。60 秒后可以再试。" in text
    assert "1,270,000" in text
    assert "hush" not in text
    assert 'href="/site-map"' in text


@override_settings(ROOT_URLCONF=__name__)
def test_a_refused_commit_becomes_the_same_page(client: Client) -> None:
    client.cookies["lang"] = "en"
    answer = client.get("/bid")
    assert answer.status_code == 429
    assert "more than 3 requests came from the same place" in answer.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_fault_of_ours_says_so_and_nothing_else() -> None:
    answer = Client(raise_request_exception=False).get("/faulty")
    assert answer.status_code == 500
    assert "本站出现故障" in answer.content.decode()
    assert "ZeroDivision" not in answer.content.decode()


def test_a_form_without_its_proof_is_refused_and_keeps_what_was_typed() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-up", {"login": "lin", "password": "hush"})
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "表单已过期" in text
    assert "lin" in text
    assert "hush" not in text


def test_only_addresses_of_this_house_are_gone_back_to() -> None:
    assert pages.safe_back("/desk") == "/desk"
    assert pages.safe_back("https://elsewhere.example") == "/"
    assert pages.safe_back("//elsewhere.example") == "/"


def test_a_page_for_people_with_a_log_in_asks_for_it_and_comes_back() -> None:
    request = RequestFactory().get("/account", {"tab": "tokens"})
    answer = pages.signed_in(faulty_page)(request)
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=%2Faccount%3Ftab%3Dtokens")
