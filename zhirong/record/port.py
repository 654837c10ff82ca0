"""The one small door to SQL for the writers of the hot paths: the trading floor, the book and the sequencer.

Four verbs on plain SQL with `?` marks, the same on SQLite, on PostgreSQL and on an apsw connection, so that a
lossy or failing storage can be put under exactly the door that bids and money go through. Whoever opens a port owns
its transactions; a port made `within` a Django connection writes inside the caller's transaction and may not end it.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg

from zhirong.record import turnstile

Row = tuple[Any, ...]
SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"

# FULL is what keeps an acknowledged commit through a power loss; NORMAL in WAL does not (LEDGER finding 3).
SQLITE_SETTINGS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
)


class Port(Protocol):
    """What the writers need of a database, and nothing more."""

    dialect: str
    # All its errors; and those among them that are about a row (a constraint, a value) and not about the storage.
    failures: tuple[type[BaseException], ...]
    row_failures: tuple[type[BaseException], ...]

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and give all its rows; a statement without rows gives an empty list."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement once for each row."""

    def begin(self, *, immediate: bool = True) -> None:
        """Start a transaction; on SQLite an immediate one, which takes the write lock at once."""

    def commit(self) -> None:
        """Make the transaction durable; only after this may anything be acknowledged."""

    def rollback(self) -> None:
        """Forget the transaction."""

    def close(self) -> None:
        """Give the connection back."""


@lru_cache(maxsize=512)
def with_percent_marks(sql: str) -> str:
    """The same statement in psycopg's marks; our SQL holds no question mark and no percent sign in texts."""
    return sql.replace("%", "%%").replace("?", "%s")


class SqlitePort:
    """A connection of the standard library, in autocommit, so that BEGIN and COMMIT stand where we write them."""

    dialect = SQLITE
    failures: tuple[type[BaseException], ...] = (sqlite3.Error,)
    row_failures: tuple[type[BaseException], ...] = (sqlite3.IntegrityError, sqlite3.DataError)

    def __init__(self, connection: sqlite3.Connection, *, line: turnstile.Turnstile | None = None) -> None:
        self.connection = connection
        self._line, self._has_turn = line or turnstile.Turnstile(), False

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        return self.connection.execute(sql, params).fetchall()

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.connection.executemany(sql, rows)

    def begin(self, *, immediate: bool = True) -> None:
        if not immediate:
            self.connection.execute("BEGIN")
            return
        self._line.begin(self.connection, wait_ms=turnstile.BUSY_MS, failures=self.failures)
        self._has_turn = True

    def commit(self) -> None:
        self.connection.execute("COMMIT")
        self._give_turn_back()

    def rollback(self) -> None:
        try:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
        finally:
            self._give_turn_back()

    def close(self) -> None:
        try:
            self.connection.close()
        finally:
            self._give_turn_back()

    def _give_turn_back(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._line.leave()


class ApswPort(SqlitePort):
    """An apsw connection: the drills bring one whose file system loses, tears or refuses writes."""

    def __init__(
        self,
        connection: Any,
        *,
        line: turnstile.Turnstile,
        failures: tuple[type[BaseException], ...],
        row_failures: tuple[type[BaseException], ...] = (),
    ) -> None:
        super().__init__(connection, line=line)
        self.failures = failures
        self.row_failures = row_failures

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        return list(self.connection.execute(sql, tuple(params)))

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.connection.executemany(sql, [tuple(row) for row in rows])


class PostgresqlPort:
    """A psycopg connection in autocommit; rows to many go through its pipeline."""

    dialect = POSTGRESQL
    failures: tuple[type[BaseException], ...] = (psycopg.Error,)
    row_failures: tuple[type[BaseException], ...] = (psycopg.IntegrityError, psycopg.DataError)

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        with self.connection.cursor() as cursor:
            # psycopg types statements as literals; ours are constants of the house with other marks.
            cursor.execute(with_percent_marks(sql).encode(), tuple(params))
            return [] if cursor.description is None else cursor.fetchall()

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(with_percent_marks(sql).encode(), [tuple(row) for row in rows])

    def begin(self, *, immediate: bool = True) -> None:
        self.connection.execute("BEGIN")

    def commit(self) -> None:
        self.connection.execute("COMMIT")

    def rollback(self) -> None:
        if self.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            self.connection.execute("ROLLBACK")

    def close(self) -> None:
        self.connection.close()


class WithinPort:
    """The caller's transaction on a Django connection: statements pass, the transaction is the caller's to end."""

    def __init__(self, connection: Any) -> None:
        assert connection.in_atomic_block, "within() is for the inside of a transaction"
        connection.ensure_connection()
        self.dialect = str(connection.vendor)
        inner: SqlitePort | PostgresqlPort
        if self.dialect == SQLITE:
            inner = SqlitePort(connection.connection)
        else:
            inner = PostgresqlPort(connection.connection)
        self.failures, self.row_failures = inner.failures, inner.row_failures
        self.execute = inner.execute
        self.executemany = inner.executemany

    def begin(self, *, immediate: bool = True) -> None:
        raise AssertionError("the caller's transaction is open already")

    def commit(self) -> None:
        raise AssertionError("the caller ends its transaction")

    def rollback(self) -> None:
        raise AssertionError("the caller ends its transaction")

    def close(self) -> None:
        """The connection stays the caller's."""


def within(connection: Any) -> Port:
    """A port inside the transaction that is open on this Django connection."""
    return WithinPort(connection)


def beside(connection: Any) -> Port:
    """A port of its own to the database of this Django connection: for a writer with its own thread."""
    settings = connection.get_connection_params()
    if connection.vendor == SQLITE:
        return open_sqlite(settings["database"], uri=bool(settings.get("uri")))
    kept = ("dbname", "user", "password", "host", "port", "service", "passfile", "sslmode", "options")
    return open_postgresql(psycopg.conninfo.make_conninfo(**{k: settings[k] for k in kept if settings.get(k)}))


def open_sqlite(path: str | Path, *, uri: bool = False) -> Port:
    """A port to an SQLite file with the house's settings: WAL, FULL, foreign keys on."""
    connection = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False, uri=uri, timeout=10)
    for setting in SQLITE_SETTINGS:
        connection.execute(setting)
    return SqlitePort(connection, line=turnstile.of(path))


