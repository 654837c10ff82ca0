"""Schemathesis over the whole interface with a fixed seed, for three roles: no fault of ours (LEDGER S19).

What is asked comes from the full description, in which each operation names every status that it can answer.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.test.client import Client, ClientHandler
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from ninja import NinjaAPI
from schemathesis import Case, GenerationMode
from schemathesis.checks import content_type_conformance, not_a_server_error, response_schema_conformance
from schemathesis.specs.openapi.checks import negative_data_rejection, status_code_conformance

from tests.exchange import given_deals as deals
from tests.people import given_people as people
from zhirong.api import described
from zhirong.api.app import interface
from zhirong.people.actions import tokens
from zhirong.people.models import Person

pytestmark = pytest.mark.django_db
EXAMPLES, WRONG, SEED = 3, 2, 20261122
SHAPES = [status_code_conformance, content_type_conformance, response_schema_conformance]
CHECKS = [not_a_server_error, *SHAPES]


def in_this_test(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The house as a WSGI application that leaves the test's database open."""
    answer = ClientHandler()(environ)
    start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
    return [b"".join(answer)]


def operations(schema: dict[str, Any]) -> list[Any]:
    """Every operation of a description, asked of the house in this test."""
    told = schemathesis.openapi.from_dict(schema)
    told.app = in_this_test
    return [one.ok() for one in told.get_all_operations() if one.ok().path not in LEFT_OUT]


def without_headers(schema: dict[str, Any]) -> dict[str, Any]:
    """Who calls and under which key is ours in each call; what is wrong stands in the path, the query or the body."""
    del schema["components"]["securitySchemes"]
    for operation in described.operations(schema):
        operation.pop("security", None)
        operation["parameters"] = [one for one in operation.get("parameters", []) if one["in"] != "header"]
    return schema


numbers = itertools.count(1)
# These two ask for a password's slow hash and have a brake of their own; tests of signing in try them.
LEFT_OUT = ("/api/sign-in", "/api/sign-up")
OPERATIONS = operations(described.in_full(NinjaAPI.get_openapi_schema(interface)))
BARE = operations(without_headers(described.in_full(NinjaAPI.get_openapi_schema(interface))))
TAGS = sorted({tag for one in OPERATIONS for tag in one.tags or ()})


def of_tag(tag: str, those: list[Any]) -> list[Any]:
    return [one for one in those if tag in (one.tags or ())]


def headers_of(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.make_token(person, name='fuzz', days=1)[1]}"}


@pytest.fixture
def callers() -> list[dict[str, str]]:
    """A buyer who holds rights as well, the operator, and one who checks and looks after people."""
    house, seller = deals.House(), deals.a_side("holder", "buyer")
    listing = deals.an_announced(house, seller)
    deals.an_admitted(listing, deals.a_side("buyer"))
    return [headers_of(one) for one in (seller.person, house.operator, people.a_person("checker", "administrator"))]


def sent(case: Case, callers: list[dict[str, str]], *more: Any) -> None:
    """The same case by each caller; a floor that stands still is the one answer above 499 that is none of ours."""
    for own in callers:
        answer = case.call(headers={**own, "Idempotency-Key": f"k-{next(numbers)}"})
        is_floor = answer.status_code == 503 and answer.json()["code"].startswith("floor.")
        case.validate_response(answer, checks=[*(SHAPES if is_floor else CHECKS), *more])


def tried(strategy: Any, count: int, each: Callable[[Case], None]) -> None:
    """Cases of one operation, the same in each run."""

    @hypothesis.seed(SEED)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def run(case: Case) -> None:
        each(case)

    run()


@pytest.mark.parametrize("tag", TAGS)
def test_operations_answer_whatever_is_sent(tag: str, callers: list[dict[str, str]]) -> None:
    def each(case: Case) -> None:
        sent(case, callers)
        for name, value in case.path_parameters.items():
            # Ids that were drawn name nothing, most of the time: once more with the first of each table.
            case.path_parameters[name] = 1 if isinstance(value, int) else value
        if case.path_parameters:
            sent(case, callers)

    for operation in of_tag(tag, OPERATIONS):
        tried(operation.as_strategy(), EXAMPLES, each)


@pytest.mark.parametrize("tag", TAGS)
def test_what_the_description_does_not_allow_is_refused(tag: str, callers: list[dict[str, str]]) -> None:
    def each(case: Case) -> None:
        sent(case, callers, negative_data_rejection)

    for operation in of_tag(tag, BARE):
        if not (operation.body or operation.query or operation.path_parameters):
            continue
        strategy = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        with suppress(Unsatisfiable):  # where any text is allowed, nothing wrong can be said
            tried(strategy, WRONG, each)


def test_a_token_that_is_not_in_force_opens_nothing(callers: list[dict[str, str]]) -> None:
    """Whatever the address, and whether or not it is open to all."""
    answers = {}
    for operation in OPERATIONS:
        case = operation.Case(path_parameters={one.name: 1 for one in operation.path_parameters})
        answer = Client().generic(operation.method, case.formatted_path, headers={"Authorization": "Bearer none"})
        answers[operation.label] = answer.status_code
    assert {label: status for label, status in answers.items() if status != 401} == {"GET /api/health": 200}
