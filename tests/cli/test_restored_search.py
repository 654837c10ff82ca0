"""What a restored house finds is what its database holds, whatever an index of another time says."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.exchange import given_deals as given
from tests.exchange.given_hall import the_index
from zhirong.cli import backup, restore
from zhirong.exchange import finder
from zhirong.exchange.models import Listing
from zhirong.record import sequencer
from zhirong.search import parser
from zhirong.search.backend import Request

# A PostgreSQL is saved and restored by its own tools.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def found(text: str) -> int:
    return finder.search(Request(query=parser.parse(text).node)).total


def a_titled(house: given.House, title: str) -> None:
    listing = given.an_announced(house, given.a_side("holder"))
    Listing.objects.filter(pk=listing.pk).update(title=title)
    sequencer.number_now()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder beside the test's database."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setattr(settings, "DATA", folder)
    return folder


def test_an_index_in_the_file_is_not_restored(data: Path, tmp_path: Path) -> None:
    """A file of another hand, or of an earlier version, may hold one."""
    a_titled(given.House(), "石墨烯散热膜")
    backup.copy_database(Path(connection.settings_dict["NAME"]), data / backup.DATABASE)
    backup.save(data, tmp_path / "house.zip")
    stale = b'{"generation": "index-1"}'
    with zipfile.ZipFile(tmp_path / "house.zip") as old, zipfile.ZipFile(tmp_path / "other.zip", "w") as new:
        manifest = json.loads(old.read(backup.MANIFEST))
        for name in manifest["files"]:
            new.writestr(name, old.read(name))
        new.writestr("search/position.json", stale)
        manifest["files"]["search/position.json"] = hashlib.sha256(stale).hexdigest()
        new.writestr(backup.MANIFEST, json.dumps(manifest))
    restore.load(tmp_path / "other.zip", tmp_path / "again")
    assert not (tmp_path / "again" / "search").exists()
    assert (tmp_path / "again" / backup.DATABASE).exists()


def test_what_came_after_the_backup_is_not_found_after_the_restore(data: Path, tmp_path: Path) -> None:
    house, file = given.House(), tmp_path / "house.zip"
    a_titled(house, "石墨烯散热膜")
    backup.copy_database(Path(connection.settings_dict["NAME"]), data / backup.DATABASE)
    backup.save(data, file)
    a_titled(house, "量子点显示屏")
    with the_index():
        assert (found("石墨烯"), found("量子点")) == (1, 1)
    again = tmp_path / "again"
    restore.load(file, again)
    # Somebody brings the old folder back beside the restored database, which then goes on by as many numbers.
    shutil.copytree(data / "search", again / "search")
    the_database_becomes(again / backup.DATABASE)
    a_titled(house, "钠离子电解液")
    finder.open_here(again)
    try:
        assert (found("石墨烯"), found("量子点"), found("钠离子")) == (1, 0, 1)
    finally:
        finder.stop()


def the_database_becomes(restored: Path) -> None:
    """The rows of the test's database are those of a restored one."""
    connection.close()
    with (
        closing(sqlite3.connect(restored)) as source,
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as own,
    ):
        source.backup(own)
