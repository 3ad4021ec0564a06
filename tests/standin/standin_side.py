"""An old side in this process, and old calls to it."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import needs_spyne  # noqa: F401 - first of all
from lxml import etree

from overgang.reference.citizens import load_citizens
from overgang.reference.store import Caller, Registration, Store
from overgang.shell.example import header_values
from overgang.standin.app import PREFIX, Standin, create_app
from overgang.standin.engine import Answered, OldService
from overgang.wire.contract import Contract, Operation
from overgang.wire.envelope import Version, wrap

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "contract" / "samples"
CITIZENS = load_citizens(ROOT / "config" / "demo" / "citizens.toml")
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
JOBCENTRE, A_KASSE, STAR = (8, "10111"), (2, "81"), (1, "1")
REGISTERED = "2024-12-09T10:15:30.1234567+01:00"


class Faulted(Exception):
    """The old side answered with a fault; the text is its number."""


class Side:
    """The old side a little after noon of a day, which can be set."""

    def __init__(self, day: str = "2024-12-09", store: Store | None = None) -> None:
        """Of a `store` of somebody else's, whose clock it then is."""
        self.day = date.fromisoformat(day)
        self.store = store or Store(":memory:", CITIZENS, clock=self._now)
        self.app: Standin = create_app(self.store, ROOT / "wsdl", ROOT / "config" / "codelists")

    def _now(self) -> datetime:
        return datetime.combine(self.day, time(12, 0, 0, 123_000), COPENHAGEN).astimezone(UTC)

    def service(self, name: str) -> OldService:
        """The service of a name, whatever its version, or of "version/name"."""
        return next(each for path, each in self.app.services.items() if path.endswith(f"/{name}.svc"))

    def ask(self, service: str, operation: str, body: Mapping[str, Any], by: tuple[int, str] = JOBCENTRE) -> Any:
        """The decoded answer to a SOAP 1.1 call. Raises Faulted."""
        served = self.service(service)
        called = served.contract.operations[operation]
        answer = served.answer(envelope(called, body, by), "text/xml; charset=utf-8", [])
        payload = payload_of(answer)
        if etree.QName(payload).localname == "Fault":
            raise Faulted(number_of(answer))
        assert served.contract.problems(payload) == []
        assert called.output is not None
        assert called.output.body is not None
        return called.output.body.decode(payload)

    def put(self, *registrations: Registration) -> None:
        """Register beforehand."""
        with self.store.transaction() as transaction:
            for each in registrations:
                transaction.put(each)

    def versions(self, kind: str, citizen: str) -> list[Registration]:
        """What is registered of a citizen."""
        with self.store.transaction() as transaction:
            return transaction.versions(kind, citizen)


def envelope(
    operation: Operation, body: Mapping[str, Any], by: tuple[int, str] = JOBCENTRE, version: Version = Version.SOAP11
) -> bytes:
    """A call with the header blocks of an invented caseworker."""
    blocks = header_values(by, REGISTERED)
    headers = "".join(block.encode(blocks[block.name]) for block in operation.input.headers)
    assert operation.input.body is not None
    return wrap(version, operation.input.body.encode(dict(body)), headers)


def payload_of(answer: Answered) -> etree._Element:
    """The element in the Body."""
    return etree.fromstring(answer.body)[-1][0]


def number_of(answer: Answered) -> str:
    """FaultDetails/ErrorCode of a fault."""
    return str(payload_of(answer).findtext(".//{http://service.bm.dk/xml/schemas/2011/01/12/}ErrorCode"))


def sample(service: str, operation: str, citizen: str, by: tuple[int, str] = JOBCENTRE) -> bytes:
    """The sample call of an operation, about another citizen."""
    text = (SAMPLES / f"{service}.{operation}.xml").read_bytes()
    text = re.sub(rb"(PersonCivilRegistrationIdentifier>)\d{10}", rb"\g<1>" + citizen.encode(), text)
    return re.sub(rb"(a:OrganisationTypeIdentifier>)\d+", rb"\g<1>" + str(by[0]).encode(), text)


def registration(
    kind: str, id_: str, citizen: str, content: Mapping[str, Any], parent: str | None = None
) -> Registration:
    """A registration of a jobcentre."""
    return Registration(kind, id_, citizen, content, Caller(*JOBCENTRE, "test"), parent=parent)


def citizen(label: str) -> str:
    """The number of an invented person."""
    return next(each.number for each in CITIZENS if each.label == label)


def code(value: int) -> dict[str, int]:
    """A value of a code list."""
    return {"CodeListItemIdentifier": value}


def contracts(side: Side) -> Iterable[tuple[str, Contract]]:
    """Each contract with the path of its service below the prefix."""
    return [(path.removeprefix(PREFIX), each.contract) for path, each in side.app.services.items()]
