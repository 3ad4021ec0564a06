"""From request bytes to an element tree that is safe to walk.

A message (UTF-8 by then, see encoding) is either proven by counting bytes to stay within the limits, or streamed
through libxml2 once without building anything. Only after that a tree is built, by the same libxml2.
"""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from overgang.core.errors import CallerFault
from overgang.wire.encoding import UTF8, plain_utf8

_SMALL: Final = 8_192  # bytes; a thread of its own costs 100 µs, too much for the little that such a message leaves


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest message that is read; what is exactly at a limit is accepted."""

    bytes: int = 1 << 20  # of the message as it arrived
    depth: int = 64  # the root is level 1
    elements: int = 20_000  # and as many attributes and namespace declarations in all
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
        return _tree(plain, _OWN.parser)
    if len(plain) <= _SMALL:
        return _stream_and_build(plain, limits)
    # libxml2 keeps every name it ever met in a table of the thread; one that ends takes invented names along.
    with ThreadPoolExecutor(max_workers=1) as once:
        return once.submit(_stream_and_build, plain, limits).result()


# limits ---------------------------------------------------------------------------------------------------------------


def proven(plain: bytes, limits: Limits) -> bool:
    """Whether counting proves that `plain`, if it is well-formed, stays within all limits; False says nothing.

    `plain` is UTF-8 without mark and declaration. Without "<!" and "<?" it has no comment, CDATA section, instruction
    or DOCTYPE, so each "<" begins a tag and each "</" an end tag: their difference is the number of elements (and not
    less than the elements before the first error). Elements are not nested deeper than there are elements. No element
    has more attributes, nor the message, than there are "=". No value has more characters than the message has bytes,
    because the only references left ("&lt;", "&#65;") are longer than what they stand for. A name is a run without
    delimiters and has no more characters than bytes.
    """
    if len(plain) > limits.value or _has(plain, b"!") or _has(plain, b"?"):
        return False
    if plain.count(b"=") > min(limits.attributes, limits.elements):
        return False
    most, tags = min(limits.elements, limits.depth), plain.count(b"<")
    return (tags <= most or tags - plain.count(b"</") <= most) and _no_long_run(plain, limits.name)


def _has(plain: bytes, sign: bytes) -> bool:
    """Whether "<" and `sign` stand side by side; most messages do not have the sign at all, which is cheaper to see."""
    return sign in plain and b"<" + sign in plain


def _no_long_run(plain: bytes, longest: int) -> bool:
    """Whether at most `longest` bytes stand between two of the delimiters that no name contains.

    A window of one byte more must hold a delimiter; what follows it is looked at in the next window.
    """
    start, rfind = 0, plain.rfind
    while len(plain) - start > longest:
        end = start + longest + 1
        last = rfind(b"<", start, end)
        if last < 0:
            last = max(rfind(b'"', start, end), rfind(b" ", start, end))
        if last < 0:
            return False
        start = last + 1
    return True


def stream(plain: bytes, limits: Limits) -> None:
    """Read `plain` (as for `proven`) once, building nothing; raises what `parse` raises, at the first excess."""
    counter: Any = _Counter(limits)  # lxml's stubs know no start() with namespaces
    _fed(plain, etree.XMLParser(target=counter, **_SETTINGS))


class _Counter:
    """A parser target that only counts. Elements arrive before their content, so an excess ends the reading at once."""

    __slots__ = ("_attributes", "_depth", "_elements", "_limits")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._depth = 0
        self._elements = 0
        self._attributes = 0

    def start(self, tag: str, attributes: Mapping[str, str], namespaces: Mapping[str | None, str]) -> None:
        limits = self._limits
        self._depth += 1
        self._elements += 1
        if self._depth > limits.depth:
            raise _over("depth", f"at most {limits.depth} levels of elements")
        if self._elements > limits.elements:
            raise _over("elements", f"at most {limits.elements} elements")
        _check_names((tag,), limits)
        if attributes or namespaces:
            count = len(attributes) + len(namespaces)
            if count > limits.attributes:
                raise _over("attributes", f"at most {limits.attributes} attributes and namespaces on an element")
            self._attributes += count
            if self._attributes > limits.elements:  # each costs as much memory as an element
                raise _over("attributes", f"at most {limits.elements} attributes and namespaces in all")
            _check_names((*attributes, *(prefix or "" for prefix in namespaces)), limits)
            _check_values((*attributes.values(), *namespaces.values()), limits)

    def end(self, tag: str) -> None:
        self._depth -= 1

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise CallerFault(1014, "xml.dtd", expected="no DOCTYPE")

    def pi(self, target: str, data: str | None = None) -> None:
        raise CallerFault(1014, "xml.pi", expected="no processing instruction")

    def close(self) -> None:
        """Nothing was built, so there is nothing to hand over."""


def _check_names(names: tuple[str, ...], limits: Limits) -> None:
    for name in names:
        if len(name) > limits.name and len(name.rpartition("}")[2]) > limits.name:
            raise _over("name", f"names of at most {limits.name} characters")


def _check_values(values: tuple[str, ...], limits: Limits) -> None:
    for value in values:
        if len(value) > limits.value:
            raise _over("value", f"attribute values of at most {limits.value} characters")


# libxml2 --------------------------------------------------------------------------------------------------------------

_SETTINGS: Final[dict[str, Any]] = {
    "encoding": UTF8,  # and never what the message says
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "recover": False,
}
_NAMESPACE: Final = etree.ErrorDomains.NAMESPACE


_WARNING: Final = etree.ErrorLevels.WARNING


class _Own(threading.local):
    """A parser for each thread: between two messages it keeps nothing but what was wrong with the last one."""

    def __init__(self) -> None:
        self.parser = etree.XMLParser(**_SETTINGS)


_OWN: Final = _Own()


def _stream_and_build(plain: bytes, limits: Limits) -> etree._Element:
    stream(plain, limits)
    return _tree(plain, etree.XMLParser(**_SETTINGS))


def _tree(plain: bytes, parser: etree.XMLParser) -> etree._Element:
    root: etree._Element = _fed(plain, parser)
    # A prefix without a namespace, or an attribute twice, is an error of which lxml says nothing when a lesser one (a
    # relative namespace) comes after it; what it is on would be taken for another element or attribute.
    log = parser.error_log
    if len(log) and any(entry.domain == _NAMESPACE and entry.level > _WARNING for entry in log):
        raise _malformed()
    return root


def _fed(plain: bytes, parser: etree.XMLParser) -> Any:
    try:
        return etree.fromstring(plain, parser)
    except etree.LxmlError:
        raise _malformed() from None  # its message quotes the caller's text


def _malformed() -> CallerFault:
    return CallerFault(1014, "xml.malformed", expected="well-formed XML 1.0")


def _over(limit: str, expected: str) -> CallerFault:
    return CallerFault(1014, f"xml.limit.{limit}", expected=expected)
