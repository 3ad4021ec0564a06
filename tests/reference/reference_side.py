"""The modern side in one process: the application on a store in memory, with a clock that the test sets."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from overgang.reference import Store, create_app, load_citizens

CITIZENS_FILE = Path(__file__).parents[2] / "config/demo/citizens.toml"
CITIZENS = load_citizens(CITIZENS_FILE)
NUMBERS = {citizen.label: citizen.number for citizen in CITIZENS}
UNKNOWN = "0102031234"
NOW = datetime(2024, 12, 10, 11, 0, tzinfo=UTC)

CALLER = {
    "x-activeOrganisationTypeIdentifier": "8",
    "x-activeOrganisationCode": "10111",
    "x-requestUserIdentifier": "S%C3%B8ren",
}
NOBODYS = "7f0c3a52-9c1e-4f5b-8d6a-2b4e6c8f0a13"  # the uuid of no registration
TILMELDING = "/visiteringogstatus/v1/Tilmelding"
FRAVAER = "/visiteringogstatus/v1/Fravaer"
JOBOENSKE = "/jobsearch/v2/Joboenske"
JOBLOG = "/jobsearch/v1/Joblog/Jobsoegning"
ADRESSE = "/borgerkommunikation/v1/MidlertidigAdresse"


class Side:
    """Calls as a client of the modern side makes them."""

    def __init__(self, data: Path | str = ":memory:") -> None:
        self.now = NOW
        self.store = Store(data, CITIZENS, clock=lambda: self.now)
        self._app = create_app(self.store)

    def send(
        self,
        verb: str,
        path: str,
        *,
        citizen: str | None = "dagpengemodtager",
        body: object = None,
        content: bytes | None = None,
        request_id: str | None = "",
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx.Response:
        """`citizen` is a label or a number; an empty `request_id` makes a new one, None sends none."""
        sent: dict[str, str | None] = {**CALLER}
        if citizen is not None:
            sent["x-civilRegistrationIdentifier"] = NUMBERS.get(citizen, citizen)
        if verb != "GET" and request_id is not None:
            sent["x-requestId"] = request_id or str(uuid4())
        sent |= headers or {}
        kept = {name: value for name, value in sent.items() if value is not None}
        return asyncio.run(
            self._send(httpx.Request(verb, f"http://modern{path}", headers=kept, **_body(body, content)))
        )

    def refusal(self, verb: str, path: str, **how: Any) -> tuple[int, int | None]:
        """HTTP status and documented number of a call that is refused."""
        reply = self.send(verb, path, **how)
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json()["status"] == reply.status_code
        return reply.status_code, reply.json().get("errorCode")

    async def _send(self, request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app)) as client:
            return await client.send(request)


@contextmanager
def fresh(data: Path | str = ":memory:") -> Iterator[Side]:
    """A side whose store is closed in the end."""
    side = Side(data)
    try:
        yield side
    finally:
        side.store.close()


def tilmelding(**changes: object) -> dict[str, object]:
    """A good body of CreateTilmelding; a change to None leaves the property out."""
    return _changed({"Klientkategori": 1, "Tilmeldingsdato": "2024-12-10T00:00:00", "Ledighedsgrad": 1}, changes)


def fravaer(**changes: object) -> dict[str, object]:
    """A good body of CreateFravaer: type 10 on 16 to 20 December 2024."""
    good = {
        "fravaerType": 10,
        "startDato": "2024-12-16T00:00:00",
        "slutDato": "2024-12-20T00:00:00",
        "anmeldelsesDato": "2024-12-10T00:00:00",
    }
    return _changed(good, changes)


def adresse(**changes: object) -> dict[str, object]:
    """A good body of CreateMidlertidigAdresse: in Denmark from 16 December 2024 to 13 January 2025."""
    good = {
        "startdato": "2024-12-16T00:00:00",
        "slutdato": "2025-01-13T00:00:00",
        "postadresse": {"vejnavn": "Opdigtet Allé", "husnummer": "12B", "etage": "ST"},
    }
    return _changed(good, changes)


def jobsoegning(**changes: object) -> dict[str, object]:
    """A good body of CreateJoblogJobsoegning: one reminder, sent on 9 December 2024."""
    details = {"beskrivelse": "Ring op", "haendelsesdato": "2024-12-16", "erGennemfoert": False, "erPrimaer": True}
    task = {"joblogopgaveIdentifier": "0b6f2d1e-3c4a-4d5b-8e6f-7a8b9c0d1e2f", "opgavedetajler": details}
    good = {
        "joblogOpgaver": {"joblogopgave": [task]},
        "stillingsbetegnelse": "Tømrer",
        "virksomhedsnavn": "Eksempel Byg ApS",
        "ansoegningsdato": "2024-12-09",
    }
    return _changed(good, changes)


def _changed(good: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def _body(body: object, content: bytes | None) -> dict[str, Any]:
    if content is not None:
        return {"content": content}
    return {} if body is None else {"content": json.dumps(body)}  # in ASCII, so that half characters can be sent too
