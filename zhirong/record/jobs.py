"""Long work in a thread of the server: taken one by one, its progress in a row, safe to start again."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from zhirong.base.refused import Refused, sentence
from zhirong.record import actions
from zhirong.record.models import Job

PAUSE_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """How far work has come."""

    done: int
    total: int
    message: str = ""


Work = Callable[[dict[str, Any]], Iterator[Progress]]
"""From the facts of a job to its steps. Each step commits by itself, and a step that was done is found done."""


def run_job(job: Job, work: Mapping[str, Work]) -> str:
    """Do one job in the caller's thread; the answer is the state it ended in."""
    try:
        for step in work[job.kind](json.loads(job.facts)):
            actions.note_progress(job.pk, done=step.done, total=step.total, message=step.message)
    except Refused as refused:
        actions.end_job(job.pk, state="refused", message=f"{sentence(refused, 'zh')} / {sentence(refused, 'en')}")
        return "refused"
    actions.end_job(job.pk, state="done")
    return "done"


class Worker:
    """The server's thread for jobs. The server, which knows all modules, says which function does which kind."""

    def __init__(self, work: Mapping[str, Work]) -> None:
        self._work = work
        self._woken = threading.Event()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Take up what a crash left, then what is asked."""
        actions.resume_jobs()
        self._thread.start()

    def wake(self) -> None:
        """A job was asked for."""
        self._woken.set()

    def stop(self) -> None:
        """End after the step that is being done; the job goes on at the next start."""
        self._ends.set()
        self._woken.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._ends.is_set():
            job = actions.take_job(self._work)
            if job is None:
                self._woken.wait(PAUSE_SECONDS)
                self._woken.clear()
                continue
            # A thread for each job: a fault in one ends that thread, with its traceback, and not the worker.
            one = threading.Thread(target=self._run_one, args=(job,), name=f"job {job.pk}", daemon=True)
            one.start()
            one.join()
        connection.close()

    def _run_one(self, job: Job) -> None:
        ended = False
        try:
            run_job(job, self._stoppable())
            ended = True
        except Stopped:
            ended = True
        finally:
            if not ended:
                actions.end_job(job.pk, state="failed")
            connection.close()

    def _stoppable(self) -> Mapping[str, Work]:
        return {kind: self._watching(work) for kind, work in self._work.items()}

    def _watching(self, work: Work) -> Work:
        def steps(facts: dict[str, Any]) -> Iterator[Progress]:
            for step in work(facts):
                yield step
                if self._ends.is_set():
                    raise Stopped

        return steps


class Stopped(BaseException):
    """The server ends in the middle of a job; it stays running in its row and waits again at the next start."""


def until_told_to_end() -> None:
    """Wait for SIGTERM or SIGINT: the main thread of a process whose work is done by other threads."""
    told = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: told.set())
    told.wait()
