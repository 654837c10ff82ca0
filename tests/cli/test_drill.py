"""The drill in its short form, and that it would notice."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

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
