"""The dated figures that rule a calculation, as plain values with their sources: engines read these and no files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhirong.base.dated import Figure
from zhirong.base.refused import Refused
from zhirong.valuation.engine.result import Grade, Input


@dataclass(frozen=True, slots=True)
class Figures:
    """Values by `file.name` (and `file.name.part` where a figure has parts), each with its row; known by a hash."""

    day: date
    rows: Mapping[str, Figure]
    sha256: str

    def value(self, name: str) -> Any:
        """The value that rules on the day; one that does not rule yet is refused, never guessed."""
        row = self.rows.get(name)
        if row is None:
            raise Refused("dated.not_ruled", day=self.day)
        return row.value

    def input(self, name: str, value: float | str | None, *, unit: str = "", called: str = "") -> Input:
        """The value as an input of a result, with where it is written and whether it is a choice of the house."""
        row = self.rows[name]
        grade = Grade.ASSUMED if row.certain == "assumed" else Grade.FIGURE
        return Input(called or name.rpartition(".")[2], value, row.source, grade, row.dated, unit)
