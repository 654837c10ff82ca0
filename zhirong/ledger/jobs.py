"""What the clock calls every second: in a demo the simulated bank's statements come by themselves."""

from __future__ import annotations

from django.conf import settings

from zhirong.ledger.actions import bank, simulated
from zhirong.record import actions as record


def fetch_news() -> bool:
    """Fetch a statement as soon as the simulated bank has something new to tell; elsewhere an operator brings files.

    A statement that a stopped house left half booked is booked to its end first, wherever it came from.
    """
    bank.finish()
    if not settings.DEMO or not simulated.has_news(record.now()):
        return False
    bank.fetch_by_itself(simulated.SimulatedBank())
    return True
