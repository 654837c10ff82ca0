"""Runs as they are read: which rights, how far, what was refused, and the manifest by which one can be repeated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import QuerySet

from zhirong.base.refused import Refused
from zhirong.valuation.models import Run, RunRow

FEN: Final = ("p5_fen", "p10_fen", "p25_fen", "median_fen", "p75_fen", "p90_fen", "p95_fen", "mean_fen")
# The edition of the manifest's and of the rows' form.
FORM: Final = 1
# So many rows are in memory at once.
CHUNK: Final = 2_000
LEAST_REF: Final = 4


def named(ref: str) -> Run:
    """The run of this ref, or of its first signs (four or more) where they name it alone. Refused: none or several."""
    found = list(Run.objects.filter(ref__startswith=ref)[:2]) if len(ref) >= LEAST_REF else []
    if len(found) != 1:
        raise Refused("valuation.run_unknown", ref=ref)
    return found[0]


def newest(most: int) -> list[Run]:
    """The newest runs first, without their manifests."""
    return list(Run.objects.defer("manifest").select_related("asked_by").order_by("-asked_at", "-pk")[:most])


def spans_of(ids: Iterable[int]) -> list[list[int]]:
    """Rising ids as spans [first, last]: a registry of a million rights without gaps is two numbers."""
    spans: list[list[int]] = []
    for one in ids:
        if spans and one == spans[-1][1] + 1:
            spans[-1][1] = one
        else:
            spans.append([one, one])
    return spans


def rights_of(run: Run) -> list[int]:
    """The ids of the run's rights in its order, as they were fixed at its beginning."""
    return [one for first, last in kept_of(run)["rights"] for one in range(first, last + 1)]


def refused_of(run: Run) -> dict[str, int]:
    """How many rights were refused so far, by the code of the reason."""
    found: dict[str, int] = kept_of(run)["refused"]
    return found


def kept_of(run: Run) -> dict[str, Any]:
    """What the row keeps as text: its rights as spans, the house's version, and the counts so far."""
    said: dict[str, Any] = json.loads(run.manifest)
    return {"version": "", "rights": [], "refused": {}, "without_range": 0, **said}


def rows_of(run: Run) -> QuerySet[RunRow]:
    """What was found, in the order of the rights."""
    return RunRow.objects.filter(run=run).order_by("right_id")


def sha256_of(run: Run) -> str:
    """The hash of all rows in the order of rights, each a line `key,p5,…,p95,mean,basis` in fen; no value is empty."""
    digest = hashlib.sha256()
    for line in _lines(rows_of(run).values_list("right__key", *FEN, "basis")):
        digest.update(line)
    return digest.hexdigest()


def _lines(rows: QuerySet[RunRow, Sequence[Any]]) -> Iterator[bytes]:
    for row in rows.iterator(chunk_size=CHUNK):
        yield (",".join("" if one is None else str(one) for one in row) + "\n").encode()


def manifest(run: Run) -> Mapping[str, Any]:
    """All that a second run needs to give the same digits, and what this one gave, as JSON has it."""
    kept = kept_of(run)
    valued = run.done - sum(kept["refused"].values())
    return {
        "form": FORM,
        "ref": run.ref,
        "state": run.state,
        "day": run.day.isoformat(),
        "model_sha256": run.model_sha256,
        "parameters_sha256": run.parameters_sha256,
        "seed": run.seed,
        "version": kept["version"],
        "rights": run.rights,
        "spans": kept["rights"],
        "done": run.done,
        "valued": valued,
        "without_range": kept["without_range"],
        "refused": kept["refused"],
        "rows_sha256": run.sha256,
        "asked_by": run.asked_by.ref if run.asked_by else "house",
        "asked_at": run.asked_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
    }
