"""Putting rights on the register: a new one, or a further version of a known one; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from typing import Literal, TypeVar

from django.db import connection, transaction

from zhirong.base import calendar
from zhirong.base import text as texts
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record import port, teller
from zhirong.record.models import File
from zhirong.registry import queries, records
from zhirong.registry.actions import deeds, heirs, right_rows
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
    # What it says anew of the holders of a right that was known.
    news: heirs.News | None = None


def put_right(who: Person, facts: RightRecord, *, source: str, file: File | None = None) -> Put:
    """One right by an operator: a new one, a further version, or nothing where the facts are the same."""
    access.require(who, "registry.put_right")
    for day in records.days_to_come(facts, today()).values():
        raise Refused("registry.day_to_come", day=day)
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


def put_right_locked(
    who: Person,
    right: Right,
    facts: RightRecord,
    *,
    source: str,
    file: File | None = None,
    holder: Party | None = None,
) -> Change:
    """A further version inside a deed that holds the right's lock and had its own permission."""
    assert transaction.get_connection().in_atomic_block, "the caller holds the lock"
    origin = Origin(source, who, file, holder=holder)
    plan = _next_version(facts, right, origin, at=record.now())
    if plan.change != "same":
        _write([plan], origin, {})
    return plan.change


@dataclass(frozen=True, slots=True)
class Shown:
    """A right known before a batch: what the batch says, the row as it will be, and a holder that differs."""

    record: RightRecord
    row: Right
    news: heirs.News | None


def changes_of(batch: ImportBatch) -> list[Shown]:
    """What a batch changes on rights that were known before; read before the lock."""
    waiting = RightVersion.objects.filter(batch=batch, version__gt=1).select_related("right").order_by("right_id")
    found = []
    for version in waiting.iterator(chunk_size=1000):
        said, row, news = records.from_text(version.facts), version.right, None
        if row.version < version.version:
            news = heirs.news_of(row.pk, queries.record_of(row), said, is_registers=batch.holder_id is None)
            right_rows.fill(row, said)
            row.version, row.source, row.put_at = version.version, version.source, version.put_at
        found.append(Shown(said, row, news))
    differing = {one.right_id for one in heirs.differing([one.news for one in found if one.news is not None])}
    return [one if one.row.pk in differing else replace(one, news=None) for one in found]


def show_changes(who: Person, batch: ImportBatch, changes: Sequence[Shown]) -> None:
    """Bring known rights up to the versions of a batch, in the caller's transaction.

    A right that moved on since its version was prepared takes the batch's facts on top, as one version more."""
    now = dict(Right.objects.filter(versions__batch=batch).values_list("pk", "version"))
    ready = {one.row.pk: one.row for one in changes if now[one.row.pk] < one.row.version}
    right_rows.update_rights(port.within(connection), list(ready.values()))
    for told in (one.news for one in changes if one.row.pk in ready):
        if told is not None:
            heirs.follow(who, told, holder=batch.holder)
    moved = {one.row.pk: one.record for one in changes if one.row.pk not in ready}
    for right in Right.objects.select_for_update().filter(pk__in=moved):
        after = _merge(batch.holder)(queries.record_of(right), moved[right.pk])
        put_right_locked(who, right, after, source=f"import:{batch.ref}", holder=batch.holder)


