"""Schemathesis over the whole interface with a fixed seed, for three roles: no fault of ours (LEDGER S19)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.test.client import ClientHandler
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import content_type_conformance, not_a_server_error, response_schema_conformance
from schemathesis.specs.openapi.checks import status_code_conformance

from tests.exchange import given_deals as deals
from tests.people import given_people as people
from zhirong.api.app import interface
from zhirong.people.actions import tokens
from zhirong.people.models import Person

pytestmark = pytest.mark.django_db
EXAMPLES, SEED = 3, 20261122
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def in_this_test(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The house as a WSGI application that leaves the test's database open."""
    answer = ClientHandler()(environ)
    start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
    return [b"".join(answer)]


SCHEMA = schemathesis.openapi.from_dict(interface.get_openapi_schema())
numbers = itertools.count(1)
SCHEMA.app = in_this_test
# These two ask for a password's slow hash and have a brake of their own; tests of signing in try them.
LEFT_OUT = ("/api/sign-in", "/api/sign-up")
OPERATIONS = [one.ok() for one in SCHEMA.get_all_operations() if one.ok().path not in LEFT_OUT]
TAGS = {tag: [one for one in OPERATIONS if tag in (one.tags or ())] for one in OPERATIONS for tag in one.tags or ()}


def headers_of(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.make_token(person, name='fuzz', days=1)[1]}"}


@pytest.fixture
def callers() -> list[dict[str, str]]:
    """A buyer who holds rights as well, the operator, and one who checks and looks after people."""
    house, seller = deals.House(), deals.a_side("holder", "buyer")
    listing = deals.an_announced(house, seller)
    deals.an_admitted(listing, deals.a_side("buyer"))
    return [headers_of(one) for one in (seller.person, house.operator, people.a_person("checker", "administrator"))]


def sent(case: Case, callers: list[dict[str, str]]) -> None:
    """The same case by each caller; a floor that stands still is the one answer above 499 that is none of ours."""
    for own in callers:
        answer = case.call(headers={**own, "Idempotency-Key": f"k-{next(numbers)}"})
        is_floor = answer.status_code == 503 and answer.json()["code"].startswith("floor.")
        case.validate_response(answer, checks=CHECKS[1:] if is_floor else CHECKS)


@pytest.mark.parametrize("tag", sorted(TAGS))
def test_operations_answer_whatever_is_sent(tag: str, callers: list[dict[str, str]]) -> None:
    for operation in TAGS[tag]:
        tried(operation, callers)


def tried(operation: Any, callers: list[dict[str, str]]) -> None:
    """Cases of one operation, the same in each run."""

    @hypothesis.seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def each(case: Case) -> None:
        sent(case, callers)
        for name, value in case.path_parameters.items():
            # Ids that were drawn name nothing, most of the time: once more with the first of each table.
            case.path_parameters[name] = 1 if isinstance(value, int) else value
        if case.path_parameters:
            sent(case, callers)

    each()
