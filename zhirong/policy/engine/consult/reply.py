"""What consultation answers with: sentences of clauses, an amount computed by the engine, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhirong.policy.engine.decide import Decision


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of an original as kept: its text is data. `clauses` are (measure, clause) that it stands behind."""

    document: str
    id: str
    text: str
    clauses: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer with what it rests on. `certainty` is the least sure of its clauses."""

    measure: str
    clauses: tuple[str, ...]
    zh: str
    en: str
    sources: tuple[str, ...]
    certainty: str
    paragraphs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Computed:
    """The engine's decision on what the question told, and how each of its facts was read."""

    measure: str
    decision: Decision
    facts: Mapping[str, Any]
    read_as: Mapping[str, str]


@dataclass(frozen=True)
class Near:
    """A measure that is not about this, and the slot in which it is not."""

    measure: str
    slot: str
    zh: str
    en: str


@dataclass(frozen=True)
class Refusal:
    """No clause covers what was asked: the slot that failed, what was asked in it, and the nearest measures."""

    slot: str
    zh: str
    en: str
    nearest: tuple[Near, ...] = ()


@dataclass(frozen=True)
class Reply:
    """Exactly one of sentences and refusal. `ranked` are the (measure, clause) found, the best first."""

    question: str
    day: date
    slots: Mapping[str, tuple[str, ...]]
    ranked: tuple[tuple[str, str], ...] = ()
    day_meant: date | None = None
    sentences: tuple[Sentence, ...] = ()
    computed: Computed | None = None
    refusal: Refusal | None = None
    by_model: bool = False
