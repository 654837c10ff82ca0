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
SHORT = {"kills": 3, "losses": 12, "stops": 2, "server_kills": 0}
LONG = {"kills": 100, "losses": 300, "stops": 20, "server_kills": 20}


def main(argv: Sequence[str]) -> int:
    """0 when nothing that was acknowledged is missing. The rounds run in a process and a folder of their own."""
    parser = argparse.ArgumentParser(prog="./zr drill", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--long", action="store_true", help="100 kills and 300 power losses instead of a few")
    parser.add_argument("--kills", type=int, help="rounds of SIGKILL under load")
    parser.add_argument("--server-kills", type=int, help="the same on a PostgreSQL that syncs every commit")
    parser.add_argument("--losses", type=int, help="rounds of lost power")
    parser.add_argument("--stops", type=int, help="rounds each of a full and of a broken disk")
    parser.add_argument("--seed", type=int, default=1, help="another number draws other moments")
    parser.add_argument(
        "--synchronous", default="FULL", choices=["FULL", "NORMAL"], help="NORMAL shows what the drill finds"
    )
    asked = parser.parse_args(argv)
    form = LONG if asked.long else SHORT
    counts = {name: form[name] if getattr(asked, name) is None else getattr(asked, name) for name in form}
    server_kills = counts.pop("server_kills")
    rounds = [word for name, number in counts.items() for word in (f"--{name}", str(number))]
    rounds += ["--seed", str(asked.seed), "--synchronous", asked.synchronous]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zr-drill-") as folder:
        code = run(rounds, data=f"{folder}/file", url="") if any(counts.values()) else 0
        if server_kills:
            # A house without the tools of development has no PostgreSQL of its own, and need not have one to drill.
            postgres = importlib.import_module("zhirong.cli.postgres")
            with postgres.served(Path(folder) / "server", settings=("max_connections = 40",)) as url:
                words = ["--server-kills", str(server_kills), "--seed", str(asked.seed)]
                code = run(words, data=f"{folder}/data", url=url) or code
    print(f"took {time.monotonic() - begun:.1f} s", flush=True)
    return code


def run(words: list[str], *, data: str, url: str) -> int:
    """Rounds in a process of their own, on a data folder and a database that are thrown away."""
    settings = {"ZR_DATA": data, "ZR_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "zhirong.settings"}
    command = [sys.executable, "-m", "zhirong.cli.drill", *words]
    return subprocess.run(command, env={**os.environ, **settings}, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    django.setup()
    sys.exit(importlib.import_module("zhirong.cli.drill_rounds").main(sys.argv[1:]))
