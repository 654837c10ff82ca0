"""`zr backup DIR FILE`: save a data folder to one file while the house runs.

The file holds the database as it stood at one instant, every kept file that it names, the keys, and a manifest with
the SHA-256 of each and the size and root of the audit tree. It holds the house's keys: keep it as you keep those.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from zhirong.papers import verifier
from zhirong.record import clock, keys
from zhirong.record.engine import tree

FORMAT: Final = "zhirong-backup/1"
DATABASE: Final = "zhirong.sqlite3"
MANIFEST: Final = "manifest.json"
# What the house makes anew by itself, or what only means something to a process that runs.
LEFT_OUT: Final = ("search", DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal", f"{DATABASE}-turn")
PIECE_BYTES: Final = 1024 * 1024


class Stop(Exception):
    """A sentence for the person at the keyboard: what was not done and what to do."""


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./zr backup", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the data folder")
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write")
    asked = parser.parse_args(argv)
    try:
        manifest = save(asked.folder.resolve(), asked.file.resolve())
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 2
    audit = manifest["audit"]
    print(f"Saved {asked.folder} to {asked.file}: {len(manifest['files'])} files.")
    print(f"Audit: {audit['size']} leaves, root {audit['root']}")
    if audit["size"]:
        print(f"Note outside the house, to pin a restore: --root {audit['size']}:{audit['root']}")
    print("The file holds the keys of the house. Keep it where nobody else reads it.")
    return 0


def save(folder: Path, file: Path) -> dict[str, Any]:
    """Write the archive whole under its name, or not at all; gives its manifest."""
    refuse_postgresql(file)
    if not (folder / DATABASE).is_file():
        raise Stop(f"Nothing was saved: {folder} holds no {DATABASE}. Name the data folder of a house.")
    if file.exists() or folder in file.parents:
        raise Stop(f"Nothing was saved: {file} exists already or lies inside the data folder. Name another file.")
    fresh = file.with_name(f"{file.name}.part")
    with tempfile.TemporaryDirectory(prefix="zr-backup-", dir=file.parent) as space:
        snapshot = Path(space) / DATABASE
        copy_database(folder / DATABASE, snapshot)
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        manifest = write_archive(fresh, folder, snapshot=snapshot)
    fresh.rename(file)
    return manifest


def refuse_postgresql(file: Path) -> None:
    """PostgreSQL has its own tool, which knows it better than we do."""
    if url := os.environ.get("ZR_DATABASE_URL"):
        raise Stop(
            "Nothing was saved: this house keeps its tables in PostgreSQL. Save them, then copy the data folder:\n"
            f"  pg_dump --format=custom --file={file}.dump '{without_password(url)}'\n"
            "Kept files are written before the rows that name them, so copy the folder after the dump."
        )


def without_password(url: str) -> str:
    """The address as it may be printed; pg_dump asks for the password or finds it in ~/.pgpass."""
    before, at, after = url.rpartition("@")
    scheme, _, who = before.partition("://")
    return f"{scheme}://{who.partition(':')[0]}@{after}" if at else url


def copy_database(source: Path, target: Path) -> None:
    """The database as of one instant by SQLite's online backup; in WAL nobody waits for it."""
    with closing(sqlite3.connect(source, timeout=20)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        # One file: what was in the write-ahead log is in it.
        copy.execute("PRAGMA journal_mode = DELETE")


def write_archive(fresh: Path, folder: Path, *, snapshot: Path) -> dict[str, Any]:
    """Database first, then what it names: content is kept before its row, so nothing that is named can be missing."""
    size, root = proven_root(folder, snapshot)
    digests: dict[str, str] = {}
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, path in [(DATABASE, snapshot), *others(folder, snapshot)]:
            digests[name] = add(archive, name, path)
            if name.startswith("files/") and digests[name] != path.name:
                raise Stop(f"Nothing was saved: the kept file {path} is no longer what was kept. Restore it first.")
        manifest = {
            "format": FORMAT,
            "made_at": clock.instant_of(clock.Clock().now_ns()).isoformat(),
            "audit": {"size": size, "root": root.hex()},
            "files": digests,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    return manifest


def others(folder: Path, snapshot: Path) -> Iterator[tuple[str, Path]]:
    """The kept files that the snapshot names, the keys, and whatever else stands in the folder and stays."""
    with closing(sqlite3.connect(snapshot)) as database:
        named = {row[0] for row in database.execute("SELECT DISTINCT sha256 FROM record_file")}
    for digest in sorted(named):
        path = folder / "files" / digest[:2] / digest
        if not path.is_file():
            raise Stop(f"Nothing was saved: the kept file {path} is gone. Bring it back from an older backup first.")
        yield f"files/{digest[:2]}/{digest}", path
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        leaves_out = name.parts[0] in ("files", *LEFT_OUT) or path.suffix in (".lock", ".part", ".pid")
        if path.is_file() and not path.is_symlink() and not leaves_out:
            yield name.as_posix(), path


def add(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    """Copy a file into the archive piece by piece; gives the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while piece := source.read(PIECE_BYTES):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


def proven_root(folder: Path, database: Path) -> tuple[int, bytes]:
    """The size and root that the leaves themselves lead to, and that the key of the folder signed."""
    border = border_of(database)
    with closing(sqlite3.connect(database)) as rows:
        found = rows.execute("SELECT size, root, note FROM record_checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    size, root = (found[0], bytes(found[1])) if found else (0, tree.EMPTY_ROOT)
    if (border.size, border.root()) != (size, root):
        raise Stop(
            f"Not done: the leaves lead to root {border.root().hex()} of {border.size}, "
            f"but root {root.hex()} of {size} was signed. The record was changed; do not use this database."
        )
    # A column is easily written; the signature over it is not.
    if found and (why := unsigned(found[2], public_key(folder), size=size, root=root)):
        raise Stop(f"Not done: root {root.hex()} of {size} is not signed by the key of this house ({why}).")
    return size, root


def border_of(database: Path, *, most: int = -1) -> tree.Frontier:
    """The border of the tree recomputed from the bodies of the first leaves, or of all."""
    with closing(sqlite3.connect(database)) as rows:
        sql = "SELECT body FROM record_leaf WHERE number IS NOT NULL ORDER BY number LIMIT ?"
        border, _ = tree.Frontier().append(tree.leaf_hash(body.encode()) for (body,) in rows.execute(sql, (most,)))
    return border


def unsigned(note: str, key: str, *, size: int, root: bytes) -> str:
    """Why a checkpoint's note does not sign this head; empty where it does."""
    try:
        head = verifier.Head(note, key)
    except verifier.UNREADABLE as reason:
        return f"unreadable note: {reason}"
    return head.why or ("" if (head.size, head.root) == (size, root) else "its note signs another root")


def public_key(folder: Path) -> str:
    """The public half of the folder's key, as receipts name it; never makes one."""
    path = folder / "keys" / "record.pem"
    if not path.is_file():
        raise Stop(f"{path} is gone: nothing can be proven without the key that signed the record.")
    return keys.read(path).public()
