"""What the modern side tells of registrations: events for the organisations of the citizen (WSB), without content.

An event is for each organisation that may get it; where that has a subscription, it is sent to the webhook of it. The
EntitetIds of Kontaktgruppe and YderligeInfoOmFravaer are documented, the others reconstructed after them.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

A_KASSE, JOBCENTER = 2, 8
CREATED, UPDATED, DELETED = 1, 2, 3
NO_ID: Final = "00000000-0000-0000-0000-000000000000"
JOBAFKLARING: Final = 13
EDUCATION: Final = (31, 32)  # Jobrettet uddannelse, deltid and fuldtid

ENTITIES: Final[Mapping[str, int]] = {
    "Tilmelding": 100006,
    "Afmelding": 100007,
    "Kontaktgruppe": 100008,
    "Personkategori": 100009,
    "Fravaer": 100010,
    "JobrettetUddannelse": 100011,
    "YderligeInfoOmFravaer": 100012,
    "CprSkift": 100013,
}

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS affiliation (
    citizen TEXT NOT NULL, organisation_type INTEGER NOT NULL, organisation_code TEXT NOT NULL, ended INTEGER NOT NULL,
    PRIMARY KEY (citizen, organisation_type, organisation_code)
) STRICT;
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    organisation_type INTEGER NOT NULL,
    organisation_code TEXT NOT NULL,
    entity TEXT NOT NULL,
    external TEXT NOT NULL,
    change INTEGER NOT NULL,
    citizen TEXT NOT NULL,
    body TEXT,
    made TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS event_organisation ON event (organisation_type, organisation_code, seq);
CREATE TABLE IF NOT EXISTS subscription (
    system TEXT NOT NULL,
    organisation_type INTEGER NOT NULL,
    organisation_code TEXT NOT NULL,
    entity_type INTEGER NOT NULL,
    url TEXT NOT NULL, starts TEXT NOT NULL, ends TEXT NOT NULL,
    PRIMARY KEY (system, organisation_type, organisation_code, entity_type, url)
) STRICT;
CREATE TABLE IF NOT EXISTS outbox (
    event INTEGER NOT NULL, url TEXT NOT NULL, attempts INTEGER NOT NULL, due REAL NOT NULL, PRIMARY KEY (event, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (due);
"""
TABLES: Final = ("affiliation", "event", "outbox")  # emptied by a reset; subscriptions outlive it


@dataclass(frozen=True, slots=True)
class Event:
    """An event for one organisation; `body` is what it says beside its metadata, None for most."""

    seq: int
    id: str
    organisation: tuple[int, str]
    entity: str
    external: str
    change: int
    citizen: str
    body: Mapping[str, Any] | None
    made: str


def of_registration(
    kind: str, content: Mapping[str, Any], registrar: int, change: int, before: Mapping[str, Any] | None
) -> Iterator[tuple[str, int, tuple[int, ...]]]:
    """The entities that a registration is told of as, each with its change and the organisation types it is for.

    `registrar` is the type of the organisation that registered it, `before` the content of the version before.
    """
    both = (JOBCENTER, A_KASSE)
    match kind:
        case "tilmelding":
            ended = "afmeldingsdato" in content and "afmeldingsdato" not in (before or {})
            yield ("Afmelding" if ended else "Tilmelding"), change, both
        case "kontaktgruppe":
            yield "Kontaktgruppe", change, both if content.get("kontaktgruppeType") == JOBAFKLARING else (JOBCENTER,)
        case "personkategori":
            yield "Personkategori", change, both
        case "fravaer":
            yield "Fravaer", change, both
            if content.get("fravaerType") in EDUCATION and registrar == A_KASSE:
                yield "JobrettetUddannelse", change, both
        case "yderligereInfo":
            yield "YderligeInfoOmFravaer", change, (JOBCENTER,)


