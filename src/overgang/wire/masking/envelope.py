"""Masking whole messages, directed by the contract: what the list in `values` does not allow to stay is replaced."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from lxml import etree

from overgang.core.codelists import CodeList
from overgang.core.compare.values import Difference, Reply
from overgang.core.errors import CallerFault
from overgang.core.pseudonyms import Pseudonyms
from overgang.wire.contract import Complex, Contract, Element, Operation, Simple
from overgang.wire.contract.model import namespaces_of
from overgang.wire.encoding import plain_utf8
from overgang.wire.envelope import Version
from overgang.wire.masking.differences import Differences
from overgang.wire.masking.faults import FaultTexts
from overgang.wire.masking.names import Names, description
from overgang.wire.masking.values import URN, Values
from overgang.wire.masking.walk import Tools, Walk, note

_SETTINGS: Final[dict[str, Any]] = {
    "encoding": "utf-8",
    "remove_comments": True,
    "remove_pis": True,
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}
_ENVELOPES: Final = frozenset(f"{{{version.namespace}}}Envelope" for version in Version)
_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9_.-]+)", re.IGNORECASE)
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_TROUBLE: Final = re.compile(r"[a-z]{1,24}([.-][a-z]{1,24}){0,3}").fullmatch


class Masker:
    """Masks the messages of one contract under one key; the same value becomes the same in all of them.

    `vocabulary`: names of code lists and of their items, which are public and stay where the contract has such names.
    `properties`: words that a fault may tell besides, such as names of the modern contracts.
    """

    def __init__(
        self, contract: Contract, key: bytes, vocabulary: Iterable[str] = (), properties: Iterable[str] = ()
    ) -> None:
        pseudonyms, public = Pseudonyms(key), frozenset(vocabulary)
        codelists = (word for word in public if word.endswith("Type") or _DAY(word))  # which a fault names
        tops = {element.qname: element for element in _tops(contract)}
        inner = tuple(_all(tops.values()))
        spaces = set(chain.from_iterable(namespaces_of(element) for element in tops.values()))
        self._tools = Tools(
            tops,
            Names(
                pseudonyms,
                spaces,
                (operation.soap_action for operation in contract.operations.values()),
                contract.documents.values(),
            ),
            Values(pseudonyms, public),
            FaultTexts(pseudonyms, (*(element.name for _, element in inner), *codelists, *properties)),
            pseudonyms,
        )
        types: dict[tuple[str, str], list[Simple]] = {}
        for parent, element in inner:
            if isinstance(element.type, Simple):
                types.setdefault((parent, element.name), []).append(element.type)
                types.setdefault(("", element.name), []).append(element.type)
        self._differences = Differences(self._tools, types, frozenset(element.name for _, element in inner))

    def envelope(self, body: bytes, content_type: str, given: Iterable[str] = ()) -> bytes:
        """A message with every value replaced that is not allowed to stay; comments and instructions are dropped.

        What is no readable SOAP envelope becomes a description of it. `given` are the values of the request, looked
        for in the fault texts of an answer. The form stays: order, nil, empty elements, blanks, prefixes.
        """
        root = _read(body, content_type)
        if root is None:
            return description(self.content_type(content_type), body)
        text = Walk(self._tools, frozenset(given)).envelope(root)
        return _encoded(text, content_type)

    def texts(self, *messages: tuple[bytes, str]) -> dict[str, str]:
        """What masking makes of each text of the values in messages (body, Content-Type); unreadable ones have none."""
        texts: dict[str, str] = {}
        for body, content_type in messages:
            root = _read(body, content_type)
            if root is not None:
                walk = Walk(self._tools, frozenset())
                walk.envelope(root)
                for text, made in walk.texts.items():
                    note(texts, text, made)
        return texts

    def values(self, request: bytes, content_type: str) -> frozenset[str]:
        """The texts of a request that masking replaces, as they were; empty for an unreadable one."""
        replaced = {text for text, made in self.texts((request, content_type)).items() if made != text}
        return frozenset(replaced | {text.removeprefix(URN) for text in replaced})

    def reply(self, reply: Reply, given: Iterable[str] = ()) -> Reply:
        """An answer with its body and content type masked."""
        body = self.envelope(reply.body, reply.content_type, given) if reply.body else b""
        trouble = reply.trouble if _TROUBLE(reply.trouble) else "other" if reply.trouble else ""
        return Reply(reply.status, self.content_type(reply.content_type), body, trouble)

    def place(self, place: str) -> str:
        """The place of a difference without the numbers that an unknown element's name may hold."""
        return self._tools.names.path(place)

    def content_type(self, text: str) -> str:
        """A Content-Type: the media type, the charset and the action where they are known ones."""
        return self._tools.names.content_type(text)

    def action(self, text: str) -> str:
        """A SOAPAction: as it is when it is one of the contract."""
        return self._tools.names.action(text)

    def difference(self, difference: Difference, given: Iterable[str] = ()) -> Difference:
        """A difference with `old` and `new` masked like the values in the messages that it was found in."""
        return self._differences.masked(difference, frozenset(given))


