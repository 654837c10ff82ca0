"""The engine's facts of a right as text and back: what a comparable keeps of its rights as of its day."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from zhirong.base.deferred import Deferred
from zhirong.valuation.engine.result import plain
from zhirong.valuation.engine.subject import Subject

if TYPE_CHECKING:
    from zhirong.valuation.engine import features
else:
    features = Deferred("zhirong.valuation.engine.features")


def to_text(subjects: Iterable[Subject]) -> str:
    """Facts as canonical JSON, a list in the order given."""
    return json.dumps([plain(asdict(one)) for one in subjects], ensure_ascii=False, sort_keys=True)


def from_text(text: str) -> tuple[Subject, ...]:
    """The facts again; what a later edition of the engine no longer knows is left out."""
    return tuple(features.subject_of(one) for one in json.loads(text))
