"""`zr restore FILE DIR`: make a data folder from a saved file, and prove that its audit root is the saved one."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from zhirong.cli.backup import DATABASE, FORMAT, MANIFEST, PIECE_BYTES, Stop, border_of, proven_root, public_key


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./zr restore", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that zr backup wrote")
    parser.add_argument("folder", type=Path, metavar="DIR", help="the data folder to make; empty, or not there yet")
    parser.add_argument("--key", default="", help="the house's public key as you noted it elsewhere")
    parser.add_argument(
        "--root", default="", metavar="SIZE:ROOT", help="a root of this house as you noted it elsewhere"
    )
    asked = parser.parse_args(argv)
    try:
        pins = Pins(asked.key, asked.root)
        saved, restored = load(asked.file.resolve(), asked.folder.resolve(), pins=pins)
    except (Stop, zipfile.BadZipFile, zlib.error, EOFError, sqlite3.DatabaseError) as reason:
        print(f"{asked.folder} was not made. {reason}", file=sys.stderr)
        return 1
    print(f"Restored {asked.file} to {asked.folder}.")
    print(f"saved root    {saved['root']} of {saved['size']} leaves")
    print(f"restored root {restored['root']} of {restored['size']} leaves, recomputed from the leaves: the same")
    if restored["size"]:
        print(f"signed by     {public_key(asked.folder.resolve())}{', as you pinned' if asked.key else ''}")
    if asked.root:
        print(f"pinned root   {asked.root}: the restored record grew from it")
    else:
        print("The file brought its own key. That nobody who holds the key rewrote it is shown only by a root that was")
        print("noted outside the house: zr restore --root SIZE:ROOT (see docs/manual/operations.md)")
    return 0


@dataclass(frozen=True)
class Pins:
    """What somebody noted outside the house: whoever holds a backup holds its keys, and could sign another past."""

    key: str = ""
    root: str = ""

    def prove(self, fresh: Path) -> None:
        """Stop unless the unpacked record is signed by the pinned key and grew from the pinned root."""
        if self.key and (found := public_key(fresh)) != self.key:
            raise Stop(f"Its record is signed by {found}, not by the key you named.")
        if not self.root:
            return
        size, _, root = self.root.partition(":")
        if not size.isdecimal() or len(root) != 64:
            raise Stop("Name a root as SIZE:ROOT, as zr backup prints it and /api/health shows it.")
        border = border_of(fresh / DATABASE, most=int(size))
        if (border.size, border.root().hex()) != (int(size), root.lower()):
            raise Stop(f"Its first {border.size} leaves lead to root {border.root().hex()}, not to the one you noted.")


def load(file: Path, folder: Path, *, pins: Pins | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Unpack beside the folder, prove everything, and only then give it its name; gives both audit heads."""
    if os.environ.get("ZR_DATABASE_URL"):
        raise Stop("ZR_DATABASE_URL names a PostgreSQL: restore its dump by pg_restore, and unset it to restore here.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Stop("It is not empty. Name a folder that is empty or not there yet.")
    if not file.is_file():
        raise Stop(f"There is no file {file}.")
    fresh = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    try:
        saved = unpack(file, fresh)
        # An index of whatever time shows what this database may not hold; the house builds its own at the next start.
        shutil.rmtree(fresh / "search", ignore_errors=True)
        size, root = proven_root(fresh, fresh / DATABASE)
        (pins or Pins()).prove(fresh)
        restored = {"size": size, "root": root.hex()}
        if restored != saved:
            raise Stop(f"Its leaves lead to root {restored['root']} of {size}; saved was {saved['root']}.")
        if folder.exists():
            folder.rmdir()
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return saved, restored


def unpack(file: Path, fresh: Path) -> dict[str, Any]:
    """Exactly the files of the manifest, each with its SHA-256; gives the audit head that was saved."""
    with zipfile.ZipFile(file) as archive:
        manifest = read_manifest(archive)
        if {*archive.namelist()} != {MANIFEST, *manifest["files"]}:
            raise Stop("The file does not hold what its manifest says.")
        for name, digest in manifest["files"].items():
            if extract(archive, name, fresh) != digest:
                raise Stop(f"{name} in the file is not what was saved.")
    with closing(sqlite3.connect(fresh / DATABASE)) as database:
        found = database.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise Stop(f"The database is damaged: {found}")
    audit: dict[str, Any] = manifest["audit"]
    return audit


def read_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest of a backup of this format."""
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        known = manifest["format"] == FORMAT and DATABASE in manifest["files"]
    except (KeyError, ValueError, TypeError) as reason:
        raise Stop("The file is no backup that zr backup wrote.") from reason
    if not known:
        raise Stop(f"The file is of the format {manifest['format']}; this version reads {FORMAT}.")
    return manifest


def extract(archive: zipfile.ZipFile, name: str, fresh: Path) -> str:
    """Write one member inside the folder and nowhere else; gives its SHA-256."""
    parts = PurePosixPath(name).parts
    if PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name:
        raise Stop(f"The file names {name}, which lies outside the folder.")
    path, digest = fresh.joinpath(*parts), hashlib.sha256()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with archive.open(name) as source, path.open("wb") as target:
        while piece := source.read(PIECE_BYTES):
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()
