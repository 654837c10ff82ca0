"""Schemathesis over the whole interface with a fixed seed, for those who act in it: no fault of ours (LEDGER S19).

What is asked comes from the full description, in which each operation names every status that it can answer. Paths
name real things of a day under way, and every operation must let somebody in: a fault behind a 404 is not found.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import transaction
from django.test.client import Client
from hypothesis.errors import Unsatisfiable
from pytest_django import DjangoDbBlocker
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.api import given_fuzz as fuzz
from tests.api.given_fuzz import Day
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db
# Operations that let nobody in here, and why.
NOT_REACHED = {
    "GET /api/lots/{lot_id}/transcript": "a lot has one once it has ended; test_fuzz_floor.py asks for it",
}


@pytest.fixture(scope="module")
def day(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Day]:
    """Made once for the module, whose transaction stands around those of its tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield fuzz.a_day()
        transaction.set_rollback(True)
    record.forget_shift()


@pytest.mark.parametrize("tag", fuzz.TAGS)
def test_operations_answer_whatever_is_sent_and_let_somebody_in(tag: str, day: Day) -> None:
    reached: dict[str, set[int]] = {}

    def each(case: Case) -> None:
        let_in = reached[case.operation.label]
        if case.path_parameters and not let_in:
            day.send(case)  # ids that were drawn name nothing, most of the time
        case.path_parameters = day.path_of(case.operation)
        let_in |= day.send(case)

    for operation in fuzz.of_tag(tag, fuzz.OPERATIONS):
        reached[operation.label] = set()
        for person, own in day.callers:
            with transaction.atomic():
                reached[operation.label] |= {day.asked(day.fit(operation, person), own)} - fuzz.SHUT
                transaction.set_rollback(True)
        fuzz.tried(operation.as_strategy(), fuzz.EXAMPLES, each)
    assert {label for label, statuses in reached.items() if not statuses} == NOT_REACHED.keys() & reached.keys()


@pytest.mark.parametrize("tag", fuzz.TAGS)
def test_what_the_description_does_not_allow_is_refused(tag: str, day: Day) -> None:
    def each(case: Case) -> None:
        day.send(case, negative_data_rejection)

    for operation in fuzz.of_tag(tag, fuzz.BARE):
        if not (operation.body or operation.query or operation.path_parameters):
            continue
        strategy = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        with suppress(Unsatisfiable):  # where any text is allowed, nothing wrong can be said
            fuzz.tried(strategy, fuzz.WRONG, each)


def test_a_token_that_is_not_in_force_opens_nothing() -> None:
    """Whatever the address, and whether or not it is open to all."""
    answers = {}
    for operation in fuzz.OPERATIONS:
        case = operation.Case(path_parameters={one.name: 1 for one in operation.path_parameters})
        answer = Client().generic(operation.method, case.formatted_path, headers={"Authorization": "Bearer none"})
        answers[operation.label] = answer.status_code
    assert {label: status for label, status in answers.items() if status != 401} == {"GET /api/health": 200}
