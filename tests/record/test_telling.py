"""A deed is one leaf, one event and a notice for each person it concerns."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from tests.record.given_deeds import ANNA, AT, BO, a_deed
from zhirong.record import actions, deeds, kinds
from zhirong.record.models import Event, Leaf, Notice

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_a_deed_is_one_leaf_and_one_event_of_the_same_words():
    leaf = actions.tell("exchange.bid", "lot:7", who=ANNA, public=True, price_fen=128_000_000)
    body = json.loads(leaf.body)
    assert {name: body[name] for name in ("kind", "topic", "who", "price_fen")} == {
        "kind": "exchange.bid",
        "topic": "lot:7",
        "who": "aaaaaaaaaaaaaaaa",
        "price_fen": 128_000_000,
    }
    assert leaf.number is None
    assert bytes(Leaf.objects.get().hash) == actions.leaf_hash(leaf.body)
    event = Event.objects.get()
    assert (event.leaf_id, event.topic, event.kind, event.public, event.body) == (
        leaf.pk,
        "lot:7",
        "exchange.bid",
        True,
        leaf.body,
    )
    assert Notice.objects.count() == 0


def test_the_same_deed_twice_has_two_hashes_because_leaves_are_salted():
    one, other = (actions.deed_rows(a_deed())[0] for _ in range(2))
    assert one[:3] == other[:3]
    assert one[4] != other[4]


def test_everybody_who_is_told_gets_one_notice():
    actions.tell("exchange.bid", "lot:7", who=None, to=[ANNA, BO, ANNA], price_fen=5)
    told = sorted(Notice.objects.values_list("person_ref", "kind", "topic", "facts", "is_legal"))
    assert told == [
        ("aaaaaaaaaaaaaaaa", "exchange.bid", "lot:7", '{"price_fen":5}', False),
        ("bbbbbbbbbbbbbbbb", "exchange.bid", "lot:7", '{"price_fen":5}', False),
    ]


def test_a_fact_may_not_take_the_place_of_what_every_leaf_has():
    with pytest.raises(AssertionError):
        actions.deed_rows(a_deed(kind="x.y", who="somebody else"))


def test_a_deed_that_is_undone_leaves_no_trace():
    with transaction.atomic():
        actions.tell("exchange.bid", "lot:7", who=ANNA, to=[BO], price_fen=1)
        transaction.set_rollback(True)
    assert (Leaf.objects.count(), Event.objects.count(), Notice.objects.count()) == (0, 0, 0)


def test_a_legal_kind_makes_legal_notices(monkeypatch: pytest.MonkeyPatch):
    kind = kinds.Kind("pay.due", "应付款", "Payment due", False, {}, is_legal=True)
    monkeypatch.setattr(kinds, "declared", lambda: {"pay.due": kind})
    deed = actions.Deed("pay.due", "deal:1", "house", AT, {}, to=("aaaaaaaaaaaaaaaa",))
    assert deeds.notice_rows(deed) == [("aaaaaaaaaaaaaaaa", "pay.due", "deal:1", "{}", True, AT)]


def test_the_leaf_that_telling_gives_is_the_row_that_stands() -> None:
    with transaction.atomic():
        told = actions.tell("pay.due", "deal:1", who=ANNA, to=[BO])
    kept = Leaf.objects.get(pk=told.pk)
    for field in Leaf._meta.concrete_fields:
        value = getattr(kept, field.attname)
        assert (bytes(value) if field.attname == "hash" else value) == getattr(told, field.attname)
    assert not told._state.adding
    with transaction.atomic():
        assert actions.tell("pay.due", "deal:1", who=ANNA).pk == told.pk + 1
