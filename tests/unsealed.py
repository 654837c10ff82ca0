"""Emptying tables between tests that need real commits: the seals of the record refuse it, as they must."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.sqlite3.base import DatabaseOperations
from django.db.backends.utils import CursorWrapper

_flush = DatabaseOperations.execute_sql_flush


def flush_without_triggers(operations: DatabaseOperations, statements: list[str]) -> None:
    """Django's flush on SQLite is DELETE, which triggers see; PostgreSQL's is TRUNCATE, which they do not."""
    with operations.connection.cursor() as cursor, without_triggers(cursor):
        _flush(operations, statements)


@contextmanager
def without_triggers(cursor: CursorWrapper) -> Iterator[None]:
    """No triggers inside, the same triggers afterwards. For an attacker in a test as well."""
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = cursor.fetchall()
    for name, _ in triggers:
        cursor.execute(f"DROP TRIGGER {name}")
    try:
        yield
    finally:
        for _, sql in triggers:
            cursor.execute(sql)


DatabaseOperations.execute_sql_flush = flush_without_triggers
