"""How lists are cut, sorted and filtered: bounds that nobody passes, the same for every list of the interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.given_api import Caller, a_caller
from tests.people import given_people as people
from tests.policy import given_reach
from zhirong.api.app import interface

pytestmark = [pytest.mark.django_db, pytest.mark.both]

ROLES = ("holder", "buyer", "operator", "checker", "auditor", "administrator")


def parameters(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Query parameters of an operation by name, each with its schema."""
    schema = interface.get_openapi_schema()
    found = {}
    for one in operation.get("parameters", []):
        told = schema["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        if told["in"] == "query":
            found[told["name"]] = told["schema"]
    return found


def lists() -> dict[str, dict[str, dict[str, Any]]]:
    """Every address that cuts what it tells and names no thing, with what can be asked of it."""
    paths = interface.get_openapi_schema()["paths"]
    found = {path: parameters(methods["get"]) for path, methods in paths.items() if "get" in methods}
    return {path.removeprefix("/api"): asked for path, asked in found.items() if "limit" in asked and "{" not in path}


@pytest.fixture
def callers() -> list[Caller]:
    return [a_caller(people.a_person(role)) for role in ROLES]


# What a list cannot do without.
NEEDED: dict[str, Callable[[], dict[str, str]]] = {
    "/policy/almost-eligible": lambda: {"measure": given_reach.HONOURS},
    "/support": lambda: {"party": people.a_party().ref},
}


def asked(callers: list[Caller], path: str, **query: Any) -> tuple[int, str]:
    """What the first of them is told who may ask at all."""
    needed = NEEDED[path]() if path in NEEDED else {}
    for caller in callers:
        answer = caller.ask("GET", path, query={**needed, **query})
        if answer.status_code != 403 and answer.json().get("code") != "api.not_found":
            return answer.status_code, answer.json().get("code", "")
    raise AssertionError(f"nobody may read {path}")


def test_there_are_many_lists() -> None:
    assert len(lists()) >= 20


@pytest.mark.parametrize("path", sorted(lists()))
def test_a_list_keeps_its_bounds(path: str, callers: list[Caller]) -> None:
    told = lists()[path]
    most = told["limit"]["maximum"]
    assert (told["limit"]["minimum"], most <= 1000) == (1, True)
    refused = [{"limit": 0}, {"limit": -1}, {"limit": most + 1}, {"limit": "many"}]
    # Measures go by their names, and so does the place in their list.
    refused += [{"after": "x"}, {"after": 2**63}] if "after" in told and told["after"].get("type") != "string" else []
    refused += [{"page": 0}, {"page": told["page"]["maximum"] + 1}] if "page" in told else []
    refused += [{"sort": "secret"}, {"sort": "-"}] if "sort" in told else []
    answers = {str(query): asked(callers, path, **query) for query in refused}
    assert answers == dict.fromkeys(answers, (422, "api.not_valid"))
    assert [asked(callers, path, limit=limit)[0] for limit in (1, most)] == [200, 200]
    for order in told.get("sort", {}).get("enum", []):
        assert asked(callers, path, sort=order)[0] == 200, order
