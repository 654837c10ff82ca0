"""The drill in its short form, and that it would notice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from zhirong.cli import drill_load, drill_rounds
from zhirong.record import port

ROOT = Path(__file__).resolve().parent.parent.parent


def drilled(*words: str) -> subprocess.CompletedProcess[str]:
    """The verb as people call it."""
    command = [sys.executable, "-m", "zhirong.cli", "drill", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


def test_nothing_acknowledged_is_lost_by_kills_lost_power_or_broken_disks() -> None:
    done = drilled("--seed", str(time.time_ns() % 10**6))
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 faults" in done.stdout
    assert "3 kills, 12 power losses" in done.stdout


def test_the_drill_notices_a_database_that_does_not_sync_every_commit() -> None:
    done = drilled("--kills", "0", "--losses", "12", "--stops", "0", "--synchronous", "NORMAL")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "is lost" in done.stdout


@pytest.mark.django_db(transaction=True)
@pytest.mark.both
def test_a_floor_killed_on_postgresql_keeps_what_it_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite the drill itself is a test")
    monkeypatch.setattr(drill_rounds, "PROOFS_A_ROUND", 1)
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
    assert len(heard) > 0
    drill_rounds.check(lambda: port.beside(connections["default"]), heard, tally, name="kill", chance=chance)
    assert tally.faults == []
