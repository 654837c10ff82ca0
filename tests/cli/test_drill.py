"""The drill in its short form, and that it would notice."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from tests.unsealed import without_triggers
from zhirong.base.refused import Refused
from zhirong.cli import drill_load, drill_rounds
from zhirong.ledger.book import Answer, Order
from zhirong.record import actions as record
from zhirong.record import port

ROOT = Path(__file__).resolve().parent.parent.parent

BID = {"lot": 1, "listing": 1, "seq": 1, "line": 1, "number": 1, "at_ns": 1, "bidder": "100", "price_fen": 700}
BID |= {"end_ns": 2, "next_fen": 800}


def drilled(*words: str) -> subprocess.CompletedProcess[str]:
    """The verb as people call it."""
    command = [sys.executable, "-m", "zhirong.cli", "drill", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


def counted(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """The numbers of the drill's last line, by the word that follows each."""
    line = next(line for line in done.stdout.splitlines() if "acknowledgements" in line)
    return {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", line)}


def test_nothing_acknowledged_is_lost_by_kills_lost_power_or_broken_disks() -> None:
    done = drilled("--seed", str(time.time_ns() % 10**6))
    assert done.returncode == 0, done.stdout + done.stderr
    counts = counted(done)
    assert (counts["kills"], counts["power"], counts["full"], counts["faults"]) == (3, 12, 4, 0)
    # 16 disks fail at call 1 280 in the mean, and no bid or transfer takes more than some ten calls.
    assert counts["acknowledgements"] >= 500
    assert counts["receipts"] >= 200
    assert counts["of"] >= 3 * (3 + 10)


def test_a_drill_in_which_nothing_was_acknowledged_fails() -> None:
    tally = drill_rounds.Tally()
    tally.hears(drill_load.Acknowledged(), of="power")
    tally.hears(drill_load.Acknowledged(bids={("100", "k"): (1, 1, 1)}), of="kill 1 of 1")
    tally.end()
    assert tally.faults == [
        "power: 0 bids and 0 transfers were acknowledged",
        "kill 1 of 1: 1 bids and 0 transfers were acknowledged",
    ]


def test_every_kill_is_checked_at_once_and_the_last_with_every_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[tuple[list[str], list[str]]] = []

    def kill(house: str, tally: drill_rounds.Tally, *, salt: str, **more: object) -> drill_load.Acknowledged:
        return drill_load.Acknowledged(bids={("100", salt): (1, 1, 1)}, transfers={salt: 1})

    def check(heard: drill_load.Acknowledged, tally: drill_rounds.Tally, **more: drill_load.Acknowledged) -> None:
        checked.append((sorted(heard.transfers), sorted(more["proven"].transfers)))

    monkeypatch.setattr(drill_rounds, "kill", kill)
    drill_rounds.kill_rounds("house", 3, drill_rounds.Tally(), check_left=check, chance=random.Random(1))
    one, two, three = "kill1", "kill2", "kill3"
    assert checked == [([one], [one]), ([one, two], [two]), ([one, two, three], [one, two, three])]


class BusyOnce:
    """A book that is busy at first and then fallen."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def submit(self, orders: list[Order]) -> Future[list[Answer]]:
        self.asked += [order.id for order in orders]
        future: Future[list[Answer]] = Future()
        is_first = len(self.asked) == 1
        future.set_exception(Refused("ledger.book_busy") if is_first else Refused("ledger.book_stopped"))
        return future


def test_who_finds_the_book_busy_asks_for_the_same_again(monkeypatch: pytest.MonkeyPatch) -> None:
    book = BusyOnce()
    monkeypatch.setattr(drill_load.stream, "Queue", lambda door: book)
    monkeypatch.setattr(drill_load.Load, "_bid", lambda load, code: None)
    monkeypatch.setattr(drill_load, "MOVERS", 1)
    monkeypatch.setattr(drill_load.Floor, "start", lambda floor: None)
    load = drill_load.Load(lambda: port.open_sqlite(":memory:"), salt="s", told=lambda line: None)
    load.start()
    assert book.asked == ["s-1", "s-1"]


def test_the_drill_notices_a_database_that_does_not_sync_every_commit() -> None:
    done = drilled("--kills", "0", "--losses", "12", "--stops", "0", "--synchronous", "NORMAL")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "is lost" in done.stdout


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_a_floor_killed_on_postgresql_keeps_what_it_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drill_rounds, "BY_COMMAND_A_ROUND", 1)
    rows, tally, chance = tmp_path / "rows.json", drill_rounds.Tally(), random.Random(1)
    rows.write_text(drill_load.fixture(), "utf-8")
    call_command("loaddata", str(rows), verbosity=0)
    drill_load.open_accounts()
    here = connection.get_connection_params()
    login = f"{here.get('user', '')}:{here.get('password', '')}"
    url = f"postgresql://{login}@/{here['dbname']}?host={here.get('host', '')}"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhirong.settings", "ZR_DATA": str(settings.DATA)}
    heard = drill_rounds.kill(
        drill_rounds.SERVER, tally, salt="kill", chance=chance, environment={**environment, "ZR_DATABASE_URL": url}
    )
    drill_rounds.check(lambda: port.beside(connections["default"]), heard, tally, name="kill", chance=chance)
    tally.hears(heard, of="kill")
    tally.end()
    assert tally.faults == []
    assert tally.proofs == len(heard.bids) > 0


def test_a_receipt_that_does_not_verify_or_says_something_else_is_noticed(db: None) -> None:
    leaf = record.tell("exchange.bid", "lot:1", who=None, public=True, **BID)
    heard = drill_load.Acknowledged(bids={("100", "k"): (7_00, 1, leaf.pk)})
    prove = partial(drill_rounds.proofs, chance=random.Random(1), folder=settings.DATA)
    assert prove(heard, drill_rounds.Tally()) == []
    other = drill_load.Acknowledged(bids={("100", "k"): (8_00, 1, leaf.pk), ("100", "l"): (9_00, 2, leaf.pk + 1)})
    assert prove(other, drill_rounds.Tally()) == [
        f"leaf {leaf.pk + 1} is lost",
        f"leaf {leaf.pk} does not say what was told",
    ]
    with connection.cursor() as cursor, without_triggers(cursor):
        cursor.execute("UPDATE record_leaf SET body = replace(body, '700', '600')")
    faults = prove(heard, drill_rounds.Tally())
    assert f"leaf {leaf.pk} does not say what was told" in faults
    assert any("`zr verify` does not take" in fault for fault in faults)
