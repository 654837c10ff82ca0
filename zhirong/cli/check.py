"""`zr check`: style, types, floors and the house tests, in seconds. `./zr test` begins with the same steps."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
FILES = [".", "zr"]

STEPS = {
    "format": ["-m", "ruff", "format", "--check", *FILES],
    "style": ["-m", "ruff", "check", *FILES],
    "floors": ["-c", LINT_IMPORTS],
    "types": ["-m", "mypy"],
}
HOUSE = {"house": ["-m", "pytest", "tests/test_house.py", "-n0"]}


def main(argv: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="./zr check", description=__doc__).parse_args(argv)
    return 1 if run({**STEPS, **HOUSE}) else 0


def run(steps: dict[str, list[str]]) -> list[str]:
    """Start all steps at once, print each as it ends, and name those that found something."""
    begun = time.monotonic()
    running = {name: start(arguments) for name, arguments in steps.items()}
    failed = []
    for name, process in running.items():
        told, _ = process.communicate()
        seconds = time.monotonic() - begun
        print(f"{'ok  ' if process.returncode == 0 else 'FAIL'} {name:8} after {seconds:.1f} s", flush=True)
        if process.returncode:
            print(told, flush=True)
            failed.append(name)
    return failed


def start(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
