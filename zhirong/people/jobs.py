"""What the clock calls of people."""

from __future__ import annotations

from zhirong.people.reach import reach
from zhirong.record import actions as record


def deliver_notices() -> int:
    """Carry the notices that wait; gives how many there were."""
    return record.deliver_waiting(reach)
