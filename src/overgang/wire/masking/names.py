"""Names, prefixes, namespaces and media types that may be kept because everybody knows them; others are replaced."""

import codecs
import re
from collections.abc import Iterable
from typing import Final

from overgang.core.pseudonyms import Pseudonyms
from overgang.wire.contract import names as xml
from overgang.wire.envelope import Version
from overgang.wire.soap_fault import DETAILS

ADDRESSING: Final = "http://www.w3.org/2005/08/addressing"
_OASIS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity"
KNOWN_NAMESPACES: Final = frozenset(
    {
        *(version.namespace for version in Version),
        xml.XS,
        xml.XSI,
        xml.XML,
        DETAILS,
        ADDRESSING,
        "http://schemas.microsoft.com/ws/2005/05/addressing/none",
        f"{_OASIS}-secext-1.0.xsd",
        f"{_OASIS}-utility-1.0.xsd",
        "http://www.w3.org/2000/09/xmldsig#",
    }
)
_KNOWN_PREFIX: Final = re.compile(
    r"[A-Za-z]{1,3}[0-9]{0,3}|xml|soap|soap12|soapenv|SOAP-ENV|env|wsse|wsu|wsa|tns|data|head|fault"
).fullmatch
_LONG_NUMBER: Final = re.compile(r"[0-9]{4,}")
_MEDIA_TYPES: Final = frozenset(
    {
        "text/xml",
        "application/soap+xml",
        "application/xml",
        "text/html",
        "application/xhtml+xml",
        "text/plain",
        "application/json",
        "application/problem+json",
        "multipart/related",
        "application/xop+xml",
        "application/octet-stream",
    }
)
_PARAMETER: Final = re.compile(r";\s*([A-Za-z-]+)=(\"[^\"]*\"|[^;\s]*)")
_TAG: Final = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)")
_KNOWN_TAGS: Final = frozenset(
    {"html", "head", "body", "title", "p", "h1", "envelope", "fault", "error", "definitions"}
)


class Names:
    """What of a message's form may stay, for one contract: `namespaces` and `actions` are the contract's own."""

    def __init__(self, pseudonyms: Pseudonyms, namespaces: Iterable[str], actions: Iterable[str]) -> None:
        self._pseudonyms = pseudonyms
        self._namespaces = KNOWN_NAMESPACES.union(namespaces)
        self._actions = frozenset(actions)

    def namespace(self, uri: str) -> str:
        """A namespace of the contract or of a standard as it is, another one replaced."""
        return uri if uri in self._namespaces else f"urn:masked:{self._pseudonyms.index(uri, 10**8):08}"

    def prefix(self, prefix: str) -> str:
        """A usual prefix as it is."""
        return prefix if _KNOWN_PREFIX(prefix) else self._pseudonyms.text(prefix)

    def local(self, name: str) -> str:
        """An element's, attribute's or type's name: long numbers in it are replaced, as no contract has any."""
        return _LONG_NUMBER.sub(lambda found: self._pseudonyms.text(found[0]), name)

    def path(self, path: str) -> str:
        """The path of a difference; positions like [1203] stay."""
        return re.sub(r"(?<![0-9\[])[0-9]{4,}", lambda found: self._pseudonyms.text(found[0]), path)

    def action(self, action: str) -> str:
        """An action of the contract as it is, with or without its quotes."""
        bare = action.strip('"')
        return action if bare in self._actions or not bare else self._pseudonyms.text(action)

    def content_type(self, text: str) -> str:
        """The media type, the charset and the action; other parameters are left out."""
        essence = text.partition(";")[0].strip()
        kept = [essence if essence.lower() in _MEDIA_TYPES or not essence else "application/x-masked"]
        for name, value in _PARAMETER.findall(text):
            if name.lower() == "charset":
                kept.append(f"charset={_charset(value)}")
            elif name.lower() == "action":
                kept.append(f"{name}={self.action(value)}")
        return "; ".join(kept)


def description(content_type: str, body: bytes) -> bytes:
    """What is kept of a body that is no SOAP message: media type (masked already), length, first tag if a usual one.

    It is still no SOAP message, and of the same sort: a page stays a page, a broken envelope a broken one.
    """
    found = _TAG.search(body[:4096])
    tag = found[1].decode("ascii", "replace").lower() if found else ""
    said = f"not kept: {content_type or 'no media type'}, {len(body)} bytes"
    if tag == "html":
        return f"<html><body>{said}</body></html>".encode()
    if tag == "envelope":
        return f"<Envelope><!-- {said}".encode()
    return f"({said}{f', begins with {tag}' if tag in _KNOWN_TAGS else ''})".encode()


def _charset(value: str) -> str:
    try:
        codecs.lookup(value.strip('"'))
    except (LookupError, ValueError):
        return "x-masked"
    return value
