"""Estimates of many rights at once, each with the answers of the parties that look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from zhirong.base.refused import Refused
from zhirong.people.models import Party
from zhirong.registry.models import Right
from zhirong.valuation.engine.estimate_shape import Estimate


def many(rights: Sequence[Right], day: date, parties: Sequence[Party]) -> list[Estimate | Refused]:
    """The estimate of each right, or why there is none; in the order given."""
    raise NotImplementedError
