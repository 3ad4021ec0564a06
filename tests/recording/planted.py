"""Messages of the contracts with a canary in every place that takes one, and looking for it afterwards."""

import base64
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lxml import etree

from overgang.wire import contract as contracts
from overgang.wire.contract import Complex, Contract, Element, Group, Operation, Simple, Wildcard
from overgang.wire.contract.model import Part
from overgang.wire.contract.simple import texts_of
from overgang.wire.envelope import Version, wrap

ROOT = Path(__file__).parents[2]
KEY = b"the key of tests, thirty-two bytes"[:32]
XML = "text/xml; charset=utf-8"
NUMBER = "1203852326"  # a demo citizen's
NAME, EMAIL, STREET = "Kanariefugl Testesen", "kanarie.fugl@example.invalid", "Kanarievænget 17B"
GUID = "c0ffee00-1234-4abc-8def-00c0ffee1234"
CANARIES = (NUMBER, NAME, EMAIL, STREET, GUID)
_USUAL = (
    f"urn:uuid:{GUID}",
    "PT1H",
    "2024-12-09T10:15:30.1234567+01:00",
    "2024-12-09",
    "true",
    "3",
    "1.50",
    "12345678",
    "1234567890",
    "DK",
    "2100",
)
_SHORT = ("12B", "3", "4", "Kan", "Ka", "K", "-1", "12345", "7")


@cache
def loaded() -> dict[str, Contract]:
    """The contracts by "Name/version"."""
    files = sorted((ROOT / "wsdl").rglob("*.wsdl"))
    return {f"{file.stem}/{file.parent.name}": contracts.load(file) for file in files}


def operations() -> list[tuple[str, Operation]]:
    return [(name, operation) for name, told in loaded().items() for operation in told.operations.values()]


def planted(element: Element) -> str:
    """An element with everything that it may have, canaries wherever one is valid."""
    return element.encode(_element(element, count(), ()))


def request(operation: Operation, version: Version = Version.SOAP11) -> bytes:
    """A whole request with canaries."""
    assert operation.input.body
    headers = "".join(planted(header) for header in operation.input.headers)
    return wrap(version, planted(operation.input.body), headers)


def answers(operation: Operation) -> Iterator[bytes]:
    """An answer, and a fault for each detail of the operation."""
    if operation.output is not None and operation.output.body is not None:
        yield wrap(Version.SOAP11, planted(operation.output.body))
    for detail in operation.faults.values():
        said = f"{NAME} {NUMBER} ({EMAIL}) bor ikke på {STREET}"
        text = f"<faultcode>s:Client</faultcode><faultstring>{said}</faultstring><faultactor>{NAME}</faultactor>"
        yield wrap(Version.SOAP11, f"<s:Fault>{text}<detail>{planted(detail)}</detail></s:Fault>")


def forms(canary: str) -> Iterator[bytes]:
    """What a text looks like in the encodings that it may hide in."""
    for text in {canary, canary.upper(), canary.lower()}:
        yield text.encode()
        yield text.encode("utf-16-le")
        yield text.encode("utf-16-be")
        yield quote(text).encode()
        yield "".join(f"%{octet:02X}" for octet in text.encode()).encode()
        for shift in range(3):  # the part that does not depend on what stands around it
            whole = base64.b64encode(b"\0" * shift + text.encode())
            yield whole[4 if shift else 0 : -4]  # of a text of nine bytes or more there is always something


def found(content: bytes, canaries: Sequence[str] = CANARIES) -> list[str]:
    """The canaries that are in it, in any form, also when tags, comments or CDATA split them."""
    seen = [canary for canary in canaries if any(form and form in content for form in forms(canary))]
    try:
        text = "".join(str(part) for part in etree.fromstring(content).itertext()).replace(" ", "")
    except etree.XMLSyntaxError:
        return seen
    return [*seen, *(canary for canary in canaries if canary.replace(" ", "") in text)]


def _element(element: Element, turn: Iterator[int], above: tuple[Complex, ...]) -> Any:
    if isinstance(element.type, Simple):
        return _simple(element.type, turn)
    kind = element.type
    out: dict[str, Any] = {one.key: _simple(one.type, turn) for one in kind.attributes}
    if kind.text is not None:
        out["#text"] = _simple(kind.text, turn)
    elif kind.content is not None and above.count(kind) < 2:
        _part(kind.content, turn, (*above, kind), out)
    return out


def _part(part: Part, turn: Iterator[int], above: tuple[Complex, ...], out: dict[str, Any]) -> None:
    if isinstance(part, Element):
        made = [_element(part, turn, above) for _ in range(2 if part.many else 1)]
        out[part.name] = made if part.many else made[0]
    elif isinstance(part, Group):
        for inner in part.parts[:1] if part.kind == "choice" else part.parts:
            _part(inner, turn, above, out)
    else:
        assert isinstance(part, Wildcard)


def _simple(kind: Simple, turn: Iterator[int]) -> Any:
    texts = texts_of(kind)
    if kind.facets.enumeration is not None:
        return texts.parse(kind.facets.enumeration[0])
    start = next(turn)
    turned = [CANARIES[(start + step) % len(CANARIES)] for step in range(len(CANARIES))]
    free = [*turned, *_SHORT, *_USUAL] if kind.builtin == "string" else _USUAL
    return texts.parse(next(text for text in free if texts.wrong(text) is None))
