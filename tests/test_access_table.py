"""Every address times every role, in one table (access_table.yaml). An address that is missing from it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.people.given_people import a_person
from zhirong.people import access
from zhirong.people.models import Person

TABLE: dict[str, str | list[str]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").with_stem("access_table").read_text("utf-8")
)
SAMPLES = {"int": "999999999", "str": "x", "slug": "x", "path": "x", "uuid": "00000000-0000-0000-0000-000000000000"}
VISITOR, NOBODY = "visitor", "person"


def addresses(patterns: list[Any] | None = None, before: str = "") -> Iterator[str]:
    """Every address of the house as it stands in its patterns."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield here


def sample(address: str) -> str:
    """The address with values that name nothing."""
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda hole: SAMPLES[hole[1] or "str"], address)


def is_meant(role: str, address: str) -> bool:
    wanted = TABLE[address]
    if wanted == "everyone":
        return True
    return role != VISITOR and (wanted == "person" or role in wanted)


def knock(client: Client, path: str) -> HttpResponse:
    """GET, or where the address takes deeds only, an empty POST."""
    answer = client.get(path)
    return client.post(path) if answer.status_code == 405 else answer


def is_let_in(answer: HttpResponse) -> bool:
    return answer.status_code not in (401, 403) and not answer.get("Location", "").startswith("/sign-in")


def test_every_address_is_in_the_table_and_back() -> None:
    have, told = set(addresses()), set(TABLE)
    lacking = "\n".join(f"{address}: person" for address in sorted(have - told))
    assert not lacking, f"tests/access_table.yaml lacks, with whoever it is for:\n{lacking}"
    assert told - have == set()


def test_the_table_names_known_roles_only() -> None:
    named = {role for wanted in TABLE.values() if isinstance(wanted, list) for role in wanted}
    assert named - set(access.roles()) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("role", [VISITOR, NOBODY, *access.roles()])
def test_the_door_opens_to_those_it_is_meant_for(role: str) -> None:
    wrong = []
    for address in sorted(set(addresses()) & set(TABLE)):
        answer = knock(client_of(role), sample(address))
        assert answer.status_code < 500, f"{address}: {answer.status_code}"
        # A thing that does not exist may be said not to, before anybody asks who one is.
        if is_let_in(answer) != is_meant(role, address) and not (answer.status_code == 404 and role != VISITOR):
            wrong.append(f"{address}: {answer.status_code} {answer.get('Location', '')}")
    assert wrong == []


def client_of(role: str) -> Client:
    """A fresh browser of somebody with this role."""
    client = Client(raise_request_exception=False)
    if role != VISITOR:
        person = Person.objects.filter(name=f"door {role}").first() or named(role)
        client.force_login(person)
    return client


def named(role: str) -> Person:
    person = a_person(*([] if role == NOBODY else [role]))
    person.name = f"door {role}"
    person.save()
    return person
