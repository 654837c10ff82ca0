"""What a loaded demo holds of policy, read from its tables; decisions are made anew by the pure engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tests.demo.given_loads import rows
from zhirong.policy import reading
from zhirong.policy.engine import decide, facts, measure, source
from zhirong.policy.engine.decide import Decision
from zhirong.policy.engine.measure import Measure


def text_of(folder: Path, name: str, state: str = "approved") -> str:
    ((text,),) = rows(folder, "SELECT text FROM policy_measuretext WHERE name = ? AND state = ?", name, state)
    return str(text)


def measure_of(folder: Path, name: str) -> Measure:
    """The text that rules in the demo; of the others that which came with the house."""
    is_kept = rows(folder, "SELECT 1 FROM policy_measuretext WHERE name = ? AND state = 'approved'", name)
    return measure.measure(source.parse(text_of(folder, name))) if is_kept else reading.own().measures[name]


def facts_of(folder: Path, party: str, about: str = "") -> Mapping[str, Any]:
    """What is stated of an enterprise of the cast and of one thing of it; no two sources speak of one fact."""
    told = rows(
        folder,
        """SELECT s.name, s.value FROM enterprises_statement s JOIN people_party p ON p.id = s.party_id
        WHERE p.name = ? AND s.about IN ('', ?) ORDER BY s.about""",
        party,
        about,
    )
    return facts.settled({name: json.loads(value) for name, value in told}, reading.own().vocabulary)


def decided(folder: Path, name: str, party: str, *, day: date, about: str = "") -> Decision:
    return decide.decide(measure_of(folder, name), facts_of(folder, party, about), day)
