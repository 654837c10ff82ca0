"""What is not published yet is told to nobody by any door but to who holds it and to the house's people."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange.given_hall import Day, signed_in, the_index
from zhirong.cli import exports
from zhirong.exchange import documents, finder
from zhirong.record.feed import Told
from zhirong.registry.models import Right

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "尚未公布的均热方法"


def hide(right: Right) -> None:
    """As an application stands before its publication."""
    Right.objects.filter(pk=right.pk).update(title=TITLE, granted_on=None, publication_number="")


def told_by(client: Client, right: Right, tmp_path: Path) -> set[str]:
    """The doors that tell this browser of the right."""
    listed = [
        "/rights?of=all", f"/rights?of=all&q={TITLE}", "/rights?of=all&form=csv",
        f"/market?kind=any&q={TITLE}", f"/market?kind=right&q={TITLE}", f"/market.csv?kind=any&q={TITLE}",
        f"/api/rights?q={TITLE}", f"/api/rights?mine=true&q={TITLE}", f"/api/rights/{right.pk}", f"/rights/{right.pk}",
    ]  # fmt: skip
    found = {door for door in listed if right.number in client.get(door).content.decode()}
    assert exports.main(["rights", str(tmp_path / "rights.csv")]) == 0
    if right.number in (tmp_path / "rights.csv").read_text("utf-8-sig"):
        found.add("export")
    return found


def test_an_unpublished_application_is_told_by_no_door(client: Client, tmp_path: Path) -> None:
    house, holder, stranger = given.House(), given.a_side("holder"), given.a_side("holder")
    right = given.a_right(house, holder.party)
    with the_index():
        everywhere = told_by(client, right, tmp_path)
    assert {"/rights?of=all", f"/api/rights/{right.pk}", f"/rights/{right.pk}", "export"} <= everywhere
    hide(right)
    of_rights = {"/rights?of=all", f"/rights?of=all&q={TITLE}", "/rights?of=all&form=csv"}
    own = of_rights | {f"/api/rights/{right.pk}", f"/rights/{right.pk}"}
    with the_index():
        assert told_by(client, right, tmp_path) == set()
        assert told_by(signed_in(stranger.person), right, tmp_path) == set()
        assert told_by(signed_in(holder.person), right, tmp_path) == own | {f"/api/rights?mine=true&q={TITLE}"}
        assert told_by(signed_in(house.operator), right, tmp_path) == own


def test_the_index_of_an_older_kind_is_read_without_what_must_not_be_known(client: Client) -> None:
    house, holder = given.House(), given.a_side("holder")
    right = given.a_right(house, holder.party)
    with the_index():
        assert finder.progress().done == 1
        hide(right)
        for door in (f"/market?kind=right&q={right.title}", f"/api/rights?q={right.title}"):
            assert right.number not in client.get(door).content.decode(), door


def test_an_application_is_known_from_its_announcement_on() -> None:
    day = Day()
    listing = day.announced()
    right = listing.items.get().right
    hide(right)
    plain = {"leaf_id": 1, "public": True, "facts": {}}
    told = Told(number=1, kind="exchange.announced", topic=listing.topic, at=listing.announced_at, **plain)
    assert right.topic in {one.id for one in documents.changed([told]).upserts}
    listing.announced_at = None
    listing.save(update_fields=["announced_at"])
    told = Told(number=2, kind="registry.right_put", topic=right.topic, at=right.put_at, **plain)
    change = documents.changed([told])
    assert change.deletes == (listing.topic, right.topic)
    assert change.upserts == ()
