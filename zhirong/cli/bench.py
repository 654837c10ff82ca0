"""`zr bench`: the claims of speed, each measured against its baseline in the same run.

A bench is a file bench/NAME.py with `def run(report: Report) -> None`. It times its baseline first and then the claim,
in the same process and minute, because a shared machine makes absolute numbers worthless. Each bench runs in a process
of its own, so that its CPU seconds and its peak memory are its own; there the house is set up on an empty data folder
with all tables before the file is imported. A bench on PostgreSQL says `DATABASE = "postgresql"` and gets a server with
durable settings. A file _NAME.py is shared by benches, which import it by that name.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import django
from django.core.management import call_command

from zhirong.cli import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
ON_POSTGRESQL = re.compile(r'^DATABASE = "postgresql"$', re.M)
HEAD = f"{'what':44} {'measured':>16} {'baseline':>16} {'ratio':>9} {'aim':>9}  {'':4}"


@dataclass
class Row:
    """One claim: a number, its baseline's, and the least (or greatest) that keeps the promise."""

    what: str
    value: float
    unit: str
    baseline: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def judged(self) -> float:
        """What the promise is about: the ratio where there is a baseline, else the value."""
        return self.value / self.baseline if self.baseline else self.value

    @property
    def is_kept(self) -> bool:
        floor_kept = self.at_least is None or self.judged >= self.at_least
        return floor_kept and (self.at_most is None or self.judged <= self.at_most)

    def line(self) -> str:
        aim = f"≥ {self.at_least:g}" if self.at_least is not None else ""
        aim = f"≤ {self.at_most:g}" if self.at_most is not None else aim
        baseline = f"{self.baseline:,.6g} {self.unit}" if self.baseline else ""
        ratio = f"{self.judged:.2f} ×" if self.baseline else ""
        value = f"{self.value:,.6g} {self.unit}"
        return f"{self.what:44} {value:>16} {baseline:>16} {ratio:>9} {aim:>9}  {'ok' if self.is_kept else 'MISS'}"


@dataclass
class Report:
    """What a bench fills in. `quick` asks for a smaller run, for the tests."""

    quick: bool = False
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def rate(self, what: str, count: int, *, took_seconds: float, baseline: float | None = None, **aim: float) -> float:
        """A number of things in a second; with a baseline (also in a second) the promise is about the ratio."""
        value = count / took_seconds
        self.rows.append(Row(what, value, "/s", baseline, aim.get("at_least"), aim.get("at_most")))
        return value

    def value(self, what: str, value: float, unit: str, **aim: float) -> None:
        """A number with its unit; the promise is about the number itself."""
        self.rows.append(Row(what, value, unit, None, aim.get("at_least"), aim.get("at_most")))

    def milliseconds(self, what: str, nanoseconds: list[int], **aim: float) -> None:
        """The median and the 99th percentile of waits; the promise is about the latter."""
        ordered = sorted(nanoseconds)
        median, late = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
        self.value(f"{what}, median", median / 1e6, "ms")
        self.value(f"{what}, p99", late / 1e6, "ms", **aim)

    def note(self, text: str) -> None:
        self.notes.append(text)


@contextmanager
def timed() -> Iterator[Callable[[], float]]:
    """`with timed() as seconds: ...` then `seconds()` is what the block took."""
    begun = time.perf_counter()
    ended: list[float] = []
    yield lambda: (ended[0] if ended else time.perf_counter()) - begun
    ended.append(time.perf_counter())


def main(argv: Sequence[str]) -> int:
    """0 when every promise is kept."""
    known = sorted(path.stem for path in (ROOT / "bench").glob("[a-z]*.py"))
    parser = argparse.ArgumentParser(prog="./zr bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(known)}; all without a name")
    parser.add_argument("--quick", action="store_true", help="a smaller run, to see that a bench works")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    wanted = parser.parse_args(argv)
    if wanted.one:
        return run_one(wanted.one, quick=wanted.quick)
    if unknown := [name for name in wanted.names if name not in known]:
        print(f"no bench named {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    kept = [run_apart(name, quick=wanted.quick) for name in wanted.names or known]
    # A small run shows that a bench works; promises are about the full size.
    return 0 if all(row.is_kept or wanted.quick for rows in kept for row in rows) and all(kept) else 1


def run_apart(name: str, *, quick: bool) -> list[Row]:
    """One bench in a process of its own on an empty data folder; its table, or nothing when it broke."""
    print(f"\n{name}\n{HEAD}", flush=True)
    command = [sys.executable, "-m", "zhirong.cli", "bench", "--one", name, *(["--quick"] if quick else [])]
    with tempfile.TemporaryDirectory(prefix=f"zr-bench-{name}-") as folder, database(name, Path(folder)) as url:
        environment = {**os.environ, "ZR_DATA": f"{folder}/data", "ZR_DATABASE_URL": url}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        print(done.stdout, f"{name} did not finish", sep="\n")
        return []
    told = json.loads(lines[-1])
    rows = [Row(**row) for row in told["rows"]]
    print("\n".join([row.line() for row in rows] + [f"  {note}" for note in told["notes"]]))
    print(f"  took {told['wall_s']:.1f} s, CPU {told['cpu_s']:.1f} s, peak memory {told['peak_mb']} MB", flush=True)
    return rows


@contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    """The URL of a PostgreSQL that keeps what it acknowledges, where the file asks for one; else SQLite's empty one."""
    if not ON_POSTGRESQL.search((ROOT / "bench" / f"{name}.py").read_text("utf-8")):
        yield ""
        return
    with postgres.served(folder / "postgres", settings=("max_connections = 60",)) as url:
        yield url


def run_one(name: str, *, quick: bool) -> int:
    """Inside that process: set up the house, load the file, run it, and tell the parent in one line of JSON."""
    path = ROOT / "bench" / f"{name}.py"
    django.setup()
    call_command("migrate", verbosity=0)
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(f"bench_{name}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    report = Report(quick=quick)
    begun = time.monotonic()
    module.run(report)
    used, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    told = {
        "rows": [vars(row) for row in report.rows],
        "notes": report.notes,
        "wall_s": time.monotonic() - begun,
        "cpu_s": used.ru_utime + used.ru_stime + children.ru_utime + children.ru_stime,
        "peak_mb": max(used.ru_maxrss, children.ru_maxrss) // 1024,
    }
    print(json.dumps(told, ensure_ascii=False))
    return 0
