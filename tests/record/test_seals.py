"""What stands on the record does not change: the database itself says no."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from tests.record.given_deeds import deeds
from zhirong.record import sequencer
from zhirong.record.models import Leaf

pytestmark = [pytest.mark.django_db, pytest.mark.both]
ATTACKS = [
    "UPDATE record_leaf SET body = '{}'",
    "UPDATE record_leaf SET hash = kind_hash()",
    "UPDATE record_leaf SET topic = 'lot:2', number = 77 WHERE number IS NULL",
    "UPDATE record_leaf SET number = number + 1000",
    "UPDATE record_leaf SET number = NULL",
    "UPDATE record_leaf SET at = '2020-01-01 00:00:00+00'",
    "DELETE FROM record_leaf",
    "UPDATE record_event SET public = NOT public",
    "DELETE FROM record_event",
    "UPDATE record_subtree SET place = place + 7",
    "DELETE FROM record_subtree",
    "UPDATE record_checkpoint SET note = ''",
    "DELETE FROM record_checkpoint",
]


def rows() -> list[tuple[object, ...]]:
    return list(Leaf.objects.order_by("pk").values_list("pk", "at", "kind", "topic", "body", "number"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses_to_change_or_delete_it(attack: str):
    deeds(64)
    sequencer.number_now()
    deeds(1)
    before = rows()
    zero = "zeroblob(32)" if connection.vendor == "sqlite" else "'\\x00'::bytea"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack.replace("kind_hash()", zero).replace("%", "%%"))
    assert rows() == before


def test_a_leaf_gets_its_number_once():
    (leaf,) = deeds(1)
    Leaf.objects.filter(pk=leaf.pk).update(number=0)
    with pytest.raises(DatabaseError), transaction.atomic():
        Leaf.objects.filter(pk=leaf.pk).update(number=1)
    assert Leaf.objects.get().number == 0
