"""Putting rights on the register: a new one, or a further version of a known one; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal, TypeVar

from django.db import connection, transaction

from zhirong.base import calendar, money
from zhirong.base import text as texts
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record import port, teller
from zhirong.record.models import File
from zhirong.registry import queries, records
from zhirong.registry.models import ImportBatch, Right, RightVersion
from zhirong.registry.records import Named, RightRecord

Change = Literal["new", "changed", "same"]
Item = TypeVar("Item")

# Small enough that no chunk holds SQLite's write lock for 50 ms.
CHUNK_ROWS = 120
TRIES = 5
# Rows go through the port, so its drivers speak here and not the mapper.
ROW_FAILURES = (*port.SqlitePort.row_failures, *port.PostgresqlPort.row_failures)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where facts come from: the source's name, its file, the batch they wait in, and who brought them."""

    source: str
    who: Person
    file: File | None = None
    batch: ImportBatch | None = None
    # The verified party for which somebody brings rights; it is known as holder where the names agree.
    holder: Party | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """What became of one record."""

    right: Right
    change: Change


@dataclass(slots=True)
class Counts:
    """What became of many records."""

    new: int = 0
    changed: int = 0
    same: int = 0
    ids: list[int] = field(default_factory=list)

    def add(self, put: Put) -> None:
        """Count one more."""
        setattr(self, put.change, getattr(self, put.change) + 1)
        self.ids.append(put.right.pk)


@dataclass(slots=True)
class _Plan:
    """One record prepared before the lock is taken: the row as it will be, and how it was found."""

    record: RightRecord
    spelling: str
    right: Right
    change: Change
    found_version: int


def put_right(who: Person, facts: RightRecord, *, source: str, file: File | None = None) -> Put:
    """One right by an operator: a new one, a further version, or nothing where the facts are the same."""
    access.require(who, "registry.put_right")
    return put_chunk([facts], Origin(source, who, file))[0]


def put_rights(who: Person, facts: Iterable[RightRecord], *, source: str, file: File | None = None) -> Counts:
    """The batch form of `put_right`: the same rules, a leaf and an event for each, in chunks safe to repeat."""
    access.require(who, "registry.put_right")
    counts = Counts()
    for chunk in chunked(facts, CHUNK_ROWS):
        for put in put_chunk(chunk, Origin(source, who, file)):
            counts.add(put)
    return counts


def put_chunk(said: Sequence[RightRecord], origin: Origin) -> list[Put]:
    """Some records in one transaction. All is prepared before it; if a row moved meanwhile it is prepared anew."""
    assert len({one.key for one in said}) == len(said), "a chunk names each right once"
    for _ in range(TRIES):
        plans = _plans(said, origin, at=record.now())
        if all(plan.change == "same" for plan in plans) or _written(plans, origin):
            return [Put(plan.right, plan.change) for plan in plans]
    raise Refused("registry.busy")


def _written(plans: Sequence[_Plan], origin: Origin) -> bool:
    """One transaction; False where another writer was faster, be it with a version or with the same new right."""
    parties = _parties(plans)
    try:
        with transaction.atomic():
            if _moved(plans):
                return False
            _write(plans, origin, parties)
            return True
    except ROW_FAILURES as problem:
        # Two writers who both saw no such right: the key is unique, so one of them comes second.
        if Right.objects.filter(key__in=[plan.right.key for plan in plans if plan.found_version == 0]).exists():
            return False
        raise problem


def put_right_locked(who: Person, right: Right, facts: RightRecord, *, source: str, file: File | None = None) -> Change:
    """A further version inside a deed that holds the right's lock and had its own permission."""
    assert transaction.get_connection().in_atomic_block, "the caller holds the lock"
    plan = _next_version(facts, right, Origin(source, who, file), at=record.now())
    if plan.change != "same":
        _write([plan], Origin(source, who, file), {})
    return plan.change


