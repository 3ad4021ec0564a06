"""Stores to test on, each database in turn, and comparisons to put in them."""

import atexit
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy

from overgang.core.compare.values import Compared, Difference, Judged, Kept, Kind, Label, Mode, Reply, Use, Verdict
from overgang.shell.store import Message, Store

KEY = b"a key for tests of thirty-two bytes"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CALLER = "8/101"
CITIZEN = "1203852326"  # of config/demo/citizens.toml
SERVICE, OPERATION = "PersonStatusService/20", "GetVariablePersonStatus"

LOST_FRACTION = Difference(Kind.CHANGED, "/A[2]/D", "/A/D", "12:00:00.5", "12:00:00", "dateTime", "fraction")
OTHER_CODE = Difference(Kind.CHANGED, "/A[1]/C", "/A/C", "3", "2", "integer", "code")
KEPT = Kept(
    b"<q>\n</q>", "text/xml", "urn:act", Reply(200, "text/xml", b"<old>\n\n</old>"), Reply(0, "", b"", "timeout")
)

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def compared(id_: str = "c1", *judged: Judged, at: datetime = NOW, **changed: object) -> Compared:
    """A DIFFERENT one with a lost fraction unless told otherwise."""
    it = Compared(
        id=id_,
        at=at,
        area="laesning",
        service=SERVICE,
        operation=OPERATION,
        caller=CALLER,
        mode=Mode.COMPARE_OLD,
        verdict=Verdict.DIFFERENT,
        judged=judged or (Judged(LOST_FRACTION),),
        old_seconds=0.004,
        new_seconds=0.04,
        rules=("visitation.kategori3-laesning",),
        kept=KEPT,
    )
    return replace(it, **changed)  # type: ignore[arg-type]


def equal(id_: str, at: datetime = NOW) -> Compared:
    """An equal one, of which nothing is kept."""
    return compared(id_, at=at, verdict=Verdict.EQUAL, judged=(), kept=None)


def expected(difference: Difference = OTHER_CODE, reason: str = "visitation.kategori3-laesning") -> Judged:
    return Judged(difference, Label.EXPECTED, reason)


def use(
    calls: int = 1, *, day: str = "2026-11-25", caller: str = CALLER, at: datetime = NOW, face: str = "soap"
) -> Use:
    return Use(day, caller, face, "laesning", SERVICE, OPERATION, calls, 0, at)


def message(id_: str = "m1", receiver: str = CALLER, citizen: str = CITIZEN, made: datetime = NOW) -> Message:
    return Message(id_, receiver, "PersonCategory", "entity-1", citizen, "visitation.kategori3", made)


def ids(found: Sequence[Compared]) -> list[str]:
    return [item.id for item in found]


@pytest.fixture(params=["file", "memory", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each sort."""
    if request.param == "postgresql":
        return empty_postgresql()
    return f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "file" else "sqlite://"


@pytest.fixture(params=["file", "postgresql"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each sort that can be opened twice."""
    return empty_postgresql() if request.param == "postgresql" else f"sqlite:///{tmp_path / 'store.sqlite'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store where it is always NOW and three examples of a cluster are kept."""
    opened = Store(url, KEY, examples=3, now=lambda: NOW)
    yield opened
    opened.close()


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
