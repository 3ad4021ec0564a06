"""What is deleted when it is old enough, and how much there is."""

import sqlite3
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Select, Table, delete, func, select

from overgang.shell.store import schema
from overgang.shell.store.comparing import parts
from overgang.shell.store.database import Database, danish_day
from overgang.shell.store.opening import in_memory
from overgang.shell.store.values import Sizes

COUNTER_DAYS: Final = 400
_AT_ONCE: Final = 1000  # comparisons deleted in one transaction, so that others wait a short while only


class Retention(Database):
    """Deleting and measuring. Messages and mode changes are not touched here."""

    def forget(self, before: datetime, counter_days: int = COUNTER_DAYS) -> int:
        """Delete comparisons and uses from before that moment; how many comparisons they were.

        Counts per day (verdicts, latency, drops) and clusters stay for `counter_days` days from today, or since the
        cluster was last seen.
        """
        eldest = self._now() - timedelta(days=counter_days)
        with self.writing() as connection:
            connection.execute(delete(schema.use).where(schema.use.c.day < danish_day(before)))
            for table in (schema.verdict_count, schema.latency_count, schema.drop_count):
                connection.execute(delete(table).where(table.c.day < danish_day(eldest)))
            old = select(schema.cluster.c.id).where(schema.cluster.c.last < eldest)
            connection.execute(delete(schema.cluster_caller).where(schema.cluster_caller.c.cluster.in_(old)))
            connection.execute(delete(schema.cluster).where(schema.cluster.c.last < eldest))
        gone = 0
        while some := self._forget_some(before):
            gone += some
        self._give_back()
        return gone

    def sizes(self) -> Sizes:
        """Rows per table, and bytes."""
        with self.reading() as connection:
            tables = schema.metadata.sorted_tables
            rows = {table.name: int(connection.execute(_rows(table)).scalar_one()) for table in tables}
            return Sizes(rows, 0 if in_memory(self._engine) else _bytes(connection, list(rows)))

    def _forget_some(self, before: datetime) -> int:
        comparison, example = schema.comparison, schema.example
        with self.writing() as connection:
            old = select(comparison.c.id).where(comparison.c.at < before).limit(_AT_ONCE)
            ids = sorted(connection.execute(old).scalars())
            for part in parts(ids):
                connection.execute(delete(example).where(example.c.comparison.in_(part)))
                connection.execute(delete(comparison).where(comparison.c.id.in_(part)))
        return len(ids)

    def _give_back(self) -> None:
        """The file gets smaller, and what was deleted is in no journal any more; PostgreSQL does so by itself."""
        if self._engine.dialect.name != "sqlite":
            return
        with self._held(self._write_lock), self._engine.connect() as connection, suppress(sqlite3.OperationalError):
            # As a script: a single statement would be stopped after the first page. Held by others: the next time.
            script = "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)"
            connection.connection.driver_connection.executescript(script)  # type: ignore[union-attr]


def _rows(table: Table) -> Select[int]:
    return select(func.count()).select_from(table)


def _bytes(connection: Connection, tables: list[str]) -> int:
    if connection.dialect.name == "sqlite":
        pages, size = (connection.exec_driver_sql(f"PRAGMA {of}").scalar_one() for of in ("page_count", "page_size"))
        return int(pages * size)
    return sum(int(connection.execute(select(func.pg_total_relation_size(name))).scalar_one()) for name in tables)
