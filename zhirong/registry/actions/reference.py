"""Reference tables: loaded from a file by the operator, in chunks safe to repeat; the same file changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.registry.models import Division, IpcClass, TechnologyField
from zhirong.registry.readers import reference
from zhirong.registry.readers.reference import Row, TableName

# Small enough that no chunk holds SQLite's write lock for 50 ms.
CHUNK = 1_000
TABLES: dict[TableName, type[models.Model]] = {"ipc": IpcClass, "fields": TechnologyField, "divisions": Division}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file: how many rows it holds, how many of them were new or different, how many went."""

    rows: int
    changed: int
    removed: int


def _nobody_watches(done: int, total: int) -> None:
    """Progress that nobody asked for."""


def load(who: Person, table: TableName, data: bytes, *, tell: Callable[[int, int], None] = _nobody_watches) -> Loaded:
    """Bring a table to what the file says. Divisions come in several files, so those of another file stay."""
    access.require(who, "registry.load_reference")
    model = TABLES[table]
    key = model._meta.pk.attname
    wanted = {row[key]: row for row in reference.read(table, data)}
    names = [name for name in next(iter(wanted.values())) if name != key]
    stored = {row[key]: row for row in model._default_manager.values(key, *names)}
    changed = [row for pk, row in wanted.items() if stored.get(pk) != row]
    gone = [] if table == "divisions" else sorted(stored.keys() - wanted.keys())
    for start in range(0, len(changed), CHUNK):
        _put(model, changed[start : start + CHUNK], names)
        tell(min(start + CHUNK, len(changed)), len(changed))
    for start in range(0, len(gone), CHUNK):
        model._default_manager.filter(pk__in=gone[start : start + CHUNK]).delete()
    if changed or gone:
        _tell(who, table, data, rows=len(wanted), changed=len(changed) + len(gone))
    return Loaded(len(wanted), len(changed), len(gone))


def _put(model: type[models.Model], rows: Sequence[Row], names: Sequence[str]) -> None:
    made: list[Any] = [model(**row) for row in rows]
    # SQLite takes a limited number of values in a statement; Django cuts the batch for it.
    model._default_manager.bulk_create(
        made, update_conflicts=True, update_fields=list(names), unique_fields=[model._meta.pk.attname]
    )


@transaction.atomic
def _tell(who: Person, table: TableName, data: bytes, *, rows: int, changed: int) -> None:
    record.tell(
        "registry.reference_loaded",
        f"reference:{table}",
        who=who,
        public=True,
        table=table,
        rows=rows,
        changed=changed,
        sha256=hashlib.sha256(data).hexdigest(),
    )
