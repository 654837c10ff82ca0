"""Reports: the papers of an issued appraisal, made after its transaction, kept under their hashes and sealed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.papers import facts, pdf
from zhirong.record import actions as record
from zhirong.record import files
from zhirong.record.jobs import Progress
from zhirong.record.models import Job
from zhirong.valuation import report
from zhirong.valuation.models import Appraisal

LANGUAGES = ("zh", "en")
SEAL: Final = "valuation.seal"


def ask(row: Appraisal) -> Job:
    """The one job that seals a report, in the transaction that issues it."""
    return record.ask_job(None, SEAL, key=f"{SEAL}:{row.pk}", facts={"appraisal": row.pk}, total=1)


def do_seal(facts: dict[str, Any]) -> Iterator[Progress]:
    """The job of sealing."""
    seal(facts["appraisal"])
    yield Progress(1, 1)


def unsealed() -> list[int]:
    """Issued appraisals whose papers are still to be made."""
    waiting = Appraisal.objects.filter(state="issued", sealed=None)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:20])


def seal(appraisal_id: int) -> Appraisal:
    """Make the report in both languages and put the hashes on the record; what is downloaded is what was sealed."""
    row = Appraisal.objects.select_related(
        "client", "valuer", "first_signer", "second_signer", "reviewer", "asked_by"
    ).get(pk=appraisal_id)
    if row.sealed_id is not None:
        return row
    # Made before the transaction: papers take a tenth of a second, and the write lock may not wait for them.
    paper = report.of_appraisal(row)
    made = {f"report.{language}.pdf": pdf.appraisal(paper, language) for language in LANGUAGES}
    body = json.dumps(facts.plain(paper), ensure_ascii=False, sort_keys=True)
    kept = {name: hashlib.sha256(content).hexdigest() for name, content in made.items()}
    for name, content in made.items():
        files.put(kept[name], content)
    with transaction.atomic():
        locked = Appraisal.objects.select_for_update().get(pk=appraisal_id)
        if locked.sealed_id is not None:
            return locked
        locked.sealed = record.tell(
            "valuation.sealed",
            locked.topic,
            who=None,
            to=[row.asked_by],
            number=locked.number,
            facts_sha256=hashlib.sha256(body.encode()).hexdigest(),
            zh_sha256=kept["report.zh.pdf"],
            en_sha256=kept["report.en.pdf"],
        )
        locked.facts, locked.sealed_files = body, json.dumps(kept)
        locked.save(update_fields=["sealed", "facts", "sealed_files"])
    return locked


def content_of(row: Appraisal, name: str) -> bytes:
    """One of the sealed papers by its name, as it was sealed; refused while it is being made."""
    if row.sealed_id is None:
        raise Refused("valuation.report_not_sealed", number=row.number)
    return files.get(papers_of(row)[name])


def papers_of(row: Appraisal) -> dict[str, str]:
    """The sealed papers by name with their hashes; none before they are made."""
    kept: dict[str, str] = json.loads(row.sealed_files)
    return kept
