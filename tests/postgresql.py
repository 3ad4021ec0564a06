"""A PostgreSQL server of the tests' own."""

import atexit
import importlib.util
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def empty_postgresql() -> str:
    """The address of a database without tables, on a server of the tests' own; else the test is skipped."""
    if not BINARIES:
        pytest.skip("no PostgreSQL server is installed")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg, the driver for PostgreSQL, is not installed")
    address = f"postgresql+psycopg://overgang@/postgres?host={_server()}"
    engine = sqlalchemy.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return address


@cache
def _server() -> str:
    """Started once, reached through a socket in its folder only, stopped when the tests end."""
    folder = tempfile.mkdtemp(prefix="overgang-pg-")
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _as_postgres("initdb", "-D", f"{folder}/data", "-U", "overgang", "--auth=trust", "-E", "UTF8", "--no-sync")
    only_here = f"-c listen_addresses='' -c fsync=off -k {folder}"
    _as_postgres("pg_ctl", "-D", f"{folder}/data", "-w", "-o", only_here, "-l", f"{folder}/log", "start")
    atexit.register(_as_postgres, "pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
    return folder


def _as_postgres(program: str, *given: str) -> None:
    """PostgreSQL refuses to run as root."""
    who = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    command = [*who, str(BINARIES[-1].with_name(program)), *given]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", timeout=60)
