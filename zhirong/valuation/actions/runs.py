"""Runs over all rights (批量估值): begun once, worked off in chunks of one transaction each, resumed after a kill."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction

from zhirong.base.deferred import Deferred
from zhirong.base.refused import Refused
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.registry.models import Right
from zhirong.valuation import estimating, figures, subjects
from zhirong.valuation.models import MarketModel, Run, RunRow

if TYPE_CHECKING:
    from zhirong.valuation import executor, run_chunks
    from zhirong.valuation.run_chunks import Chunk, Valued
else:
    executor = Deferred("zhirong.valuation.executor")
    run_chunks = Deferred("zhirong.valuation.run_chunks")

CHUNK_SIZE = 500
MOST_A_CHUNK = 5_000


@transaction.atomic
def begin(day: date, *, chunk_size: int = CHUNK_SIZE, asked_by: Person | None = None) -> Run:
    """A run over every right on the register as of a day, with the model and the figures of that day, or the one that
    was begun with the same and not ended: whoever was killed goes on where it stood.
    """
    if not 1 <= chunk_size <= MOST_A_CHUNK:
        raise Refused("valuation.chunk_size", least=1, most=MOST_A_CHUNK)
    model, under = estimating.model_on(day), figures.on(day)
    known = {"day": day, "model_sha256": model.sha256 if model else "", "parameters_sha256": under.sha256}
    if open_run := Run.objects.filter(**known, state__in=("waiting", "running")).order_by("pk").last():
        return open_run
    ids = list(Right.objects.visible().order_by("pk").values_list("pk", flat=True))
    parts = [ids[start : start + chunk_size] for start in range(0, len(ids), chunk_size)]
    return Run.objects.create(
        ref=secrets.token_hex(8),
        **known,
        seed=under.value("estimate.seed"),
        rights=len(ids),
        chunk_size=chunk_size,
        manifest=json.dumps({"order": "right", "chunks": [[part[0], part[-1], len(part)] for part in parts]}),
        asked_by=asked_by,
        asked_at=record.now(),
    )


def work_off(run: Run, *, workers: int = 1, progress: Callable[[int, int], None] | None = None) -> Run:
    """What is left of a run, by so many processes, then its hash. The results do not depend on workers or chunks.

    Refused: figures that changed since it was begun (a newer version of the house); it is dropped, begin anew.
    """
    _must_rule(run)
    Run.objects.filter(pk=run.pk, started_at=None).update(started_at=record.now())
    Run.objects.filter(pk=run.pk).update(state="running")
    parts = json.loads(run.manifest)["chunks"]
    while parts and RunRow.objects.filter(run=run, right__lte=parts[0][1], right__gte=parts[0][0]).exists():
        parts.pop(0)
    model = MarketModel.objects.filter(sha256=run.model_sha256).values_list("body", flat=True).first() or ""
    # The executor is written for the chunks of paths; it hands on any that a process can be sent.
    answers = executor.run(cast(Any, _chunks(run, parts, model)), workers=workers, work=cast(Any, run_chunks.value))
    for rows in cast("Iterator[Sequence[Valued]]", answers):
        _keep(run, rows)
        if progress is not None:
            progress(run.done, run.rights)
    return _end(run)


def results(run: Run) -> Iterator[Valued]:
    """The rows of a run by rising id of their rights."""
    columns = [f"{name}_fen" for name in run_chunks.AMOUNTS]
    rows = RunRow.objects.filter(run=run).order_by("right_id").values_list("right_id", "basis", *columns)
    for right_id, basis, *amounts in rows.iterator(chunk_size=2_000):
        known = None if amounts[0] is None else tuple(amounts)
        yield run_chunks.Valued(right_id, known, basis)


def _chunks(run: Run, parts: Sequence[Sequence[int]], model: str) -> Iterator[Chunk]:
    for first, last, _ in parts:
        rights = list(Right.objects.visible().filter(pk__gte=first, pk__lte=last).order_by("pk"))
        found = subjects.of_rights(rights, run.day)
        known = [
            (right.pk, None if isinstance(one, Refused) else one) for right, one in zip(rights, found, strict=True)
        ]
        yield run_chunks.Chunk(run.day, model, tuple(known))


@transaction.atomic
def _keep(run: Run, rows: Sequence[Valued]) -> None:
    """One chunk: all of its rows and the count, or nothing."""
    columns = [f"{name}_fen" for name in run_chunks.AMOUNTS]
    RunRow.objects.bulk_create(
        RunRow(run=run, right_id=right_id, basis=basis, **dict(zip(columns, amounts or (None,) * 8, strict=True)))
        for right_id, amounts, basis in rows
    )
    run.done += len(rows)
    run.save(update_fields=["done"])


@transaction.atomic
def _end(run: Run) -> Run:
    run.sha256 = run_chunks.digest(results(run))
    run.state, run.ended_at = "done", record.now()
    run.save(update_fields=["sha256", "state", "ended_at"])
    record.tell(
        "valuation.run_done",
        run.topic,
        who=None,
        day=run.day.isoformat(),
        rights=run.rights,
        sha256=run.sha256,
        model_sha256=run.model_sha256,
        parameters_sha256=run.parameters_sha256,
    )
    return run


def _must_rule(run: Run) -> None:
    if figures.on(run.day).sha256 != run.parameters_sha256:
        Run.objects.filter(pk=run.pk).update(state="dropped", ended_at=record.now())
        raise Refused("valuation.run_outdated", run=run.ref)
