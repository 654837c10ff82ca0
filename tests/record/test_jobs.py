"""Long work: asked once, done in steps, taken up again after a crash."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.record.given_deeds import ANNA
from zhirong.base.refused import Refused, sentence
from zhirong.record import actions, jobs
from zhirong.record.models import Job


def counting(facts: dict[str, Any]) -> Iterator[jobs.Progress]:
    for done in range(1, facts["steps"] + 1):
        yield jobs.Progress(done, facts["steps"], f"row {done}")


def refusing(_facts: dict[str, Any]) -> Iterator[jobs.Progress]:
    yield jobs.Progress(1, 2)
    raise Refused("file.empty")


def breaking(_facts: dict[str, Any]) -> Iterator[jobs.Progress]:
    yield jobs.Progress(1, 2)
    raise ZeroDivisionError


WORK = {"count": counting, "refuse": refusing, "break": breaking}


def states() -> list[tuple[str, str, int, int]]:
    return list(Job.objects.order_by("pk").values_list("kind", "state", "done", "total"))


@pytest.mark.django_db
def test_a_job_is_asked_for_once_by_its_key():
    one = actions.ask_job(ANNA, "count", key="import:7", facts={"steps": 3}, total=3)
    assert actions.ask_job(ANNA, "count", key="import:7", facts={"steps": 99}).pk == one.pk
    assert states() == [("count", "waiting", 0, 3)]


@pytest.mark.django_db
@pytest.mark.both
def test_a_job_runs_to_its_end_with_its_progress_in_the_row():
    actions.ask_job(ANNA, "count", key="a", facts={"steps": 3})
    job = actions.take_job(WORK)
    assert job is not None
    assert states() == [("count", "running", 0, 0)]
    assert actions.take_job(WORK) is None
    assert jobs.run_job(job, WORK) == "done"
    assert states() == [("count", "done", 3, 3)]


@pytest.mark.django_db
def test_a_refused_job_says_why():
    actions.ask_job(ANNA, "refuse", key="a", facts={})
    job = actions.take_job(WORK)
    assert job is not None
    assert jobs.run_job(job, WORK) == "refused"
    refused = Refused("file.empty")
    assert Job.objects.get().message == f"{sentence(refused, 'zh')} / {sentence(refused, 'en')}"
    assert states() == [("refuse", "refused", 1, 2)]


@pytest.mark.django_db
def test_a_job_of_a_kind_that_nobody_here_does_stays_waiting():
    actions.ask_job(ANNA, "other", key="a", facts={})
    assert actions.take_job(WORK) is None
    assert states() == [("other", "waiting", 0, 0)]


@pytest.mark.django_db
def test_after_a_crash_a_running_job_waits_again():
    actions.ask_job(ANNA, "count", key="a", facts={"steps": 1})
    actions.take_job(WORK)
    assert actions.resume_jobs() == 1
    assert states() == [("count", "waiting", 0, 0)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_the_worker_goes_on_after_a_job_that_broke():
    actions.ask_job(ANNA, "break", key="a", facts={})
    actions.ask_job(ANNA, "count", key="b", facts={"steps": 2})
    worker = jobs.Worker(WORK)
    worker.start()
    ends_at = time.monotonic() + 60
    while Job.objects.filter(state__in=("waiting", "running")).exists() and time.monotonic() < ends_at:
        time.sleep(0.02)
    worker.stop()
    assert states() == [("break", "failed", 1, 2), ("count", "done", 2, 2)]


@pytest.mark.django_db(transaction=True)
def test_a_server_that_ends_leaves_the_job_to_the_next():
    begun, may_go_on = threading.Event(), threading.Event()

    def slow(_facts: dict[str, Any]) -> Iterator[jobs.Progress]:
        for done in range(1, 100):
            yield jobs.Progress(done, 99)
            begun.set()
            may_go_on.wait(60)

    actions.ask_job(ANNA, "slow", key="a", facts={})
    worker = jobs.Worker({"slow": slow})
    worker.start()
    assert begun.wait(60)
    # The step goes on only after the worker was told to end.
    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    assert worker._ends.wait(60)
    may_go_on.set()
    stopping.join(60)
    ((kind, state, done, _total),) = states()
    assert (kind, state) == ("slow", "running")
    assert done < 99
    assert actions.resume_jobs() == 1
