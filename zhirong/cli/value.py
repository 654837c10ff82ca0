"""`zr value --all`: estimate every right on the register, in chunks, by several processes; go on after a kill."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date

from zhirong.base import refused
from zhirong.base.calendar import beijing_day
from zhirong.record import actions as record
from zhirong.valuation.actions import runs

DONE, REFUSED = 0, 2


def main(argv: Sequence[str]) -> int:
    """0 every right was valued; 2 refused."""
    asked = read(argv)
    try:
        run = runs.begin(asked.day or beijing_day(record.now()), chunk_size=asked.chunk)
        if run.done:
            print(f"resumed: {run.done} of {run.rights} rights were done")
        run = runs.work_off(run, workers=asked.workers, progress=show)
    except refused.Refused as no:
        print("\n".join(refused.sentence(no, language) for language in ("zh", "en")), file=sys.stderr)
        return REFUSED
    print(f"run {run.ref} of {run.day.isoformat()}: {run.rights} rights, results sha256 {run.sha256}")
    print(f"figures sha256 {run.parameters_sha256}, model sha256 {run.model_sha256 or 'none'}")
    return DONE


def show(done: int, rights: int) -> None:
    """One line of progress, written over the last."""
    print(f"\r{done} of {rights} rights", end="\n" if done == rights else "", flush=True)


def read(argv: Sequence[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="./zr value", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--all", action="store_true", required=True, help="every right on the register")
    parser.add_argument("--day", type=date.fromisoformat, help="as of this day; today where none is given")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="so many processes")
    parser.add_argument("--chunk", type=int, default=runs.CHUNK_SIZE, metavar="N", help="so many rights at a time")
    return parser.parse_args(argv)
