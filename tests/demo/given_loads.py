"""Two loads of a small demo in processes of their own, and what is asked of their tables."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from zhirong.base.calendar import beijing_day
from zhirong.demo.__main__ import SEED

ROOT = Path(__file__).resolve().parents[2]
LOAD, SWEEP, SCREENED = (
    str(Path(__file__).with_name(name)) for name in ("given_load.py", "given_sweep.py", "given_screened.py")
)
FEW = 40
# A house's story, and on a machine that does much else besides. Speed is for benches.
LOADS_WITHIN_SECONDS = 600


def loading(folder: Path) -> subprocess.Popen[bytes]:
    """A load in a process of its own."""
    kept_out = ("ZR_DATA", "ZR_DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    around = {name: value for name, value in os.environ.items() if name not in kept_out}
    command = [sys.executable, LOAD, str(folder), str(SEED), str(FEW)]
    with told_by(folder).open("wb") as told:
        return subprocess.Popen(command, env={**around, "PYTHONPATH": str(ROOT)}, stdout=told)


def told_by(folder: Path) -> Path:
    """What the load of this folder said on the way."""
    return folder.with_suffix(".told")


def swept(folder: Path) -> Any:
    """What the pages of a house show that no reader would understand, and how many were read."""
    return told_of(SWEEP, folder)


def screened(folder: Path) -> Any:
    """What screening and deciding each find for the enterprises with loans."""
    return told_of(SCREENED, folder)


def told_of(script: str, folder: Path) -> Any:
    """What a process of its own tells of a house."""
    around = {**os.environ, "ZR_DATA": str(folder), "PYTHONPATH": str(ROOT)}
    around = {name: value for name, value in around.items() if not name.startswith(("ZR_DATABASE", "DJANGO"))}
    told = subprocess.run([sys.executable, script, str(folder)], env=around, capture_output=True, check=True)
    return json.loads(told.stdout)


def rows(folder: Path, question: str, *said: object) -> list[Any]:
    with closing(sqlite3.connect(folder / "zhirong.sqlite3")) as tables:
        return tables.execute(question, said).fetchall()


def days_of(folder: Path) -> tuple[date, date]:
    """The days on which a story began and ended."""
    ((first, last),) = rows(folder, "SELECT min(at), max(at) FROM record_leaf")
    return tuple(beijing_day(datetime.fromisoformat(f"{at}+00:00")) for at in (first, last))  # type: ignore[return-value]


def counted(folder: Path, question: str) -> dict[str, int]:
    return dict(rows(folder, question))
