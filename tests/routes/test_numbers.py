"""Every address that takes a number, asked for one that no table can hold."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.people import given_people
from tests.routes import addresses
from zhirong.web import limits

pytestmark = pytest.mark.django_db
TOO_LARGE = (str(2**63), "9" * 400)
NUMBERED = [entry for entry in addresses.table() if re.search(r"<(?!str:|path:|uuid:)[\w:]+>", entry)]
PAGES = [entry for entry in NUMBERED if "<id:" in entry]


def asked(client: Client, entry: str, number: str) -> int:
    """What is said about this number at this address."""
    method, route = entry.split(" ", 1)
    limits.forget()
    address = addresses.ARGUMENT.sub(number, route)
    body = b"{}" if route.startswith("/api/") else b""
    return client.generic(method, address, body, "application/json", headers={"Idempotency-Key": "k"}).status_code


def test_a_number_that_no_table_can_hold_names_nothing_at_any_address() -> None:
    wrong, clients = {}, {}
    for entry in NUMBERED:
        who = addresses.table()[entry]
        role = "operator" if isinstance(who, str) else who[0]
        if role not in clients:
            clients[role] = Client(raise_request_exception=False)
            clients[role].force_login(given_people.a_person(role))
        told = {asked(clients[role], entry, number) for number in TOO_LARGE}
        if told != {404} if entry in PAGES else any(not 400 <= status < 500 for status in told):
            wrong[entry] = told
    assert wrong == {}


def test_every_numbered_page_reads_its_number_by_the_one_converter() -> None:
    assert len(PAGES) > 40
    assert [route for route in addresses.routes() if "<int:" in route and "/api/" not in route] == []


def test_the_largest_number_a_table_holds_is_read_and_written() -> None:
    assert reverse("office-sheet", args=[2**63 - 1]) == f"/office/sheets/{2**63 - 1}"
    with pytest.raises(NoReverseMatch):
        reverse("office-sheet", args=["none"])
