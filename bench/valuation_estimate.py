"""One estimate as a page asks for it: register, methods, range and all that explains it, warm; baseline the first one.

The claim: 95 of 100 within 100 ms of the processor. The first of a process also loads kernels and tables; an open house
does that in the background before anybody asks.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import _valued

from zhirong.cli.bench import Report

LISTINGS, LOOKS = 400, 200


def run(report: Report) -> None:
    """In a process of its own on a small demo, whose model has learnt from all past deals."""
    with tempfile.TemporaryDirectory(prefix="zr-bench-estimate-") as name:
        folder = Path(name) / "data"
        _valued.loaded(folder, listings=LISTINGS)
        told = _valued.alone(folder, 20 if report.quick else LOOKS)
    warm = sorted(told["warm"])
    first = report.rate("the first of a process, in a CPU-second", 1, took_seconds=told["first"])
    report.rate("warm, in a CPU-second", len(warm), took_seconds=sum(warm), baseline=first, at_least=5)
    report.value("warm, median", warm[len(warm) // 2] * 1000, "ms CPU")
    report.value("warm, p95", warm[len(warm) * 95 // 100] * 1000, "ms CPU", at_most=100)
    report.value("memory of the process", told["peak_mb"], "MB", at_most=300)
