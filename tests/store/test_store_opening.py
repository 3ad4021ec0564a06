"""How a store is opened."""

import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData
from store_side import KEY, NOW, message
from store_side import shared_url as shared_url
from store_side import url as url

from overgang.shell.store import Store, StoreError, schema, upgrading
from overgang.shell.store.opening import open_engine
from postgresql import empty_postgresql


def made(url: str) -> Engine:
    """An engine on a database whose tables the migrations made, from the first one on."""
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.StaticPool)
    with engine.begin() as connection:
        upgrading.upgrade(connection)
    return engine


def contents(engine: Engine) -> dict[str, tuple[Any, ...]]:
    """Every table, its columns, keys and indexes as the database tells them, and the rows that there are."""
    found: dict[str, tuple[Any, ...]] = {}
    with engine.connect() as connection:
        known = sqlalchemy.inspect(connection)
        for table in sorted(known.get_table_names()):
            columns = [
                (one["name"], str(one["type"]), one["nullable"], one["default"]) for one in known.get_columns(table)
            ]
            rows = sorted(map(tuple, connection.exec_driver_sql(f"SELECT * FROM {table}").all()))
            indexes = sorted(str(index) for index in known.get_indexes(table))
            unique = sorted(str(one) for one in known.get_unique_constraints(table))
            found[table] = (columns, known.get_pk_constraint(table), indexes, unique, rows)
    return found


