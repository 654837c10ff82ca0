"""A deed that is sent twice is done once and answered alike: over listings, intents and the lots of the floor."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from tests.api.given_api import Caller, a_caller
from tests.exchange import given_deals as given
from tests.exchange.given_floor import Clock, a_lot
from tests.people.given_people import a_person, deeds
from zhirong.exchange import floor_doors
from zhirong.exchange.models import Listing, LotStep

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def twice(caller: Caller, path: str, body: Any = None, *, method: str = "POST") -> Any:
    """The answer, which a repeat under the same key gets too, with nothing new on the record."""
    first = caller.ask(method, path, body, key="same" + path)
    assert first.status_code == 200, first.content.decode()
    told = deeds()
    again = caller.ask(method, path, body, key="same" + path)
    assert (again.status_code, again.content, again.headers["Idempotency-Hit"]) == (200, first.content, "true")
    assert deeds() == told
    assert caller.refused(path, body, method=method, key="") == (400, "api.no_key")
    return first.json()


def test_every_deed_on_a_listing() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    own, operator = a_caller(seller.person), a_caller(house.operator)
    right = given.a_right(house, seller.party)
    said = {
        "seller": seller.party.ref,
        "rights": [right.pk],
        "title": "储能电池专利转让",
        "asking_fen": 800_000_00,
        "requirement": "须承诺实施",
        "rule_set": "demo",
    }
    listing = twice(own, "/listings", said)["listing_id"]
    assert Listing.objects.count() == 1
    address = f"/listings/{listing}"
    twice(own, address, {**said, "asking_fen": 900_000_00}, method="PUT")
    twice(own, f"{address}/submit")
    twice(operator, f"{address}/send-back", {"reason": "请补充"})
    own.post(f"{address}/submit")
    twice(operator, f"{address}/announce")
    given.money_for(buyer.party, 90_000_00)
    intent = twice(a_caller(buyer.person), f"{address}/intents", {"party": buyer.party.ref})["intent_id"]
    twice(a_caller(buyer.person), f"/intents/{intent}/priority", {"basis": "共有人"})
    twice(a_caller(buyer.person), f"/intents/{intent}/proof", {"proof": "承诺三年内实施，附实施计划。"})
    twice(operator, f"/intents/{intent}/admit", {"priority_rank": 1})
    twice(operator, f"/intents/{intent}/refuse", {"reason": "材料不实"})
    assert given.free_fen(buyer) == 90_000_00
    twice(operator, f"{address}/suspend", {"reason": "核实权属"})
    twice(operator, f"{address}/resume", {"reason": "已核实"})
    twice(operator, f"{address}/terminate", {"reason": "终结"})
    assert deeds().count("exchange.ended") == 1


def test_every_deed_that_steers_a_lot() -> None:
    clock = Clock()
    lot = a_lot(clock).pk
    operator = a_caller(a_person("operator"))
    floor_doors.start(data=settings.DATA)
    try:
        for deed, body, kind in (
            ("pause", {"reason": "核实"}, "paused"),
            ("resume", None, "resumed"),
            ("ban", {"code": "12", "reason": "串通"}, "banned"),
            ("annul", {"reason": "撤销"}, "annulled"),
        ):
            first = operator.post(f"/lots/{lot}/{deed}", body)
            assert operator.post(f"/lots/{lot}/{deed}", body) == first
            assert LotStep.objects.filter(lot=lot, kind=kind).count() == 1
        assert operator.refused(f"/lots/{lot}/pause", {"reason": "核实"}) == (409, "lot.annulled")
    finally:
        floor_doors.stop()
