"""The work of a run: rights are read here, valued in as many processes as asked, and noted in their order.

Only this process reads and writes the database. What it hands out are plain values, so that any engine of processes
could stand behind `executor.run`, and the digits depend neither on their number nor on how the run was cut.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any, Final, cast

from zhirong.base.refused import Refused
from zhirong.registry.models import Right
from zhirong.valuation import executor, runs_chunk, runs_read, subjects
from zhirong.valuation.actions import runs
from zhirong.valuation.actions.runs import Judged
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.models import MarketModel as Kept
from zhirong.valuation.models import Run
from zhirong.valuation.runs_chunk import Chunk, Told

# So many rights are noted in one transaction: the write lock is held for some ten milliseconds.
PIECE: Final = 250
MOST_CHUNK: Final = 10_000
# The engine's word for a right whose term is over, which is refused as a page would refuse it.
ENDED: Final = "ended"


def go_on(run: Run, *, workers: int, chunk_size: int) -> Generator[int]:
    """Value what is left of a run and note it; yields how many rights are done after each piece.

    Closed early, it begins no further chunk, and the run goes on where it was. Refused: no worker or one that died;
    another process took the run; figures that changed.
    """
    done, planned = run.done, deque[Sequence[tuple[int, str]]]()
    given = _chunks(run, planned, size=chunk_size)
    # The executor's own chunks are those of paths; it hands on whatever it is given.
    answers = executor.run(cast(Any, given), workers=workers, work=cast(Any, runs_chunk.value))
    with closing(answers):
        for answer in answers:
            judged = _joined(planned.popleft(), iter(cast(list[Told], answer)))
            for start in range(0, len(judged), PIECE):
                done = runs.note(run.pk, done, judged[start : start + PIECE])
                yield done


def _chunks(run: Run, planned: deque[Sequence[tuple[int, str]]], *, size: int) -> Iterator[Chunk]:
    """The rights that are left, chunk by chunk, read when a process has room; `planned` keeps which, and why not."""
    model, left = model_of(run), iter(runs_read.rights_of(run)[run.done :])
    while ids := list(islice(left, size)):
        rights = list(Right.objects.filter(pk__in=ids).order_by("pk"))
        assert len(rights) == len(ids), "a right is never deleted"
        known = subjects.of_rights(rights, run.day)
        planned.append(
            [(right.pk, one.code if isinstance(one, Refused) else "") for right, one in zip(rights, known, strict=True)]
        )
        living = tuple(one for one in known if not isinstance(one, Refused))
        yield Chunk(living, model, run.day, run.parameters_sha256)


def _joined(rights: Sequence[tuple[int, str]], told: Iterator[Told]) -> list[Judged]:
    return [Judged(pk, refusal, None) if refusal else _judged(pk, next(told)) for pk, refusal in rights]


def _judged(right_id: int, told: Told) -> Judged:
    if told.basis == ENDED:
        return Judged(right_id, "valuation.term_is_over", None)
    return Judged(right_id, "", told)


def model_of(run: Run) -> MarketModel | None:
    """The model that the run began with; models are kept for ever under their hash."""
    if not run.model_sha256:
        return None
    return MarketModel.from_json(json.loads(Kept.objects.values_list("body", flat=True).get(sha256=run.model_sha256)))
