"""From an element tree to an opened SOAP envelope, and from an answer to envelope bytes.

SOAP 1.1 and 1.2, document/literal: one element in the Body. Faults are in soap_fault.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import chain, islice
from typing import Final

from lxml import etree

from overgang.core.errors import CallerFault


class Version(Enum):
    """A version of SOAP; the value is its number."""

    SOAP11 = "1.1"
    SOAP12 = "1.2"

    @property
    def namespace(self) -> str:
        return _NAMESPACES[self]

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]

    @property
    def content_type(self) -> str:
        """The Content-Type of answers, with the charset."""
        return f"{_MEDIA_TYPES[self]}; charset=utf-8"


_NAMESPACES: Final = {
    Version.SOAP11: "http://schemas.xmlsoap.org/soap/envelope/",
    Version.SOAP12: "http://www.w3.org/2003/05/soap-envelope",
}
_MEDIA_TYPES: Final = {Version.SOAP11: "text/xml", Version.SOAP12: "application/soap+xml"}
_BY_MEDIA_TYPE: Final = {media_type: version for version, media_type in _MEDIA_TYPES.items()}


@dataclass(frozen=True, slots=True)
class Envelope:
    """An opened request."""

    version: Version
    headers: tuple[etree._Element, ...]  # those for us that are understood, no name twice
    body: etree._Element  # the one child of Body


class UnsupportedMediaType(CallerFault):
    """The Content-Type names no version of SOAP: HTTP 415, without an envelope."""

    def __init__(self) -> None:
        super().__init__(1014, "http.media_type", expected=" or ".join(_MEDIA_TYPES.values()), status=415)


class VersionMismatch(CallerFault):
    """The envelope is of no version of SOAP, or of another one than the Content-Type says."""

    def __init__(self) -> None:
        super().__init__(1014, "soap.version", expected="the envelope namespace that belongs to the Content-Type")


class MustUnderstand(CallerFault):
    """Header blocks that must be understood are not; `names` are the Clark names of those that are told back."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(1014, "soap.mustunderstand.unknown", expected="only header blocks of the contract")
        self.names = tuple(names)


# the HTTP side --------------------------------------------------------------------------------------------------------

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE: Final = re.compile(rf"[ \t]*({_TOKEN}/{_TOKEN})[ \t]*")
_PARAMETER: Final = re.compile(rf"[ \t]*({_TOKEN})=(?:({_TOKEN})|\"((?:[^\"\\]|\\.)*)\")[ \t]*")
_ESCAPED: Final = re.compile(r"\\(.)")


@lru_cache(maxsize=64)
def version_of(content_type: str | None) -> tuple[Version, str | None, str | None]:
    """The version, the charset and the action that a Content-Type names. Raises UnsupportedMediaType."""
    found = _MEDIA_TYPE.match(content_type or "")
    version = _BY_MEDIA_TYPE.get(found[1].lower()) if found else None
    if found is None or version is None:
        raise UnsupportedMediaType
    parameters = _parameters(found.string[found.end() :])
    return version, parameters.get("charset"), parameters.get("action")


def _parameters(text: str) -> dict[str, str]:
    """The parameters by lower-case name; one that is malformed or comes twice is an unsupported media type."""
    parameters: dict[str, str] = {}
    place = 0
    while place < len(text):
        if text[place] != ";":
            raise UnsupportedMediaType
        found = _PARAMETER.match(text, place + 1)
        if found is None:
            if text[place + 1 :].strip(" \t;"):
                raise UnsupportedMediaType
            break  # a trailing ";" is common and harmless
        name, token, quoted = found[1].lower(), found[2], found[3]
        if name in parameters:
            raise UnsupportedMediaType
        parameters[name] = token if token is not None else _ESCAPED.sub(r"\1", quoted)
        place = found.end()
    return parameters


def check_action(version: Version, header_values: Sequence[str], action_param: str | None, expected: str) -> None:
    """Refuse a SOAPAction header or action parameter that speaks of another operation than the Body does.

    The Body alone decides what is called. An action that is missing, empty or unquoted is accepted, one that conflicts
    or is repeated is not; the parameter belongs to SOAP 1.2 and is ignored in 1.1. Raises CallerFault soap.action.
    """
    if len(header_values) > 1:
        raise _action("one SOAPAction header")
    if any(action not in ("", expected) for action in said_actions(version, header_values, action_param)):
        raise _action("the action that the contract gives the operation in the Body")


