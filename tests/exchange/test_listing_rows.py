"""Rows of a bulk, which plain SQL writes, are those that the mapper would have written."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from tests.exchange import given_deals as given
from tests.people import given_people as people
from zhirong.exchange.actions import bulk
from zhirong.exchange.models import Gate, Listing, ListingItem
from zhirong.record.models import Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def rows_of(table: type[Model]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table._meta.db_table} ORDER BY 1")
        return cursor.fetchall()


def a_bulk(count: int) -> None:
    house, seller = given.House(), given.a_side("holder")
    offers = [given.an_offer(seller, given.a_right(house, seller.party)) for _ in range(count)]
    assert bulk.publish_many(people.a_person("operator"), house.operator, offers).announced == count


@pytest.mark.parametrize("table", [Listing, ListingItem, Gate])
def test_a_row_of_a_bulk_saved_again_by_the_mapper_reads_the_same(table: type[Model]) -> None:
    a_bulk(3)
    written = rows_of(table)
    assert len(written) == 3
    for one in table._default_manager.all():
        one.save()
    assert rows_of(table) == written


def test_each_listing_of_a_bulk_has_its_item_its_gate_and_its_leaf() -> None:
    a_bulk(3)
    for listing in Listing.objects.all():
        assert listing.items.get().is_live
        assert listing.gates.get().passed
        assert Event.objects.get(kind="exchange.announced", topic=listing.topic).public
    # The next row by the mapper takes the next id.
    assert Listing.objects.create(number="ZR-T", seller=listing.seller, asking_fen=1).pk == listing.pk + 1
