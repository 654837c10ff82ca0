"""What the pages will need soon and a start need not wait for, loaded in a thread once the house is open."""

from __future__ import annotations

import threading

from django.db import connections

from zhirong.base import faults
from zhirong.valuation import warm
from zhirong.web import house


def begin() -> threading.Thread:
    """Warm up beside the pages. A fault is noted and ends nothing: the first who asks then waits a second."""
    thread = threading.Thread(target=_warm, name="warm", daemon=True)
    thread.start()
    return thread


def _warm() -> None:
    with faults.Apart("warm", faults.name_of(warm.up)):
        if warm.up():
            house.spare_what_stays()
    connections.close_all()
