"""Every closed route that names a thing, asked for a real one by every role and by those whose thing it is.

For a thing that is not there everybody is told so, whoever may and whoever may not: such an answer proves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import yaml
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.exchange import given_deals as given
from tests.routes import addresses, given_things
from tests.routes.given_things import Things
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.web import limits

# The module's own transaction stands around that of each test.
pytestmark = pytest.mark.django_db
VISITOR, PERSON = "visitor", "person"
EXACT = yaml.safe_load((addresses.TABLE.parent / "things.yaml").read_text("utf-8"))
CLOSED = [entry for entry, who in addresses.table().items() if "<" in entry and who != "everyone"]


@dataclass
class Asked:
    """The things and everybody who asks for them."""

    things: Things
    callers: dict[str, tuple[Client, Person]]

    def opened(self, entry: str) -> dict[str, int]:
        """Who was let in, with the status; what each did is undone, so that all ask for the same."""
        statuses = {}
        for name in self.callers:
            limits.forget()
            with transaction.atomic():
                statuses[name] = self.status(entry, name)
                transaction.set_rollback(True)
        return {name: status for name, status in statuses.items() if status not in (401, 403, 404)}

    def status(self, entry: str, name: str) -> int:
        """What one is told; who is sent to the log-in is not let in."""
        method, route = entry.split(" ", 1)
        client, person = self.callers[name]
        address, key = self.things.address(route), {"Idempotency-Key": "k"}
        if route.startswith("/api/"):
            body = json.dumps(given_things.said(entry, self.things, person)) if method != "GET" else ""
            answer = client.generic(method, address, body, "application/json", headers=key)
        elif method == "POST":
            answer = client.post(address, given_things.form(entry, self.things, person))
        else:
            answer = client.get(address)
        is_sent = answer.headers.get("Location", "").startswith(addresses.SIGN_IN)
        return 401 if is_sent else answer.status_code


@pytest.fixture(scope="module")
def asked(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Asked]:
    """Made once: it takes seconds, and nobody who asks leaves a trace."""
    with django_db_blocker.unblock(), transaction.atomic():
        things = given_things.all_things()
        persons = {role: given.a_side(role).person for role in access.roles()}
        # Whose drafts the texts of measures are: of one each.
        persons |= things.facts["drafters"]
        persons[PERSON] = given.a_side().person
        # The sides of the things: of the seller are the files, tokens, imports and claims too.
        persons |= {"the_seller": things.seller.person, "the_buyer": things.buyer.person}
        persons["the_bidder"] = things.bidder.person
        persons["the_valuer"] = things.facts["firm"].first
        persons["the_owner"] = things.facts["settled"].buyer.person
        callers = {name: (Client(raise_request_exception=False), person) for name, person in persons.items()}
        for client, person in callers.values():
            client.force_login(person)
        callers[VISITOR] = (Client(raise_request_exception=False), persons[PERSON])
        yield Asked(things, callers)
        transaction.set_rollback(True)
    record.forget_shift()


def expected(entry: str, callers: set[str]) -> set[str]:
    """Who is let in: as things.yaml says, or where it is silent whoever the access table names by a role."""
    who = EXACT.get(entry) or addresses.table()[entry]
    return callers - {VISITOR} if who == "persons" else set(who)


@pytest.mark.parametrize("entry", CLOSED)
def test_a_real_thing_is_open_to_those_who_may_and_to_nobody_else(entry: str, asked: Asked) -> None:
    opened = asked.opened(entry)
    assert set(opened) == expected(entry, set(asked.callers)), opened
    assert opened, "a route that nobody can open was asked for nothing"
    # A floor stands still in this test: only those who may bid hear of it.
    assert {status for status in opened.values() if status >= 500 or status == 405} <= {503}


def test_no_line_speaks_of_a_route_that_is_gone() -> None:
    assert set(EXACT) <= set(CLOSED)
