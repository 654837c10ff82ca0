"""`zr value` as a process: stopped by a key, killed, and gone on with by others, it finds what one run finds."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from tests.exchange.given_many import plain
from tests.registry.given_rights import a_right, an_operator
from zhirong.base.calendar import beijing_day
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.registry.models import Holding, Right
from zhirong.valuation import runs_work
from zhirong.valuation.actions import runs

ROOT = Path(__file__).resolve().parent.parent.parent
# A busy machine needs its time.
WAIT_S = 150
RIGHTS = 150
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def many_alike(count: int) -> None:
    """So many rights, each a little older than the one before."""
    right = a_right()
    holding = Holding.objects.get(right=right)
    right.pk = holding.pk = None
    made = Right.objects.bulk_create(
        Right(**{**plain(right), "key": f"{right.key}-{n}", "number": f"{right.number}-{n}"}) for n in range(count - 1)
    )
    Holding.objects.bulk_create(Holding(**{**plain(holding), "right_id": one.pk}) for one in made)


def whole(who: Person) -> str:
    """What one process finds without a stop."""
    run = runs.begin(who, beijing_day(record.now()), chunk_size=100)
    list(runs_work.go_on(run, workers=1, chunk_size=100))
    return runs.end(who, run.pk).sha256


class House:
    """A data folder with what this test's database holds, and the verb on it."""

    def __init__(self, folder: Path, login: str) -> None:
        self.folder, self.login = folder, login
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(folder / "zhirong.sqlite3")])

    def value(self, *words: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "ZR_DATA": str(self.folder), "ZR_DATABASE_URL": ""}
        command = [sys.executable, "-m", "zhirong.cli", "value", *words, "--as", self.login]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # As a terminal has it: a key reaches the whole group.
            start_new_session=True,
        )

    def run(self) -> tuple[str, int, str, str]:
        """ref, done, state and hash of the newest run."""
        with sqlite3.connect(self.folder / "zhirong.sqlite3") as file:
            found: tuple[str, int, str, str] | None = file.execute(
                "SELECT ref, done, state, sha256 FROM valuation_run ORDER BY id DESC LIMIT 1"
            ).fetchone()
        return found or ("", 0, "", "")

    def rows(self) -> int:
        with sqlite3.connect(self.folder / "zhirong.sqlite3") as file:
            return int(file.execute("SELECT count(*) FROM valuation_runrow").fetchone()[0])


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(WAIT_S * 100):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that")


def test_stopped_then_killed_it_goes_on_where_it_was_and_finds_the_same(tmp_path: Path) -> None:
    who = an_operator()
    many_alike(RIGHTS)
    house = House(tmp_path, who.login)
    expected = whole(who)

    begun = house.value("--all", "--chunk", "1")
    until(lambda: house.run()[1] >= 10)
    os.killpg(begun.pid, signal.SIGINT)
    told, said = begun.communicate(timeout=WAIT_S)
    ref, stopped_at, state, _ = house.run()
    assert (begun.returncode, state) == (130, "waiting")
    assert said == f"Stopped at {stopped_at} of {RIGHTS}. Go on: ./zr value --resume {ref} --as LOGIN\n"
    assert told == f"run {ref}: {RIGHTS} rights as of {beijing_day(record.now())}\n"
    assert 10 <= stopped_at == house.rows() < RIGHTS

    killed = house.value("--resume", ref, "--chunk", "2")
    until(lambda: house.run()[1] >= stopped_at + 20)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=WAIT_S)
    _, killed_at, state, _ = house.run()
    assert state == "running"
    assert stopped_at + 20 <= killed_at == house.rows() < RIGHTS

    last = house.value("--resume", ref[:6], "--chunk", "7", "--workers", "2")
    told, said = last.communicate(timeout=WAIT_S)
    assert last.returncode == 0, said
    assert house.run() == (ref, RIGHTS, "done", expected)
    assert f"sha256 of all rows {expected}" in told
    assert house.rows() == RIGHTS
