"""`zr floor --shard K --shards N`: the floor of every N-th lot in a process of its own, on PostgreSQL.

It owns its shard by an advisory lock, opens and closes its lots when they are due, and is rebuilt from the rows after
a crash. It ends in order on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, connections

from zhirong.base.refused import Refused
from zhirong.cli import house
from zhirong.exchange import floor_doors
from zhirong.record import jobs, sequencer

MOST_SHARDS = 64


def main(argv: Sequence[str]) -> int:
    """0 when it was told to end, 1 when the floor fell, 2 when it was refused."""
    asked = read(argv)
    try:
        refuse_sqlite()
        floor_doors.start(data=settings.DATA, wake=sequencer.wake, shard=asked.shard, shards=asked.shards)
    except Refused as no:
        print(house.said(no), file=sys.stderr)
        return 2
    sequencer.start()
    print(f"floor {asked.shard} of {asked.shards}", flush=True)
    jobs.until_told_to_end()
    has_fallen = floor_doors.health().state == "fallen"
    floor_doors.stop()
    sequencer.stop()
    connections.close_all()
    return 1 if has_fallen else 0


def read(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./zr floor", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shard", type=int, default=0, metavar="K", help="which shard, from 0 (0)")
    parser.add_argument("--shards", type=int, default=1, metavar="N", help="into how many the lots are cut (1)")
    asked = parser.parse_args(argv)
    if not 0 <= asked.shard < asked.shards <= MOST_SHARDS:
        parser.error(f"--shard must be 0 to N-1, and --shards 1 to {MOST_SHARDS}")
    return asked


def refuse_sqlite() -> None:
    """One process is all that SQLite's one writer can use; there the served house carries its floor itself."""
    if connection.vendor == "sqlite":
        raise Refused("cli.floor_needs_postgresql")
