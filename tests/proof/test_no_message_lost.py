"""10,000 events and not one is lost, invented or out of order, whatever becomes of the gateway and of its store.

Each citizen's events are sent one after the other, every tenth of them twice or more, also long after; two of a
receiver share a request id, every tenth has none. Every other citizen gets a new number on the way: the modern side
knows nothing of the former one from then on, but events of it still come. Meanwhile the gateway is killed and started
again, and the connections to its database are cut. Each receiver walks its old queue all the time and fetches what it
is handed, or reads it over REST: the content of every one of its events at least once, each citizen's in the order
they were sent, and nothing of another receiver's.
"""

import asyncio
import json
import os
import random
import re
import signal
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest
import sqlalchemy
import uvicorn

from figures import FIGURE
from modern_calls import REST_CALLER
from overgang.shell.client import Posts
from overgang.shell.example import envelope
from overgang.shell.loading import Loaded, load
from overgang.shell.soap_ingress import Bridge
from postgresql import empty_postgresql
from running import CONFIG, ROOT, SECONDS, Process, overgang

EVENTS = 10_000
RECEIVERS = ((8, "10101"), (8, "10111"), (2, "81"))
READS = (8, "10111")  # over REST
SEED = 20241208
RM = "http://docs.oasis-open.org/ws-rx/wsrm/200702"
QUEUE = "http://service.bm.dk/WsrmService/2024/06/01/"
MSG = "http://service.bm.dk/WsrmMessageService/2024/06/01/"
MADE = "2025-12-01T09:00:00+01:00"
KEY = b"k" * 32
GROUP, MOVE = (100008, "Kontaktgruppe"), (100013, "CprSkift")
MOVED: set[str] = set()  # former numbers