def show_changes(batch: ImportBatch) -> None:
    """Bring the rows of rights that were known before up to the versions of a batch; in the caller's transaction."""
    waiting = {version.right_id: version for version in RightVersion.objects.filter(batch=batch, version__gt=1)}
    rights = list(Right.objects.select_for_update().filter(pk__in=waiting))
    for right in rights:
        version = waiting[right.pk]
        _fill(right, records.from_text(version.facts))
        right.version, right.source, right.put_at = version.version, version.source, version.put_at
    Right.objects.bulk_update(rights, [*COLUMNS, "version", "source", "put_at"], batch_size=100)


def chunked(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of at most so many items."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


COLUMNS = [
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
]


def _plans(said: Sequence[RightRecord], origin: Origin, *, at: datetime) -> list[_Plan]:
    known = {right.key: right for right in Right.objects.filter(key__in=[one.key for one in said])}
    return [_plan(one, known.get(one.key), origin, at=at) for one in said]


def _plan(said: RightRecord, right: Right | None, origin: Origin, *, at: datetime) -> _Plan:
    if right is None:
        fresh = Right(key=said.key, version=1, source=origin.source, put_at=at, batch=origin.batch)
        _fill(fresh, said)
        return _Plan(said, records.to_text(said), fresh, "new", 0)
    waits_elsewhere = right.batch_id is not None and right.batch_id != (origin.batch.pk if origin.batch else None)
    if waits_elsewhere and right.batch is not None and right.batch.visible_at is None:
        raise Refused("registry.waits_in_another_import", number=right.number, batch=right.batch.ref)
    return _next_version(records.merged(queries.record_of(right), said), right, origin, at=at)


def _next_version(after: RightRecord, right: Right, origin: Origin, *, at: datetime) -> _Plan:
    spelling = records.to_text(after)
    if spelling == records.to_text(queries.record_of(right)):
        return _Plan(after, spelling, right, "same", right.version)
    found = right.version
    # A version of a batch shows only when the batch does, so the row itself stays as it is until then.
    if origin.batch is None:
        _fill(right, after)
        right.source, right.put_at = origin.source, at
    return _Plan(after, spelling, right, "changed", found)


def _moved(plans: Sequence[_Plan]) -> bool:
    """Whether another writer touched one of these rights since they were read; takes their locks."""
    keys = [plan.right.key for plan in plans]
    now = dict(Right.objects.select_for_update().filter(key__in=keys).order_by("pk").values_list("key", "version"))
    return any(now.get(plan.right.key, 0) != plan.found_version for plan in plans)


def _write(plans: Sequence[_Plan], origin: Origin, parties: dict[str, Party]) -> None:
    """The rows of a chunk by plain SQL: an import of 23,000 would spend most of its time in the mapper otherwise."""
    fresh = [plan for plan in plans if plan.change == "new"]
    changed = [plan for plan in plans if plan.change == "changed"]
    door = port.within(connection)
    for plan, pk in zip(fresh, port.fresh_ids(door, "registry_right", len(fresh)), strict=True):
        plan.right.pk = pk
    highest = _highest_versions(changed)
    numbers = {plan.right.pk: highest.get(plan.right.pk, 0) + 1 for plan in (*fresh, *changed)}
    if origin.batch is None and changed:
        for plan in changed:
            plan.right.version = numbers[plan.right.pk]
        Right.objects.bulk_update([plan.right for plan in changed], [*COLUMNS, "version", "source", "put_at"])
    at = record.now()
    _insert(door, "registry_right", RIGHT_COLUMNS, [_right_row(door, plan.right) for plan in fresh])
    versions = [
        _version_row(plan, origin, number=numbers[plan.right.pk], at=port.stamp(door, at))
        for plan in plans
        if plan.change != "same"
    ]
    _insert(door, "registry_rightversion", VERSION_COLUMNS, versions)
    holdings = [one for plan in fresh for one in _holding_rows(plan, origin, parties)]
    _insert(door, "registry_holding", HOLDING_COLUMNS, holdings)
    deeds = [_deed(plan, origin, version=numbers[plan.right.pk], at=at) for plan in (*fresh, *changed)]
    teller.write_deeds(door, deeds)
    for plan in fresh:
        plan.right._state.adding, plan.right._state.db = False, "default"


RIGHT_COLUMNS = ("id", "key", *COLUMNS, "version", "source", "put_at", "batch_id")
VERSION_COLUMNS = ("right_id", "version", "facts", "source", "file_id", "put_by_id", "put_at", "batch_id")
HOLDING_COLUMNS = ("right_id", "name", "party_id", "share_ppm", "position", "since")


def _insert(door: port.Port, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(columns))
        door.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def _right_row(door: port.Port, right: Right) -> tuple[Any, ...]:
    values = [getattr(right, name) for name in COLUMNS]
    shown = [value.isoformat() if isinstance(value, date) else value for value in values]
    return (right.pk, right.key, *shown, right.version, right.source, port.stamp(door, right.put_at), right.batch_id)


def _version_row(plan: _Plan, origin: Origin, *, number: int, at: Any) -> tuple[Any, ...]:
    file_id = origin.file.pk if origin.file else None
    batch_id = origin.batch.pk if origin.batch else None
    return (plan.right.pk, number, plan.spelling, origin.source, file_id, origin.who.pk, at, batch_id)


def _highest_versions(changed: Sequence[_Plan]) -> dict[int, int]:
    """Versions that wait in a batch have taken their number too."""
    found: dict[int, int] = {}
    rows = RightVersion.objects.filter(right__in=[plan.right for plan in changed]).values_list("right_id", "version")
    for right_id, version in rows:
        found[right_id] = max(found.get(right_id, 0), version)
    return found


def _deed(plan: _Plan, origin: Origin, *, version: int, at: datetime) -> record.Deed:
    return record.Deed(
        kind="registry.right_put",
        topic=plan.right.topic,
        who_ref=origin.who.ref,
        at=at,
        public=origin.batch is None,
        facts={
            "key": plan.right.key,
            "version": version,
            "change": plan.change,
            "source": origin.source,
            "batch": origin.batch.ref if origin.batch else "",
        },
    )


def _holding_rows(plan: _Plan, origin: Origin, parties: dict[str, Party]) -> Iterator[tuple[Any, ...]]:
    """Who holds a new right: shares as told, else equal ones, which always sum to a million."""
    named = plan.record.named_holders()
    since = plan.record.granted_on or plan.record.filed_on
    for place, (one, share_ppm) in enumerate(zip(named, shares_of(named), strict=True)):
        party = parties.get(one.party) or _same_party(one, origin.holder)
        day = since.isoformat() if since else None
        yield (plan.right.pk, one.name, party.pk if party else None, share_ppm, place, day)


def shares_of(named: Sequence[Named]) -> list[int]:
    """Shares in millionths: those that were told, or equal ones by largest remainder."""
    told = [one.share_ppm for one in named]
    if not named or sum(told) == records.WHOLE_PPM:
        return told
    equal = money.split(records.WHOLE_PPM, dict.fromkeys(range(len(named)), 1))
    return [equal[place] for place in range(len(named))]


def _same_party(one: Named, party: Party | None) -> Party | None:
    """The bringing party is the holder only if it is verified and named alike (N31); else it claims and proves."""
    if party is None or party.verified_at is None:
        return None
    return party if texts.party_name(one.name) == texts.party_name(party.name) else None


def _parties(plans: Sequence[_Plan]) -> dict[str, Party]:
    refs = {one.party for plan in plans if plan.change == "new" for one in plan.record.named_holders() if one.party}
    return {party.ref: party for party in Party.objects.filter(ref__in=refs)} if refs else {}


def _fill(right: Right, said: RightRecord) -> None:
    """The columns of a row from a record."""
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


def today() -> date:
    """The day in Beijing by the house's clock."""
    return calendar.beijing_day(record.now())
