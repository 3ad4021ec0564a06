"""The old contracts' proof: zeep calls every operation of every WSDL, and libxml2 checks every answer.

What is sent is drawn from the contract itself; citizens, ids, days and codes are then mostly replaced by ones that the
trial knows, so that many calls succeed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, TypeAlias

import httpx
import pytest
import zeep
from good_calls import GOOD
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree
from zeep.transports import Transport
from zeep.xsd import Nil

from answer_schema import check_answer
from old_calls import ENVELOPE, MEDIA, Said, said
from overgang.core.callers import ACTIVE_ORGANISATION
from overgang.core.errors import ERRORS
from overgang.core.values import NIL, Dato, Tidspunkt
from overgang.shell.example import header_values
from overgang.shell.loading import Loaded, load
from overgang.shell.soap_ingress import Bridge, Bridged
from running import CITIZENS, ROOT, Process, demo, midnight
from strategies import values

# The same calls in every run of a day, but for constants that hypothesis takes from whatever modules are loaded.
# Each goes out in both SOAP versions.
REPEATABLE = settings(
    derandomize=True,
    max_examples=12,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
STRICT = zeep.Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
CALLERS = [(8, "10101"), (7, "101"), (2, "81"), (4, "12345678"), (1, "1"), (24, "12345678")]
UUID = re.compile(r"[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}", re.IGNORECASE)
Call: TypeAlias = tuple[dict[str, Any], dict[str, Any]]
_CLIENT: Any = zeep.Client  # zeep has no annotations
_TRANSPORT: Any = Transport


@cache
def loaded() -> Loaded:
    return load(ROOT / "wsdl", ROOT / "config" / "codelists")


OPERATIONS = [(service, bridge) for service in loaded().services for bridge in service.bridges.values()]
BRIDGED = [each for each in OPERATIONS if each[1].area is not None]
FORWARDED = [each for each in OPERATIONS if each[1].area is None]


def name_of(pair: tuple[Bridged, Bridge]) -> str:
    return f"{pair[0].contract.name} {pair[1].contract.name}"


class Old:
    """A service as an old system sees it: `sent` and `got` are zeep's last request and its answer."""

    def __init__(self, gateway: str, service: Bridged) -> None:
        self.address = f"{gateway}/PjakTassWCF/{service.version}/{service.contract.name}.svc"
        self.wsdl = httpx.get(f"{self.address}?wsdl", trust_env=False).content
        self.http = httpx.Client(trust_env=False, timeout=30)
        transport: Any = _TRANSPORT(timeout=30, operation_timeout=30)
        transport.session.trust_env = False
        transport.session.hooks["response"].append(self._keep)
        self._transport = transport
        self._zeep: Any = _CLIENT(f"{self.address}?wsdl", settings=STRICT, transport=transport)
        self.operations = set(self._zeep.service._operations)
        self.sent = b""
        self.got = httpx.Response(0)

    def _keep(self, response: Any, **_: object) -> None:
        self.sent = response.request.body
        self.got = httpx.Response(response.status_code, headers=response.headers, content=response.content)

    def call(self, operation: str, body: Mapping[str, Any], headers: Mapping[str, Any]) -> list[Said]:
        """What is said to a call through zeep, and to the same message as SOAP 1.2; both answers are valid."""
        try:
            self._zeep.service[operation](**self._typed(body), _soapheaders=self._typed(headers))
        except zeep.exceptions.Fault:
            assert self.got.status_code == 500
        first = self._checked(self.got)
        message = self.sent.replace(ENVELOPE["1.1"].encode(), ENVELOPE["1.2"].encode())
        answer = self.http.post(self.address, content=message, headers={"content-type": MEDIA["1.2"]})
        return [first, self._checked(answer)]

    def _typed(self, value: Any) -> Any:
        """The value with an object of zeep's wherever a type stands in for the declared one."""
        if isinstance(value, list):
            return [self._typed(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        inner = {key.removeprefix("@"): self._typed(each) for key, each in value.items() if key != "@xsi:type"}
        return self._zeep.get_type(value["@xsi:type"])(**inner) if "@xsi:type" in value else inner

    def _checked(self, answer: httpx.Response) -> Said:
        check_answer(self.wsdl, answer.content)
        told = said(answer)
        assert (told.status == 200) == (told.number == "")
        assert told.number == "" or int(told.number) in ERRORS
        return told

    def close(self) -> None:
        self.http.close()
        self._transport.session.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A trial of its own, since hundreds of registrations are made in it."""
    with demo(tmp_path_factory.mktemp("old")) as process:
        yield process


@pytest.fixture(scope="module")
def olds(gateway: Process) -> Iterator[Mapping[str, Old]]:
    """The services by key."""
    made = {service.key: Old(gateway.address("gateway"), service) for service in loaded().services}
    yield made
    for each in made.values():
        each.close()


# ---- what is sent


@st.composite
def calls(draw: st.DrawFn, bridge: Bridge) -> Call:
    """A body and header blocks as zeep takes them."""
    citizen = draw(st.sampled_from(CITIZENS))
    body = draw(values(bridge.request))
    known = {"citizen": citizen.number, "ids": [each.id for each in citizen.registrations]}
    blocks = {block.name: known_values(draw, draw(values(block)), "", known) for block in bridge.contract.input.headers}
    kind, code = draw(st.sampled_from([CALLERS[0], *CALLERS]))
    active = {"OrganisationTypeIdentifier": kind, "OrganisationCode": code}
    return known_values(draw, body, "", known), {**blocks, ACTIVE_ORGANISATION: active}


def known_values(draw: st.DrawFn, value: Any, name: str, known: Mapping[str, Any]) -> Any:
    """The value with most of what the trial can know replaced by what it does know; NIL as zeep writes it."""
    if value is NIL:
        return Nil
    if isinstance(value, dict):
        # A code stands one level below the element that tells its list.
        return {
            key: known_values(draw, inner, name if key == "CodeListItemIdentifier" else key, known)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [known_values(draw, inner, name, known) for inner in value]
    options = choices(value, name, known)
    if not options or draw(st.integers(1, 20)) == 20:
        return value
    return draw(st.sampled_from(options))


def choices(value: Any, name: str, known: Mapping[str, Any]) -> Sequence[Any]:
    if name == "PersonCivilRegistrationIdentifier":
        return [known["citizen"]]
    if isinstance(value, Tidspunkt):
        return [(midnight() + timedelta(days=step)).isoformat() for step in (0, 0, 0, 1, 14)]
    if isinstance(value, Dato):
        return [(midnight() + timedelta(days=step)).date().isoformat() for step in (0, 0, 1, 14)]
    if name == "CodeListName":
        return sorted(loaded().codelists)
    if isinstance(value, str) and UUID.fullmatch(value):
        return [value, *known["ids"], *known["ids"]]
    codelist = loaded().codelists.get(name.removesuffix("Identifier"))
    return list(codelist.values) if codelist is not None and isinstance(value, int) else ()


# ---- the proof


@pytest.fixture
def reset(gateway: Process) -> None:
    """The modern side as it was at the start."""
    done = httpx.post(f"{gateway.address('modern side')}/reference/reset", trust_env=False)
    assert done.status_code == 204


@pytest.mark.usefixtures("reset")
@pytest.mark.parametrize("name", GOOD)
def test_a_good_call_succeeds_in_both_versions(olds: Mapping[str, Old], name: str) -> None:
    for old in [olds[service.key] for service, bridge in BRIDGED if name_of((service, bridge)) == name]:
        succeeds(old, name)


def succeeds(old: Old, name: str) -> None:
    identifier = ""
    for good in GOOD[name]:
        # A time of its own for each test: the modern side is reset between them, and the gateway knows a repeat.
        headers = header_values(
            good.caller, (midnight() - timedelta(microseconds=list(GOOD).index(name) + 1)).isoformat()
        )
        told = old.call(good.operation, good.body(midnight(), identifier), headers)

        answer = next(b.answer for _, b in BRIDGED if b.contract.name == good.operation and b.answer is not None)
        assert told == [Said(200, version, answer.name) for version in ("1.1", "1.2")]
        found = etree.fromstring(old.got.content)
        identifier = found.findtext(".//{*}MessageIdentifier") or found.findtext(".//{*}Identifier") or ""


@pytest.mark.usefixtures("reset")
@pytest.mark.parametrize("pair", BRIDGED, ids=name_of)
def test_every_generated_call_gets_an_answer_within_the_contract(
    olds: Mapping[str, Old], pair: tuple[Bridged, Bridge]
) -> None:
    service, bridge = pair

    @REPEATABLE
    @given(calls(bridge))
    def check(call: Call) -> None:
        for told in olds[service.key].call(bridge.contract.name, *call):
            assert told.code not in ("Server", "Receiver"), told

    check()


@pytest.mark.parametrize("pair", FORWARDED, ids=name_of)
def test_every_generated_call_of_an_operation_that_is_not_modernised_gets_its_clear_fault(
    olds: Mapping[str, Old], pair: tuple[Bridged, Bridge]
) -> None:
    service, bridge = pair
    clear = [
        Said(500, "1.1", "Server", "1100", "operation.not-bridged"),
        Said(500, "1.2", "Receiver", "1100", "operation.not-bridged"),
    ]

    @settings(REPEATABLE, max_examples=4)
    @given(calls(bridge))
    def check(call: Call) -> None:
        headers = header_values(CALLERS[0], midnight().isoformat())
        assert olds[service.key].call(bridge.contract.name, call[0], headers) == clear

    check()


def test_every_operation_of_every_wsdl_is_driven_here(olds: Mapping[str, Old]) -> None:
    offered = {f"{key.partition('/')[0]} {name}" for key, old in olds.items() for name in old.operations}
    assert offered == {name_of(pair) for pair in OPERATIONS}
    served = {f"{service.contract.name}/{service.version}" for service in loaded().services}
    assert served == {f"{wsdl.stem}/{wsdl.parent.name}" for wsdl in (ROOT / "wsdl").rglob("*.wsdl")}
    assert GOOD.keys() == {name_of(pair) for pair in BRIDGED}