def chunked(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of at most so many items."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _plans(said: Sequence[RightRecord], origin: Origin, *, at: datetime) -> list[_Plan]:
    if origin.holder is not None:
        said = [records.of_holder(one) for one in said]
    keys = [one.key for one in said]
    known = {right.key: right for right in Right.objects.select_related("batch").filter(key__in=keys)}
    return [_plan(one, known.get(one.key), origin, at=at) for one in said]


def _plan(said: RightRecord, right: Right | None, origin: Origin, *, at: datetime) -> _Plan:
    if right is None:
        fresh = Right(key=said.key, version=1, source=origin.source, put_at=at, batch=origin.batch)
        right_rows.fill(fresh, said)
        return _Plan(said, records.to_text(said), fresh, "new", 0)
    waits_elsewhere = right.batch_id is not None and right.batch_id != (origin.batch.pk if origin.batch else None)
    if waits_elsewhere and right.batch is not None and right.batch.visible_at is None:
        raise Refused("registry.waits_in_another_import", number=right.number, batch=right.batch.ref)
    return _next_version(_merge(origin.holder)(queries.record_of(right), said), right, origin, at=at)


def _merge(holder: Party | None) -> records.Merge:
    return records.merged if holder is None else records.merged_of_holder


def _next_version(after: RightRecord, right: Right, origin: Origin, *, at: datetime) -> _Plan:
    spelling, before = records.to_text(after), queries.record_of(right)
    if spelling == records.to_text(before):
        return _Plan(after, spelling, right, "same", right.version)
    found, news = right.version, None
    # A version of a batch shows only when the batch does, so the row itself stays as it is until then.
    if origin.batch is None:
        right_rows.fill(right, after)
        right.source, right.put_at = origin.source, at
        news = heirs.news_of(right.pk, before, after, is_registers=origin.holder is None)
    return _Plan(after, spelling, right, "changed", found, news)


def _moved(plans: Sequence[_Plan]) -> bool:
    """Whether another writer touched one of these rights since they were read; takes their locks."""
    keys = [plan.right.key for plan in plans]
    now = dict(Right.objects.select_for_update().filter(key__in=keys).order_by("pk").values_list("key", "version"))
    return any(now.get(plan.right.key, 0) != plan.found_version for plan in plans)


def _write(plans: Sequence[_Plan], origin: Origin, parties: dict[str, Party]) -> None:
    """The rows of a chunk, then its deeds, each by one statement for all."""
    fresh = [plan for plan in plans if plan.change == "new"]
    changed = [plan for plan in plans if plan.change == "changed"]
    door = port.within(connection)
    for plan, pk in zip(fresh, port.fresh_ids(door, "registry_right", len(fresh)), strict=True):
        plan.right.pk = pk
    highest = _highest_versions(changed)
    numbers = {plan.right.pk: highest.get(plan.right.pk, 0) + 1 for plan in (*fresh, *changed)}
    if origin.batch is None:
        for plan in changed:
            plan.right.version = numbers[plan.right.pk]
        right_rows.update_rights(door, [plan.right for plan in changed])
    at = record.now()
    right_rows.insert_rights(door, [plan.right for plan in fresh])
    right_rows.insert_versions(
        door, [_version(plan, origin, number=numbers[plan.right.pk], at=at) for plan in (*fresh, *changed)]
    )
    right_rows.insert_holdings(door, [one for plan in fresh for one in _holdings(plan, origin, parties)])
    teller.write_deeds(
        door, [_deed(plan, origin, version=numbers[plan.right.pk], at=at) for plan in (*fresh, *changed)]
    )
    for told in heirs.differing([plan.news for plan in changed if plan.news is not None]):
        heirs.follow(origin.who, told, holder=origin.holder)


def _version(plan: _Plan, origin: Origin, *, number: int, at: datetime) -> right_rows.VersionRow:
    return right_rows.VersionRow(
        right_id=plan.right.pk,
        version=number,
        facts=plan.spelling,
        source=origin.source,
        file_id=origin.file.pk if origin.file else None,
        put_by_id=origin.who.pk,
        put_at=at,
        batch_id=origin.batch.pk if origin.batch else None,
    )


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
        # The number of what is not published yet is for nobody's feed; its publication is a version of its own.
        public=origin.batch is None and deeds.is_public("registry.right_put", plan.right),
        facts={
            "key": plan.right.key,
            "version": version,
            "change": plan.change,
            "source": origin.source,
            "batch": origin.batch.ref if origin.batch else "",
        },
    )


def _holdings(plan: _Plan, origin: Origin, parties: dict[str, Party]) -> Iterator[right_rows.HoldingRow]:
    """Who holds a new right: shares as told, else equal ones, which always sum to a million."""
    named = plan.record.named_holders()
    since = plan.record.granted_on or plan.record.filed_on
    for place, (one, share_ppm) in enumerate(zip(named, records.shares_of(named), strict=True)):
        party = parties.get(one.party) or _same_party(one, origin.holder)
        party_id = party.pk if party else None
        yield right_rows.HoldingRow(plan.right.pk, one.name, party_id, share_ppm, place, since)


def _same_party(one: Named, party: Party | None) -> Party | None:
    """The bringing party is the holder only if it is verified and named alike (N31); else it claims and proves."""
    if party is None or party.verified_at is None:
        return None
    return party if texts.party_name(one.name) == texts.party_name(party.name) else None


def _parties(plans: Sequence[_Plan]) -> dict[str, Party]:
    refs = {one.party for plan in plans if plan.change == "new" for one in plan.record.named_holders() if one.party}
    return {party.ref: party for party in Party.objects.filter(ref__in=refs)} if refs else {}


def today() -> date:
    """The day in Beijing by the house's clock."""
    return calendar.beijing_day(record.now())
