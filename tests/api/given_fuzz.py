"""Operations of the interface as Schemathesis asks them, and a day under way in which it does."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import hypothesis
import schemathesis
from django.db import transaction
from django.test.client import ClientHandler
from hypothesis import HealthCheck, Phase, given, settings
from ninja import NinjaAPI
from schemathesis import Case
from schemathesis.checks import content_type_conformance, not_a_server_error, response_schema_conformance
from schemathesis.specs.openapi.checks import status_code_conformance

from tests.people import given_people as people
from tests.policy import given_measures, given_reach, given_support
from tests.routes import addresses, given_things
from tests.routes.given_things import Things
from zhirong.api import described
from zhirong.api.app import interface
from zhirong.people.actions import tokens
from zhirong.people.models import Person
from zhirong.policy.actions import measures

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


ROUTES = {
    re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route): route for route in (e.split(" ", 1)[1] for e in addresses.table())
}
SHUT = {401, 403, 404}


@dataclass
class Day:
    """A day under way, and who asks: each thing's owner, those who intend to buy, and the house's people."""

    things: Things
    callers: list[tuple[Person, dict[str, str]]]

    def send(self, case: Case, *more: Any) -> set[int]:
        """The same case by each, whose deeds are undone; the statuses of those who were let in."""
        statuses = set()
        for _, own in self.callers:
            with transaction.atomic():
                statuses.add(self.asked(case, own, *more))
                transaction.set_rollback(True)
        return statuses - SHUT

    def asked(self, case: Case, own: dict[str, str], *more: Any) -> int:
        """A floor that stands still is the one answer above 499 that is none of ours."""
        answer = case.call(headers={**own, "Idempotency-Key": f"k-{next(numbers)}"})
        is_floor = answer.status_code == 503 and answer.json()["code"].startswith("floor.")
        case.validate_response(answer, checks=[*(SHAPES if is_floor else CHECKS), *more])
        is_unread = answer.status_code == 422 and answer.json()["code"] == "api.not_valid"
        return 404 if is_unread else answer.status_code

    def path_of(self, operation: Any) -> dict[str, Any]:
        """The arguments of a real thing."""
        values = self.things.values(ROUTES[operation.path])
        return {one.name: values[one.name] for one in operation.path_parameters}

    def fit(self, operation: Any, caller: Person) -> Case:
        """A case that names a real thing and says what the deed needs to hear."""
        told: dict[str, Any] = {"path_parameters": self.path_of(operation)}
        if "application/json" in [one.media_type for one in operation.body]:
            entry = f"{operation.method.upper()} {ROUTES[operation.path]}"
            told |= {"body": given_things.said(entry, self.things, caller), "media_type": "application/json"}
        if operation.method.upper() == "GET":
            told["query"] = self.asked_of(operation.path)
        return operation.Case(**told)

    def asked_of(self, path: str) -> dict[str, Any]:
        """What an address to read cannot do without."""
        needed: dict[str, dict[str, Any]] = {
            "/api/statement": {"path": self.things.facts["account"], "begins": "2026-01-01", "ends": "2100-01-01"},
            "/api/policy/almost-eligible": {"measure": given_reach.HONOURS},
            **given_support.asked(self.things),
        }
        return needed.get(path, {})


def headers_of(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.make_token(person, name='fuzz', days=1)[1]}"}


def a_day() -> Day:
    things = given_things.all_things()
    sides = [things.seller.person, things.buyer.person, things.bidder.person]
    official = things.facts["drafters"]["official"]
    draft = measures.draft_measure(official, given_measures.with_ceiling(150_000))
    things.by_start["/api/policy/texts/<int:text_id>/ask"] = {"text_id": draft.pk}
    house = [things.house.operator, people.a_person("checker", "administrator"), official]
    persons = [*sides, things.facts["firm"].first, *house]
    return Day(things, [(person, headers_of(person)) for person in persons])


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
