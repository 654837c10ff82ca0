"""The transfers of `transfers_sqlite` on a PostgreSQL server of our own, with its durable defaults."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from zhirong.cli import postgres
from zhirong.cli.bench import Report, Row


def run(report: Report) -> None:
    """In a process of its own, since Django learns its database once. The promise of 25 is SQLite's."""
    command = [sys.executable, "-m", "zhirong.cli", "bench", "--one", "transfers_sqlite"]
    with (
        tempfile.TemporaryDirectory(prefix="zr-bench-pg-") as folder,
        postgres.served(Path(folder) / "server", settings=("max_connections = 20",)) as url,
    ):
        environment = {**os.environ, "ZR_DATABASE_URL": url}
        done = subprocess.run(
            [*command, *(["--quick"] if report.quick else [])],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    for told in json.loads(done.stdout.splitlines()[-1])["rows"]:
        row = Row(**told)
        row.at_least = None
        report.rows.append(row)
