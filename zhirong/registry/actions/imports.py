"""Imports: rows are read and judged unseen, in chunks; then all of them become visible at once, or none."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Membership, Party, Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry import queries, records
from zhirong.registry.actions import putting
from zhirong.registry.models import Holding, ImportBatch, ImportRow, Right, RightVersion
from zhirong.registry.readers import files, rows, sheets
from zhirong.registry.records import RightRecord

ImportKind = Literal["xml", "rights", "listings"]
SOURCES = {"xml": "cnipa_xml", "rights": "sheet"}


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A line as text, with its faults by column; the same for every kind of file."""

    line: int
    facts: str
    faults: tuple[rows.Fault, ...]


@dataclass(frozen=True, slots=True)
class ForHolder:
    """What access looks at where rights are brought for a party; None is the register's own mass by the operator."""

    holder_id: int | None


def stage_import(who: Person, kind: ImportKind, data: bytes, *, file: File, holder: Party | None = None) -> ImportBatch:
    """Read a file into a batch that nobody sees; every fault is kept by line and column.

    The same file of the same person for the same party is the same batch, whether it is accepted already or not.
    """
    access.require(who, "registry.bring_rights", ForHolder(holder.pk if holder else None))
    known = _known(who, kind, file, holder=holder)
    if known is not None and known.rows:
        return known
    found = _read(kind, data, holder=holder)
    batch = known or _open(who, kind, file, holder=holder)
    stored = set(ImportRow.objects.filter(batch=batch).values_list("line", flat=True))
    for chunk in putting.chunked((row for row in found if row.line not in stored), putting.CHUNK_ROWS):
        lines = [_line(batch, row) for row in chunk]
        with transaction.atomic():
            ImportRow.objects.bulk_create(lines)
    return _finish_reading(who, batch, found)


def commit_import(who: Person, batch: ImportBatch) -> ImportBatch:
    """All rows of a batch without faults, or none: chunks unseen, then one short transaction shows them.

    Done twice, or again after a break, it ends in the same state.
    """
    access.require(who, "registry.bring_rights", batch)
    now = ImportBatch.objects.select_related("holder", "file").get(pk=batch.pk)
    if now.visible_at is not None:
        return now
    _refuse_unfit(now)
    _must_be_own(who, now)
    origin = putting.Origin(SOURCES[now.kind], who, now.file, batch=now, holder=now.holder)
    stored = ImportRow.objects.filter(batch=now).order_by("line").values_list("facts", flat=True)
    for chunk in putting.chunked(stored.iterator(chunk_size=1000), putting.CHUNK_ROWS):
        putting.put_chunk([records.from_text(facts) for facts in chunk], origin)
    return _show(who, now, putting.changes_of(now))


@transaction.atomic
def drop_import(who: Person, batch: ImportBatch) -> ImportBatch:
    """Throw away a batch that nobody saw; its rights vanish, its file and its deeds stay."""
    access.require(who, "registry.bring_rights", batch)
    now = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if now.visible_at is not None:
        raise Refused("registry.import_is_visible", batch=now.ref)
    if now.dropped_at is not None:
        return now
    fresh = Right.objects.filter(batch=now)
    RightVersion.objects.filter(batch=now).delete()
    Holding.objects.filter(right__in=fresh).delete()
    fresh.delete()
    now.dropped_at = record.now()
    now.save(update_fields=["dropped_at"])
    record.tell("registry.import_dropped", f"import:{now.ref}", who=who, batch=now.ref)
    return now


@transaction.atomic
def mark_visible(who: Person, batch: ImportBatch) -> ImportBatch:
    """The last step of an import whose rows another floor keeps: a batch of listings becomes visible."""
    access.require(who, "registry.bring_rights", batch)
    return _show_locked(who, ImportBatch.objects.select_for_update().get(pk=batch.pk))


def _known(who: Person, kind: ImportKind, file: File, *, holder: Party | None) -> ImportBatch | None:
    same = ImportBatch.objects.filter(kind=kind, file__sha256=file.sha256, brought_by=who, holder=holder)
    return same.filter(dropped_at__isnull=True).order_by("-pk").first()


def _open(who: Person, kind: ImportKind, file: File, *, holder: Party | None) -> ImportBatch:
    return ImportBatch.objects.create(
        ref=secrets.token_hex(8), kind=kind, file=file, brought_by=who, holder=holder, brought_at=record.now()
    )


def _read(kind: ImportKind, data: bytes, *, holder: Party | None) -> list[ReadRow]:
    if kind == "xml":
        return _judged([_of_xml(files.read_xml(data))], holder, column="ApplicationReference")
    table = sheets.read(data, kind)
    if kind == "rights":
        return _judged(list(rows.rights(table, today=putting.today())), holder, column=table.headings["number"])
    return [ReadRow(row.line, _listing_text(row), row.faults) for row in rows.listings(table)]


