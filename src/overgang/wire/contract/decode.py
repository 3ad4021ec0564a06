"""Reading: an element's compiled function from a validated node to its value."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from lxml import etree

from overgang.core.errors import CallerFault
from overgang.core.values import NIL, Value
from overgang.wire.contract.model import Attribute, Complex, Decode, Element, Simple, wildcards_of
from overgang.wire.contract.names import XSI, XSI_NIL, XSI_TYPE, full_text, resolve
from overgang.wire.contract.simple import is_qname, texts_of

Parse: TypeAlias = Callable[[str], Any]
Slot: TypeAlias = "tuple[str, bool, Decode, Parse | None]"  # with `parse`, a text alone is read without a further call
_TRUE: Final = ("true", "1")


class Decoders:
    """Compiles decoders; one per type, so that recursive types work and equal types share."""

    def __init__(self) -> None:
        self._types: dict[Complex, Callable[[etree._Element, dict[str, Any]], None]] = {}
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.RLock()  # two threads may ask for an element at the same time

    def decoder(self, element: Element) -> Decode:
        """The function for one element and, through it, for all that it may contain."""
        with self._lock:
            made = self._element(element)
            while self._waiting:
                self._waiting.popleft()()
        return made

    def _element(self, element: Element) -> Decode:
        if isinstance(element.type, Simple):
            return _leaf(element, element.type)
        return self._branch(element, element.type)

    def _branch(self, element: Element, own: Complex) -> Decode:
        fill = self._fill(own)
        stand_ins = {qname: self._fill(other) for qname, other in element.stand_ins().items()}
        empty_text = element.default if element.default is not None else element.fixed

        def plain(node: etree._Element) -> Value:
            out: dict[str, Any] = {}
            fill(node, out)
            return out

        def whole(node: etree._Element) -> Value:
            out: dict[str, Any] = {}
            run, named = fill, node.get(XSI_TYPE) if stand_ins else None
            if named is not None and (qname := resolve(node, named)) in stand_ins and qname is not None:
                out["@xsi:type"] = qname
                run = stand_ins[qname]
            run(node, out)
            if node.get(XSI_NIL, "").strip() in _TRUE:
                return _nil(out)
            if empty_text is not None and out.get("#text") == "" and own.text is not None:
                out["#text"] = texts_of(own.text).parse(empty_text)
            return out

        return whole if element.nillable or stand_ins or empty_text is not None else plain

    def _fill(self, own: Complex) -> Callable[[etree._Element, dict[str, Any]], None]:
        """The function that puts a type's attributes and content into a dict."""
        if own in self._types:
            return self._types[own]
        table: dict[str, Slot] = {}
        text = own.text
        if text is not None:
            body = _text_filler(text)
        else:
            wildcard = own.content is not None and any(wildcards_of(own.content))
            body = (_items_filler if own.items else _children_filler)(table, wildcard=wildcard)
        attributes = [_attribute(one) for one in own.attributes]
        if own.any_attribute is not None:
            attributes.append(_free_attributes(frozenset(one.qname for one in own.attributes)))

        def fill(node: etree._Element, out: dict[str, Any]) -> None:
            for read in attributes:
                read(node, out)
            body(node, out)

        made = fill if attributes else body
        self._types[own] = made
        self._waiting.append(lambda: self._fill_table(own, table))
        return made

    def _fill_table(self, own: Complex, table: dict[str, Slot]) -> None:
        for element in own.elements():
            parse = _parse(element, element.type) if isinstance(element.type, Simple) else None
            table[element.qname] = (element.name, element.many, self._element(element), parse)


def canonical(node: etree._Element) -> str:
    """An element of xs:any: exclusive canonical XML without comments, so equal content is an equal text.

    Raises CallerFault for what has no canonical form: a relative namespace.
    """
    try:
        return etree.tostring(node, method="c14n", exclusive=True, with_comments=False, with_tail=False).decode()
    except etree.C14NError:
        raise CallerFault(1014, "value.invalid", expected="absolute namespaces") from None


