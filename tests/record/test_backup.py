"""A data folder is saved while the house runs, and what is restored is proven to be what was saved."""

from __future__ import annotations

import json
import sqlite3
import threading
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from tests.record.given_deeds import ANNA, a_deed, deeds
from zhirong.cli import backup, restore
from zhirong.record import actions, keys, port, receipts, sequencer, teller
from zhirong.record.engine import checkpoint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(data: Path) -> Path:
    """A house of 70 deeds with one kept file, two keys and the demo's mark."""
    deeds(70)
    actions.keep_file(ANNA, "deed.txt", "转让合同".encode())
    sequencer.number_now()
    (data / "keys" / "session.key").write_text("secret")
    (data / "demo.json").write_text("{}")
    (data / "floor-0.lock").write_text("1")
    (data / "search").mkdir()
    (data / "search" / "index").write_text("made anew")
    backup.copy_database(Path(connection.settings_dict["NAME"]), data / "zhirong.sqlite3")
    return data


@pytest.fixture
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("saved") / "house.zip"


def test_what_is_restored_has_the_saved_root_and_every_file(folder: Path, file: Path, capsys):
    root = receipts.head()["root"]
    assert backup.main([str(folder), str(file)]) == 0
    assert f"Audit: 71 leaves, root {root}" in capsys.readouterr().out.splitlines()
    again = file.parent / "again"
    assert restore.main([str(file), str(again)]) == 0
    assert capsys.readouterr().out.splitlines()[1:4] == [
        f"saved root    {root} of 71 leaves",
        f"restored root {root} of 71 leaves, recomputed from the leaves: the same",
        f"signed by     {receipts.house_key()}",
    ]
    names = sorted(path.relative_to(again).as_posix() for path in again.rglob("*") if path.is_file())
    kept = next(name for name in names if name.startswith("files/"))
    assert names == ["demo.json", kept, "keys/record.pem", "keys/session.key", "zhirong.sqlite3"]
    assert (again / kept).read_bytes() == "转让合同".encode()
    assert keys.key_of(again).public() == keys.key_of(folder).public()
    with closing(sqlite3.connect(again / "zhirong.sqlite3")) as rows:
        assert rows.execute("SELECT count(*) FROM record_leaf").fetchone() == (71,)


def test_a_backup_is_readable_by_its_owner_alone(folder: Path, file: Path):
    backup.main([str(folder), str(file)])
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert file.stat().st_size < (folder / "zhirong.sqlite3").stat().st_size // 2
    assert sorted(path.name for path in file.parent.iterdir()) == ["house.zip"]


def test_a_house_that_goes_on_writing_is_saved_as_of_one_instant(folder: Path, file: Path):
    ends, wrote = threading.Event(), []
    key = keys.key_of(folder)

    def write() -> None:
        door, numberer = port.open_sqlite(folder / "zhirong.sqlite3"), sequencer.Numberer(key)
        while not ends.is_set():
            door.begin()
            teller.write_deeds(door, [a_deed(price_fen=1)] * 20)
            door.commit()
            numberer.number_all(door)
            wrote.append(20)
        door.close()

    writer = threading.Thread(target=write)
    writer.start()
    while not wrote:
        ends.wait(0.01)
    manifest = backup.save(folder, file)
    saved_at = len(wrote)
    while len(wrote) <= saved_at:
        ends.wait(0.01)
    ends.set()
    writer.join()
    saved, restored = restore.load(file, file.parent / "again")
    assert saved == restored == manifest["audit"]
    assert 71 < saved["size"] <= 71 + sum(wrote)


def test_a_folder_that_is_not_empty_is_left_alone(folder: Path, file: Path, capsys):
    backup.save(folder, file)
    full = file.parent / "full"
    full.mkdir()
    (full / "mine").write_text("mine")
    assert restore.main([str(file), str(full)]) == 1
    assert "It is not empty" in capsys.readouterr().err
    assert [path.name for path in full.iterdir()] == ["mine"]


def rewritten(file: Path, change: dict[str, bytes]) -> Path:
    other = file.with_name("other.zip")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            target.writestr(name, change.get(name, source.read(name)))
        for name in change.keys() - set(source.namelist()):
            target.writestr(name, change[name])
    return other


def edited_database(file: Path, sql: str) -> bytes:
    path = file.with_name("edited.sqlite3")
    with zipfile.ZipFile(file) as archive:
        path.write_bytes(archive.read("zhirong.sqlite3"))
    with closing(sqlite3.connect(path)) as rows:
        for (name,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            rows.execute(f"DROP TRIGGER {name}")
        rows.execute(sql)
        rows.commit()
    return path.read_bytes()


def with_manifest(file: Path, database: bytes) -> dict[str, bytes]:
    """What somebody would write who can also reckon SHA-256."""
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["files"]["zhirong.sqlite3"] = backup.hashlib.sha256(database).hexdigest()
    return {"zhirong.sqlite3": database, "manifest.json": json.dumps(manifest).encode()}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE record_leaf SET body = replace(body, '100', '900') WHERE number = 1",
        "DELETE FROM record_leaf WHERE number = 70",
        "UPDATE record_leaf SET number = CASE number WHEN 3 THEN 1004 ELSE 1003 END WHERE number IN (3, 4)",
    ],
)
def test_an_edited_record_is_not_restored(folder: Path, file: Path, capsys, sql: str):
    backup.save(folder, file)
    other = rewritten(file, with_manifest(file, edited_database(file, sql)))
    again = file.parent / "again"
    assert restore.main([str(other), str(again)]) == 1
    assert "was signed. The record was changed" in capsys.readouterr().err
    assert not again.exists()


