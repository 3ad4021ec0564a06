"""How a store is opened: the engine with what each database needs, and the tables brought up to date."""

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from overgang.shell.store import schema
from overgang.shell.store.errors import StoreError, told

WAIT: Final = 10.0

HEAD: Final = "0004"  # the newest migration
_MIGRATING: Final = 4920_2024  # the PostgreSQL advisory lock that only one process migrates under


def open_engine(url: str, wait: float = WAIT) -> Engine:
    """An engine on the database, its tables there and up to date.

    `url` as SQLAlchemy writes it: sqlite:////path/file, sqlite:// (in memory, gone when closed), postgresql://host/name.
    `wait` is how many seconds a call waits while others write. Raises StoreError when it can't be opened or is of a
    newer version.
    """
    address = _address(url)
    try:
        engine = _sqlite(address, wait) if address.get_backend_name() == "sqlite" else _postgresql(address, wait)
    except ModuleNotFoundError as missing:
        raise StoreError(f"the store needs the package {missing.name}, which is not installed") from missing
    try:
        with told():
            migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def in_memory(engine: Engine) -> bool:
    """Whether all of it is one connection's memory."""
    return isinstance(engine.pool, StaticPool)


def migrate(engine: Engine) -> None:
    """Bring the tables up to date; of processes that open at once, one does it while the others wait."""
    with engine.connect() as connection:
        there = inspect(connection).has_table("alembic_version")
        if there and connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD:
            return
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATING})
        if {"alembic_version", *schema.metadata.tables}.isdisjoint(inspect(connection).get_table_names()):
            _create(connection)
            return
        from overgang.shell.store import (
            upgrading,
        )  # Alembic takes 0.2 s and 10 MB, and few stores are of an old version

        upgrading.upgrade(connection)


def _create(connection: Connection) -> None:
    """The tables of a new store as they are now, and in Alembic's own table that no migration is missing."""
    schema.metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(schema.counter), [{"name": name, "last": 0} for name in schema.COUNTED])
    version = Column("version_num", String(32), nullable=False)
    stamp = Table("alembic_version", MetaData(), version, PrimaryKeyConstraint(version, name="alembic_version_pkc"))
    stamp.create(connection)
    connection.execute(insert(stamp), {"version_num": HEAD})


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        raise StoreError("the store's address is no database URL such as sqlite:////path/gateway.sqlite") from None
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError("the store is kept in sqlite or postgresql, and its address begins so")
    return address


def _postgresql(address: URL, wait: float) -> Engine:
    engine = create_engine(address, hide_parameters=True, pool_pre_ping=True, pool_timeout=wait)
    patience = f"SET lock_timeout = {round(wait * 1000)}"

    def connected(connection: Any, record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(patience)
        connection.commit()

    event.listen(engine, "connect", connected)
    return engine


def _sqlite(address: URL, wait: float) -> Engine:
    given: dict[str, Any] = {"check_same_thread": False, "timeout": wait}
    if address.database in (None, "", ":memory:"):
        engine = create_engine(address, poolclass=StaticPool, connect_args=given, hide_parameters=True)
    else:
        _prepare(Path(address.database), wait)
        engine = create_engine(address, connect_args=given, hide_parameters=True, pool_timeout=wait)
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(path: Path, wait: float) -> None:
    """The file, there and only the owner's (SQLite gives its journals the same rights)."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
        _write_ahead(path, wait)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path}: {error}") from error


def _connected(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # transactions begin where they are told to, not at the first change
    # FULL: what is committed survives a loss of power. Deleted content is overwritten. What is in the system's cache is
    # kept once more here, in each connection: 256 kB instead of 2 MB make no write slower.
    for pragma in ("synchronous = FULL", "secure_delete = ON", "cache_size = -256"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A transaction that writes takes the lock at once: taken later it could fail instead of waiting."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _write_ahead(path: Path, wait: float, tries: int = 100) -> None:
    """Readers beside a writer, from now on. SQLite does not wait for the lock when it changes that, so this does."""
    for _ in range(tries):
        with closing(sqlite3.connect(path, timeout=wait / tries)) as connection, suppress(sqlite3.OperationalError):
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # counts for a file without tables only
                connection.execute("PRAGMA journal_mode = WAL")
            return
        time.sleep(wait / tries)
    raise StoreError(f"{path}: others hold it", passing=True)
