"""`zr test`: every check and every test, on SQLite and on PostgreSQL, with one closing line of counts.

With arguments only pytest runs, on SQLite, and the arguments are pytest's own: `./zr test tests/exchange -k close`.
With CI=true nothing may be missing: no Chromium, no PostgreSQL and no shared material is a failure, not a skip.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree

from zhirong.cli import check, machine, postgres

PYTEST = [sys.executable, "-m", "pytest"]
# What each lane tells beside its dots: faults, skips, and where its time went.
TOLD = ["--no-header", "-rfEs", "--durations=40", "--durations-min=2"]
NOTHING_COLLECTED = 5


@dataclass(frozen=True)
class Lane:
    """One run of pytest and what it counted."""

    name: str
    exit_code: int
    tests: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    why_skipped: tuple[str, ...] = ()

    @property
    def is_green(self) -> bool:
        return self.exit_code in (0, NOTHING_COLLECTED)


def main(argv: Sequence[str]) -> int:
    """0 when everything is green."""
    if list(argv) in (["-h"], ["--help"]):
        argparse.ArgumentParser(
            prog="./zr test", usage="./zr test [PYTEST ARGUMENTS]", description=__doc__
        ).print_help()
        return 0
    signal.signal(signal.SIGTERM, stop)
    compile_words()
    if argv:
        return subprocess.run([*PYTEST, *argv], cwd=check.ROOT, check=False).returncode
    begun = time.monotonic()
    missing = [sentence] if (sentence := machine.make_ready()) else []
    problems = [f"{step} found something" for step in check.run(check.STEPS)]
    with tempfile.TemporaryDirectory(prefix="zr-test-") as folder:
        lanes = run_lanes(Path(folder), missing)
    problems += [f"{lane.name}: {lane.failed} failed, {lane.errors} errors" for lane in lanes if not lane.is_green]
    if os.environ.get("CI") == "true":
        problems += missing
    print(closing(lanes, missing, problems, seconds=time.monotonic() - begun))
    return 1 if problems else 0


def stop(_signal: int, _frame: object) -> NoReturn:
    """End by the ordinary way, so that the PostgreSQL of this run is stopped and its folder removed."""
    sys.exit(143)


def compile_words() -> None:
    """The message catalogues, where this version has some."""
    if importlib.util.find_spec("zhirong.cli.words"):
        subprocess.run([sys.executable, "-m", "zhirong.cli", "words"], cwd=check.ROOT, check=True)


def run_lanes(folder: Path, missing: list[str]) -> list[Lane]:
    """SQLite with all but PostgreSQL's own, PostgreSQL with its own and both's, the browser. What could not is told."""
    lanes = [run_lane("SQLite", folder, ["-n", "2", "-m", "not browser"])]
    try:
        with postgres.served(folder / "postgres") as url:
            both = ["-n", "2", "-m", "(both or postgresql) and not browser"]
            lanes.append(run_lane("PostgreSQL", folder, both, ZR_DATABASE_URL=url))
    except postgres.NotServed as problem:
        missing.append(str(problem))
    if machine.browser():
        lanes.append(run_lane("browser", folder, ["-n", "2", "--dist", "worksteal", "-m", "browser"]))
    return lanes


def run_lane(name: str, folder: Path, arguments: list[str], **environment: str) -> Lane:
    print(f"\n== {name}", flush=True)
    report = folder / f"{name}.xml"
    command = [*PYTEST, *arguments, f"--junitxml={report}", "-o", "junit_family=xunit1", *TOLD]
    done = subprocess.run(
        command, cwd=check.ROOT, env={**os.environ, "ZR_DATA": str(folder / name), **environment}, check=False
    )
    return counted(name, done.returncode, report)


def counted(name: str, exit_code: int, report: Path) -> Lane:
    """The lane's counts as pytest itself wrote them."""
    if not report.exists():
        return Lane(name, exit_code or 1, errors=1)
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    counts = {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
    return Lane(
        name,
        exit_code,
        tests=counts["tests"],
        failed=counts["failures"],
        errors=counts["errors"],
        skipped=counts["skipped"],
        why_skipped=tuple(sorted({skip.get("message", "") for skip in suite.iter("skipped")})),
    )


def closing(lanes: list[Lane], missing: list[str], problems: list[str], *, seconds: float) -> str:
    """The last lines: what was left out, what was wrong, and the counts as pytest would say them."""
    failed, errors, skipped = (sum(getattr(lane, key) for lane in lanes) for key in ("failed", "errors", "skipped"))
    passed = sum(lane.tests for lane in lanes) - failed - errors - skipped
    parts = ", ".join(f"{lane.name} {lane.tests}" for lane in lanes)
    counts = [f"{failed} failed"] * bool(failed) + [f"{passed} passed"]
    counts += [f"{skipped} skipped"] * bool(skipped) + [f"{errors} errors"] * bool(errors)
    lines = [f"left out: {sentence}" for sentence in missing]
    lines += [f"skipped: {why}" for why in sorted({why for lane in lanes for why in lane.why_skipped})]
    lines += [f"not green: {problem}" for problem in problems]
    return "\n" + "\n".join([*lines, f"===== {', '.join(counts)} in {seconds:.2f}s ({parts}) ====="])