def said_actions(version: Version, header_values: Sequence[str], action_param: str | None) -> list[str]:
    """The actions that a request names, without quotes."""
    said = [_unquoted(value.strip(" \t")) for value in header_values]
    return [*said, action_param] if version is Version.SOAP12 and action_param is not None else said


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _action(expected: str) -> CallerFault:
    return CallerFault(1014, "soap.action", expected=expected)


# requests -------------------------------------------------------------------------------------------------------------

_LONGEST_NAME: Final = 256  # of the names of header blocks that are told back, in characters
_MOST_NAMES: Final = 8
_NUMBER: Final = re.compile(r"\d{6}\W?\w{4}").search  # the date of a namespace (oasis-200401-wss) is none
_SPACE: Final = " \t\r\n"
_ENCODINGS: Final = ("http://schemas.xmlsoap.org/soap/encoding/", "http://www.w3.org/2003/05/soap-encoding")
_BOOLEANS: Final = {None: False, "0": False, "false": False, "1": True, "true": True}


@dataclass(frozen=True, slots=True)
class _Names:
    """The Clark names of a version, and the roles that mean us."""

    version: Version
    header: str
    body: str
    must_understand: str
    role: str
    encoding_style: str
    ours: frozenset[str | None]  # the last node of the chain is addressed by no role at all, too


def _names(version: Version, role: str, *ours: str) -> _Names:
    space = f"{{{version.namespace}}}"
    return _Names(
        version=version,
        header=f"{space}Header",
        body=f"{space}Body",
        must_understand=f"{space}mustUnderstand",
        role=f"{space}{role}",
        encoding_style=f"{space}encodingStyle",
        ours=frozenset({None, "", *ours}),
    )


_ROLES_12: Final = f"{Version.SOAP12.namespace}/role"
_NAMES: Final = {
    f"{{{names.version.namespace}}}Envelope": names
    for names in (
        _names(Version.SOAP11, "actor", "http://schemas.xmlsoap.org/soap/actor/next"),
        _names(Version.SOAP12, "role", f"{_ROLES_12}/next", f"{_ROLES_12}/ultimateReceiver"),
    )
}
_FAULTS: Final = {f"{{{version.namespace}}}Fault" for version in Version}


def open_envelope(
    root: etree._Element, *, content_type_version: Version, understood: Callable[[str], bool]
) -> Envelope:
    """Check the structure of a request and take it apart; `understood` is asked for the Clark name of a header block.

    Raises VersionMismatch; MustUnderstand, before the Body is looked into; CallerFault 1014 with the key soap.envelope,
    soap.encoding, soap.mustunderstand (not a boolean) or soap.header.duplicate.
    """
    names = _NAMES.get(str(root.tag))
    if names is None and etree.QName(root).localname != "Envelope":
        raise _structure("an Envelope as root")
    if names is None or names.version is not content_type_version:
        raise VersionMismatch
    header, body = _parts(root, names)
    _refuse_encoding(names, root)
    _refuse_encoding(names, body)
    headers = () if header is None else _headers(header, names, understood)
    return Envelope(names.version, headers, _payload(body, names))


def _parts(root: etree._Element, names: _Names) -> tuple[etree._Element | None, etree._Element]:
    match [*islice(_children(root), 3)]:
        case [body] if body.tag == names.body:
            return None, body
        case [header, body] if header.tag == names.header and body.tag == names.body:
            return header, body
    raise _structure("in the Envelope one Header or none, then one Body, and nothing else")


def _children(parent: etree._Element) -> Iterator[etree._Element]:
    """The child elements, never all at a time; comments are passed over, text between is refused."""
    for text in chain((parent.text,), (node.tail for node in parent)):
        if text and text.strip(_SPACE):
            raise _structure("no text between the parts of the Envelope")
    return parent.iterchildren("*")


