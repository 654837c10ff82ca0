"""Runs in chunks: the same digits however a run is cut and however many processes share it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from tests.valuation.given_paths import SETUP, many_rights
from zhirong.base.refused import Refused
from zhirong.valuation import executor
from zhirong.valuation.engine import chunks, kernel, paths
from zhirong.valuation.engine.paths import Floats

RIGHTS = many_rights(60)


@cache
def whole() -> Floats:
    """Computed when asked, for workers import this file as well."""
    return kernel.value(RIGHTS, paths.tables(SETUP))


def together(parts: object) -> Floats:
    return np.concatenate(list(parts))  # type: ignore[call-overload, no-any-return]


def dies(chunk: chunks.Chunk) -> Floats:
    """A worker that the machine kills."""
    os.kill(os.getpid(), signal.SIGKILL)
    return chunk.batch.base


def slow(chunk: chunks.Chunk) -> Floats:
    time.sleep(0.05)
    return chunk.batch.base


def fails(chunk: chunks.Chunk) -> Floats:
    raise Refused("valuation.nothing_given", name="a chunk")


@pytest.mark.parametrize("size", [1, 7, 59, 60, 1_000])
def test_any_cut_gives_the_same_digits(size: int) -> None:
    parts = executor.run(chunks.cut(SETUP, RIGHTS, size=size), workers=1)
    assert (together(parts) == whole()).all()


@pytest.mark.parametrize(("workers", "size"), [(2, 11), (7, 5)])
def test_any_number_of_workers_gives_the_same_digits_in_order(workers: int, size: int) -> None:
    parts = executor.run(chunks.cut(SETUP, RIGHTS, size=size), workers=workers)
    assert (together(parts) == whole()).all()


def test_progress_hears_of_each_chunk_in_order() -> None:
    heard: list[int] = []
    parts = list(executor.run(chunks.cut(SETUP, RIGHTS, size=20), workers=1, progress=heard.append))
    assert heard == [1, 2, 3]
    assert [len(part) for part in parts] == [20, 20, 20]


def test_a_run_that_is_left_begins_no_further_chunk_and_leaves_no_process() -> None:
    begun = []

    def counted():
        for chunk in chunks.cut(SETUP, RIGHTS, size=1):
            begun.append(chunk)
            yield chunk

    run = executor.run(counted(), workers=2, work=slow)
    assert len(list(islice(run, 2))) == 2
    run.close()
    assert len(begun) <= 2 + executor.AHEAD * 2
    assert multiprocessing.active_children() == []


def test_progress_that_raises_stops_the_run() -> None:
    def enough(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(executor.run(chunks.cut(SETUP, RIGHTS, size=10), workers=1, progress=enough))


def test_a_refusal_inside_a_worker_comes_out_as_it_is() -> None:
    with pytest.raises(Refused) as refused:
        list(executor.run(chunks.cut(SETUP, RIGHTS, size=60), workers=2, work=fails))
    assert (refused.value.code, refused.value.facts) == ("valuation.nothing_given", {"name": "a chunk"})


def test_a_worker_that_dies_is_a_refusal_and_no_hang() -> None:
    with pytest.raises(Refused) as refused:
        list(executor.run(chunks.cut(SETUP, RIGHTS, size=60), workers=2, work=dies))
    assert refused.value.code == "valuation.worker_died"
    assert multiprocessing.active_children() == []


ORPHANS = """
from tests.valuation import test_chunks as here
from zhirong.valuation import executor
from zhirong.valuation.engine import chunks
import multiprocessing, os, signal
if __name__ == "__main__":
    run = executor.run(chunks.cut(here.SETUP, here.RIGHTS, size=1), workers=1 + 1, work=here.slow)
    next(run)
    print(*(one.pid for one in multiprocessing.active_children()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, script], env=environment, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    workers = [int(pid) for pid in done.stdout.split()]
    assert workers
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.parametrize("workers", [0, -1, 1_000])
def test_a_number_of_workers_that_cannot_be_is_refused(workers: int) -> None:
    with pytest.raises(Refused):
        executor.run([], workers=workers)


@pytest.mark.parametrize("size", [0, -5, 10**9])
def test_a_size_of_chunk_that_cannot_be_is_refused(size: int) -> None:
    with pytest.raises(Refused):
        chunks.cut(SETUP, RIGHTS, size=size)


def test_no_rights_make_no_chunk() -> None:
    assert list(executor.run(chunks.cut(SETUP, many_rights(0), size=10), workers=2)) == []
