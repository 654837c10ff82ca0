"""Runs over many chunks on this machine: one narrow call, behind which a greater engine may stand one day."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing

from zhirong.base.refused import Refused
from zhirong.valuation.engine import chunks as path_chunks
from zhirong.valuation.engine import guards
from zhirong.valuation.engine.chunks import Chunk
from zhirong.valuation.engine.paths import Floats

MOST_WORKERS = 256
# Chunks handed out for each worker: one in work and one at hand, so that a run of any length needs little memory.
AHEAD = 2
Answers = Generator[Floats, None, None]


def run(
    given: Iterable[Chunk],
    *,
    workers: int,
    work: Callable[[Chunk], Floats] = path_chunks.value,
    progress: Callable[[int], None] | None = None,
) -> Answers:
    """What `work` gives for each chunk, in the order of the chunks, computed by so many processes.

    The digits do not depend on `workers` nor on how a run was cut. One worker is this process. `progress` hears how
    many chunks are done; if it raises, or the iterator is closed, no further chunk is begun and the processes end.
    `work` is a module's function, for it is sent by its name. Refused: no worker, or one that died.
    """
    guards.within(workers, "workers", least=1, most=MOST_WORKERS)
    answers = (work(chunk) for chunk in given) if workers == 1 else _by_processes(given, workers=workers, work=work)
    return _told(answers, progress)


def _told(answers: Answers, progress: Callable[[int], None] | None) -> Answers:
    with closing(answers):
        for done, answer in enumerate(answers, start=1):
            if progress is not None:
                progress(done)
            yield answer


def _by_processes(given: Iterable[Chunk], *, workers: int, work: Callable[[Chunk], Floats]) -> Answers:
    # Spawned, for a fork of a server with threads may inherit locks that nobody will open.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
    waiting: deque[Future[Floats]] = deque()
    try:
        for chunk in given:
            waiting.append(pool.submit(work, chunk))
            if len(waiting) >= AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise Refused("valuation.worker_died") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """In a new worker: a key that interrupts is the parent's business, and a parent that is gone is the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker has a parent"
    parent.join()
    # The pool waits for work that never comes; nothing of a worker is kept, so nothing is to be tidied up.
    os._exit(1)
