"""Traffic for the embedded trial: invented callers that ask both sides about the demo citizens, made of the cases."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from overgang.core.compare.modes import Scope
from overgang.core.compare.values import Mode
from overgang.core.values import COPENHAGEN
from overgang.reference.citizens import Citizen
from overgang.shell import example
from overgang.shell.casebook import load_cases
from overgang.shell.client import Posts
from overgang.shell.loading import Loaded
from overgang.shell.soap_ingress import Bridge, Bridged
from overgang.wire.cases import Case

JOBCENTRE, A_KASSE, MUNICIPALITY = (8, "10111"), (2, "81"), (7, "101")
READERS: Final = (JOBCENTRE, A_KASSE, MUNICIPALITY)
# Writes of these are the old side's, so that what the gateway would send is seen beside them.
WRITERS: Final = {8: (8, "10160"), 2: (2, "82"), 4: (4, "10160"), 7: (7, "860")}
MODES: Final = {Scope(caller=f"{kind}/{code}"): Mode.COMPARE_OLD for kind, code in WRITERS.values()}
QUEUED: Final = ("WsrmService", "WsrmMessageService")  # the trial's own receivers empty their queues, or nobody
PAUSE: Final = 0.01  # seconds between two calls: all of them within half a minute
LATER: Final = 0.2  # and afterwards, while the trial runs
_DAY: Final = re.compile(r"(?<![0-9])(20[0-9]{2}-[01][0-9]-[0-3][0-9])(?![0-9])")
_CPR: Final = re.compile(r"(PersonCivilRegistrationIdentifier[^>]*>)[0-9]{10}<")
_ENTRY: Final = re.compile(r"(<(?:\w+:)?Identifier>)[0-9a-f-]{36}<")
_CODE_LIST: Final = re.compile(r"(<(?:\w+:)?CodeListName>)[^<]*<")


@dataclass(frozen=True, slots=True)
class Planned:
    """A call to be made: the path below the prefix, and the envelope."""

    path: str
    body: bytes
    writes: bool


def plan(loaded: Loaded, citizens: Sequence[Citizen], moment: datetime) -> list[Planned]:
    """Each read for each citizen and reader, and the writes of the cases that succeed, as of today; reads go first.

    Nothing is written about the first citizen, whom the printed calls are about.
    """
    services = {(service.contract.name, service.version): service for service in loaded.services}
    cases = load_cases(loaded.areas)
    return [*_reads(services, cases, citizens, loaded, moment), *_writes(services, cases, citizens, moment)]


async def send(calls: Iterable[Planned], gateway: str, prefix: str, pause: float = PAUSE) -> None:
    """Make the calls one after the other, `pause` seconds between; what is answered is for the pages to show."""
    posts = Posts()
    try:
        for call in calls:
            await posts.post(f"{gateway}{prefix}{call.path}", call.body, {"Content-Type": "text/xml; charset=utf-8"})
            await asyncio.sleep(pause)
    finally:
        await posts.close()


Services = dict[tuple[str, int], Bridged]


def _reads(
    services: Services, cases: Sequence[Case], citizens: Sequence[Citizen], loaded: Loaded, moment: datetime
) -> Iterator[Planned]:
    for (name, version), service in services.items():
        for bridge in service.bridges.values():
            case = _fullest(case for case in cases if _of(case, name, version, bridge))
            if bridge.writes or case is None or name in QUEUED:
                continue
            for number, organisation in enumerate(READERS * 2):
                made = moment + timedelta(milliseconds=number)
                for body in _about_all(case.soap_in, citizens, loaded):
                    yield _planned(service, bridge, body, organisation, made)


def _about_all(text: str, citizens: Sequence[Citizen], loaded: Loaded) -> Iterator[str]:
    """A read about each citizen, or of each code list."""
    if _CODE_LIST.search(text):
        yield from (_CODE_LIST.sub(rf"\g<1>{listed.name}<", text) for listed in loaded.codelists.values())
    else:
        yield from (_CPR.sub(rf"\g<1>{citizen.number}<", _own(text, citizen)) for citizen in citizens)


def _own(text: str, citizen: Citizen) -> str:
    """The read of an entry of the joblog asks for the citizen's own, where there is one."""
    entries = [registration.id for registration in citizen.registrations if registration.kind == "jobsoegningslogning"]
    return _ENTRY.sub(rf"\g<1>{entries[0]}<", text) if entries else text


def _writes(
    services: Services, cases: Sequence[Case], citizens: Sequence[Citizen], moment: datetime
) -> Iterator[Planned]:
    today = moment.astimezone(COPENHAGEN).date()
    for case in cases:
        service = services[case.service, case.version]
        bridge = service.bridges[case.element]
        unwanted = case.soap_out.startswith("Fault") or "gentaget" in case.name
        unwanted = unwanted or case.service in QUEUED or bridge.area is None
        if bridge.writes and not unwanted and case.caller[0] in WRITERS:
            body = _shifted(case.soap_in, case.day, today).replace(citizens[0].number, citizens[-1].number)
            yield _planned(service, bridge, body, WRITERS[case.caller[0]], moment)


def _fullest(cases: Iterable[Case]) -> Case | None:
    """The case that asks for most."""
    return max(cases, key=lambda case: (case.soap_in.count(">true<"), len(case.soap_out)), default=None)


def _of(case: Case, name: str, version: int, bridge: Bridge) -> bool:
    same = (case.service, case.version, case.element) == (name, version, bridge.request.qname)
    return same and not case.soap_out.startswith("Fault")


def _shifted(text: str, then: date, today: date) -> str:
    """The text with its days moved along, so that it says today what it said then."""

    def moved(found: re.Match[str]) -> str:
        try:
            return (date.fromisoformat(found[1]) + (today - then)).isoformat()
        except (ValueError, OverflowError):
            return found[1]

    # A namespace has its date between slashes, so it is none of these.
    return _DAY.sub(moved, text)


def _planned(service: Bridged, bridge: Bridge, body: str, organisation: tuple[int, str], moment: datetime) -> Planned:
    registered = moment.astimezone(COPENHAGEN).isoformat(timespec="milliseconds")
    path = f"/{service.version}/{service.contract.name}.svc"
    return Planned(path, example.envelope(bridge, body, organisation, registered), bridge.writes)