def _read(body: bytes, content_type: str) -> etree._Element | None:
    """The root of a SOAP envelope without comments and instructions; None for everything else."""
    charset = _CHARSET.search(content_type)
    try:
        plain = plain_utf8(body, charset[1] if charset else None)
        if b"<!DOCTYPE" in plain:
            return None
        root = etree.fromstring(plain, etree.XMLParser(**_SETTINGS))
    except (CallerFault, etree.LxmlError, ValueError):
        return None
    return root if root.tag in _ENVELOPES else None


def _encoded(text: str, content_type: str) -> bytes:
    """The text in the charset that the Content-Type names, so that it can still be read as what it says to be."""
    charset = _CHARSET.search(content_type)
    name = charset[1] if charset else "utf-8"
    return text.encode(name, "xmlcharrefreplace")


def _tops(contract: Contract) -> Iterator[Element]:
    """The elements that may stand in a Header, a Body or a fault's detail."""
    for operation in contract.operations.values():
        yield from _of_operation(operation)


def _of_operation(operation: Operation) -> Iterator[Element]:
    for message in (operation.input, operation.output):
        if message is not None:
            yield from message.headers
            if message.body is not None:
                yield message.body
    yield from operation.faults.values()


def _all(tops: Iterable[Element]) -> Iterator[tuple[str, Element]]:
    """Every element of the contract with its parent's name, "" for the top; each type is entered once per parent."""
    waiting: list[tuple[str, Element]] = [("", element) for element in tops]
    seen: set[tuple[str, Complex]] = set()
    while waiting:
        parent, element = waiting.pop()
        yield parent, element
        for kind in _complex_types(element):
            if (element.name, kind) not in seen:
                seen.add((element.name, kind))
                waiting.extend((element.name, child) for child in kind.elements())


def _complex_types(element: Element) -> Iterator[Complex]:
    if isinstance(element.type, Complex):
        yield element.type
        yield from element.stand_ins().values()


def maskers(
    contracts: Mapping[str, Contract], key: bytes, vocabulary: Iterable[str] = (), properties: Iterable[str] = ()
) -> dict[str, Masker]:
    """One masker per contract by the names given; all make the same pseudonyms."""
    words, names = tuple(vocabulary), tuple(properties)
    return {name: Masker(contract, key, words, names) for name, contract in contracts.items()}


def public_words(codelists: Iterable[CodeList]) -> frozenset[str]:
    """The vocabulary of code lists: their names, old and modern, those of their items, and the days of validity."""
    lists = tuple(codelists)
    names = {name for listed in lists for name in (listed.name, listed.modern)}
    values = [value for listed in lists for value in listed.values.values()]
    days = {day.isoformat() for value in values for day in (value.since, value.ends) if day is not None}
    return frozenset(names | days | {value.name for value in values})
