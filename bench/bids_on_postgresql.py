"""The bids of `bids_in_process` on a PostgreSQL server of our own, with its durable defaults."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import _lots
import bids_in_process
from django.db import connections

from zhirong import settings
from zhirong.cli import postgres
from zhirong.cli.bench import Report


def run(report: Report) -> None:
    """fsync and synchronous_commit stay on, as in production."""
    with (
        tempfile.TemporaryDirectory(prefix="zr-bench-pg-") as folder,
        postgres.served(Path(folder) / "server", settings=("max_connections = 40",)) as url,
    ):
        os.environ["ZR_DATABASE_URL"] = url
        connections.close_all()
        connections.databases.update(connections.configure_settings({"default": settings._database()}))
        del connections["default"]
        _lots.an_empty_house()
        bids_in_process.measure(report, where="PostgreSQL", at_least=4.0)
        connections.close_all()
