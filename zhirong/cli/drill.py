"""`zr drill`: kill the house, take its power, fill and break its disk; then count what it had acknowledged.

Every round drives the real `exchange.floor` and `ledger.book` through the port they always write through, opens what is
left with the product, checks each acknowledgement, the books and the tree, and runs `./zr verify` on receipts.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent.parent
SHORT = {"kills": 3, "losses": 12, "stops": 2}
LONG = {"kills": 100, "losses": 300, "stops": 20}


def main(argv: Sequence[str]) -> int:
    """0 when nothing that was acknowledged is missing. The rounds run in a process and a folder of their own."""
    parser = argparse.ArgumentParser(prog="./zr drill", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--long", action="store_true", help="100 kills and 300 power losses instead of a few")
    parser.add_argument("--kills", type=int, help="rounds of SIGKILL under load")
    parser.add_argument("--losses", type=int, help="rounds of lost power")
    parser.add_argument("--stops", type=int, help="rounds each of a full and of a broken disk")
    parser.add_argument("--seed", type=int, default=1, help="another number draws other moments")
    parser.add_argument(
        "--synchronous", default="FULL", choices=["FULL", "NORMAL"], help="NORMAL shows what the drill finds"
    )
    asked = parser.parse_args(argv)
    form = LONG if asked.long else SHORT
    counts = {name: form[name] if getattr(asked, name) is None else getattr(asked, name) for name in form}
    rounds = [word for name, number in counts.items() for word in (f"--{name}", str(number))]
    command = [sys.executable, "-m", "zhirong.cli.drill", *rounds, "--seed", str(asked.seed)]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zr-drill-") as folder:
        environment = {**os.environ, "ZR_DATA": folder, "DJANGO_SETTINGS_MODULE": "zhirong.settings"}
        environment.pop("ZR_DATABASE_URL", None)
        command += ["--synchronous", asked.synchronous]
        code = subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    print(f"took {time.monotonic() - begun:.1f} s", flush=True)
    return code


if __name__ == "__main__":
    django.setup()
    sys.exit(importlib.import_module("zhirong.cli.drill_rounds").main(sys.argv[1:]))
