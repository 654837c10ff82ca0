"""`zr value --all`: a range of money for every right of the registry, with one model, one set of figures and one seed.

It works in chunks that are safe to repeat. Ctrl+C, a kill or a power cut loses nothing that was noted: `--resume REF`
goes on exactly there, with other workers and chunks if you like, and the digits are the same. Nobody's answers count.
At its end stand the hash of all rows and a manifest, runs/REF.json in the data folder.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.cli import house
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record import sequencer
from zhirong.valuation import executor, runs_read, runs_work
from zhirong.valuation.actions import runs
from zhirong.valuation.models import Run

# What a shell says of a command that Ctrl+C ended.
STOPPED: Final = 130
FINE, REFUSED = 0, 2
SIGNALS: Final = {signal.SIGINT, signal.SIGTERM}
NOTED: Final[set[int]] = set()
CHUNK: Final = 1_000
LISTED: Final = 20
# Where nobody watches, a line of progress every so often.
LINE_SECONDS: Final = 10


def main(argv: Sequence[str]) -> int:
    """0 done, 130 stopped and ready to go on, 2 refused."""
    asked = read(argv)
    try:
        who = house.person(asked.login) if asked.login else None
        return list_runs(who) if asked.list else value(who, asked)
    except Refused as no:
        print(house.said(no), file=sys.stderr)
        return REFUSED
    finally:
        sequencer.number_now()


def read(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./zr value", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--all", action="store_true", help="begin a run over every right of the registry")
    what.add_argument("--resume", metavar="REF", help="go on with a run; the first signs of its ref are enough")
    what.add_argument("--list", action="store_true", help="the newest runs")
    parser.add_argument("--as", dest="login", default="", metavar="LOGIN", help="the operator who asks for it")
    parser.add_argument(
        "--workers", type=within(executor.MOST_WORKERS), default=1, metavar="N", help="processes that compute (1)"
    )
    parser.add_argument(
        "--chunk", type=within(runs_work.MOST_CHUNK), default=CHUNK, metavar="N", help=f"rights at a time ({CHUNK:,})"
    )
    parser.add_argument("--data", metavar="DIR", help="the data folder (data in the checkout)")
    return parser.parse_args(argv)


class within:  # noqa: N801 - argparse names it in its own sentence
    """A whole number from one to the most."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, text: str) -> int:
        number = int(text)
        if not 1 <= number <= self.most:
            raise argparse.ArgumentTypeError(f"1 to {self.most}")
        return number


def list_runs(who: Person | None) -> int:
    """The newest runs, one a line."""
    access.require(who, "people.enter_office")
    for run in runs_read.newest(LISTED):
        print(f"{run.ref}  {run.day}  {run.state:8}  {run.done:,} of {run.rights:,}  {run.sha256[:16]}")
    return FINE


def value(who: Person | None, asked: argparse.Namespace) -> int:
    """Begin or take up a run and work on it until it is done or somebody stops it."""
    with held_back(SIGNALS):
        if asked.resume:
            run = runs.take_up(who, asked.resume, chunk_size=asked.chunk)
        else:
            run = runs.begin(who, beijing_day(record.now()), chunk_size=asked.chunk)
        print(f"run {run.ref}: {run.rights:,} rights as of {run.day}", flush=True)
        if not work(run, workers=asked.workers, chunk_size=asked.chunk):
            return stopped(run)
        show(runs.end(who, run.pk))
    return FINE


@contextmanager
def held_back(signals: set[signal.Signals]) -> Iterator[None]:
    """Signals wait inside until they are asked for, so that none falls into the middle of a piece.

    Processes that are begun inside never see them: a Ctrl+C of the terminal goes to all of them at once.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    # A thread that was begun earlier, such as those of linear algebra, does not hold them back: there they are noted.
    handlers = {one: signal.signal(one, _note) for one in signals}
    try:
        yield
    finally:
        while waiting := signal.sigpending() & signals:
            signal.sigwait(waiting)
        for one, handler in handlers.items():
            signal.signal(one, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        NOTED.clear()


def _note(number: int, _frame: object) -> None:
    NOTED.add(number)


def is_asked_to_stop() -> bool:
    """Whether a signal waits or was noted."""
    return bool(NOTED or signal.sigpending() & SIGNALS)


def work(run: Run, *, workers: int, chunk_size: int) -> bool:
    """Whether it came to the end of the rights; otherwise somebody stopped it."""
    progress = Progress(run)
    with closing(runs_work.go_on(run, workers=workers, chunk_size=chunk_size)) as pieces:
        for done in pieces:
            progress(done)
            if done < run.rights and is_asked_to_stop():
                return False
    return True


def stopped(run: Run) -> int:
    """What Ctrl+C leaves behind, in one line."""
    runs.rest(run.pk)
    done = Run.objects.values_list("done", flat=True).get(pk=run.pk)
    print(f"Stopped at {done:,} of {run.rights:,}. Go on: ./zr value --resume {run.ref} --as LOGIN", file=sys.stderr)
    return STOPPED


class Progress:
    """How far it is, how fast, and how long it takes yet: one moving line, or one now and then in a file."""

    def __init__(self, run: Run) -> None:
        self.before, self.rights = run.done, run.rights
        self.begun = self.told = time.monotonic()

    def __call__(self, done: int) -> None:
        now, is_last = time.monotonic(), done == self.rights
        if not sys.stderr.isatty() and not is_last and now - self.told < LINE_SECONDS:
            return
        self.told = now
        pace = int((done - self.before) / max(now - self.begun, 1e-3))
        left = (self.rights - done) // max(pace, 1)
        said = f"{done:,} of {self.rights:,}, {pace:,} a second, {left // 60}:{left % 60:02} left"
        if sys.stderr.isatty():
            print(f"\r\x1b[K{said}", end="\n" if is_last else "", file=sys.stderr, flush=True)
        else:
            print(said, file=sys.stderr, flush=True)


def show(run: Run) -> None:
    """What came of it, and where its manifest stands."""
    said = runs_read.manifest(run)
    print(f"{said['valued']:,} valued, {said['without_range']:,} of them without a range")
    for code, count in said["refused"].items():
        print(f"  refused, {code}: {count:,}")
    print(f"sha256 of all rows {run.sha256}\nmanifest {kept(run)}")


def kept(run: Run) -> Path:
    """The manifest's file, whole or not at all; written again it is the same."""
    path: Path = settings.DATA / "runs" / f"{run.ref}.json"
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_suffix(".part")
    fresh.write_text(json.dumps(runs_read.manifest(run), ensure_ascii=False, indent=1) + "\n", "utf-8")
    fresh.replace(path)
    return path
