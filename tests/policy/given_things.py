"""Builders: enterprises with things as columns, and what deciding each thing exactly makes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from zhirong.policy.engine import columns, screen, things, together
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure
from zhirong.policy.engine.things import Cases, Things

Row = Mapping[str, Any]
BEST_FIRST = (screen.MET, screen.UNKNOWN, screen.REFUSED, screen.NOT_MET, screen.NOT_IN_FORCE)


def cases(own: Sequence[Row], of_things: Sequence[Sequence[Row]], known: Vocabulary, asked: Collection[str]) -> Cases:
    """Enterprises, each with what is said of its things, as a measure that asks for these facts sees them."""
    flat = [(owner, thing) for owner, told in enumerate(of_things) for thing in told]
    every = columns.population([*own, *({**own[owner], **thing} for owner, thing in flat)], known)
    itself = np.arange(len(own))
    stated = {
        name: np.array([len(own) + place for place, (_, thing) in enumerate(flat) if name in thing], np.int64)
        for name in known.facts
    }
    owner = np.concatenate([itself, np.array([owner for owner, _ in flat], np.int64)])
    abouts = (*[""] * len(own), *(f"loan:{place}" for place in range(len(flat))))
    found = Things(every, owner, abouts, {name: places for name, places in stated.items() if len(places)})
    return things.cases(columns.taken(every, itself), found, asked)


def exact(
    one: Measure, own: Row, of_things: Sequence[Row], *, asked: Collection[str], day: date
) -> tuple[int, int | None]:
    """State and whole fen of an enterprise, thing by thing; None where an amount is unknown or nothing is due."""
    rows = [{**own, **thing} for thing in of_things if set(asked) & thing.keys()] or [own]
    states = [screen.exactly(one, row, day, known=date.max) for row in rows]
    best = min(states, key=BEST_FIRST.index)
    if best not in (screen.MET, screen.UNKNOWN):
        return best, None
    counted = [row for row, state in zip(rows, states, strict=True) if state == best]
    return best, together.exactly(one, counted, day, known=date.max)
