"""`zr fix`: let the style checks repair what they can repair without changing what the code does."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

from zhirong.cli import check


def main(argv: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="./zr fix", description=__doc__).parse_args(argv)
    ruff = [sys.executable, "-m", "ruff"]
    left = subprocess.run([*ruff, "check", "--fix", *check.FILES], cwd=check.ROOT, check=False).returncode
    return subprocess.run([*ruff, "format", *check.FILES], cwd=check.ROOT, check=False).returncode or left
