"""In a demo every page says so: nobody takes an invented right, price or person for a real one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.routes import addresses, given_things
from zhirong.demo.__main__ import MARK as MARK_FILE

pytestmark = pytest.mark.django_db(transaction=True)
MARK = '<span class="st wait">演示数据</span>'


@pytest.mark.parametrize(("who", "least"), [("visitor", 20), ("seller", 40), ("operator", 40)])
def test_every_page_of_a_demo_says_that_it_is_one(who: str, least: int, settings: Settings) -> None:
    things = given_things.all_things()
    client = Client()
    if who != "visitor":
        client.force_login(things.seller.person if who == "seller" else things.house.operator)
    assert MARK not in client.get("/").content.decode()
    settings.DEMO, shown = True, 0
    for entry in addresses.table():
        method, route = entry.split(" ", 1)
        if method != "GET" or route.startswith("/api/"):
            continue
        named = set(re.findall(r"<(?:\w+:)?(\w+)>", route))
        answer = client.get(things.address(route) if named <= things.values(route).keys() else addresses.filled(route))
        is_saved = answer.headers.get("Content-Disposition", "").startswith("attachment")
        is_page = answer.headers.get("Content-Type", "").startswith("text/html") and not is_saved
        if is_page and answer.status_code != 302:
            assert MARK in answer.content.decode(), f"{route} ({answer.status_code})"
            shown += 1
    assert shown > least


@pytest.fixture(autouse=True)
def mark_of_the_folder(data_folder: Path) -> Iterator[None]:
    """The file that makes a data folder a demo's, as the log-in page reads it."""
    mark = data_folder / MARK_FILE
    mark.write_text(json.dumps({"cast": [], "password": ""}), "utf-8")
    yield
    mark.unlink()
