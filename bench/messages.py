"""Technical messages: events in and messages out per second on each store, and how old the oldest gets under load.

What comes in are webhooks, each with an id of its own; what goes out is walked, fetched with its content and
acknowledged over SOAP, a hundred at a time. The modern side is nginx with histories of fifty registrations.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import install, subjects
from bench.load import BenchError
from bench.pace import percentile
from overgang.shell.client import Posts
from overgang.shell.example import envelope
from overgang.shell.loading import load
from overgang.shell.soap_ingress import Bridge

RECEIVERS: Final = ((8, "10101"), (8, "10111"), (2, "81"))
CALLERS: Final = 64
EXPECTED: Final = 5.0  # events a second: assumed, 430,000 a day for the whole country
TIMES: Final = 10
_CITIZENS, _ENTITIES = 20, 50
_RM: Final = "http://docs.oasis-open.org/ws-rx/wsrm/200702"
_QUEUE: Final = "http://service.bm.dk/WsrmService/2024/06/01/"
_MSG: Final = "http://service.bm.dk/WsrmMessageService/2024/06/01/"
_MADE: Final = "2025-12-01T09:00:00+01:00"


@dataclass(frozen=True, slots=True)
class Flow:
    """Events in and messages out per second, the p99 in ms of an event, and the oldest message's age in seconds."""

    events: float
    p99: float
    out: float
    oldest: float


def measure(folder: Path, *, seconds: int, tell: Callable[[str], None]) -> dict[str, Flow]:
    """Each store in turn; PostgreSQL where it is installed."""
    found: dict[str, Flow] = {}
    for name, store in _stores():
        found[name] = _measured(folder / name, store, seconds)
        tell(f"{name}: {found[name]}")
    return found


def table(found: dict[str, Flow]) -> Sequence[Sequence[str]]:
    """As it is printed."""
    head = ["", "events in/s", "p99 ms", "messages out/s", f"oldest at {EXPECTED * TIMES:g}/s"]
    rows = [
        [name, f"{one.events:,.0f}", f"{one.p99:.1f}", f"{one.out:,.0f}", f"{one.oldest:.1f} s"]
        for name, one in found.items()
    ]
    return [head, *rows]


def _stores() -> Iterator[tuple[str, str]]:
    yield "sqlite", "sqlite:///overgang.sqlite"
    sys.path.insert(0, str(install.ROOT / "tests"))
    from postgresql import BINARIES, empty_postgresql  # the server of the tests' own

    if BINARIES:
        yield "postgresql", empty_postgresql()


def answers() -> dict[str, bytes]:
    """What the modern side says of the citizens whom events are about; see nginx.stub."""
    path = "/visiteringogstatus/v1/PersonVisitering/kontaktgruppe/historik"
    return {f"GET {path} {_citizen(n)}": _history() for n in range(_CITIZENS)}


@contextmanager
def _gateway(folder: Path, store: str) -> Iterator[str]:
    more = f'\n[store]\nurl = "{store}"\n[admission]\nat_once = 512\n'
    with (
        subjects.stub(folder / "stub", answers()) as stub,
        subjects.overgang(f"{stub}/mixed", folder / "gateway", more=more) as ours,
    ):
        yield ours.base


def _measured(folder: Path, store: str, seconds: int) -> Flow:
    with _gateway(folder, store) as base:
        return asyncio.run(_flow(base, seconds))


async def _flow(base: str, seconds: int) -> Flow:
    posts = Posts(30)
    try:
        sent, times, begun = 0, list[float](), time.monotonic()

        async def sender() -> None:
            nonlocal sent
            while time.monotonic() < begun + seconds:
                sent, number = sent + 1, sent
                before = time.monotonic()
                await event(posts, base, number)
                times.append((time.monotonic() - before) * 1000)

        _bridge("WsrmService", "Sequence")  # what is loaded late is loaded
        begun = time.monotonic()
        await asyncio.gather(*(sender() for _ in range(CALLERS)))
        events = sent / (time.monotonic() - begun)
        begun = time.monotonic()
        out = sum(await asyncio.gather(*(emptied(posts, base, one) for one in RECEIVERS)))
        flow = out / (time.monotonic() - begun)
        return Flow(events, percentile(times, 0.99), flow, await _oldest(posts, base, sent, seconds))
    finally:
        await posts.close()


