"""The frame of the interface: health, who calls, problem details, the description in the repository."""

from __future__ import annotations

import ast
from collections import Counter

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from tests.house import source
from tests.people.given_people import a_person
from zhirong.api import actions, app, calling, paging, problems, snapshot
from zhirong.base.refused import Refused
from zhirong.people.actions import tokens
from zhirong.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_health_answers_without_a_log_in(client: Client) -> None:
    told = client.get("/api/health").json()
    assert told["status"] == "ok"
    assert told["database"] in ("sqlite", "postgresql")
    assert told["listings"] == {"open": 0, "asking_fen": 0}
    assert set(told["audit"]) == {"size", "root"}
    assert set(told) == {"status", "version", "database", "listings", "audit"}


def test_the_description_in_the_repository_is_what_the_house_answers() -> None:
    now = snapshot.texts(app.interface.get_openapi_schema())
    kept = {file: file.read_text("utf-8") for file in snapshot.FOLDER.iterdir()}
    assert kept == now, "run: python -m zhirong.api.snapshot"


def test_the_description_needs_no_log_in(client: Client) -> None:
    assert client.get("/api/openapi.json").json()["info"]["title"] == "Zhirong"


def test_an_unknown_address_is_a_problem_document(client: Client) -> None:
    answer = client.get("/api/nothing/here")
    told = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert (told["code"], told["status"], told["instance"]) == ("api.not_found", 404, "/api/nothing/here")
    assert told["sentence"]["zh"].startswith("未找到")


def test_a_refusal_tells_its_code_rule_and_both_sentences() -> None:
    answer = problems.problem(RequestFactory().post("/api/x"), Refused("web.too_often", limit=3, retry_seconds=60))
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert b'"code": "web.too_often"' in answer.content
    assert "60 秒后可以再试" in answer.content.decode()


def test_a_token_in_force_is_known_and_no_other() -> None:
    person = a_person()
    _, plain = tokens.make_token(person, name="shop", days=1)
    bearer = calling.TokenAuth()
    assert bearer.authenticate(HttpRequest(), plain) == person
    assert bearer.authenticate(HttpRequest(), plain[:-1]) is None


def test_a_list_is_cut_by_a_cursor_that_neither_repeats_nor_skips() -> None:
    people = [a_person() for _ in range(5)]
    first = paging.cut(Person.objects.all(), paging.Asked(limit=2), lambda person: person.login)
    a_person()
    second = paging.cut(Person.objects.all(), paging.Asked(limit=2, after=first.next), lambda person: person.login)
    last = paging.cut(Person.objects.all(), paging.Asked(limit=2, after=second.next), lambda person: person.login)
    assert [*first.items, *second.items, *last.items] == [person.login for person in reversed(people)]
    assert last.next is None


@pytest.mark.parametrize("key", ["", "x" * 65, "two words", "键"])
def test_a_deed_without_a_proper_key_is_refused(key: str) -> None:
    request = RequestFactory().post("/api/x", headers={"Idempotency-Key": key} if key.isascii() else {})
    with pytest.raises(Refused) as caught:
        actions.key_of(request)
    assert caught.value.code == "api.no_key"


def test_a_proper_key_is_taken_as_it_is() -> None:
    assert actions.key_of(RequestFactory().post("/api/x", headers={"Idempotency-Key": "a-1"})) == "a-1"


def test_a_shape_of_the_description_has_a_name_of_its_own() -> None:
    """Two shapes of one name would be described as one."""
    names = Counter(
        node.name
        for file in source.product()
        if file.path.parts[:2] == ("zhirong", "api")
        for node in file.tree.body
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("address", ["/api/listings?statee=sold", "/api/health?x=1"])
def test_a_name_that_an_address_does_not_read_is_refused_and_not_passed_over(client: Client, address: str) -> None:
    told = client.get(address)
    assert told.status_code == 422
    assert told.json()["code"] == "api.not_valid"
    assert f"query.{address.partition('?')[2].partition('=')[0]}" in told.json()["detail"]
    assert client.get("/api/listings?state=sold").status_code == 200
