"""The connection that Django opens as ENGINE zhirong.record.sqlite: it passes the turnstile before it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.backends.sqlite3 import base

from zhirong.record import turnstile

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP")


class CursorWrapper(base.SQLiteCursorWrapper):
    """A statement that is a transaction of its own stands in line as well."""

    turn: Callable[[Callable[[], Any]], Any]

    def execute(self, query: str, params: Any = None) -> Any:
        if self.connection.in_transaction or not query.lstrip()[:7].upper().startswith(WRITES):
            return super().execute(query, params)
        return self.turn(lambda: base.SQLiteCursorWrapper.execute(self, query, params))

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        if self.connection.in_transaction or not query.lstrip()[:7].upper().startswith(WRITES):
            return super().executemany(query, param_list)
        return self.turn(lambda: base.SQLiteCursorWrapper.executemany(self, query, param_list))


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own wrapper, which has the turn for as long as its transaction is open."""

    _turnstile: turnstile.Turnstile | None = None

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = self.connection.cursor(factory=CursorWrapper)
        cursor.turn = self._in_turn
        return cursor

    def _in_turn(self, call: Callable[[], Any]) -> Any:
        line = self._line()
        line.enter(self._wait_ms())
        try:
            return call()
        finally:
            line.leave()

    def _line(self) -> turnstile.Turnstile:
        return turnstile.of(self.get_connection_params()["database"])

    def _wait_ms(self) -> int:
        return int(self.get_connection_params().get("timeout", turnstile.BUSY_MS / 1000) * 1000)

    def _start_transaction_under_autocommit(self) -> None:
        self.ensure_connection()
        line = self._line()
        with self.wrap_database_errors:
            line.begin(self.connection, wait_ms=self._wait_ms())
        self._turnstile = line

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._give_turn_back()

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._give_turn_back()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._give_turn_back()

    def _give_turn_back(self) -> None:
        line, self._turnstile = self._turnstile, None
        if line is not None:
            line.leave()
