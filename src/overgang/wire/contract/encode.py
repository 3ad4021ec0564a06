"""Writing: an element's compiled function from a value to XML text that is valid by construction.

A piece of text is put into a list by functions compiled per element; nothing is looked up in the model while writing.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from overgang.core.values import NIL
from overgang.wire.contract import encode_content
from overgang.wire.contract.encode_content import Body, Leaf, Put, put_of
from overgang.wire.contract.encode_text import attribute_writer, free_attributes, leaf, scope, text_body
from overgang.wire.contract.mistakes import Misfit
from overgang.wire.contract.model import Complex, Element, Encode, Simple, namespaces_of
from overgang.wire.contract.names import XML, XSI, split
from overgang.wire.contract.simple import is_qname, quoted, texts_of

Writer: TypeAlias = "Callable[[dict[str, Any], str, str, list[str]], None]"
_XSI: Final = f' xmlns:xsi="{XSI}"'


class Encoders:
    """Compiles encoders; `prefixes` gives each namespace of the contract its prefix."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = prefixes
        self._types: dict[Complex, Writer] = {}
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.RLock()  # two threads may ask for an element at the same time

    def encoder(self, element: Element) -> Encode:
        """The function for one element as the root of a text: all namespaces are declared there."""
        needed = sorted(namespaces_of(element))
        declared = [f' xmlns:{self._prefixes[one]}="{quoted(one)}"' for one in needed]
        head = f"<{self._tag(element.qname)}{''.join(declared)}"
        with self._lock:
            put = put_of(self._element(element, "".join(declared)))
            while self._waiting:
                self._waiting.popleft()()

        def encode(value: Any) -> str:
            out: list[str] = []
            put(value, out)
            text = "".join(out)
            # seldom used, so declared when it is; in a value the same letters only cost a needless declaration
            return f"{head}{_XSI}{text[len(head) :]}" if " xsi:" in text else text

        return encode

    def _tag(self, qname: str) -> str:
        namespace, local = split(qname)
        if namespace == XML:
            return f"xml:{local}"
        return f"{self._prefixes[namespace]}:{local}" if namespace else local

    def _element(self, element: Element, declarations: str = "") -> Put | Leaf:
        tag = self._tag(element.qname)
        start, end = f"<{tag}{declarations}", f"</{tag}>"
        if element.abstract:
            return _refuse("another element in its place: it is abstract")
        if isinstance(element.type, Simple):
            return leaf(element, element.type, start, end)
        return self._branch(element, element.type, start, end)

    def _branch(self, element: Element, own: Complex, start: str, end: str) -> Put:
        write = None if own.abstract else self._writer(own)
        stand_ins = {
            qname: (f' xsi:type="{self._tag(qname)}"', self._writer(other))
            for qname, other in element.stand_ins().items()
        }
        nillable, nil = element.nillable, f'{start} xsi:nil="true"/>'
        bare_nil = nillable and not own.abstract and not any(one.required for one in own.attributes)
        fixed = None if element.fixed is None or own.text is None else texts_of(own.text).parse(element.fixed)

        def put(value: Any, out: list[str]) -> None:
            if value is NIL and bare_nil:
                out.append(nil)
                return
            if not isinstance(value, dict):
                raise Misfit("an element with content")
            if "#nil" in value and not nillable:
                raise Misfit("content, it is not nillable")
            if fixed is not None and value.get("#text", fixed) != fixed:
                raise Misfit("the fixed value of the contract", "#text")
            if stand_ins and "@xsi:type" in value:
                named = value["@xsi:type"]
                if not isinstance(named, str) or named not in stand_ins:
                    raise Misfit("a type that may stand here", "@xsi:type")
                written, other = stand_ins[named]
                rest = {key: item for key, item in value.items() if key != "@xsi:type"}
                other(rest, start + written, end, out)
            elif write is None:
                raise Misfit("a concrete type named by @xsi:type", "@xsi:type")
            else:
                write(value, start, end, out)

        return put

    def _writer(self, own: Complex) -> Writer:
        """The function that writes a whole element of a type, given its start (without ">") and end."""
        if own in self._types:
            return self._types[own]
        bodies: list[Body] = []
        attributes = [attribute_writer(one, self._tag(one.qname)) for one in own.attributes]
        keys = frozenset(one.key for one in own.attributes)
        free = own.any_attribute
        qname_text = own.text is not None and is_qname(own.text)

        def write(value: dict[str, Any], start: str, end: str, out: list[str]) -> None:
            found = 0
            for put in attributes:
                text = put(value)
                if text:
                    start += text
                    found += 1
            if free is not None:
                more = free_attributes(value, keys, free)
                start += "".join(more)
                found += len(more)
            if "#nil" in value:
                out.append(f"{start}{_nil(value, found)}")
                return
            if qname_text:
                start += scope(value.get("#text"), "q")
            out.append(start + ">")
            found += bodies[0](value, out)
            if found != len(value):
                raise _unknown(value, keys, own)
            out.append(end)

        self._types[own] = write
        self._waiting.append(lambda: bodies.append(self._body(own)))
        return write

    def _body(self, own: Complex) -> Body:
        if own.text is not None:
            return text_body(own.text)
        if own.content is None:
            return lambda value, out: 0
        if own.items:
            return encode_content.items_body(own.content, self._element)
        return encode_content.body(own.content, self._element)


def _nil(value: dict[str, Any], attributes: int) -> str:
    if value["#nil"] is not True or len(value) != attributes + 1:
        raise Misfit("no content beside #nil")
    return ' xsi:nil="true"/>'


def _unknown(value: dict[str, Any], keys: frozenset[str], own: Complex) -> Misfit:
    """The first key that the type does not have, or that stands beside a choice that was already made."""
    known = keys | {element.name for element in own.elements()}
    name = next((key for key in value if key not in known and key not in ("#any", "#items", "#text")), None)
    if name is None:
        return Misfit("content that the contract allows together")
    return Misfit("no such attribute here" if name[:1] == "@" else "no such element here", name)


def _refuse(expected: str) -> Put:
    def put(value: Any, out: list[str]) -> None:
        raise Misfit(expected)

    return put
