"""Every right of a district valued by `zr value --all`: CPU seconds, memory, and how often cheaper than one by one.

The claims: 23,000 rights from the register to their rows in 25 CPU-seconds of one process within 400 MB, ten times as
many in a CPU-second as one by one with what explains each, and the same hash again for two processes and other chunks.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import _valued

from zhirong.cli.bench import Report

LISTINGS, FEW, ALONE = 23_000, 400, 40


def run(report: Report) -> None:
    """One by one first, then all at once, then again otherwise."""
    with tempfile.TemporaryDirectory(prefix="zr-bench-run-") as name:
        folder = Path(name) / "data"
        _valued.loaded(folder, listings=FEW if report.quick else LISTINGS)
        alone = _valued.alone(folder, ALONE)["warm"]
        before = report.rate("one by one, in a CPU-second", len(alone), took_seconds=sum(alone))
        whole, manifest = valued(folder)
        count = manifest["rights"]
        report.rate(
            "zr value --all, in a CPU-second", count, took_seconds=whole.cpu_seconds, baseline=before, at_least=10
        )
        report.value(f"{count:,} rights, start and end included", whole.cpu_seconds, "CPU s", at_most=25)
        report.value("memory", whole.peak_mb, "MB", at_most=400)
        again, second = valued(folder, "--workers", "2", "--chunk", "700")
        report.value("the same by two processes", again.cpu_seconds, "CPU s")
        same = manifest["rows_sha256"] == second["rows_sha256"]
        report.value("runs that differ", 0 if same else 1, "", at_most=0)
        report.note(f"{manifest['valued']:,} valued, {sum(manifest['refused'].values()):,} refused")


def valued(folder: Path, *words: str) -> tuple[_valued.Ended, dict]:
    """The verb as a person gives it, and its manifest."""
    done = _valued.ended("-m", "zhirong.cli", "value", "--all", "--as", _valued.OPERATOR, *words, folder=folder)
    path = done.told.splitlines()[-1].removeprefix("manifest ")
    return done, json.loads(Path(path).read_text("utf-8"))