class Events:
    """The events of one transaction."""

    def __init__(self, connection: sqlite3.Connection, now: datetime) -> None:
        self._connection, self._now = connection, now

    def affiliate(self, citizen: str, kind: int, code: str | None) -> None:
        """Make `code` the citizen's organisation of this type, or none; one that was it before may see nothing more."""
        self._connection.execute(
            "UPDATE affiliation SET ended = 1 WHERE citizen = ? AND organisation_type = ?", (citizen, kind)
        )
        if code is not None:
            self._connection.execute("INSERT OR REPLACE INTO affiliation VALUES (?, ?, ?, 0)", (citizen, kind, code))

    def organisations(self, citizen: str, types: tuple[int, ...]) -> list[tuple[int, str]]:
        """The citizen's organisations of these types."""
        query = "SELECT organisation_type, organisation_code FROM affiliation WHERE citizen = ? AND NOT ended"
        rows = self._connection.execute(f"{query} ORDER BY organisation_type", (citizen,)).fetchall()
        return [(row[0], row[1]) for row in rows if row[0] in types]

    def left(self, citizen: str, organisation: tuple[int, str]) -> bool:
        """Whether the citizen was this organisation's and is no longer."""
        query = "SELECT ended FROM affiliation WHERE (citizen, organisation_type, organisation_code) = (?, ?, ?)"
        row = self._connection.execute(query, (citizen, *organisation)).fetchone()
        return row is not None and bool(row[0])

    def tell(
        self,
        entity: str,
        change: int,
        types: tuple[int, ...],
        citizen: str,
        external: str,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        """An event for each of the citizen's organisations of these types, and its copies for the webhooks."""
        for kind, code in self.organisations(citizen, types):
            made = self._now.isoformat()
            said = None if body is None else json.dumps(body)
            cursor = self._connection.execute(
                "INSERT INTO event (id, organisation_type, organisation_code, entity, external, change, citizen, body,"
                " made) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (str(uuid4()), kind, code, entity, external, change, citizen, said, made),
            )
            self._connection.execute(
                "INSERT INTO outbox SELECT ?, url, 0, 0 FROM subscription WHERE organisation_type = ?"
                " AND organisation_code = ? AND entity_type = ? AND starts <= ? AND ends > ? GROUP BY url",
                (cursor.lastrowid, kind, code, ENTITIES[entity], made, made),
            )

    def of(self, organisation: tuple[int, str], after: int = 0) -> list[Event]:
        """An organisation's events, oldest first."""
        query = "SELECT * FROM event WHERE (organisation_type, organisation_code) = (?, ?) AND seq > ? ORDER BY seq"
        return [event_of(row) for row in self._connection.execute(query, (*organisation, after))]

    # ---- subscriptions

    def subscriptions(self, system: str) -> list[dict[str, Any]]:
        """A system's subscriptions, as the contract writes them."""
        query = "SELECT * FROM subscription WHERE system = ? ORDER BY organisation_type, organisation_code, entity_type"
        return [
            {
                "orgType": row["organisation_type"],
                "orgCode": int(row["organisation_code"]),
                "entityType": row["entity_type"],
                "webhookUrl": row["url"],
                "startDato": row["starts"],
                "slutDato": row["ends"],
            }
            for row in self._connection.execute(query, (system,))
        ]

    def synchronise(self, system: str, wanted: list[dict[str, Any]]) -> None:
        """Make the subscriptions of a system those that are wanted; what waits for one that is not, is deleted."""
        self._connection.execute("DELETE FROM subscription WHERE system = ?", (system,))
        for one in wanted:
            self._connection.execute(
                "INSERT OR REPLACE INTO subscription VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    system,
                    one["orgType"],
                    str(one["orgCode"]),
                    one["entityType"],
                    one["webhookUrl"],
                    one["startDato"],
                    one["slutDato"],
                ),
            )
        self._connection.execute("DELETE FROM outbox WHERE url NOT IN (SELECT url FROM subscription)")


def event_of(row: sqlite3.Row) -> Event:
    """A row of the table."""
    return Event(
        row["seq"],
        row["id"],
        (row["organisation_type"], row["organisation_code"]),
        row["entity"],
        row["external"],
        row["change"],
        row["citizen"],
        None if row["body"] is None else json.loads(row["body"]),
        row["made"],
    )