def entity(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def citizen(number: int) -> str:
    """An invented number of the documented form."""
    return f"{number % 28 + 1:02}{number % 12 + 1:02}85{number:04}"


def newer(about: str) -> str:
    """The number that a citizen gets in the middle of the stream; the same one where it stays."""
    return f"{about[:4]}95{about[6:]}" if int(about[6:]) % 2 else about


@cache
def streams() -> dict[tuple[int, str], dict[str, list[int]]]:
    """The events of each receiver's citizens, in their order."""
    chosen = random.Random(SEED)
    made: dict[tuple[int, str], dict[str, list[int]]] = {one: defaultdict(list) for one in RECEIVERS}
    for number in range(EVENTS):
        receiver = RECEIVERS[number % len(RECEIVERS)]
        made[receiver][citizen(chosen.randrange(60) * len(RECEIVERS) + number % len(RECEIVERS))].append(number)
    return made


# ---- the modern side


@contextmanager
def modern() -> Iterator[str]:
    """Answers the histories of contact groups; of the citizens of the streams, by the number that they have by now."""
    own = {number: events for each in streams().values() for number, events in each.items()}
    own |= {newer(number): events for number, events in own.items()}
    authority = {"organisationType": 8, "organisationskode": "10101"}
    state = {"erSlettet": False, "erAktuel": True, "registrerendeMyndighed": authority}
    moments = {"starttidspunkt": MADE, "dfdgRegistreringstidspunkt": MADE, "registreringsmetadata": state}
    answers = {
        number: json.dumps(
            {
                "kontaktgrupper": [
                    {"kontaktgruppeIdentifier": entity(one), "kontaktgruppeType": 2, **moments} for one in events
                ]
            }
        ).encode()
        for number, events in own.items()
    }

    nothing = b'{"kontaktgrupper": []}'

    async def app(scope: Any, receive: Any, send: Any) -> None:
        about = dict(scope["headers"])[b"x-civilregistrationidentifier"].decode()
        body = nothing if about in MOVED else answers[about]
        head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", access_log=False, log_config=None))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(SECONDS)


# ---- who sends


class Place:
    """Where the gateway is now, "" while there is none."""

    def __init__(self) -> None:
        self.address = ""


async def sent(place: Place) -> int:
    """Every event until it is taken, and some again; how many requests were taken."""
    taken = 0
    chosen = random.Random(SEED + 1)
    client, at_once = Posts(20), asyncio.Semaphore(60)
    try:

        async def tell(receiver: tuple[int, str], about: str, number: int, former: str = "") -> None:
            nonlocal taken
            type_, name = MOVE if former else GROUP
            said = {
                "EntitetNavn": name,
                "EntitetId": type_,
                "EksternIdentifier": entity(0 if former else number),
                "IdentifikationstypeId": 1,
                "Aendringstype": 1,
                **({"Body": {"tidligereCivilregistrationIdentifier": former}} if former else {}),
            }
            headers = {"x-civilRegistrationIdentifier": about, "content-type": "application/json"}
            if former or number % 10 != 3:
                headers["x-requestId"] = f"move {about}" if former else f"request {number // (2 * len(RECEIVERS))}"
            kind, code = receiver
            end = time.monotonic() + 120
            while time.monotonic() < end:
                url = f"{place.address or 'http://127.0.0.1:9'}/beskeder/v1/Webhook/{kind}/{code}"
                async with at_once:
                    reply = await client.post(url, json.dumps(said).encode(), headers)
                if reply.status == 200:
                    taken += 1
                    return
                await asyncio.sleep(0.05)
            raise AssertionError("an event is never taken")

        async def stream(receiver: tuple[int, str], about: str, events: list[int]) -> None:
            for at, number in enumerate(events):
                called = newer(about) if at > len(events) // 2 and at % 2 else about
                if at == len(events) // 2 and newer(about) != about:
                    MOVED.add(about)
                    await tell(receiver, newer(about), number, former=about)
                await tell(receiver, called, number)
                if chosen.random() < 0.1:  # a repeat, of this one or of any before, perhaps two at once
                    again = [events[chosen.randrange(at + 1)] for _ in range(chosen.choice((1, 2)))]
                    await asyncio.gather(*(tell(receiver, called, one) for one in again))

        await asyncio.gather(
            *(stream(receiver, about, events) for receiver, each in streams().items() for about, events in each.items())
        )
    finally:
        await client.close()
    return taken


# ---- who receives


@cache
def loaded() -> Loaded:
    return load(ROOT / "wsdl", ROOT / "config" / "codelists")


def bridge(service: str, operation: str) -> Bridge:
    found = next(one for one in loaded().services if one.contract.name == service)
    return next(one for one in found.bridges.values() if one.contract.name == operation)


class Walker(Thread):
    """An old system: it walks its queue, fetches and acknowledges, until it is told that all is sent and finds none."""

    def __init__(self, receiver: tuple[int, str], place: Place, over: Event) -> None:
        super().__init__(daemon=True)
        self.receiver, self._place, self._over = receiver, place, over
        self.fetched: list[tuple[str, str]] = []  # citizen and entity, as they came
        self.moved: set[tuple[str, str]] = set()  # new and former numbers
        self.calls = 0
        self._client = httpx.Client(trust_env=False, timeout=20)

    def run(self) -> None:
        try:
            self._run()
        finally:
            self._client.close()

    def _run(self) -> None:
        sequence = ""
        while True:
            try:
                if not sequence:
                    body = f'<CreateSequence xmlns="{RM}"><AcksTo><Address>urn:a</Address></AcksTo></CreateSequence>'
                    sequence = _found(r"Identifier>([^<]+)<", self._asked("WsrmService", 1, "CreateSequence", body))[0]
                if not self._walked(sequence):
                    if self._over.is_set():
                        return
                    time.sleep(0.2)
            except (httpx.HTTPError, AssertionError, IndexError):
                time.sleep(0.1)  # whatever it was, it begins anew with what was not acknowledged
                sequence = ""

    def _walked(self, sequence: str) -> int:
        body = f'<SequenceRequest xmlns="{QUEUE}"><Identifier>{sequence}</Identifier></SequenceRequest>'
        answer = self._asked("WsrmService", 1, "Sequence", body)
        numbers = [int(one) for one in _found(r"MessageNumber>(\d+)<", answer)]
        ids = _found(r"MessageIdentifier>([^<]+)<", answer)
        if not ids:
            return 0
        groups = self._content("GetContactGroupVersion1", ids)
        pattern = r"<(?:\w+:)?ContactGroupMessage>.*?PersonCivilRegistrationIdentifier>(\d+)<.*?"
        pattern += r"ContactGroup><(?:\w+:)?MessageIdentifier>([^<]+)<"
        found = re.findall(pattern, groups, re.DOTALL)
        changes = self._content("GetCprChangedVersion1", ids)
        pattern = r"PersonCivilRegistrationIdentifier>(\d+)<.*?FormerPersonCivilRegistrationIdentifier>(\d+)<"
        moved = re.findall(pattern, changes, re.DOTALL)
        assert len(found) + len(moved) == len(ids), "a message has no content"
        self.fetched += found
        self.moved |= set(moved)
        ranges = "".join(f'<AcknowledgementRange Lower="{one}" Upper="{one}"/>' for one in numbers)
        told = f"<Identifier>{sequence}</Identifier>{ranges}"
        body = f'<SequenceAcknowledgement xmlns="{RM}">{told}</SequenceAcknowledgement>'
        self._asked("WsrmService", 1, "SequenceAcknowledgement", body)
        return len(ids)

    def _content(self, operation: str, ids: list[str]) -> str:
        wanted = "".join(f"<MessageIdentifier>{one}</MessageIdentifier>" for one in ids)
        body = f'<{operation}Request xmlns="{MSG}">{wanted}</{operation}Request>'
        return self._asked("WsrmMessageService", 10, operation, body)

    def _asked(self, service: str, version: int, operation: str, body: str) -> str:
        self.calls += 1
        message = envelope(bridge(service, operation), body, self.receiver, MADE)
        url = f"{self._place.address or 'http://127.0.0.1:9'}/PjakTassWCF/{version}/{service}.svc"
        answer = self._client.post(url, content=message, headers={"content-type": "text/xml"})
        assert answer.status_code == 200, answer.text
        return answer.text


class Reader(Walker):
    """A migrated system: it reads what waits over REST, and acknowledges up to the last one."""

    def _run(self) -> None:
        while True:
            try:
                if not self._read():
                    if self._over.is_set():
                        return
                    time.sleep(0.2)
            except (httpx.HTTPError, AssertionError):
                time.sleep(0.1)

    def _read(self) -> int:
        found = self._called("GET", "Besked").json()["beskeder"]
        for one in found:
            about = one["civilregistrationIdentifier"]
            if one["entitetId"] == MOVE[0]:
                self.moved.add((about, one["indhold"]["tidligereCivilregistrationIdentifier"]))
            else:
                self.fetched.append((about, one["eksternIdentifier"]))
        if found:
            self._called("PUT", "Besked/Kvittering", json={"tilOgMed": found[-1]["beskednummer"]})
        return len(found)

    def _called(self, method: str, path: str, **what: Any) -> httpx.Response:
        kind, code = self.receiver
        caller = {"x-activeOrganisationTypeIdentifier": str(kind), "x-activeOrganisationCode": code}
        url = f"{self._place.address or 'http://127.0.0.1:9'}/beskeder/v1/{path}"
        answer = self._client.request(method, url, headers={**REST_CALLER, **caller}, **what)
        assert answer.status_code == 200, answer.text
        return answer


def _found(pattern: str, text: str) -> list[str]:
    return re.findall(pattern, text)


# ---- what goes wrong


@contextmanager
def gateway(folder: Path, modern_url: str, store: str) -> Iterator[tuple[str, int]]:
    (folder / "identity.key").write_bytes(KEY)
    config = folder / "gateway.toml"
    more = f'\n[store]\nurl = "{store}"\n[admission]\ndrain = 0\n'
    config.write_text(CONFIG.format(root=ROOT, modern=modern_url) + more, encoding="utf-8")
    for _ in range(20):  # one whose connection is cut while it starts ends, and its supervisor starts another one
        with overgang(folder, "serve", "--config", str(config)) as process:
            if not started(process):
                continue
            yield process.address("gateway"), process.popen.pid
            return
    raise AssertionError("it never starts")


def started(process: Process) -> bool:
    try:
        process.wait_for("admin ")
    except AssertionError:
        return False
    return True


def cutting(store: str, over: Event) -> Callable[[], int]:
    """Cut every connection to the database twice a second, until it is over; how often that was."""
    if not store.startswith("postgresql"):
        return lambda: 0
    engine = sqlalchemy.create_engine(store)
    which = "pid <> pg_backend_pid() AND backend_type = 'client backend'"
    cut = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {which}"
    counts: list[int] = []

    def run() -> None:
        while not over.wait(0.5):
            with engine.begin() as connection:
                counts.append(int(connection.exec_driver_sql(cut).scalar() or 0))
        engine.dispose()

    Thread(target=run, daemon=True).start()
    return lambda: sum(counts)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_event_is_fetched_by_its_receiver_in_order_and_none_is_invented(
    kind: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    loaded()  # once, before there are threads
    store = empty_postgresql() if kind == "postgresql" else "sqlite:///overgang.sqlite"
    place, over, calm = Place(), Event(), Event()
    walkers = [(Reader if receiver == READS else Walker)(receiver, place, over) for receiver in RECEIVERS]
    MOVED.clear()
    kills, changes, taken = 0, 0, list[int]()
    with modern() as url:
        cuts = cutting(store, calm)
        sender = Thread(target=lambda: taken.append(asyncio.run(sent(place))), daemon=True)
        sender.start()
        for walker in walkers:
            walker.start()
        while True:
            with gateway(tmp_path, url, store) as (place.address, pid):
                sender.join(2.5)
                if not sender.is_alive():
                    calm.set()
                    over.set()
                    for walker in walkers:
                        walker.join(120)
                    break
                kills += 1
                assert kills < 60, "it does not come to an end"
                os.kill(pid, signal.SIGKILL)
            place.address = ""
    assert taken, "not every event was taken"
    assert taken[0] > EVENTS
    for walker in walkers:
        assert not walker.is_alive()
        own = streams()[walker.receiver]
        first = list(dict.fromkeys(one for _, one in walker.fetched))
        assert len(first) == sum(map(len, own.values())), "lost, or somebody else's"
        for about, events in own.items():
            theirs = set(map(entity, events))
            assert [one for one in first if one in theirs] == [entity(one) for one in events]
            assert {number for number, one in walker.fetched if one in theirs} <= {about, newer(about)}
        assert walker.moved == {(newer(about), about) for about in own if newer(about) != about}
        changes += len(walker.moved)
    assert kills >= 2
    repeated = sum(len(walker.fetched) for walker in walkers) - EVENTS
    said = f"{EVENTS} events and {changes} new numbers on {kind}: {taken[0] - EVENTS - changes} repeats, {kills} kills"
    said += f", {cuts()} connections cut"
    record_property(FIGURE, f"{said}; none lost, none invented, {repeated} fetched more than once")