def _unexpected() -> CallerFault:
    """An element that the validator let pass and the contract does not have: it must not be lost."""
    return CallerFault(1014, "value.unexpected", expected="only elements of the contract")


def _nil(out: dict[str, Any]) -> Value:
    kept = {key: value for key, value in out.items() if key[:1] == "@"}
    return {**kept, "#nil": True} if kept else NIL


def _leaf(element: Element, simple: Simple) -> Decode:
    read = _reader(simple)
    empty = element.default if element.default is not None else element.fixed

    def plain(node: etree._Element) -> Value:
        value: Value = read(node, full_text(node))
        return value

    def whole(node: etree._Element) -> Value:
        if node.get(XSI_NIL, "").strip() in _TRUE:
            return NIL
        text = full_text(node)
        value: Value = read(node, text if text or empty is None else empty)
        return value

    return whole if element.nillable or empty is not None else plain


def _parse(element: Element, simple: Simple) -> Parse | None:
    """Text to value, where nothing but the text of the element matters."""
    if element.nillable or element.default is not None or element.fixed is not None or is_qname(simple):
        return None
    return texts_of(simple).parse


def _reader(simple: Simple) -> Callable[[etree._Element, str], Any]:
    if is_qname(simple):
        return _read_qname
    parse = texts_of(simple).parse
    return lambda node, text: parse(text)


def _read_qname(node: etree._Element, text: str) -> str:
    found = resolve(node, text)
    if found is None:
        raise ValueError("a prefix that is not declared")
    return found


def _attribute(attribute: Attribute) -> Callable[[etree._Element, dict[str, Any]], None]:
    qname, key, read = attribute.qname, attribute.key, _reader(attribute.type)
    given = attribute.default if attribute.default is not None else attribute.fixed

    def fill(node: etree._Element, out: dict[str, Any]) -> None:
        text = node.get(qname, given)
        if text is not None:
            out[key] = read(node, text)

    return fill


def _free_attributes(known: frozenset[str]) -> Callable[[etree._Element, dict[str, Any]], None]:
    def fill(node: etree._Element, out: dict[str, Any]) -> None:
        for name, text in node.attrib.items():
            qname = str(name)
            if qname not in known and not qname.startswith(f"{{{XSI}}}"):
                out[f"@{qname}"] = text

    return fill


def _text_filler(simple: Simple) -> Callable[[etree._Element, dict[str, Any]], None]:
    read = _reader(simple)

    def fill(node: etree._Element, out: dict[str, Any]) -> None:
        if node.get(XSI_NIL, "").strip() in _TRUE:
            return
        text = full_text(node)
        out["#text"] = read(node, text) if text else _empty(read, node)

    return fill


def _empty(read: Callable[[etree._Element, str], Any], node: etree._Element) -> Any:
    try:
        return read(node, "")
    except (ValueError, ArithmeticError):  # only valid where the element has a default, which then takes its place
        return ""


def _children_filler(table: dict[str, Slot], *, wildcard: bool) -> Callable[[etree._Element, dict[str, Any]], None]:
    find = table.get

    def fill(node: etree._Element, out: dict[str, Any]) -> None:
        for child in node:
            slot = find(child.tag)
            if slot is None:
                if isinstance(child.tag, str):
                    if not wildcard:
                        raise _unexpected()
                    out.setdefault("#any", []).append(canonical(child))
                continue
            name, many, decode, parse = slot
            value = decode(child) if parse is None or len(child) else parse(child.text or "")
            if not many:
                out[name] = value
            elif name in out:
                out[name].append(value)
            else:
                out[name] = [value]

    return fill


def _items_filler(table: dict[str, Slot], *, wildcard: bool) -> Callable[[etree._Element, dict[str, Any]], None]:
    find = table.get

    def fill(node: etree._Element, out: dict[str, Any]) -> None:
        items: list[dict[str, Any]] = []
        for child in node:
            if isinstance(child.tag, str):
                slot = find(child.tag)
                if slot is None and not wildcard:
                    raise _unexpected()
                items.append({"#any": canonical(child)} if slot is None else {slot[0]: slot[2](child)})
        out["#items"] = items

    return fill
