"""What a page, or an address of the interface, asks the database: nothing twice, and nothing once for each row."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.routes import addresses, given_things
from tests.routes.given_things import Things

pytestmark = pytest.mark.django_db(transaction=True)
# Reading a secret file is a deed: what its reader may do is asked anew in the deed's own transaction.
ASKED_ANEW = (
    "/api/verifications/<int:verification_id>/evidence/",
    "/office/verifications/<id:verification_id>/files/",
)
MOST_ALIKE = 3
VALUE = re.compile(r"\b\d+\b|'[^']*'")


def asked(client: Client, address: str) -> list[str]:
    """The questions of an address that answers; none of one that is shut, and of a stream none that come later."""
    with CaptureQueriesContext(connection) as told:
        answer = client.get(address)
    found = [one["sql"] for one in told.captured_queries if one["sql"].startswith("SELECT")]
    return found if answer.status_code == 200 else []


def too_many(questions: list[str]) -> list[str]:
    """What is asked twice in the same words, or again and again with other values."""
    alike = Counter(VALUE.sub("?", one) for one in questions)
    return [one for one, count in Counter(questions).items() if count > 1] + [
        one for one, count in alike.items() if count > MOST_ALIKE
    ]


def test_what_is_asked_twice_or_for_each_row_is_found() -> None:
    rows = [f"SELECT x FROM t WHERE id = {number}" for number in range(4)]
    assert too_many(rows[:3]) == []
    assert too_many(rows) == ["SELECT x FROM t WHERE id = ?"]
    assert too_many(rows[:2] * 2) == [*rows[:2], "SELECT x FROM t WHERE id = ?"]


@pytest.mark.parametrize("who", ["visitor", "seller", "operator"])
def test_no_address_asks_the_same_twice_or_once_for_each_row(who: str) -> None:
    things = given_things.all_things()
    client = of(things, who)
    wrong, answered = {}, 0
    for entry in addresses.table():
        method, route = entry.split(" ", 1)
        if method != "GET" or route.startswith(ASKED_ANEW):
            continue
        named = set(re.findall(r"<(?:\w+:)?(\w+)>", route))
        is_known = named <= things.values(route).keys()
        questions = asked(client, things.address(route) if is_known else addresses.filled(route))
        answered += bool(questions)
        if found := too_many(questions):
            wrong[route] = [one.partition(" FROM ")[2][:200] for one in found]
    assert wrong == {}
    assert answered > 20


def of(things: Things, who: str) -> Client:
    client = Client()
    if who != "visitor":
        client.force_login(things.seller.person if who == "seller" else things.house.operator)
    return client
