"""What is registered, in SQLite: versions of registrations, the citizens, and the request ids seen.

A change never overwrites: it adds a version, and the newest one counts. A deletion is a version too, so the history
keeps what was deleted.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from overgang.reference import events
from overgang.reference.citizens import Citizen
from overgang.reference.events import Event, Events, event_of
from overgang.reference.moments import COPENHAGEN, written

REMEMBERED: Final = timedelta(days=7)
"""How long a request id is remembered; the age of exactly seven days still counts."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS citizen (number TEXT PRIMARY KEY, label TEXT NOT NULL, dead INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS registration (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    citizen TEXT NOT NULL REFERENCES citizen (number),
    parent TEXT,
    content TEXT NOT NULL,
    comment TEXT,
    deleted INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    organisation_type INTEGER NOT NULL,
    organisation_code TEXT NOT NULL,
    user_identifier TEXT NOT NULL,
    registered_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS registration_newest ON registration (kind, id) WHERE newest;
CREATE INDEX IF NOT EXISTS registration_citizen ON registration (citizen, kind);
CREATE TABLE IF NOT EXISTS seen_request (id TEXT PRIMARY KEY, seen_at REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_request_age ON seen_request (seen_at);
"""
_SCHEMA += events.SCHEMA


@dataclass(frozen=True, slots=True)
class Caller:
    """Who registers: the active organisation and the requesting user."""

    organisation_type: int
    organisation_code: str
    user_identifier: str


@dataclass(frozen=True, slots=True)
class Registration:
    """One version of a registration; `content` holds its own properties as the contract names them."""

    kind: str
    id: str
    citizen: str
    content: Mapping[str, Any]
    caller: Caller
    parent: str | None = None  # the id of the registration it belongs to
    comment: str | None = None  # why it was deleted
    deleted: bool = False
    newest: bool = True
    registered_at: str = ""  # set when it is stored


class Transaction:
    """Reads and writes of one call; all of them take effect, or none."""

    def __init__(self, connection: sqlite3.Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self.events = Events(connection, now)

    @property
    def now(self) -> datetime:
        """The moment of the call."""
        return self._now

    @property
    def today(self) -> date:
        """The Danish day of the call."""
        return self._now.astimezone(COPENHAGEN).date()

    def citizen_is_dead(self, number: str) -> bool | None:
        """None for an unknown citizen."""
        row = self._connection.execute("SELECT dead FROM citizen WHERE number = ?", (number,)).fetchone()
        return None if row is None else bool(row["dead"])

    def remember_request(self, request_id: str) -> bool:
        """False when the id was seen within the time it is remembered."""
        moment = self._now.timestamp()
        self._connection.execute("DELETE FROM seen_request WHERE seen_at < ?", (moment - REMEMBERED.total_seconds(),))
        added = self._connection.execute("INSERT OR IGNORE INTO seen_request VALUES (?, ?)", (request_id, moment))
        return added.rowcount == 1

    def exists(self, kind: str, id_: str) -> bool:
        """Whether the id was ever used, whoever's it is and also when it is deleted."""
        query = "SELECT 1 FROM registration WHERE kind = ? AND id = ? AND newest"  # each id has a newest version
        found = self._connection.execute(query, (kind, id_))
        return found.fetchone() is not None

    def live(self, kind: str, citizen: str) -> list[Registration]:
        """The newest versions that are not deleted, oldest first."""
        return self._registrations("kind = ? AND citizen = ? AND newest AND NOT deleted", kind, citizen)

    def versions(self, kind: str, citizen: str) -> list[Registration]:
        """Every version, oldest first."""
        return self._registrations("kind = ? AND citizen = ?", kind, citizen)

    def _registrations(self, which: str, kind: str, citizen: str) -> list[Registration]:
        query = f"SELECT * FROM registration WHERE {which} ORDER BY seq"
        return [_registration(row) for row in self._connection.execute(query, (kind, citizen))]

    def put(self, registration: Registration, *, told: bool = True) -> str:
        """Store it as the newest version and answer its id; the citizen's organisations are told of it."""
        if told:
            self._tell(registration)
        self._connection.execute(
            "UPDATE registration SET newest = 0 WHERE kind = ? AND id = ? AND newest",
            (registration.kind, registration.id),
        )
        self._connection.execute(
            "INSERT INTO registration (kind, id, citizen, parent, content, comment, deleted, newest, organisation_type,"
            " organisation_code, user_identifier, registered_at) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)",
            (
                registration.kind,
                registration.id,
                registration.citizen,
                registration.parent,
                json.dumps(dict(registration.content), ensure_ascii=False),
                registration.comment,
                registration.deleted,
                registration.caller.organisation_type,
                registration.caller.organisation_code,
                registration.caller.user_identifier,
                written(self._now),
            ),
        )
        return registration.id

    def _tell(self, registration: Registration) -> None:
        query = "SELECT content FROM registration WHERE kind = ? AND id = ? AND newest"
        row = self._connection.execute(query, (registration.kind, registration.id)).fetchone()
        before = None if row is None else json.loads(row["content"])
        change = events.CREATED if before is None else events.DELETED if registration.deleted else events.UPDATED
        registrar = registration.caller.organisation_type
        for entity, of, types in events.of_registration(
            registration.kind, registration.content, registrar, change, before
        ):
            self.events.tell(entity, of, types, registration.citizen, registration.id)

    def renumber(self, citizen: str, number: str) -> None:
        """Move everything of a citizen to another CPR number, and tell the organisations."""
        row = self._connection.execute("SELECT label, dead FROM citizen WHERE number = ?", (citizen,)).fetchone()
        self._connection.execute("INSERT INTO citizen VALUES (?, ?, ?)", (number, row["label"], row["dead"]))
        for table in ("registration", "affiliation"):
            self._connection.execute(f"UPDATE {table} SET citizen = ? WHERE citizen = ?", (number, citizen))
        self._connection.execute("DELETE FROM citizen WHERE number = ?", (citizen,))
        body = {"tidligereCivilregistrationIdentifier": citizen}
        both = (events.JOBCENTER, events.A_KASSE)
        self.events.tell("CprSkift", events.UPDATED, both, number, events.NO_ID, body)

    def due_events(self, now: float, limit: int) -> list[tuple[Event, str, int]]:
        """Events that are to be sent now, oldest first, each with its webhook and the attempts so far."""
        query = (
            "SELECT event.*, url, attempts FROM outbox JOIN event ON seq = event WHERE due <= ? ORDER BY seq LIMIT ?"
        )
        return [(event_of(row), row["url"], row["attempts"]) for row in self._connection.execute(query, (now, limit))]

    def sent_event(self, seq: int, url: str, again: float | None) -> None:
        """An event was taken by its webhook, or is to be sent again at a time."""
        if again is None:
            self._connection.execute("DELETE FROM outbox WHERE event = ? AND url = ?", (seq, url))
        else:
            change = "UPDATE outbox SET attempts = attempts + 1, due = ? WHERE event = ? AND url = ?"
            self._connection.execute(change, (again, seq, url))

    def counts(self) -> dict[str, int]:
        """How many registrations of each kind are not deleted."""
        query = "SELECT kind, count(*) AS n FROM registration WHERE newest AND NOT deleted GROUP BY kind ORDER BY kind"
        return {row["kind"]: row["n"] for row in self._connection.execute(query)}

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """What is written inside is taken back when it raises; what was written before stays."""
        self._connection.execute("SAVEPOINT inner_part")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO inner_part")
            raise
        finally:
            self._connection.execute("RELEASE inner_part")


class Store:
    """The database file, or ":memory:". Several processes may open one file; writes wait for each other."""

    def __init__(
        self,
        path: Path | str,
        citizens: Sequence[Citizen],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """A new file starts with the citizens and their first registrations; an old one keeps what it has."""
        self._citizens = tuple(citizens)
        self._clock = clock
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_SCHEMA)
        with self.transaction() as transaction:
            if self._connection.execute("SELECT 1 FROM citizen").fetchone() is None:
                self._fill(transaction)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One writer at a time, in this process and in others; rolled back when the block raises."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self._connection, self._clock())
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def reset(self) -> None:
        """Back to the citizens and their first registrations; request ids are forgotten too."""
        with self.transaction() as transaction:
            for table in ("registration", "seen_request", "citizen", *events.TABLES):
                self._connection.execute(f"DELETE FROM {table}")
            self._fill(transaction)

    def close(self) -> None:
        """Let go of the file; the store is of no use afterwards."""
        with self._lock:
            self._connection.close()

    def _fill(self, transaction: Transaction) -> None:
        for citizen in self._citizens:
            self._connection.execute(
                "INSERT INTO citizen VALUES (?, ?, ?)", (citizen.number, citizen.label, citizen.dead)
            )
            for name, kind in (("jobcenter", events.JOBCENTER), ("a_kasse", events.A_KASSE)):
                if name in citizen.state:
                    transaction.events.affiliate(citizen.number, kind, str(citizen.state[name]))
            for initial in citizen.registrations:
                days = {name: transaction.today - timedelta(days=ago) for name, ago in initial.dates.items()}
                dates = {name: f"{day.isoformat()}T00:00:00" for name, day in days.items()}
                caller = Caller(initial.organisation_type, initial.organisation_code, "reset")
                content = {**initial.content, **dates}
                transaction.put(Registration(initial.kind, initial.id, citizen.number, content, caller), told=False)


def _registration(row: sqlite3.Row) -> Registration:
    return Registration(
        kind=row["kind"],
        id=row["id"],
        citizen=row["citizen"],
        content=json.loads(row["content"]),
        caller=Caller(row["organisation_type"], row["organisation_code"], row["user_identifier"]),
        parent=row["parent"],
        comment=row["comment"],
        deleted=bool(row["deleted"]),
        newest=bool(row["newest"]),
        registered_at=row["registered_at"],
    )