def _of_xml(said: RightRecord) -> rows.RightRow:
    late = records.days_to_come(said, putting.today())
    return rows.RightRow(1, said, tuple(rows.Fault(name, "registry.day_to_come", {"day": late[name]}) for name in late))


def _judged(found: Sequence[rows.RightRow], holder: Party | None, *, column: str) -> list[ReadRow]:
    """Readable rows against the register: nobody changes what is known of another holder's right."""
    judged: list[ReadRow] = []
    if holder is not None:
        found = [replace(row, record=records.of_holder(row.record) if row.record else None) for row in found]
    for chunk in putting.chunked(found, 500):
        keys = [row.record.key for row in chunk if row.record is not None]
        strange = _of_others(keys, holder) if holder is not None else {}
        for row in chunk:
            faults = row.faults
            if row.record is not None and row.record.key in strange and _adds(row.record, strange[row.record.key]):
                faults = (*faults, rows.Fault(column, "registry.right_of_another", {"number": row.record.number}))
            text = (
                records.to_text(row.record) if row.record else records.unread_text(row.unread.number, row.unread.title)
            )
            judged.append(ReadRow(row.line, text, faults))
    return judged


def _of_others(keys: Iterable[str], holder: Party) -> dict[str, Right]:
    """Known rights among these that the party does not hold now."""
    known = Right.objects.visible().filter(key__in=list(keys))
    mine = set(
        Holding.objects.filter(right__in=known, party=holder, until__isnull=True).values_list("right_id", flat=True)
    )
    return {right.key: right for right in known if right.pk not in mine}


def _adds(said: RightRecord, right: Right) -> bool:
    before = queries.record_of(right)
    return records.to_text(records.merged_of_holder(before, said)) != records.to_text(before)


def _line(batch: ImportBatch, row: ReadRow) -> ImportRow:
    faults = [{"column": one.column, "code": one.code, "facts": _plain(one.facts)} for one in row.faults]
    text = json.dumps(faults, ensure_ascii=False, sort_keys=True)
    return ImportRow(batch=batch, line=row.line, facts=row.facts, faults=text)


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def _listing_text(row: rows.ListingRow) -> str:
    if (listing := row.listing) is None:
        return records.unread_text(row.unread.number, row.unread.title)
    said = {name: getattr(listing, name) for name in listing.__slots__}
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


@transaction.atomic
def _finish_reading(who: Person, batch: ImportBatch, found: Sequence[ReadRow]) -> ImportBatch:
    now = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if now.rows:
        return now
    now.rows, now.faults = len(found), sum(len(row.faults) for row in found)
    now.save(update_fields=["rows", "faults"])
    record.tell("registry.import_read", f"import:{now.ref}", who=who, batch=now.ref, rows=now.rows, faults=now.faults)
    return now


def _must_be_own(who: Person, batch: ImportBatch) -> None:
    """A party that only looked at its file gave no word to take it over; nobody else gives it."""
    standing = access.standing_of(who)
    acts_for_it = standing is not None and batch.holder_id in standing.parties
    if batch.holder is None or batch.brought_by_id == who.pk or acts_for_it:
        return
    if ImportBatch.objects.filter(own_files(), pk=batch.pk).exists():
        raise Refused("registry.import_not_taken_over", holder=batch.holder.name)


def own_files() -> Combinable:
    """Files that somebody brought who acts for the party that they are for; what the office brings is the office's."""
    acting = Membership.objects.filter(confirmed_at__isnull=False, ended_at__isnull=True)
    return Exists(acting.filter(party=OuterRef("holder"), person=OuterRef("brought_by")))


def _refuse_unfit(batch: ImportBatch) -> None:
    if batch.dropped_at is not None:
        raise Refused("registry.import_dropped_already", batch=batch.ref)
    if batch.faults or not batch.rows:
        raise Refused("registry.import_has_faults", batch=batch.ref, rows=batch.rows, faults=batch.faults)
    if batch.kind not in SOURCES:
        raise Refused("registry.import_not_of_rights", batch=batch.ref)


@transaction.atomic
def _show(who: Person, batch: ImportBatch, changes: Sequence[putting.Shown]) -> ImportBatch:
    now = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if now.visible_at is None:
        putting.show_changes(who, now, changes)
    return _show_locked(who, now)


def _show_locked(who: Person, batch: ImportBatch) -> ImportBatch:
    if batch.visible_at is not None:
        return batch
    if batch.dropped_at is not None:
        raise Refused("registry.import_dropped_already", batch=batch.ref)
    batch.visible_at = record.now()
    batch.save(update_fields=["visible_at"])
    record.tell("registry.import_shown", f"import:{batch.ref}", who=who, public=True, batch=batch.ref, rows=batch.rows)
    return batch
