"""What the clock calls of people."""

from __future__ import annotations

from zhirong.people.reach import reach
from zhirong.record import actions as record
from zhirong.record.models import Notice


def deliver_notices() -> int:
    """Carry the notices that wait; gives how many there were."""
    # The write lock is taken only when something waits.
    return record.deliver_waiting(reach) if Notice.objects.filter(deliveries__isnull=True).exists() else 0
