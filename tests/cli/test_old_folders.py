"""A house of an earlier commit opens with its record whole; one of a later version is refused and left alone."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.old_folders.build import MOST_BYTES
from zhirong.cli import restore
from zhirong.record.engine import tree

ROOT = Path(__file__).resolve().parent.parent.parent
OLD = sorted((ROOT / "tests" / "old_folders").glob("*.zip"))


def zr(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ZR_DATA": str(folder)}
    environment.pop("ZR_DATABASE_URL", None)
    command = [sys.executable, "-m", "zhirong.cli", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "zhirong.sqlite3")) as database:
        return database.execute(sql).fetchall()


def digest(folder: Path) -> str:
    """Of all its rows; opening turns the write-ahead log on, which changes the file's head alone."""
    with closing(sqlite3.connect(folder / "zhirong.sqlite3")) as database:
        return hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The newest old folder, unpacked."""
    monkeypatch.delenv("ZR_DATABASE_URL", raising=False)
    restore.load(OLD[-1], tmp_path / "house")
    return tmp_path / "house"


@pytest.mark.parametrize("file", OLD, ids=lambda file: file.stem)
def test_an_old_house_opens_and_its_record_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path) -> None:
    monkeypatch.delenv("ZR_DATABASE_URL", raising=False)
    folder = tmp_path / "house"
    saved, _ = restore.load(file, folder)
    listings = rows(folder, "SELECT number, title, state, asking_fen FROM exchange_listing ORDER BY id")
    done = zr(folder, "migrate")
    assert done.returncode == 0, done.stderr
    assert ("registry", "0003_reference_tables") in rows(folder, "SELECT app, name FROM django_migrations")
    assert rows(folder, "SELECT number, title, state, asking_fen FROM exchange_listing ORDER BY id") == listings
    assert len(listings) == 2
    bodies = rows(folder, "SELECT body FROM record_leaf WHERE number IS NOT NULL ORDER BY number")
    border, _ = tree.Frontier().append(tree.leaf_hash(str(body).encode()) for (body,) in bodies)
    assert {"size": border.size, "root": border.root().hex()} == saved
    assert border.size >= 8
    read = zr(folder, "export", "listings")
    assert read.returncode == 0, read.stderr
    assert read.stdout.count("\n") == 1, "only what was announced is public"


def test_the_opening_of_a_limited_period_counted_as_an_extension_is_counted_no_more(opened: Path) -> None:
    steps = [("begun", "", 100, 100), ("bid", "", 10, 280), ("bid", "bid.too_low", 20, 280), ("bid", "", 120, 300)]
    with closing(sqlite3.connect(opened / "zhirong.sqlite3")) as database:
        for lot, said in ((1, steps[:2]), (2, steps)):
            database.execute(
                "INSERT INTO exchange_lot (id, listing_id, run, kind, form, state, terms, opens_ns, closes_ns,"
                " start_fen, top_code, bids, extensions, last_seq, result) SELECT ?, min(id), ?, 'english',"
                " 'free_limited', 'live', '{}', 0, 280, 1, 'A', 1, ?, 2, '{}' FROM exchange_listing",
                (lot, lot, lot),
            )
            database.executemany(
                "INSERT INTO exchange_lotstep (lot_id, seq, kind, refusal, received_ns, closes_ns, code, key, facts)"
                " VALUES (?, ?, ?, ?, ?, ?, '', '', '{\"free_end_ns\": 100}')",
                [(lot, seq, *one) for seq, one in enumerate(said, 1)],
            )
        database.commit()
    done = zr(opened, "migrate")
    assert done.returncode == 0, done.stderr
    assert rows(opened, "SELECT id, extensions FROM exchange_lot ORDER BY id") == [(1, 0), (2, 1)]


def test_a_house_of_a_later_version_is_refused_and_left_alone(opened: Path) -> None:
    with closing(sqlite3.connect(opened / "zhirong.sqlite3")) as database:
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('exchange', '9999_later', '2030')")
        database.commit()
    before = digest(opened)
    refused = zr(opened, "export", "listings")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "was written by a later version" in refused.stderr
    assert "exchange.9999_later" in refused.stderr
    assert "./zr restore FILE DIR" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert digest(opened) == before


def test_the_server_refuses_a_later_version_too(opened: Path) -> None:
    with closing(sqlite3.connect(opened / "zhirong.sqlite3")) as database:
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_later', '2030')")
        database.commit()
    command = [sys.executable, "-m", "zhirong.server", "--port", "0", "--data", str(opened)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 1
    assert "was written by a later version" in done.stderr


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "zhirong.sqlite3")) as database:
        database.execute("CREATE TABLE songs (title TEXT)")
        database.commit()
    refused = zr(tmp_path, "export", "listings")
    assert refused.returncode == 1
    assert "holds tables of something else" in refused.stderr
    assert rows(tmp_path, "SELECT name FROM sqlite_master WHERE type = 'table'") == [("songs",)]


def test_old_folders_are_small() -> None:
    assert OLD
    assert {file.name: file.stat().st_size for file in OLD if file.stat().st_size > MOST_BYTES} == {}


def test_backup_and_restore_make_no_folder_of_their_own(tmp_path: Path) -> None:
    done = zr(tmp_path / "never", "restore", str(OLD[-1]), str(tmp_path / "again"))
    assert done.returncode == 0, done.stderr
    saved = zr(tmp_path / "never", "backup", str(tmp_path / "again"), str(tmp_path / "saved.zip"))
    assert saved.returncode == 0, saved.stderr
    assert not (tmp_path / "never").exists()
    shutil.rmtree(tmp_path / "again")