async def _oldest(posts: Posts, base: str, first: int, seconds: int) -> float:
    """The age of the oldest message that waits, at its highest, while each receiver empties its queue every second."""
    rate, made, over = EXPECTED * TIMES, dict[int, float](), asyncio.Event()
    worst = 0.0

    async def paced() -> None:
        begun = time.monotonic()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(begun + number / rate - time.monotonic(), 0))
            made[number % len(RECEIVERS)] = made.get(number % len(RECEIVERS), time.monotonic())
            await event(posts, base, first + number)
        over.set()

    async def receiver(at: int) -> None:
        nonlocal worst
        while not over.is_set():
            oldest = made.pop(at, None)
            await emptied(posts, base, RECEIVERS[at])
            worst = max(worst, time.monotonic() - oldest) if oldest is not None else worst
            await asyncio.sleep(1)

    await asyncio.gather(paced(), *(receiver(at) for at in range(len(RECEIVERS))))
    return worst


async def event(posts: Posts, base: str, number: int) -> None:
    """Tell the gateway of one. Raises BenchError."""
    kind, code = RECEIVERS[number % len(RECEIVERS)]
    said = {
        "EntitetNavn": "Kontaktgruppe",
        "EntitetId": 100008,
        "EksternIdentifier": _entity(number // _CITIZENS % _ENTITIES),
        "IdentifikationstypeId": 1,
        "Aendringstype": 1,
    }
    headers = {
        "content-type": "application/json",
        "x-civilRegistrationIdentifier": _citizen(number % _CITIZENS),
        "x-requestId": f"event {number}",
    }
    reply = await posts.post(f"{base}/beskeder/v1/Webhook/{kind}/{code}", json.dumps(said).encode(), headers)
    _check(reply.status == 200, f"an event was answered with {reply.status} {reply.trouble}")


async def emptied(posts: Posts, base: str, receiver: tuple[int, str]) -> int:
    """How many messages were walked, fetched and acknowledged. Raises BenchError."""

    async def asked(service: str, version: int, operation: str, body: str) -> str:
        message = envelope(_bridge(service, operation), body, receiver, _MADE)
        url = f"{base}/PjakTassWCF/{version}/{service}.svc"
        reply = await posts.post(url, message, {"content-type": "text/xml"})
        _check(
            reply.status == 200, f"{operation} was answered with {reply.status} {reply.trouble}: {reply.body[:300]!r}"
        )
        return reply.body.decode()

    address = "<AcksTo><Address>urn:bench</Address></AcksTo>"
    begun = await asked("WsrmService", 1, "CreateSequence", f'<CreateSequence xmlns="{_RM}">{address}</CreateSequence>')
    identifier = f"<Identifier>{re.findall('Identifier>([^<]+)<', begun)[0]}</Identifier>"
    count = 0
    while True:
        body = f'<SequenceRequest xmlns="{_QUEUE}">{identifier}</SequenceRequest>'
        ids = re.findall(r"MessageIdentifier>([^<]+)<", answer := await asked("WsrmService", 1, "Sequence", body))
        if not ids:
            return count
        wanted = "".join(f"<MessageIdentifier>{one}</MessageIdentifier>" for one in ids)
        operation = "GetContactGroupVersion1"
        body = f'<{operation}Request xmlns="{_MSG}">{wanted}</{operation}Request>'
        content = await asked("WsrmMessageService", 10, operation, body)
        _check(content.count("ContactGroupMessage>") == 2 * len(ids), "a message has no content")
        numbers = re.findall(r"MessageNumber>(\d+)<", answer)
        ranges = f'<AcknowledgementRange Lower="{numbers[0]}" Upper="{numbers[-1]}"/>'
        body = f'<SequenceAcknowledgement xmlns="{_RM}">{identifier}{ranges}</SequenceAcknowledgement>'
        await asked("WsrmService", 1, "SequenceAcknowledgement", body)
        count += len(ids)
        if len(ids) < 100:  # what comes meanwhile is for the next time
            return count


_BRIDGES: dict[tuple[str, str], Bridge] = {}


def _bridge(service: str, operation: str) -> Bridge:
    if not _BRIDGES:
        for one in load(install.ROOT / "wsdl", install.ROOT / "config" / "codelists").services:
            _BRIDGES.update({(one.contract.name, each.contract.name): each for each in one.bridges.values()})
    return _BRIDGES[service, operation]


def _check(good: bool, said: str) -> None:
    if not good:
        raise BenchError(said)


def _citizen(number: int) -> str:
    return f"{number % 28 + 1:02}0185{number:04}"


def _entity(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def _history() -> bytes:
    authority = {"organisationType": 8, "organisationskode": "10101"}
    state = {"erSlettet": False, "erAktuel": True, "registrerendeMyndighed": authority}
    moments = {"starttidspunkt": _MADE, "dfdgRegistreringstidspunkt": _MADE, "registreringsmetadata": state}
    items = [{"kontaktgruppeIdentifier": _entity(one), "kontaktgruppeType": 2, **moments} for one in range(_ENTITIES)]
    return json.dumps({"kontaktgrupper": items}).encode()
