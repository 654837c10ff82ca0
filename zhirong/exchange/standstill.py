"""Why a deal's clock stands: objections that are being decided, what the register says against the sale (E28, E40)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from zhirong.exchange import gates
from zhirong.exchange.actions import watched
from zhirong.exchange.listing_rules import stands_still
from zhirong.exchange.models import Deal, Gate, Objection

OBJECTION = "objection"
REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Standstill:
    """Since when, for which objections, and what closed the gate when the register was looked at last."""

    since: datetime
    objections: tuple[Objection, ...]
    grounds: tuple[dict[str, str], ...]

    @property
    def causes(self) -> tuple[str, ...]:
        """Which of the two hold the clock; both may."""
        return _causes(is_objected=bool(self.objections), is_closed=bool(self.grounds))


def of(deal: Deal, objections: Iterable[Objection]) -> Standstill | None:
    """Of a deal with all its objections; None where its clock runs or has ended."""
    if not stands_still(deal):
        return None
    assert deal.stopped_at is not None
    gate = watched.last(deal.listing)
    grounds = () if gate is None or gate.passed else tuple(gates.blocking(gate))
    return Standstill(deal.stopped_at, tuple(one for one in objections if one.state == "open" and one.stops), grounds)


def marked(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    """The deals with what `causes_of` asks, so that a list asks it once."""
    holding = Objection.objects.filter(deal=OuterRef("pk"), state="open", stops=True)
    answers = Gate.objects.filter(listing=OuterRef("listing"), stage=watched.STAGE).order_by("-pk")
    return deals.annotate(is_objected=Exists(holding), gate_passed=Subquery(answers.values("passed")[:1]))


def causes_of(row: Any) -> tuple[str, ...]:
    """Which hold the clock of a marked row that stands."""
    return _causes(is_objected=row.is_objected, is_closed=row.gate_passed is False)


def _causes(*, is_objected: bool, is_closed: bool) -> tuple[str, ...]:
    return tuple(name for name, holds in ((OBJECTION, is_objected), (REGISTER, is_closed)) if holds)
