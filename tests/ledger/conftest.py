"""Tests that commit for real leave rows behind; the flush after them must get past the triggers that refuse it."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.backends.sqlite3.base import DatabaseOperations

flush_as_django = DatabaseOperations.execute_sql_flush


def flush_past_triggers(self: Any, sql_list: list[str]) -> None:
    """Django empties SQLite tables by DELETE, which the triggers refuse; take them off and put them back."""
    with connections["default"].cursor() as cursor:
        triggers = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
    flush_as_django(self, sql_list)
    with connections["default"].cursor() as cursor:
        for _, sql in triggers:
            cursor.execute(sql)


DatabaseOperations.execute_sql_flush = flush_past_triggers  # type: ignore[method-assign]
