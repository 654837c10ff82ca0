"""What the registry hands to the search: one document for each visible right, and which rights an event touched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date

from zhirong.registry import labels, queries
from zhirong.registry.engine import states
from zhirong.registry.models import ImportBatch, Right, RightVersion
from zhirong.search.documents import Document

CHUNK_ROWS = 500


def documents_of(rights: Sequence[Right], day: date) -> list[Document]:
    """The documents of some rights as they stand on the day."""
    facts = queries.facts_of_many(rights, day)
    return [
        Document(
            id=right.topic,
            kind="right",
            title=right.title,
            abstract=right.abstract,
            more=(right.title_en,) if right.title_en else (),
            numbers=tuple(filter(None, (right.number, right.publication_number))),
            holders=tuple(dict.fromkeys(name for one in known.holders for name in (one.shown, one.name))),
            inventors=tuple(right.inventors.split("\n")) if right.inventors else (),
            ipc=tuple(right.ipc_all.split("\n")) if right.ipc_all else (),
            dates={
                name: found
                for name, found in (
                    ("applied", known.filed_on),
                    ("published", known.published_on),
                    ("granted", known.granted_on),
                )
                if found is not None
            },
            state=str(standing.state),
            state_names=tuple(labels.of("state", standing.state).values()),
            facets={"right_kind": (right.kind,)},
        )
        for right, known in zip(rights, facts, strict=True)
        for standing in (states.standing(known, day),)
    ]


def every_document(day: date) -> Iterator[Document]:
    """All visible rights in chunks, for building an index anew."""
    last = 0
    while rights := list(Right.objects.visible().filter(pk__gt=last).order_by("pk")[:CHUNK_ROWS]):
        yield from documents_of(rights, day)
        last = rights[-1].pk


def rights_touched(kind: str, topic: str, body: str) -> list[int]:
    """The ids of rights whose document an event may have changed; an import that shows touches all of its rights."""
    room, _, number = topic.partition(":")
    if room == "right":
        return [int(number)]
    if kind != "registry.import_shown":
        return []
    batch = ImportBatch.objects.get(ref=json.loads(body)["batch"])
    return list(RightVersion.objects.filter(batch=batch).order_by("right_id").values_list("right_id", flat=True))
