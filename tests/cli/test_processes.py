"""`zr work` and `zr floor`: processes without pages that end in order, and refuse in words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import missing
from zhirong.cli import floor, postgres
from zhirong.exchange import floor_doors

# A busy machine needs its time to make all tables.
WAIT_S = 150
ROOT = Path(__file__).resolve().parent.parent.parent
# What a real house that was told nothing warns of at every start.
UNTOLD = ("WARNING: ZR_SITE is not set", "WARNING: ZR_CUSTODY does not name")


@contextmanager
def a_process(folder: Path, *words: str, url: str = "") -> Iterator[subprocess.Popen[str]]:
    """The verb, once it has said its first line."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ZR_DATA": str(folder), "ZR_DATABASE_URL": url}
    command = [sys.executable, "-m", "zhirong.cli", *words]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(WAIT_S)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def ended(process: subprocess.Popen[str], by: signal.Signals) -> tuple[int, str]:
    process.send_signal(by)
    _, told = process.communicate(timeout=WAIT_S)
    return process.returncode, told


def test_work_does_what_is_due_and_a_second_one_is_refused(tmp_path: Path) -> None:
    with a_process(tmp_path, "work") as process:
        assert first_line(process) == "working\n"
        with a_process(tmp_path, "work") as other:
            _, told = other.communicate(timeout=WAIT_S)
            assert other.returncode == 2
            assert "another floor holds this shard of lots" in told
            assert "Traceback" not in told
        status, told = ended(process, signal.SIGTERM)
        assert status == 0
        assert [line for line in told.splitlines() if not line.startswith(UNTOLD)] == []
    assert (tmp_path / "zhirong.sqlite3").exists()


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_floor_on_sqlite_is_refused_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert floor.main(["--shard", "0", "--shards", "2"]) == 2
    assert "SQLite, which has one writer" in capsys.readouterr().err
    assert floor_doors.health().state == "absent"


@pytest.mark.parametrize("words", [["--shard", "2", "--shards", "2"], ["--shards", "0"], ["--shard", "-1"]])
def test_a_shard_that_is_none_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        floor.read(words)
    assert "--shard must be 0 to N-1" in capsys.readouterr().err


def test_floors_on_postgresql_share_the_lots_and_agree_on_how(tmp_path: Path) -> None:
    try:
        served = postgres.served(tmp_path / "server")
        with served as url:
            floors_of(tmp_path / "data", url)
    except postgres.NotServed as problem:
        missing(str(problem))


def floors_of(folder: Path, url: str) -> None:
    with a_process(folder, "floor", "--shard", "0", "--shards", "2", url=url) as first:
        assert first_line(first) == "floor 0 of 2\n"
        with a_process(folder, "floor", "--shard", "1", "--shards", "2", url=url) as second:
            assert first_line(second) == "floor 1 of 2\n"
            refused(folder, url, "--shard", "0", "--shards", "2", says="another floor holds this shard")
            refused(folder, url, "--shard", "2", "--shards", "3", says="cut its lots into 2 shards, not 3")
            assert ended(second, signal.SIGTERM) == (0, "")
        assert ended(first, signal.SIGINT) == (0, "")


def refused(folder: Path, url: str, *words: str, says: str) -> None:
    with a_process(folder, "floor", *words, url=url) as other:
        _, told = other.communicate(timeout=WAIT_S)
    assert other.returncode == 2
    assert says in told