def of_apsw(
    connection: Any,
    *,
    line: turnstile.Turnstile,
    failures: tuple[type[BaseException], ...],
    row_failures: tuple[type[BaseException], ...] = (),
) -> Port:
    """A port over an open apsw connection, with the house's settings, in the line of the writers of its file.

    apsw's error classes come from the drill.
    """
    for setting in SQLITE_SETTINGS:
        connection.execute(setting)
    return ApswPort(connection, line=line, failures=failures, row_failures=row_failures)


def open_postgresql(dsn: str) -> Port:
    """A port to PostgreSQL; times are kept in UTC."""
    connection = psycopg.connect(dsn, autocommit=True)
    connection.execute("SET TIME ZONE 'UTC'")
    return PostgresqlPort(connection)


def stamp(port: Port, at: datetime) -> Any:
    """An instant as Django keeps it in this database: UTC text without zone on SQLite, timestamptz on PostgreSQL."""
    assert at.tzinfo is not None, "instants are aware"
    if port.dialect == POSTGRESQL:
        return at
    # Django writes str() of the naive value: microseconds only when there are any.
    return str(at.astimezone(UTC).replace(tzinfo=None))


def instant(value: Any) -> datetime:
    """An instant read back through any port, aware and in UTC."""
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def unique(port: Port, value: uuid.UUID) -> Any:
    """A UUID as Django keeps it: 32 characters on SQLite, uuid on PostgreSQL."""
    return value if port.dialect == POSTGRESQL else value.hex


def body(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """A JSON value as text that a JSON column of either database takes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def among(door: Port, column: str) -> str:
    """A condition that the column is one of a list given as one parameter, made by `listed`; the list has no limit."""
    if door.dialect == POSTGRESQL:
        return f"{column} = ANY(?)"
    return f"{column} IN (SELECT value FROM json_each(?))"


def listed(door: Port, values: Iterable[Any]) -> Any:
    """The parameter of `among`."""
    found = list(values)
    return found if door.dialect == POSTGRESQL else json.dumps(found)


def fresh_ids(door: Port, table: str, count: int) -> list[int]:
    """Ids for rows about to be written to a table numbered by Django; on SQLite the writer holds the write lock."""
    if not count:
        return []
    if door.dialect == POSTGRESQL:
        drawn = "SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?::int)"
        return [row[0] for row in door.execute(drawn, (table, count))]
    last = door.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
    start = last[0][0] if last else 0
    return list(range(start + 1, start + count + 1))
