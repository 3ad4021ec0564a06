"""The database under each part of the store: transactions, adding up, and the numbers of numbered tables."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, case, delete, insert, select, update
from sqlalchemy.dialects import sqlite

from overgang.core.values import COPENHAGEN
from overgang.shell import clock
from overgang.shell.store import schema
from overgang.shell.store.errors import StoreError, told
from overgang.shell.store.opening import WAIT, in_memory, open_engine
from overgang.shell.store.sealing import Sealer

EXAMPLES: Final = 50
_COUNTER: Final = schema.counter


class Database:
    """Opened at `url`; any thread may use it, each process opens its own."""

    def __init__(
        self,
        url: str,
        key: bytes,
        *,
        old_keys: Sequence[bytes] = (),
        examples: int = EXAMPLES,
        wait: float = WAIT,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """`key` seals what is personal, at least 32 bytes; `old_keys` still open what they sealed.

        `examples` is how many comparisons of each cluster are kept whole, `wait` how many seconds a call waits while
        others write. Raises StoreError.
        """
        self._sealer = Sealer((key, *old_keys))
        self._examples, self._now = examples, now
        self._engine = open_engine(url, wait)
        self._writer = self._engine.execution_options(writes=True)
        # SQLite has one writer at a time: threads that wait here are served in turn. One in memory is one connection.
        lock = threading.Lock()
        self._wait = wait
        self._write_lock = lock if self._engine.dialect.name == "sqlite" else None
        self._read_lock = lock if in_memory(self._engine) else None

    def close(self) -> None:
        """Let go of the database; the store is of no use afterwards."""
        self._engine.dispose()

    @property
    def in_memory(self) -> bool:
        """Whether nobody but this process can see it."""
        return in_memory(self._engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Raises StoreError."""
        with told(), self._held(self._read_lock), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All of it takes effect, durably, or nothing does. Raises StoreError."""
        with told(), self._held(self._write_lock), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _held(self, lock: Any) -> Iterator[None]:
        """The lock, waited for no longer than the database itself: whoever stands in line would wait for all before."""
        if lock is None:
            yield
        elif lock.acquire(timeout=self._wait):
            try:
                yield
            finally:
                lock.release()
        else:
            raise StoreError("others hold the store", passing=True)


class Rows:
    """An insert of many rows as one statement, handed to the driver itself.

    On the hot path all else costs more than writing does: SQLAlchemy's own work, and with SQLite that each execution
    gives the interpreter's lock away and has to get it back from the thread that answers calls.
    """

    def __init__(self, table: Table, conflict: str = "") -> None:
        """`conflict` is what becomes of a row that is there, as "ON CONFLICT ..."."""
        names = [column.name for column in table.columns]
        self._names = names
        self._head = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES "
        self._conflict = f" {conflict}" if conflict else ""

    def insert(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many rows there were none of before. Raises what the driver does; see `driven`."""
        mark = "%s" if connection.dialect.paramstyle == "pyformat" else "?"
        one = f"({', '.join([mark] * len(self._names))})"
        text = f"{self._head}{', '.join([one] * len(rows))}{self._conflict}"
        cursor = connection.connection.cursor()
        cursor.execute(text, [row[name] for row in rows for name in self._names])
        return int(cursor.rowcount)


def danish_day(moment: datetime) -> str:
    """The Danish day of a moment, ISO."""
    return moment.astimezone(COPENHAGEN).date().isoformat()


def last_number(connection: Connection, name: str) -> int:
    """The last number of a numbered table; until this transaction ends nobody else adds to that table."""
    last = select(_COUNTER.c.last).where(_COUNTER.c.name == name)
    return int(connection.execute(last.with_for_update()).scalar_one())


def take_number(connection: Connection, name: str, taken: int) -> None:
    """Write down that `taken` is the last number now."""
    connection.execute(update(_COUNTER).where(_COUNTER.c.name == name).values(last=taken))


def add(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], sums: Sequence[str]) -> None:
    """Insert rows, each key once; where the key is there, add `sums` up, and widen `first` and `last`.

    Rows go in the order of their keys: two processes that lock the same ones never wait for each other in a circle.
    """
    keys = [column.name for column in table.primary_key]
    given = sorted(rows, key=lambda row: [row[name] for name in keys])
    if not given:
        return
    statement = _insert(connection, table)
    there, new = table.c, statement.excluded
    values: dict[str, Any] = {name: there[name] + new[name] for name in sums}
    if "first" in there:
        values["first"] = case((new.first < there.first, new.first), else_=there.first)
    if "last" in there:
        values["last"] = case((new.last > there.last, new.last), else_=there.last)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), given)


def add_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert the rows whose keys are not there yet."""
    keys = [column.name for column in table.primary_key]
    given = sorted(rows, key=lambda row: [row[name] for name in keys])
    if given:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(index_elements=keys), given)


def put(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert the row in the place of the one with its key."""
    remove(connection, table, {column.name: row[column.name] for column in table.primary_key})
    connection.execute(insert(table), row)


def remove(connection: Connection, table: Table, key: Mapping[str, Any]) -> None:
    """Delete the row with this key, if there is one."""
    connection.execute(delete(table).where(*(table.c[name] == value for name, value in key.items())))


def _insert(connection: Connection, table: Table) -> Any:
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # imported by whoever uses it

        return postgresql.insert(table)
    return sqlite.insert(table)
