"""The engine's facts of a right as text and back: what a comparable keeps of its rights as of its day."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from zhirong.valuation.engine.result import plain
from zhirong.valuation.engine.subject import Subject

DAYS = frozenset({"day", "filed_on", "granted_on", "term_ends_on"})
KNOWN = frozenset(one.name for one in fields(Subject))


def to_text(subjects: Iterable[Subject]) -> str:
    """Facts as canonical JSON, a list in the order given."""
    return json.dumps([plain(asdict(one)) for one in subjects], ensure_ascii=False, sort_keys=True)


def from_text(text: str) -> tuple[Subject, ...]:
    """The facts again; what a later edition of the engine no longer knows is left out."""
    return tuple(_subject(one) for one in json.loads(text))


def _subject(said: dict[str, Any]) -> Subject:
    values = {name: value for name, value in said.items() if name in KNOWN}
    days = {name: date.fromisoformat(values[name]) for name in DAYS & values.keys() if values[name]}
    return Subject(**{**values, **days})