def test_the_migrations_make_the_tables_that_the_code_knows(url: str) -> None:
    engine = made(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()


@pytest.mark.parametrize("sort", ["sqlite", "postgresql"])
def test_a_new_store_is_what_the_migrations_would_have_made(sort: str, tmp_path: Path) -> None:
    first = empty_postgresql() if sort == "postgresql" else f"sqlite:///{tmp_path / 'migrated.sqlite'}"
    engine = made(first)
    migrated = contents(engine)
    engine.dispose()
    engine = open_engine(empty_postgresql() if sort == "postgresql" else f"sqlite:///{tmp_path / 'new.sqlite'}")
    created = contents(engine)
    with engine.execution_options(writes=True).begin() as connection:
        upgrading.upgrade(connection)  # nothing is missing
    assert contents(engine) == created == migrated
    assert created["counter"][-1] == [("message", 0), ("mode_change", 0)]
    engine.dispose()


def test_a_new_store_needs_no_alembic(tmp_path: Path) -> None:
    code = "import sys; from overgang.shell.store import Store; Store(sys.argv[1], bytes(32)).close(); "
    code += "sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code, f"sqlite:///{tmp_path}/new.sqlite"], check=True)


def test_a_new_store_may_be_made_beside_the_tables_of_others(shared_url: str) -> None:
    engine = sqlalchemy.create_engine(shared_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER PRIMARY KEY)")
    Store(shared_url, KEY).close()
    assert set(contents(engine)) == {"theirs", "alembic_version", *schema.metadata.tables}
    engine.dispose()


def test_tables_that_do_not_say_their_version_are_refused_and_left_alone(shared_url: str) -> None:
    Store(shared_url, KEY).close()
    engine = sqlalchemy.create_engine(shared_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
        connection.exec_driver_sql("UPDATE counter SET last = 7")
    before = contents(engine)
    with pytest.raises(StoreError, match="the store failed"):
        Store(shared_url, KEY)
    assert contents(engine) == before
    engine.dispose()


def filled(connection: Connection, known: MetaData) -> None:
    """Three rows in each of the tables."""
    made: dict[type, Callable[[int], object]] = {int: int, str: str, bytes: lambda n: b"%d" % n, float: float}
    for table in known.tables.values():
        rows = [{one.name: made[one.type.python_type](n) for one in table.columns} for n in range(3)]
        connection.execute(table.insert(), rows)


def rows(engine: Engine, known: MetaData) -> dict[str, list[str]]:
    """What the tables have in these columns."""
    with engine.connect() as connection:
        return {name: sorted(map(str, connection.execute(table.select()))) for name, table in known.tables.items()}


@pytest.mark.parametrize("sort", ["sqlite", "postgresql"])
def test_a_full_store_of_an_older_version_is_upgraded_to_what_a_new_one_is(sort: str, tmp_path: Path) -> None:
    def empty(name: str) -> str:
        return empty_postgresql() if sort == "postgresql" else f"sqlite:///{tmp_path / name}"

    engine = open_engine(empty("new.sqlite"))
    new = {name: table[:-1] for name, table in contents(engine).items()}
    engine.dispose()
    engine, known = sqlalchemy.create_engine(url := empty("old.sqlite")), MetaData()
    with engine.begin() as connection:
        upgrading.upgrade(connection, "0001")
        known.reflect(connection, only=lambda name, _: name != "alembic_version")
        filled(connection, known)
    assert "audit" not in known.tables
    before = rows(engine, known)
    assert all(len(there) >= 3 for there in before.values())
    Store(url, KEY).close()
    assert {name: table[:-1] for name, table in contents(engine).items()} == new
    assert rows(engine, known) == before
    engine.dispose()


def test_a_store_that_is_opened_again_has_what_it_had(shared_url: str) -> None:
    for _ in range(3):
        store = Store(shared_url, KEY)
        store.add_message(message())
        assert [it.made for it in store.messages("8/101")] == [NOW]
        store.close()


def test_threads_that_open_a_new_store_at_once_all_get_it(shared_url: str) -> None:
    stores: list[Store] = []
    threads = [threading.Thread(target=lambda: stores.append(Store(shared_url, KEY))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 6
    assert sum(store.add_message(message()) for store in stores) == 1
    for store in stores:
        store.close()


def test_a_store_of_a_newer_version_is_refused_in_one_line_and_left_alone(shared_url: str) -> None:
    Store(shared_url, KEY).close()
    engine = sqlalchemy.create_engine(shared_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(StoreError, match=r"^the store is of version 0999, newer than \d{4}, the newest known here$"):
        Store(shared_url, KEY)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0999"
    engine.dispose()


def test_the_file_and_its_journals_are_the_owners_only_also_when_it_was_open_to_others(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.touch(mode=0o644)
    path.chmod(0o644)
    store = Store(f"sqlite:///{path}", KEY)
    store.add_message(message())
    found = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    store.close()
    assert found == dict.fromkeys(("store.sqlite", "store.sqlite-wal", "store.sqlite-shm"), 0o600)


def test_the_file_is_written_ahead_and_synced_at_each_commit(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")
    with engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "auto_vacuum", "secure_delete")
        assert [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked] == ["wal", 2, 2, 1]
    engine.dispose()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"these are notes, not a database. " * 100)
    with pytest.raises(StoreError, match=r"notes\.txt: file is not a database"):
        Store(f"sqlite:///{path}", KEY)
    assert path.read_bytes().startswith(b"these are notes")


def test_a_folder_that_is_not_there_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"none/store\.sqlite: No such file or directory"):
        Store(f"sqlite:///{tmp_path}/none/store.sqlite", KEY)


@pytest.mark.parametrize("address", ["", "gateway.sqlite", "mysql://user:secret@host/db", "oracle://host"])
def test_an_address_of_another_sort_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(StoreError, match="the store") as refused:
        Store(address, KEY)
    assert "secret" not in str(refused.value)


def test_a_server_that_is_not_there_is_told_without_its_address() -> None:
    pytest.importorskip("psycopg", reason="psycopg, the driver for PostgreSQL, is not installed")
    with pytest.raises(StoreError, match="the store failed: OperationalError") as refused:
        Store("postgresql+psycopg://user:secret@127.0.0.1:1/db", KEY)
    assert refused.value.passing
    assert "secret" not in str(refused.value)


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(StoreError, match="needs the package pg8000, which is not installed"):
        Store("postgresql+pg8000://host/db", KEY)


def test_a_file_that_another_holds_is_waited_for_and_then_told(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    Store(f"sqlite:///{path}", KEY).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    store = Store(f"sqlite:///{path}", KEY, wait=0.05)
    with pytest.raises(StoreError, match="SQLITE_BUSY") as refused:
        store.add_message(message())
    assert refused.value.passing
    holder.execute("ROLLBACK")
    assert store.add_message(message())
    holder.close()
    store.close()


def test_a_new_file_that_another_holds_is_waited_for_and_then_told(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match=r"store\.sqlite: others hold it") as refused:
        Store(f"sqlite:///{path}", KEY, wait=0.05)
    assert refused.value.passing
    holder.close()
    Store(f"sqlite:///{path}", KEY).close()
