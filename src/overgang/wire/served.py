"""The frozen documents of a contract as they are served: byte for byte, except the address."""

import re
from typing import Final
from xml.sax.saxutils import escape

from overgang.wire.contract import Contract
from overgang.wire.contract.names import SOAP11, SOAP12

_TAG: Final = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?P<name>[^\s/>!?]+)(?P<attributes>(?:[^\"'>]|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL,
)
_LOCATION: Final = re.compile(r"(?<![^\s\"'])location\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')", re.DOTALL)
_DECLARED: Final = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_PREFIX: Final = re.compile(r"xmlns:([^\s=]+)\s*=\s*[\"']([^\"']*)[\"']")


def served(contract: Contract, document: str, address: str) -> bytes:
    """The document's frozen bytes, with `address` as the location of every soap:address and soap12:address.

    Everything else stays as it is: encoding, quotes, blanks. Raises KeyError for a document the contract does not have.
    """
    data = contract.documents[document]
    encoding = _encoding(data)
    text = data.decode(encoding, "surrogateescape" if encoding == "utf-8" else "strict")
    prefixes = {prefix for prefix, uri in _PREFIX.findall(text) if uri in (SOAP11, SOAP12)}
    wanted = {f"{prefix}:address" for prefix in prefixes}
    written = escape(address, {'"': "&quot;", "'": "&apos;"})
    out, done = [], 0
    for tag in _TAG.finditer(text):
        if tag["name"] not in wanted:
            continue
        location = _LOCATION.search(tag["attributes"])
        if location is not None:
            start, end = location.span("double" if location["double"] is not None else "single")
            out += [text[done : tag.start("attributes") + start], written]
            done = tag.start("attributes") + end
    out.append(text[done:])
    return "".join(out).encode(encoding, "surrogateescape" if encoding == "utf-8" else "strict")


def _encoding(data: bytes) -> str:
    """One in which decoding and encoding give the same bytes (a byte order mark stays a character)."""
    if data[:2] == b"\xff\xfe":
        return "utf-16-le"
    if data[:2] == b"\xfe\xff":
        return "utf-16-be"
    declared = _DECLARED.match(data)
    name = declared[1].decode().lower() if declared else "utf-8"
    return "utf-8" if name in ("utf-8", "us-ascii", "ascii") else name
