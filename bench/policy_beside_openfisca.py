"""Our screening beside OpenFisca-core on the five measures that it can express: the same facts, time and amounts.

It runs in an environment of its own (requirements-bench.lock says how; ZR_OPENFISCA names another interpreter) and is
left out where there is none. Every fact is known here: OpenFisca has no unknown, and takes a default for it instead.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path

import _population
import numpy as np

from zhirong.cli.bench import ROOT, Report
from zhirong.policy import reading
from zhirong.policy.engine import columns, estimate

DAY = date(2024, 12, 31)
MEASURES = {
    "rnd": "cn-rnd-super-deduction",
    "vat": "cn-tech-contract-vat",
    "transfer": "cn-tech-transfer-income",
    "award": "cn-inventor-award",
    "remuneration": "cn-inventor-remuneration",
}


def run(report: Report) -> None:
    python = Path(os.environ.get("ZR_OPENFISCA", ROOT / ".venv-bench" / "bin" / "python"))
    if not python.exists():
        report.note("openfisca-core is not installed: nothing compared (see requirements-bench.lock)")
        return
    base = reading.own()
    for size in (25_000, 550_000):
        if report.quick and size > 25_000:
            continue
        everybody = _population.people(base, size, unknown=0)
        theirs_s, theirs = beside(python, base, everybody)
        ours_s, ours = computed(base, everybody)
        report.value(f"{size:,} x 5: OpenFisca, CPU", theirs_s * 1e3, "ms")
        report.value(f"{size:,} x 5: ours with unknowns, doubts and amounts, CPU", ours_s * 1e3, "ms")
        report.value(f"{size:,} x 5: ours / OpenFisca", ours_s / theirs_s, "x", at_most=10)
        report.value(f"{size:,} x 5: its amounts off by more than a fen", off(ours, theirs) * 100, "%")
        report.value(f"{size:,} x 5: the most that one of its amounts is off", worst(ours, theirs), "yuan")
        report.value(f"{size:,} x 5: one of us pays, the other does not", disagreed(ours, theirs), "", at_most=0)
    report.note(
        "OpenFisca keeps money in float32: what it is off by is that rounding; ours is within a fen of the exact"
    )
    report.note("expressed of ours: 5; not expressed there: lists of records, the unknown, what is missing to qualify")


def computed(base: reading.Base, everybody: columns.Population) -> tuple[float, dict[str, columns.Array]]:
    """Our amounts in fen, nought where the measure is not met, and the CPU seconds."""
    begun = time.process_time()
    found = {name: estimate.estimate(base.measures[one], everybody, DAY) for name, one in MEASURES.items()}
    seconds = time.process_time() - begun
    return seconds, {name: np.where(one.due, one.fen, 0) for name, one in found.items()}


def beside(python: Path, base: reading.Base, everybody: columns.Population) -> tuple[float, dict[str, columns.Array]]:
    """Its amounts in fen and its CPU seconds, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        given, told = Path(folder) / "given.npz", Path(folder) / "told.npz"
        np.savez(given, **{name: plain(everybody.columns[name]) for name in asked(base)})
        here = Path(__file__).with_name("_openfisca.py")
        subprocess.run([python, here, given, told], check=True, capture_output=True)
        found = dict(np.load(told))
    seconds = float(found.pop("seconds")[0])
    return seconds, {name: np.round(values.astype(np.float64) * 100) for name, values in found.items()}


def asked(base: reading.Base) -> list[str]:
    """The facts of these measures."""
    found: set[str] = set()
    for name in MEASURES.values():
        one = base.measures[name]
        found |= estimate.screen.facts_asked(one) | estimate.facts_asked(one)
    return sorted(found - {""})


def plain(column: columns.Column) -> columns.Array:
    """The values of a column as a program without our kinds takes them."""
    return np.array(column.words)[column.values] if column.kind == "text" else column.values


def off(ours: dict[str, columns.Array], theirs: dict[str, columns.Array]) -> float:
    """The share of amounts paid that are off by more than a fen."""
    paid = np.concatenate([ours[name] > 0 for name in ours])
    gap = np.concatenate([np.abs(ours[name] - theirs[name]) for name in ours])
    return float((gap[paid] > 1).mean())


def worst(ours: dict[str, columns.Array], theirs: dict[str, columns.Array]) -> float:
    """The largest difference, in yuan."""
    return max(float(np.abs(ours[name] - theirs[name]).max()) for name in ours) / 100


def disagreed(ours: dict[str, columns.Array], theirs: dict[str, columns.Array]) -> int:
    """How many amounts only one of the two pays."""
    return int(sum(((ours[name] > 0) != (theirs[name] > 0)).sum() for name in ours))