def forged(file: Path, *, key: checkpoint.HouseKey | None) -> Path:
    """One leaf edited and root, manifest and digests reckoned anew; the note signed by that key, if any."""
    sql = "UPDATE record_leaf SET body = replace(body, '100', '900') WHERE number = 1"
    path = file.with_name("forged.sqlite3")
    path.write_bytes(edited_database(file, sql))
    border = backup.border_of(path)
    with closing(sqlite3.connect(path)) as rows:
        rows.execute("UPDATE record_checkpoint SET root = ? WHERE size = ?", (border.root(), border.size))
        if key:
            note = key.sign(border.size, border.root())
            rows.execute("UPDATE record_checkpoint SET note = ? WHERE size = ?", (note, border.size))
        rows.commit()
    change = with_manifest(file, path.read_bytes())
    manifest = json.loads(change["manifest.json"])
    manifest["audit"]["root"] = border.root().hex()
    return rewritten(file, {**change, "manifest.json": json.dumps(manifest).encode()})


def test_a_forger_who_reckons_every_root_anew_lacks_the_signature(folder: Path, file: Path, capsys):
    backup.save(folder, file)
    again = file.parent / "again"
    for key in (None, other_key()):
        assert restore.main([str(forged(file, key=key)), str(again)]) == 1
        assert "is not signed by the key of this house" in capsys.readouterr().err
        assert not again.exists()


def other_key() -> checkpoint.HouseKey:
    private = Ed25519PrivateKey.generate()
    return checkpoint.HouseKey(checkpoint.name_of(private), private)


def test_a_forger_with_the_house_key_is_found_by_a_root_noted_elsewhere(folder: Path, file: Path, capsys):
    manifest = backup.save(folder, file)
    again, key = file.parent / "again", keys.key_of(folder)
    pin = f"{manifest['audit']['size']}:{manifest['audit']['root']}"
    other = forged(file, key=key)
    assert restore.main([str(other), str(again), "--root", pin]) == 1
    assert "not to the one you noted" in capsys.readouterr().err
    assert not again.exists()
    assert restore.main([str(file), str(again), "--root", "yesterday"]) == 1
    assert restore.main([str(file), str(again), "--key", other_key().public()]) == 1
    assert "not by the key you named" in capsys.readouterr().err
    assert restore.main([str(file), str(again), "--root", pin, "--key", key.public()]) == 0
    assert f"pinned root   {pin}" in capsys.readouterr().out


def test_an_earlier_root_is_still_found_in_a_record_that_grew(folder: Path, file: Path):
    head = receipts.head()
    deeds(5)
    sequencer.number_now()
    backup.copy_database(Path(connection.settings_dict["NAME"]), folder / "zhirong.sqlite3")
    assert backup.save(folder, file)["audit"]["size"] == head["size"] + 5
    pin = f"{head['size']}:{head['root']}"
    assert restore.main([str(file), str(file.parent / "again"), "--root", pin]) == 0


def test_a_changed_file_a_stray_one_and_no_backup_at_all_are_refused(folder: Path, file: Path, capsys):
    backup.save(folder, file)
    again = file.parent / "again"
    assert restore.main([str(rewritten(file, {"demo.json": b"{ }"})), str(again)]) == 1
    assert "demo.json in the file is not what was saved" in capsys.readouterr().err
    assert restore.main([str(rewritten(file, {"../evil": b"x"})), str(again)]) == 1
    assert restore.main([str(rewritten(file, {"manifest.json": b"[]"})), str(again)]) == 1
    file.write_bytes(b"nonsense")
    assert restore.main([str(file), str(again)]) == 1
    assert not again.exists()
    assert not (file.parent / "evil").exists()


def test_a_lost_kept_file_stops_the_backup(folder: Path, file: Path, capsys):
    for path in (folder / "files").rglob("*"):
        if path.is_file():
            path.write_bytes(b"other")
    assert backup.main([str(folder), str(file)]) == 2
    assert "is no longer what was kept" in capsys.readouterr().err
    assert not file.exists()


def test_a_house_on_postgresql_is_told_what_to_do(folder: Path, file: Path, capsys, monkeypatch):
    monkeypatch.setenv("ZR_DATABASE_URL", "postgresql://zr:hush@db:5432/zhirong")
    assert backup.main([str(folder), str(file)]) == 2
    said = capsys.readouterr().err
    assert f"pg_dump --format=custom --file={file}.dump 'postgresql://zr@db:5432/zhirong'" in said
    assert "hush" not in said
    assert not file.exists()
