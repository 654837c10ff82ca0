"""Any stored row that was edited, removed, inserted or moved is found (LEDGER I15)."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.record.given_deeds import deeds
from tests.unsealed import without_triggers
from zhirong.record import audit, receipts, sequencer
from zhirong.record.models import Leaf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def record() -> None:
    for count in (60, 70):
        deeds(count)
        sequencer.number_now()


def test_a_sound_record_has_no_findings():
    assert list(audit.findings()) == []
    assert audit.recomputed() == (130, bytes.fromhex(receipts.head()["root"]))


def test_waiting_leaves_are_no_finding():
    deeds(5)
    assert list(audit.findings()) == []


def test_health_says_what_is_signed():
    head = {"size": 130, "root": receipts.head()["root"]}
    assert audit.health() == {"audit": head, "database": connection.vendor}


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        ("UPDATE record_leaf SET body = replace(body, '100', '900') WHERE number = 1", "leaf 1: its body"),
        ("UPDATE record_leaf SET hash = zeroblob(32) WHERE number = 9", "leaf 9: its body does not have its hash"),
        ("UPDATE record_leaf SET number = number + 1 WHERE number = 129", "leaf 129 is missing"),
        ("UPDATE record_leaf SET number = NULL WHERE number = 129", "the record holds 129 numbered leaves; 130 are"),
        ("DELETE FROM record_event WHERE leaf_id = (SELECT min(id) FROM record_leaf)", "1 leaves have lost their"),
        ("UPDATE record_event SET body = '{}' WHERE leaf_id = (SELECT min(id) FROM record_leaf)", "1 events do not"),
        ("UPDATE record_subtree SET hash = zeroblob(32) WHERE place = 0", "subtree 6/0 does not follow"),
        ("UPDATE record_checkpoint SET root = zeroblob(32) WHERE size = 60", "checkpoint 60: its root does not"),
        ("UPDATE record_checkpoint SET note = replace(note, '60', '61') WHERE size = 60", "checkpoint 60: its note"),
        ("DELETE FROM record_checkpoint WHERE size = 130", "the record holds 130 numbered leaves; 60 are signed"),
    ],
)
def test_every_attack_on_the_tables_is_named(attack: str, said: str):
    with connection.cursor() as cursor, without_triggers(cursor):
        cursor.execute(attack)
    assert [one for one in audit.findings() if one.startswith(said)] != []


def test_two_leaves_that_changed_places_are_found():
    one, other = (Leaf.objects.get(number=number).pk for number in (10, 11))
    with connection.cursor() as cursor, without_triggers(cursor):
        for pk, number in ((one, 9999), (other, 10), (one, 11)):
            cursor.execute("UPDATE record_leaf SET number = %s WHERE id = %s", (number, pk))
    assert list(audit.findings())[:2] == [
        "checkpoint 60: its root does not follow from the leaves",
        "checkpoint 60: its note is not the house's over this root",
    ]
