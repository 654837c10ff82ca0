"""A house is saved by the command while its floor and book write, and restored to the very root that was saved."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from zhirong.cli import drill_load

ROOT = Path(__file__).resolve().parent.parent.parent
BUSY = """
import sys
from functools import partial
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from zhirong.cli import drill_load
from zhirong.record import port, sequencer
call_command("migrate", verbosity=0)
path = settings.DATA / "lot.json"
path.write_text(drill_load.fixture())
call_command("loaddata", str(path), verbosity=0)
drill_load.open_accounts()
sequencer.start()
door = lambda: port.open_sqlite(settings.DATA / "zhirong.sqlite3")
load = drill_load.Load(door, salt="busy", told=partial(print, flush=True))
load.start()
sys.stdin.read()
load.end()
sequencer.stop()
"""


def zr(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ZR_DATA": str(folder)}
    environment.pop("ZR_DATABASE_URL", None)
    command = [sys.executable, "-m", "zhirong.cli", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def wait_for(lines: list[str], count: int) -> None:
    end = time.monotonic() + 600
    while len(lines) < count:
        assert time.monotonic() < end, lines
        time.sleep(0.01)


def wait_for_both(lines: list[str]) -> drill_load.Acknowledged:
    """What was acknowledged, once the book has been heard beside the floor: which of the two is quicker is chance."""
    end = time.monotonic() + 600
    while True:
        heard = drill_load.read(lines[:-1])
        if heard.bids and heard.transfers:
            return heard
        assert time.monotonic() < end, lines[-5:]
        time.sleep(0.05)


def test_what_was_acknowledged_before_a_backup_is_in_it_and_the_root_is_the_same(tmp_path: Path) -> None:
    folder, saved, again = tmp_path / "house", tmp_path / "house.zip", tmp_path / "again"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhirong.settings", "ZR_DATA": str(folder)}
    environment |= {"PYTHONPATH": str(ROOT), "ZR_DATABASE_URL": ""}
    busy = subprocess.Popen(
        [sys.executable, "-c", BUSY], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert busy.stdout
    assert busy.stdin
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(iter(busy.stdout.readline, "")))
    reader.start()
    try:
        wait_for(lines, 300)
        heard = wait_for_both(lines)
        told_before = len(lines)
        backup = zr(folder, "backup", str(folder), str(saved))
        assert backup.returncode == 0, backup.stderr
        assert len(lines) > told_before, "nobody waited for the backup"
        wait_for(lines, len(lines) + 50)
    finally:
        busy.stdin.close()
        busy.wait(600)
        reader.join()
    restored = zr(folder, "restore", str(saved), str(again))
    assert restored.returncode == 0, restored.stderr
    roots = re.findall(r"root\s+([0-9a-f]{64}) of (\d+) leaves", restored.stdout)
    assert roots[0] == roots[1]
    assert roots[0][0] in backup.stdout
    with closing(sqlite3.connect(again / "zhirong.sqlite3")) as rows:
        bids = {
            (code, price): seq
            for code, price, seq in rows.execute(
                "SELECT code, amount_fen, seq FROM exchange_lotstep WHERE kind = 'bid' AND refusal = ''"
            )
        }
        transfers = {name for (name,) in rows.execute("SELECT id FROM ledger_entry")}
    assert heard.bids
    assert heard.transfers
    wanted = {(code, price): seq for (code, _), (price, seq, _) in heard.bids.items()}
    assert {bid: seq for bid, seq in wanted.items() if bids.get(bid) != seq} == {}
    assert heard.transfers.keys() - transfers == set()
    with closing(sqlite3.connect(folder / "zhirong.sqlite3")) as rows:
        size, root = int(roots[0][1]), bytes.fromhex(roots[0][0])
        assert rows.execute("SELECT root FROM record_checkpoint WHERE size = ?", (size,)).fetchone() == (root,)
