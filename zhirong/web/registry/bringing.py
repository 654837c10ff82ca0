"""Long imports in the background: reading a large file, making a large batch visible. Both are safe to start again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zhirong.exchange.actions import sheet
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record import files
from zhirong.record.jobs import Progress
from zhirong.record.models import File, Job
from zhirong.registry.actions import imports
from zhirong.registry.models import ImportBatch
from zhirong.web import house

READ, SHOW = "import.read", "import.show"
# Below these the page does it at once; above, a job does and the page shows how far it is.
LONG_BYTES = 256 * 1024
LONG_ROWS = 300


def read(person: Person, kind: imports.ImportKind, file: File, *, holder: Party | None) -> ImportBatch | Job:
    """The batch of this file, or the job that is reading it."""
    if kind == "xml" or file.size <= LONG_BYTES:
        return imports.stage_import(person, kind, files.get(file.sha256), file=file, holder=holder)
    facts = {"person": person.pk, "kind": kind, "file": file.pk, "holder": holder.pk if holder else 0}
    key = f"{READ}:{person.ref}:{kind}:{file.sha256[:32]}:{facts['holder']}:{record.now():%Y%m%d%H%M%S}"
    return record.ask_job(person, READ, key=key, facts=facts)


def show(person: Person, batch: ImportBatch) -> ImportBatch | Job:
    """The batch in force, or the job that is bringing it there."""
    if batch.rows <= LONG_ROWS:
        return accept(person, batch)
    facts = {"person": person.pk, "batch": batch.pk}
    return record.ask_job(person, SHOW, key=f"{SHOW}:{batch.ref}", facts=facts, total=batch.rows)


def accept(person: Person, batch: ImportBatch) -> ImportBatch:
    """All rows or none: rights go on the register, listings become the seller's drafts."""
    return sheet.draft_many(person, batch) if batch.kind == "listings" else imports.commit_import(person, batch)


def do_read(facts: dict[str, Any]) -> Iterator[Progress]:
    """The job of reading; a file that was read before is the same batch."""
    person, file = Person.objects.get(pk=facts["person"]), File.objects.get(pk=facts["file"])
    holder = Party.objects.filter(pk=facts["holder"]).first()
    yield Progress(0, 1)
    batch = imports.stage_import(person, facts["kind"], files.get(file.sha256), file=file, holder=holder)
    yield Progress(1, 1, batch.ref)


def do_show(facts: dict[str, Any]) -> Iterator[Progress]:
    """The job of making a batch visible."""
    person, batch = Person.objects.get(pk=facts["person"]), ImportBatch.objects.get(pk=facts["batch"])
    yield Progress(0, batch.rows, batch.ref)
    accept(person, batch)
    yield Progress(batch.rows, batch.rows, batch.ref)


house.WORK.update({READ: do_read, SHOW: do_show})
