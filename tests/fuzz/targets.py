"""What is fuzzed: each target reads bytes, and lets nothing but the documented errors out.

`check` says more than "it did not fail": what is accepted is read the same way again.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from fuzz import rest
from overgang.core.errors import CallerFault, Fault
from overgang.shell.tracing import read as read_trace
from overgang.shell.upstream import retry_after
from overgang.shell.webhooks import fields
from overgang.wire import client_cert, guard, strict_json
from overgang.wire.contract import Contract, load
from overgang.wire.envelope import open_envelope, version_of
from overgang.wire.oces import Trust, read
from overgang.wire.strict_json import JsonError

ROOT = Path(__file__).parents[2]
LIMITS = guard.Limits(bytes=200_000)


@dataclass(frozen=True, slots=True)
class Target:
    """`check` raises AssertionError, or what must not come out; `seeds` are good inputs to begin with."""

    check: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    tokens: Sequence[bytes]


def check_guard(data: bytes) -> None:
    """A tree, or a fault of the guard; the tree says what a second reading of the same bytes says."""
    try:
        root = guard.parse(data, LIMITS)
    except CallerFault as fault:
        assert fault.key.startswith("xml.")
        return
    again = guard.parse(etree.tostring(root, encoding="utf-8"), guard.Limits(bytes=1_000_000))
    assert etree.tostring(again, method="c14n2") == etree.tostring(root, method="c14n2")
    assert sum(1 for _ in root.iter("*")) <= LIMITS.elements


def check_envelope(data: bytes) -> None:
    """An opened envelope with its one element, or a fault."""
    kind, _, body = data.partition(b"\0")
    try:
        version = version_of(kind.decode("latin-1"))[0]
        root = guard.parse(body, LIMITS)
        opened = open_envelope(root, content_type_version=version, understood=lambda name: "Header" in name)
    except Fault as fault:
        assert fault.key
        return
    assert opened.body.getparent() is not None
    assert len(opened.body.getparent()) >= 1  # type: ignore[arg-type]


@cache
def contracts() -> dict[str, Contract]:
    return {file.stem: load(file) for file in sorted(ROOT.glob("wsdl/*/*/*.wsdl"))}


def check_codec(data: bytes) -> None:
    """A message that its contract accepts is decoded, encoded, accepted again, and is then the same value."""
    try:
        root = guard.parse(data, LIMITS)
    except CallerFault:
        return
    node = root.find("{*}Body/*")
    if node is None:
        return
    for contract in contracts().values():
        for operation in contract.operations.values():
            element = operation.input.body
            if element is None or element.qname != node.tag or contract.problems(node):
                continue
            value = element.decode(node)
            written = etree.fromstring(element.encode(value).encode())
            assert contract.problems(written) == []
            assert element.decode(written) == value


def check_json(data: bytes) -> None:
    """A value that is written and read again as it was, or a JsonError."""
    try:
        value = strict_json.loads(data, values=20_000)
    except JsonError as mistake:
        assert mistake.key.startswith("json.")
        return
    assert strict_json.loads(strict_json.dumps(value)) == value


def check_certificate(data: bytes) -> None:
    """An identity, or a fault that says nothing of the header."""
    values = [part.decode("latin-1") for part in data.split(b"\0")]
    try:
        der = client_cert.parse(values)
    except CallerFault as fault:
        assert fault.number == 1101
        return
    try:
        from certificates import NOW

        identity, _, _ = read(der, Trust(legacy=True), NOW)
    except CallerFault as fault:
        assert fault.number == 1012
        return
    assert len(identity.cvr) == 8
    assert identity.cvr.isdecimal()


def check_headers(data: bytes) -> None:
    """What is read from single headers: traces, and the modern side's Retry-After."""
    lines = data.split(b"\n")
    found = read_trace(
        {"headers": [(b"traceparent", line) for line in lines[:2]] + [(b"tracestate", b",".join(lines[2:]))]}
    )
    assert found is None or (len(found.trace) == 32 and len(found.state) <= 512)
    seconds = retry_after(lines[0].decode("latin-1"))
    assert seconds is None or 0 <= seconds <= 600


@cache
def _samples() -> tuple[bytes, ...]:
    return tuple(file.read_bytes() for file in sorted(ROOT.glob("tests/contract/samples/*.xml")))


@cache
def _certificates() -> tuple[bytes, ...]:
    from urllib.parse import quote

    from certificates import authority, subject

    issuer = authority()
    made = [issuer.issue(), issuer.issue(subject(unit="UI:DK-E:G:x")), authority(test=True).issue()]
    forms = [f":{base64.b64encode(one.der).decode()}:" for one in made] + [
        quote(one.pem.decode(), safe="-") for one in made
    ]
    return tuple(form.encode() for form in forms)


XML = (
    b"<",
    b">",
    b"</",
    b"/>",
    b'="',
    b"xmlns:",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"&#x",
    b"<!DOCTYPE",
    b"<?",
    b"xsi:nil",
    b"\xff\xfe",
)


def check_webhook(data: bytes) -> None:
    """The documented fields of an event as they are documented, or a fault that has none of it."""
    try:
        said = fields(data)
    except CallerFault as fault:
        assert fault.number in (1001, 1014)
        return
    optional = {"versionIdentifier", "startdato", "slutdato"}
    assert said.keys() <= {name[0].lower() + name[1:] for name in EVENT} | optional
    assert 1 <= said["aendringstype"] <= 3
    assert said["identifikationstypeId"] == 1


EVENT = {
    "EntitetNavn": "Kontaktgruppe",
    "EntitetId": 100008,
    "EksternIdentifier": "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7e20",
    "IdentifikationstypeId": 1,
    "Aendringstype": 1,
    "Body": {"a": "b"},
}

TARGETS: dict[str, Target] = {
    "rest": Target(rest.check, rest.seeds, rest.TOKENS),
    "webhook": Target(
        check_webhook,
        lambda: [json.dumps(EVENT).encode()],
        (b'"', b"{", b"}", b",", b":", b"null", b"1e0", b"entitetId", b"Body"),
    ),
    "guard": Target(check_guard, _samples, XML),
    "envelope": Target(
        check_envelope,
        lambda: [kind + b"\0" + one for kind in (b"text/xml", b"application/soap+xml; action=x") for one in _samples()],
        (*XML, b"mustUnderstand", b"Header", b"Body", b"\0"),
    ),
    "codec": Target(
        check_codec, _samples, (*XML, b"2024-01-01", b"T12:00:00", b"+01:00", b"true", b" ", b"1e5", b"-0")
    ),
    "strict_json": Target(
        check_json,
        lambda: [b'{"a":[1,2.50,"x",null,true,{"b":"\\u00e6"}]}', b"[1e5,-0.0]"],
        (b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\u", b"1e", b"\\ud800", b"NaN", b"null", b"-"),
    ),
    "client_cert": Target(check_certificate, _certificates, (b":", b"%", b"=", b"%0A", b"-----", b"\0", b"NTRDK-")),
    "headers": Target(
        check_headers,
        lambda: [
            b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n\na=1,b=2",
            b"Thu, 01 Jan 1970 00:00:00 GMT",
        ],
        (b"-", b"00", b"ff", b",", b"=", b"GMT", b"\n"),
    ),
}
