"""`zr migrate`: bring the tables of a data folder to this version. Every start of the house does the same first."""

from __future__ import annotations

import argparse
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

# "zrmg" as a number: two processes on one PostgreSQL bring its tables up one after the other.
ADVISORY_LOCK = 0x7A726D67


def main(argv: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="./zr migrate", description=__doc__).parse_args(argv)
    # The front door of zr has brought them up already, as it does for every verb.
    bring_up()
    print(f"{settings.DATA}: the tables are those of version {settings.VERSION}.")
    return 0


def bring_up() -> None:
    """The tables of this version; a house of a later one, or of something else, is refused untouched."""
    refuse_strangers()
    with one_at_a_time():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)


def refuse_strangers() -> None:
    """A database that this version did not make, or cannot know, is not written to."""
    executor = MigrationExecutor(connection)
    tables = set(connection.introspection.table_names())
    if tables and MigrationRecorder.Migration._meta.db_table not in tables:
        raise SystemExit(
            f"Nothing was opened: the database of {settings.DATA} holds tables of something else. "
            "Name an empty data folder or database, or that of a house."
        )
    known, applied = set(executor.loader.disk_migrations), set(executor.loader.applied_migrations)
    if later := sorted(f"{app}.{name}" for app, name in applied - known):
        raise SystemExit(
            f"Nothing was opened: {settings.DATA} was written by a later version than {settings.VERSION} of Zhirong "
            f"({', '.join(later[:4])}). Nothing in it was changed.\n"
            "Check out that version or a later one and start it on this folder, "
            "or restore a backup from before the upgrade: ./zr restore FILE DIR"
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two processes that start at the same time: the second waits and finds all done."""
    handle = os.open(settings.DATA / "migrate.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with _in_the_database():
            yield
    finally:
        os.close(handle)


@contextmanager
def _in_the_database() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
