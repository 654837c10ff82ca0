"""Valuing many rights at once (批量估值): a run begins, notes what was found piece by piece, rests, and ends.

What decides its digits is fixed when it begins. Pieces come in the order of the rights, so `done` says where it is:
a run that was stopped or killed goes on there, in as many processes as one likes.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.registry.models import Right
from zhirong.valuation import estimating, figures, runs_read
from zhirong.valuation.models import Run, RunRow
from zhirong.valuation.runs_chunk import Told

REF_BYTES = 8


class Judged(NamedTuple):
    """One right of a run: what is told of it, or the code of the reason why nothing is."""

    right_id: int
    refusal: str
    told: Told | None


def begin(who: Person | None, day: date, *, chunk_size: int) -> Run:
    """A run over every visible right of the registry with the day's model and figures; nothing is valued yet."""
    access.require(who, "valuation.run")
    # Read outside the transaction: a million ids take a second, and the write lock may not wait for them.
    ids = list(Right.objects.visible().order_by("pk").values_list("pk", flat=True))
    model, under = estimating.model_on(day), figures.on(day)
    fixed = {"version": settings.VERSION, "rights": runs_read.spans_of(ids), "refused": {}, "without_range": 0}
    now = record.now()
    with transaction.atomic():
        run = Run.objects.create(
            ref=secrets.token_hex(REF_BYTES),
            day=day,
            model_sha256="" if model is None else model.sha256,
            parameters_sha256=under.sha256,
            seed=under.value("estimate.seed"),
            rights=len(ids),
            chunk_size=chunk_size,
            state="running",
            manifest=_text(fixed),
            asked_by=who,
            asked_at=now,
            started_at=now,
        )
        record.tell(
            "valuation.run_begun",
            run.topic,
            who=who,
            run=run.ref,
            day=day.isoformat(),
            rights=run.rights,
            model_sha256=run.model_sha256,
            parameters_sha256=run.parameters_sha256,
        )
    return run


@transaction.atomic
def take_up(who: Person | None, ref: str, *, chunk_size: int) -> Run:
    """A run that rests or was killed, running again. One that is done stays as it is.

    Refused: no such run; the figures of its day were corrected since, so its digits would not be of one kind.
    """
    access.require(who, "valuation.run")
    run = Run.objects.select_for_update().get(pk=runs_read.named(ref).pk)
    if run.state == "done":
        return run
    if figures.on(run.day).sha256 != run.parameters_sha256:
        raise Refused("valuation.run_figures_changed", day=run.day)
    run.state, run.message, run.chunk_size = "running", "", chunk_size
    run.save(update_fields=["state", "message", "chunk_size"])
    return run


def note(run_id: int, place: int, piece: Sequence[Judged]) -> int:
    """Keep what was found for the rights from `place` on; gives how many are done.

    Refused: another process noted them meanwhile, which goes on with this run.
    """
    # Made before the transaction, so that the write lock is held for the writing alone.
    rows = [_row(run_id, one.right_id, one.told) for one in piece if one.told is not None]
    refused = Counter(one.refusal for one in piece if one.refusal)
    without_range = sum(row.median_fen is None for row in rows)
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_id)
        if run.done != place:
            raise Refused("valuation.run_elsewhere", ref=run.ref)
        RunRow.objects.bulk_create(rows)
        kept = runs_read.kept_of(run)
        kept["refused"] = dict(Counter(kept["refused"]) + refused)
        kept["without_range"] += without_range
        run.manifest, run.done = _text(kept), place + len(piece)
        run.save(update_fields=["manifest", "done"])
    return run.done


def _row(run_id: int, right_id: int, told: Told) -> RunRow:
    found = dict(zip(runs_read.FEN, told.fen, strict=True)) if told.fen else {}
    return RunRow(run_id=run_id, right_id=right_id, basis=told.basis, **found)


def rest(run_id: int) -> None:
    """A run that was told to stop waits until somebody takes it up."""
    Run.objects.filter(pk=run_id, state="running").update(state="waiting")


def end(who: Person | None, run_id: int) -> Run:
    """All rights are done: the hash of all rows, on the record. Ended twice it is told once."""
    sha256 = runs_read.sha256_of(Run.objects.get(pk=run_id))
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=run_id)
        if run.state == "done":
            return run
        assert run.done == run.rights, "a run ends when all its rights are done"
        run.state, run.sha256, run.ended_at = "done", sha256, record.now()
        refused = sum(runs_read.refused_of(run).values())
        valued = run.rights - refused
        run.message = f"估值 {valued:,}，未估值 {refused:,} / {valued:,} valued, {refused:,} refused"
        run.save(update_fields=["state", "sha256", "ended_at", "message"])
        record.tell(
            "valuation.run_ended", run.topic, who=who, run=run.ref, valued=valued, refused=refused, sha256=sha256
        )
    return run


def _text(kept: object) -> str:
    return json.dumps(kept, sort_keys=True, separators=(",", ":"))
