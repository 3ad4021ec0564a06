"""Stores to test on, each database in turn, and comparisons to put in them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overgang.core.compare.values import Compared, Difference, Judged, Kept, Kind, Label, Mode, Reply, Use, Verdict
from overgang.shell.store import Message, Store
from postgresql import empty_postgresql

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
