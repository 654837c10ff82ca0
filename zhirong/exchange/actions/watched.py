"""What the register's watch found of a listing, kept for its page: each change of the answer once (B9, E28)."""

from __future__ import annotations

from datetime import datetime

from zhirong.base.refused import Refused
from zhirong.exchange import gates
from zhirong.exchange.models import Gate, Listing

STAGE = "watch"


def last(listing: Listing) -> Gate | None:
    """The newest answer that was kept."""
    return Gate.objects.filter(listing=listing, stage=STAGE).order_by("-pk").first()


def keep(gate: Gate, before: Gate | None) -> None:
    """Keep an answer that differs from the one before; an open gate says nothing where none was ever closed."""
    if before is None and gate.passed:
        return
    if before is None or (before.passed, before.findings) != (gate.passed, gate.findings):
        gate.save(force_insert=True)


def again(listing: Listing, now: datetime) -> None:
    """What was stopped goes on if its rights may be sold; what the register says now is kept beside what it said."""
    gate = gates.check(listing, stage=STAGE, now=now)
    if not gate.passed:
        raise Refused("listing.still_closed", number=listing.number, findings=gates.blocking(gate))
    if (before := last(listing)) is not None:
        keep(gate, before)
