"""`zr policy check DIR…`: lint measure files and run their worked cases; the folders named and nothing else."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from zhirong.policy import checking


def main(argv: Sequence[str]) -> int:
    """0 when everything passed, 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="./zr policy", description=(__doc__ or "").splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    check = verbs.add_parser("check", help="lint, worked cases, portfolio cases")
    check.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="a folder of policy files")
    check.add_argument("--mutate", action="store_true", help="also move each leaf, comparison and parameter a little")
    wanted = parser.parse_args(argv)
    passed = failed = 0
    for one in checking.check(wanted.folders, with_mutants=wanted.mutate):
        passed += not one.problems
        failed += bool(one.problems)
        for problem in one.problems:
            print(f"FAIL {one.what}: {problem}")
    if any(list(folder.glob("questions.yaml")) for folder in wanted.folders):
        print("questions: left out, consultation is not part of this version")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
