"""Every route times every role in one table, access_table.yaml. A route that is missing from it fails."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.people import given_people
from tests.routes import addresses
from zhirong.people import access

VISITOR, PERSON = "visitor", "person"


def test_every_route_stands_in_the_table_and_back() -> None:
    entries = addresses.table()
    assert addresses.missing(addresses.routes(), entries) == []
    assert addresses.gone(addresses.routes(), entries) == []


def test_a_route_that_is_missing_or_gone_is_found() -> None:
    entries = {"GET /lots": "everyone", "POST /api/bids": ["buyer"]}
    assert addresses.missing(["/lots", "/secrets", "POST /api/bids", "GET /api/bids"], entries) == [
        "/secrets",
        "GET /api/bids",
    ]
    assert addresses.gone(["/lots"], entries) == ["POST /api/bids"]
    assert addresses.filled("/lots/<int:pk>/bids/<ref>") == "/lots/0/bids/none"
    assert addresses.is_shut(302, "/sign-in?next=/desk")
    assert not addresses.is_shut(302, "/desk")
    assert not addresses.is_shut(404, "")


def may(role: str, who: str | list[str]) -> bool:
    if who == "everyone":
        return True
    return role != VISITOR if who == "persons" else role in who


@pytest.fixture
def clients(db: None) -> dict[str, Client]:
    """One browser for each: nobody, somebody without a role, and one person for each role."""
    persons = {PERSON: given_people.a_person(), **{role: given_people.a_person(role) for role in access.roles()}}
    found = {VISITOR: Client(raise_request_exception=False)}
    for role, person in persons.items():
        found[role] = Client(raise_request_exception=False)
        found[role].force_login(person)
    return found


# A closed route that names a thing is asked for a real one, in test_things.py.
OTHERS = [entry for entry, who in addresses.table().items() if who == "everyone" or "<" not in entry]


@pytest.mark.parametrize("entry", OTHERS)
def test_a_route_answers_those_who_may_and_nobody_else(entry: str, clients: dict[str, Client]) -> None:
    method, route = entry.split(" ", 1)
    who, address = addresses.table()[entry], addresses.filled(route)
    wrong = {}
    for role, client in clients.items():
        # An empty form, so that whoever may is told what is missing and nothing is done.
        response = client.generic(method, address, b"{}" if "/api/" in route else b"", "application/json")
        location = response.headers.get("Location", "")
        if route == addresses.SIGN_IN and response.status_code == 401:
            continue  # a wrong password, not a shut door
        is_shut = addresses.is_shut(response.status_code, location)
        if response.status_code >= 500 or response.status_code == 405 or is_shut == may(role, who):
            wrong[role] = response.status_code
    assert wrong == {}
