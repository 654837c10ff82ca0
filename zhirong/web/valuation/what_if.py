"""What if: the same right renewed further, licensed alone, or discounted otherwise, computed at once and not kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.web.valuation.estimated import Found


@dataclass(frozen=True)
class Wish:
    """What was asked: the estimate under it, the sentence that says what it does, and what could not be read."""

    estimate: Estimate | None = None
    told: str = ""
    faults: Mapping[str, Any] = field(default_factory=dict)


def read(request: HttpRequest, found: Found) -> Wish:
    """The what-if of the address."""
    return Wish()


def fields(request: HttpRequest, found: Found) -> list[dict[str, Any]]:
    """The fields of the form."""
    return []
