"""A floor that is killed under load, over and over, on one SQLite file."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.exchange.given_floor import Clock, a_lot

pytestmark = pytest.mark.django_db(transaction=True)
CODES = [str(code) for code in range(100, 132)]

VICTIM = """
import sys, threading, time
from itertools import count
from pathlib import Path
import django
django.setup()
from zhirong.exchange.floor import Floor
from zhirong.exchange.floor_watch import Watch
from zhirong.record import port as sql
path, lot, salt = sys.argv[1], int(sys.argv[2]), sys.argv[3]
watch = Watch(0, 1, clock_jump_ns=10**18, outage_ns=10**18, path=Path(path).with_suffix(".lock"))
floor = Floor(lambda: sql.open_sqlite(path), clock_ns=time.time_ns, watch=watch)
floor.start()
keys, told = count(), threading.Lock()
def client(code, price=100000):
    while True:
        key = f"{salt}-{next(keys)}"
        with told:
            print("?", code, price, key, flush=True)
        reply = floor.bid(lot, code, price, key=key).result()
        with told:
            print("=" if reply.accepted else "-", code, price, key, reply.facts.get("seq", 0), flush=True)
        price = reply.facts.get("least_fen") or reply.facts.get("price_fen", price) + 10000
for code in range(100, 116):
    threading.Thread(target=client, args=(str(code),), daemon=True).start()
time.sleep(60)
"""


def test_e10_e11_a_floor_killed_under_load_keeps_every_acknowledged_bid(tmp_path: Path) -> None:
    clock, copy = Clock(), tmp_path / "house.sqlite3"
    lot = a_lot(clock, *CODES)
    with sqlite3.connect(copy) as target:
        connection.ensure_connection()
        connection.connection.backup(target)
    acknowledged: dict[tuple[str, int], int] = {}
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhirong.settings", "ZR_DATA": str(tmp_path / "data")}
    chance = random.Random(7)
    for round_number in range(4):
        command = [sys.executable, "-c", VICTIM, str(copy), str(lot.pk), str(round_number)]
        victim = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert victim.stdout
        lines = []
        for line in victim.stdout:
            lines.append(line.split())
            if len(lines) > chance.randint(400, 1200):
                break
        victim.send_signal(signal.SIGKILL)
        lines += [line.split() for line in victim.stdout.read().splitlines()]
        victim.wait()
        acknowledged |= {(m[1], int(m[2])): int(m[4]) for m in lines if len(m) == 5 and m[0] == "="}
    with sqlite3.connect(copy) as rows:
        kept = {
            (code, price): seq
            for code, price, seq in rows.execute(
                "SELECT code, amount_fen, seq FROM exchange_lotstep WHERE kind = 'bid' AND refusal = ''"
            )
        }
        assert rows.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        leaves = rows.execute("SELECT COUNT(*) FROM record_leaf WHERE kind = 'exchange.bid'").fetchone()[0]
    assert len(acknowledged) > 20
    assert {bid: seq for bid, seq in acknowledged.items() if kept.get(bid) != seq} == {}
    assert leaves == len(kept)