def _payload(body: etree._Element, names: _Names) -> etree._Element:
    children = [*islice(_children(body), 2)]
    if len(children) != 1:
        raise _structure("exactly one element in the Body")
    if children[0].tag in _FAULTS:
        raise _structure("a request, not a Fault")
    _refuse_encoding(names, children[0])
    return children[0]


def _refuse_encoding(names: _Names, element: etree._Element) -> None:
    """SOAP encoding lets a value stand elsewhere in the message; the contracts are literal."""
    style = element.get(names.encoding_style)
    if style and any(uri.startswith(_ENCODINGS) for uri in style.split()):
        raise CallerFault(1014, "soap.encoding", expected="literal use, no SOAP encoding")


def _headers(header: etree._Element, names: _Names, understood: Callable[[str], bool]) -> tuple[etree._Element, ...]:
    """The understood blocks for us. A block for another node is passed over once its mustUnderstand is a boolean."""
    known: list[etree._Element] = []
    unknown: list[str] = []
    seen: list[str] = []
    for block in _children(header):
        required = _must_understand(block, names)
        if _stripped(block.get(names.role)) not in names.ours:
            continue
        tag = str(block.tag)
        seen.append(tag)
        if understood(tag):
            known.append(block)
        elif required:
            unknown.append(tag)
    if unknown:
        raise MustUnderstand([name for name in unknown if _is_told(name)][:_MOST_NAMES])
    if len(set(seen)) != len(seen):
        raise CallerFault(1014, "soap.header.duplicate", expected="each header block at most once")
    return tuple(known)


def _is_told(name: str) -> bool:
    """Whether a caller's name is repeated to it: a citizen number could stand in one."""
    return len(name) <= _LONGEST_NAME and _NUMBER(name) is None


def _must_understand(block: etree._Element, names: _Names) -> bool:
    value = _stripped(block.get(names.must_understand))
    if value not in _BOOLEANS:
        raise CallerFault(1014, "soap.mustunderstand", expected="mustUnderstand to be 0 or 1")
    return _BOOLEANS[value]


def _stripped(value: str | None) -> str | None:
    return None if value is None else value.strip(_SPACE)


def _structure(expected: str) -> CallerFault:
    return CallerFault(1014, "soap.envelope", expected=expected)


_ADDRESSING: Final = ("http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing")
_MESSAGE_IDS: Final = tuple(f"{{{namespace}}}MessageID" for namespace in _ADDRESSING)
_ACTIONS: Final = tuple(f"{{{namespace}}}Action" for namespace in _ADDRESSING)


def message_ids(root: etree._Element) -> tuple[str, ...]:
    """The WS-Addressing MessageID of an opened request, where its caller gives it one."""
    return tuple(_texts(root, _MESSAGE_IDS))


def check_addressed_action(root: etree._Element, expected: str) -> None:
    """Refuse a WS-Addressing Action for us that speaks of another operation than the Body does (ActionMismatch).

    The Body alone decides what is called, and one that is missing or empty is accepted. Raises CallerFault soap.action.
    """
    role, ours = _NAMES[str(root.tag)].role, _NAMES[str(root.tag)].ours
    if any(said != expected for said in _texts(root, _ACTIONS, lambda block: _stripped(block.get(role)) in ours)):
        raise _action("the action that the contract gives the operation in the Body")


def _texts(
    root: etree._Element, tags: Sequence[str], wanted: Callable[[etree._Element], bool] = lambda block: True
) -> Iterator[str]:
    """The texts of the header blocks of these names, those without left out."""
    for header in root.iterchildren("{*}Header"):
        for block in header.iterchildren(*tags):
            if wanted(block) and (text := (block.text or "").strip(_SPACE)):
                yield text


# answers --------------------------------------------------------------------------------------------------------------

_START: Final = {version: f'<s:Envelope xmlns:s="{version.namespace}">' for version in Version}


def wrap(version: Version, body_xml: str, header_xml: str = "") -> bytes:
    """The envelope around an encoded Body element and encoded header blocks; `s` is the prefix of its namespace."""
    header = f"<s:Header>{header_xml}</s:Header>" if header_xml else ""
    return f"{_START[version]}{header}<s:Body>{body_xml}</s:Body></s:Envelope>".encode()
