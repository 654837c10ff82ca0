"""Originals: kept as they were brought with their hash, read into paragraphs, and clauses linked to these."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.policy import gate, kept, paragraphs
from zhirong.policy.models import ClauseLink, MeasureText, Original, Paragraph
from zhirong.policy.paragraphs import Words
from zhirong.record import actions as record
from zhirong.record import files
from zhirong.record import rules as file_rules

MOST_TITLE, MOST_SOURCE = 500, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """An original before it is kept: its file, its words, what it is called and where it came from."""

    title: str
    source: str
    is_official: bool


def bring_original(who: Person, name: str, content: bytes, *, said: Brought) -> Original:
    """Read and keep an original; the same file is one, whoever brings it again.

    Reading stands before the transaction: a long PDF may not hold the write lock.
    """
    access.require(who, "policy.bring_original")
    title = must_be_text(said.title, field="title", most=MOST_TITLE)
    source = must_be_text(said.source, field="source", most=MOST_SOURCE)
    kind, words = paragraphs.read(content)
    judged = judge(name, kind, content)
    if (same := Original.objects.filter(sha256=judged.sha256).first()) is not None:
        return same
    files.put(judged.sha256, content)
    with transaction.atomic():
        file = record.keep(who, judged)
        made, is_new = Original.objects.get_or_create(
            sha256=judged.sha256,
            defaults={
                "file": file,
                "kind": kind,
                "title": title,
                "source": source,
                "is_official": said.is_official,
                "characters": words[-1].ends,
                "brought_by": who,
                "brought_at": record.now(),
            },
        )
        if is_new:
            keep_words(made, words)
            record.tell(
                "policy.original_brought",
                made.topic,
                who=who,
                title=title,
                sha256=made.sha256,
                paragraphs=len(words),
            )
    return made


def judge(name: str, kind: str, content: bytes) -> files.Brought:
    """What is kept. A web page is taken here alone, and never shown: it is sent as a file to be saved."""
    if kind != "html":
        stem = name.rpartition(".")[0] or name or "original"
        return files.judged(f"{stem}.{kind}", content)
    shown = file_rules.safe_name(name or "original.html")
    return files.Brought(shown, "text/html", len(content), hashlib.sha256(content).hexdigest())


def keep_words(original: Original, words: list[Words]) -> None:
    """Its paragraphs, numbered from one."""
    rows = [
        Paragraph(original=original, number=number, page=one.page, text=one.text, begins=one.begins, ends=one.ends)
        for number, one in enumerate(words, start=1)
    ]
    Paragraph.objects.bulk_create(rows, batch_size=500)


@transaction.atomic
def link_clause(who: Person, measure: str, clause: str, *, paragraph_id: int, quote: str) -> ClauseLink:
    """A clause stands on words of a paragraph, quoted exactly; linked twice it is one link."""
    access.require(who, "policy.link_clause")
    must_have_clause(measure, clause)
    paragraph = Paragraph.objects.select_for_update(of=("self",)).select_related("original").filter(pk=paragraph_id)
    found = paragraph.first()
    if found is None:
        raise Refused("policy.original_unknown")
    begins = found.text.find(quote) if quote.strip() else -1
    if begins < 0:
        raise Refused("policy.quote_not_there", field="quote")
    place = {"name": measure, "clause": clause, "paragraph": found, "begins": begins, "ends": begins + len(quote)}
    if (same := ClauseLink.objects.filter(ended_at__isnull=True, **place).first()) is not None:
        return same
    made = ClauseLink.objects.create(quote=quote, linked_by=who, linked_at=record.now(), **place)
    _tell(made, who, "policy.clause_linked")
    return made


@transaction.atomic
def unlink_clause(who: Person, link_id: int) -> ClauseLink:
    """The link counts no more; its row stays."""
    access.require(who, "policy.link_clause")
    rows = ClauseLink.objects.select_for_update(of=("self",)).select_related("paragraph__original")
    found = rows.filter(pk=link_id).first()
    if found is None:
        raise Refused("policy.original_unknown")
    if found.ended_at is not None:
        return found
    found.ended_by, found.ended_at = who, record.now()
    found.save(update_fields=["ended_by", "ended_at"])
    _tell(found, who, "policy.clause_unlinked")
    return found


def must_have_clause(measure: str, clause: str) -> None:
    """Of the ruling text or of one that is being written."""
    ruling = kept.base().measures.get(measure)
    if ruling is not None and clause in ruling.clauses:
        return
    written = MeasureText.objects.filter(name=measure, state__in=["draft", "waiting"])
    if not any(clause in ids_of(gate.read(one.text)) for one in written):
        raise Refused("policy.clause_unknown", name=measure[:100], clause=clause[:100])


def ids_of(raw: Mapping[str, Any]) -> set[str]:
    """The clauses of a text that may still have faults."""
    rows = raw.get("clauses")
    return {str(row.get("id")) for row in rows if isinstance(row, Mapping)} if isinstance(rows, list) else set()


def must_be_text(text: str, *, field: str, most: int) -> str:
    """A line of the form, trimmed."""
    trimmed = " ".join(text.split())
    if not 0 < len(trimmed) <= most:
        raise Refused("policy.original_text_length", field=field, most=most)
    return trimmed


def _tell(link: ClauseLink, who: Person, event: str) -> None:
    record.tell(
        event,
        link.topic,
        who=who,
        measure=link.name,
        clause=link.clause,
        original=link.paragraph.original.sha256,
        paragraph=link.paragraph.number,
    )
