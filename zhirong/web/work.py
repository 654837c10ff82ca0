"""`zr work`: everything of a house but its pages: clock, trading floor, sequencer, search index and jobs.

For the hours in which nobody may come in while what falls due still happens. It ends in order on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from django.db import connections

from zhirong.base.refused import Refused, sentence
from zhirong.record import jobs
from zhirong.web import house


def main(argv: Sequence[str]) -> int:
    """0 when it was told to end, 2 when another process does this house's work already."""
    parser = argparse.ArgumentParser(prog="./zr work", description=__doc__)
    parser.add_argument("--data", metavar="DIR", help="the data folder (data in the checkout)")
    parser.parse_args(argv)
    try:
        with house.running():
            print("working", flush=True)
            for warning in house.warnings():
                print(warning, file=sys.stderr, flush=True)
            jobs.until_told_to_end()
    except Refused as no:
        print(f"{sentence(no, 'zh')}\n{sentence(no, 'en')}", file=sys.stderr)
        return 2
    finally:
        connections.close_all()
    return 0
