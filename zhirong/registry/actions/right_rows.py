"""Rows of rights by plain SQL: an import of 23,000 would spend most of its time in the mapper otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from zhirong.record import port
from zhirong.registry import records
from zhirong.registry.models import Right
from zhirong.registry.records import RightRecord

COLUMNS = (
    "kind",
    "number",
    "publication_number",
    "title",
    "title_en",
    "abstract",
    "ipc",
    "ipc_all",
    "inventors",
    "filed_on",
    "granted_on",
    "facts",
    "source_day",
    "version",
    "source",
)


class VersionRow(NamedTuple):
    """One row of RightVersion without its id."""

    right_id: int
    version: int
    facts: str
    source: str
    file_id: int | None
    put_by_id: int
    put_at: datetime
    batch_id: int | None


class HoldingRow(NamedTuple):
    """One row of Holding without its id; it has no end."""

    right_id: int
    name: str
    party_id: int | None
    share_ppm: int
    position: int
    since: date | None


def fill(right: Right, said: RightRecord) -> None:
    """The columns of a row from a record; the abstract stands in its own and not in the facts."""
    values: dict[str, Any] = {
        "kind": str(said.kind),
        "number": said.number,
        "publication_number": said.publication_number,
        "title": said.title,
        "title_en": said.title_en,
        "abstract": said.abstract,
        "ipc": said.ipc[0] if said.ipc else "",
        "ipc_all": "\n".join(said.ipc),
        "inventors": "\n".join(said.inventors),
        "filed_on": said.filed_on,
        "granted_on": said.granted_on,
        "facts": records.to_text(records.with_abstract(said, "")),
        "source_day": said.source_day,
    }
    for name, value in values.items():
        setattr(right, name, value)


def insert_rights(door: port.Port, rights: Sequence[Right]) -> None:
    """New rows, whose ids were drawn before; the objects stand for saved rows from now on."""
    rows = [(right.pk, right.key, right.batch_id, *_values(door, right)) for right in rights]
    _insert(door, "registry_right", columns=("id", "key", "batch_id", *COLUMNS, "put_at"), rows=rows)
    for right in rights:
        right._state.adding, right._state.db = False, "default"


def update_rights(door: port.Port, rights: Sequence[Right]) -> None:
    """Known rows as these objects have them now."""
    marks = ", ".join(f"{name} = ?" for name in (*COLUMNS, "put_at"))
    if rights:
        rows = [(*_values(door, right), right.pk) for right in rights]
        door.executemany(f"UPDATE registry_right SET {marks} WHERE id = ?", rows)


def insert_versions(door: port.Port, versions: Sequence[VersionRow]) -> None:
    """Versions are only ever added."""
    rows = [one._replace(put_at=port.stamp(door, one.put_at)) for one in versions]
    _insert(door, "registry_rightversion", columns=VersionRow._fields, rows=rows)


def insert_holdings(door: port.Port, holdings: Sequence[HoldingRow]) -> None:
    """The holders of new rights."""
    rows = [(*one[:-1], _plain(one.since)) for one in holdings]
    _insert(door, "registry_holding", columns=HoldingRow._fields, rows=rows)


def _insert(door: port.Port, table: str, *, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(columns))
        door.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def _values(door: port.Port, right: Right) -> tuple[Any, ...]:
    return (*(_plain(getattr(right, name)) for name in COLUMNS), port.stamp(door, right.put_at))


def _plain(value: Any) -> Any:
    """Days as both databases read them."""
    return value.isoformat() if isinstance(value, date) else value
