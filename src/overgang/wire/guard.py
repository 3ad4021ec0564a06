"""From request bytes to an element tree that is safe to walk: encodings, declarations and size limits.

Every message becomes UTF-8 without byte order mark and declaration before libxml2 sees it, so only one reading of it
exists. It is then either proven by counting bytes to stay within the limits, or streamed through libxml2 once without
building anything. Only after that a tree is built.
"""

import codecs
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from overgang.core.errors import CallerFault


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest message that is read; what is exactly at a limit is accepted."""

    bytes: int = 1 << 20  # of the message as it arrived
    depth: int = 64  # the root is level 1
    elements: int = 20_000
    attributes: int = 64  # on one element, namespace declarations included
    name: int = 256  # characters of a local name or a prefix
    value: int = 8_192  # characters of an attribute value or a namespace name


def parse(body: bytes, limits: Limits, charset: str | None = None) -> etree._Element:
    """The root element of a message; `charset` is the parameter of its Content-Type.

    Raises CallerFault 1014 with the key xml.limit.* (bytes, depth, elements, attributes, name, value), xml.encoding,
    xml.version, xml.dtd, xml.pi or xml.malformed. Comments stay in the tree and may split a text.
    """
    if len(body) > limits.bytes:
        raise _over("bytes", f"at most {limits.bytes} bytes")
    plain = plain_utf8(body, charset)
    if proven(plain, limits):
        return _tree(plain, _PARSER)
    if len(plain) <= _SMALL:
        return _stream_and_build(plain, limits)
    # libxml2 keeps every name it ever met in a table of the thread; one that ends takes a caller's invented names along.
    with ThreadPoolExecutor(max_workers=1) as once:
        return once.submit(_stream_and_build, plain, limits).result()


_SMALL: Final = 8_192  # bytes; what that can leave in the table is not worth the 100 µs of a thread

# encodings ------------------------------------------------------------------------------------------------------------

_UTF8, _UTF16_LE, _UTF16_BE, _LATIN1 = "utf-8", "utf-16-le", "utf-16-be", "iso-8859-1"
_ENCODINGS: Final = {
    "utf-8": _UTF8,
    "utf8": _UTF8,
    "utf-16": _UTF16_BE,  # RFC 2781, where the bytes themselves do not tell
    "utf-16le": _UTF16_LE,
    "utf-16be": _UTF16_BE,
    "iso-8859-1": _LATIN1,
    "latin1": _LATIN1,
}
# first bytes -> encoding, how many of them are the byte order mark; the first that fits (UTF-32 begins like UTF-16)
_SHAPES: Final[tuple[tuple[bytes, str | None, int], ...]] = (
    (codecs.BOM_UTF32_LE, None, 0),
    (codecs.BOM_UTF32_BE, None, 0),
    (b"<\0\0\0", None, 0),
    (b"\0\0\0<", None, 0),
    ("<?xm".encode("cp037"), None, 0),  # EBCDIC
    (codecs.BOM_UTF8, _UTF8, 3),
    (codecs.BOM_UTF16_LE, _UTF16_LE, 2),
    (codecs.BOM_UTF16_BE, _UTF16_BE, 2),
    (b"<\0", _UTF16_LE, 0),
    (b"\0<", _UTF16_BE, 0),
)
_PLAIN_START: Final = re.compile(rb"<[A-Za-z]")
_DECLARATION: Final = re.compile(
    r"<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(['\"])(?P<version>[0-9]{1,9}\.[0-9]{1,9})\1"
    r"(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(['\"])(?P<encoding>[A-Za-z][A-Za-z0-9._-]*)\3)?"
    r"(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(['\"])(?:yes|no)\5)?"
    r"[ \t\r\n]*\?>"
)
_SECOND_START: Final = re.compile(rb"\xef\xbb\xbf|<\?xml[ \t\r\n]")
_LONGEST_DECLARATION: Final = 512  # characters; an ordinary one has about 40


def plain_utf8(body: bytes, charset: str | None) -> bytes:
    """The message as UTF-8 without byte order mark and declaration. Raises as `parse` does.

    RFC 7303: the mark (or the shape of the first bytes) wins over the charset of HTTP, and that over the declaration.
    What does not win must still agree: read its way, the text has to be the same.
    """
    if _PLAIN_START.match(body) and (charset is None or charset.lower() == _UTF8):
        return body
    shape, mark = _shape(body)
    content = body[mark:]
    declared, length = _declaration(content, shape)
    named = [_known(name, shape) for name in (charset, declared) if name is not None]
    chosen = shape or (named[0] if named else _UTF8)
    others = {name for name in named if name != chosen}
    text = _decoded(content, chosen)
    if any(_decoded(content, other) != text for other in others):
        raise _encoding("a charset and a declaration that agree with the bytes")
    plain = text[length:].encode()
    if _SECOND_START.match(plain):
        raise _malformed()  # libxml2 would take either for the beginning of the message
    return plain


def _shape(body: bytes) -> tuple[str | None, int]:
    for start, encoding, mark in _SHAPES:
        if body.startswith(start):
            if encoding is None:
                raise _encoding("UTF-8, UTF-16 or ISO-8859-1")
            return encoding, mark
    return None, 0


def _declaration(content: bytes, shape: str | None) -> tuple[str | None, int]:
    """The declared encoding and the length of the declaration in characters."""
    text = content[: 2 * _LONGEST_DECLARATION].decode(shape or _LATIN1, "replace")
    found = _DECLARATION.match(text)
    if found is None:
        return None, 0
    if found["version"] != "1.0":
        raise CallerFault(1014, "xml.version", expected="XML 1.0")
    return found["encoding"], found.end()


def _known(name: str, shape: str | None) -> str:
    folded = name.lower()
    if folded not in _ENCODINGS:
        raise _encoding("UTF-8, UTF-16 or ISO-8859-1")
    if folded == "utf-16" and shape in (_UTF16_LE, _UTF16_BE):
        return shape
    return _ENCODINGS[folded]


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise _encoding("bytes that are text in the declared encoding") from None  # it would carry the whole message


# limits ---------------------------------------------------------------------------------------------------------------


def proven(plain: bytes, limits: Limits) -> bool:
    """Whether counting proves that `plain`, if it is well-formed, stays within all limits; False says nothing.

    `plain` is UTF-8 without mark and declaration. Without "<!" and "<?" it has no comment, CDATA section, instruction
    or DOCTYPE, so each "<" begins a tag and each "</" an end tag: their difference is the number of elements (and not
    less than the elements before the first error). Elements are not nested deeper than there are elements. No element
    has more attributes than there are "=". No value has more characters than the message has bytes, because the only
    references left ("&lt;", "&#65;") are longer than what they stand for. No name contains one of the bytes at which
    `_runs` splits, nor has it more characters than bytes.
    """
    return (
        len(plain) <= limits.value
        and b"<!" not in plain
        and b"<?" not in plain
        and plain.count(b"<") - plain.count(b"</") <= min(limits.elements, limits.depth)
        and plain.count(b"=") <= limits.attributes
        and _runs(limits.name).fullmatch(plain) is not None
    )


@lru_cache(maxsize=16)
def _runs(longest: int) -> re.Pattern[bytes]:
    """Matches bytes without a longer run between two delimiters; possessive, so the time is linear."""
    run = rb"[^<>\"' ]{0,%d}+" % longest
    return re.compile(rb"(?:" + run + rb"[<>\"' ])*+" + run)


def stream(plain: bytes, limits: Limits) -> None:
    """Read `plain` (as for `proven`) once, building nothing; raises what `parse` raises, at the first excess."""
    counter: Any = _Counter(limits)  # lxml's stubs know no start() with namespaces
    _fed(plain, etree.XMLParser(target=counter, **_SETTINGS))


class _Counter:
    """A parser target that only counts. Elements arrive before their content, so an excess ends the reading at once."""

    __slots__ = ("_depth", "_elements", "_limits")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attributes: Mapping[str, str], namespaces: Mapping[str | None, str]) -> None:
        limits = self._limits
        self._depth += 1
        self._elements += 1
        if self._depth > limits.depth:
            raise _over("depth", f"at most {limits.depth} levels of elements")
        if self._elements > limits.elements:
            raise _over("elements", f"at most {limits.elements} elements")
        if len(attributes) + len(namespaces) > limits.attributes:
            raise _over(
                "attributes", f"at most {limits.attributes} attributes and namespace declarations on an element"
            )
        _check_lengths((tag, *attributes, *(prefix or "" for prefix in namespaces)), limits)
        _check_values((*attributes.values(), *namespaces.values()), limits)

    def end(self, tag: str) -> None:
        self._depth -= 1

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise CallerFault(1014, "xml.dtd", expected="no DOCTYPE")

    def pi(self, target: str, data: str | None = None) -> None:
        raise CallerFault(1014, "xml.pi", expected="no processing instruction")

    def close(self) -> None:
        """Nothing was built, so there is nothing to hand over."""


def _check_lengths(names: tuple[str, ...], limits: Limits) -> None:
    for name in names:
        if len(name) > limits.name and len(name.rpartition("}")[2]) > limits.name:
            raise _over("name", f"names of at most {limits.name} characters")


def _check_values(values: tuple[str, ...], limits: Limits) -> None:
    for value in values:
        if len(value) > limits.value:
            raise _over("value", f"attribute values of at most {limits.value} characters")


# libxml2 --------------------------------------------------------------------------------------------------------------

_SETTINGS: Final[dict[str, Any]] = {
    "encoding": _UTF8,  # and never what the message says
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "recover": False,
}
_PARSER: Final = etree.XMLParser(**_SETTINGS)  # without state of its own between two messages; lxml locks it


def _stream_and_build(plain: bytes, limits: Limits) -> etree._Element:
    stream(plain, limits)
    return _tree(plain, etree.XMLParser(**_SETTINGS))


def _tree(plain: bytes, parser: etree.XMLParser) -> etree._Element:
    root: etree._Element = _fed(plain, parser)
    return root


def _fed(plain: bytes, parser: etree.XMLParser) -> Any:
    try:
        return etree.fromstring(plain, parser)
    except etree.LxmlError:
        raise _malformed() from None  # its message quotes the caller's text


def _malformed() -> CallerFault:
    return CallerFault(1014, "xml.malformed", expected="well-formed XML 1.0")


def _encoding(expected: str) -> CallerFault:
    return CallerFault(1014, "xml.encoding", expected=expected)


def _over(limit: str, expected: str) -> CallerFault:
    return CallerFault(1014, f"xml.limit.{limit}", expected=expected)
