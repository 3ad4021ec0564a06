"""Writing: an element's compiled function from a value to XML text that is valid by construction.

A piece of text is put into a list by functions compiled per element; nothing is looked up in the model while writing.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from overgang.core.values import NIL
from overgang.wire.contract import encode_content
from overgang.wire.contract.builtins import BUILTINS
from overgang.wire.contract.content import allows
from overgang.wire.contract.encode_content import Body, Leaf, Put, put_of
from overgang.wire.contract.mistakes import Misfit
from overgang.wire.contract.model import Attribute, Complex, Element, Encode, Facets, Simple, Wildcard, namespaces_of
from overgang.wire.contract.names import XML, XSI, split
from overgang.wire.contract.simple import Texts, escaped, is_qname, quoted, texts_of

Writer: TypeAlias = "Callable[[dict[str, Any], str, str, list[str]], None]"
_ABSENT: Final = object()
_RESERVED: Final = (XSI, "http://www.w3.org/2000/xmlns/")
_NCNAME: Final = BUILTINS["NCName"].valid
_XSI: Final = f' xmlns:xsi="{XSI}"'


class Encoders:
    """Compiles encoders; `prefixes` gives each namespace of the contract its prefix."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = prefixes
        self._types: dict[Complex, Writer] = {}
        self._waiting: deque[Callable[[], None]] = deque()

    def encoder(self, element: Element) -> Encode:
        """The function for one element as the root of a text: all namespaces are declared there."""
        needed = sorted(namespaces_of(element))
        declared = [f' xmlns:{self._prefixes[one]}="{quoted(one)}"' for one in needed]
        head = f"<{self._tag(element.qname)}{''.join(declared)}"
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
            return _leaf(element, element.type, start, end)
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
        attributes = [_attribute(one, self._tag(one.qname)) for one in own.attributes]
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
                for key in value.keys() - keys:
                    if key[:1] == "@":
                        start += _free_attribute(key, value[key], free)
                        found += 1
            if "#nil" in value:
                if value["#nil"] is not True or len(value) != found + 1:
                    raise Misfit("no content beside #nil")
                out.append(f'{start} xsi:nil="true"/>')
                return
            if qname_text:
                start += _scope(value.get("#text"), "q")
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
            return _text_body(own.text)
        if own.content is None:
            return lambda value, out: 0
        if own.items:
            return encode_content.items_body(own.content, self._element)
        return encode_content.body(own.content, self._element)


def _unknown(value: dict[str, Any], keys: frozenset[str], own: Complex) -> Misfit:
    """The first key that the type does not have, or that stands beside a choice that was already made."""
    known = keys | {element.name for element in own.elements()}
    name = next((key for key in value if key not in known and key not in ("#any", "#items", "#text")), None)
    if name is None:
        return Misfit("content that the contract allows together")
    return Misfit("no such attribute here" if name[:1] == "@" else "no such element here", name)


def _free_attribute(key: str, item: Any, wildcard: Wildcard) -> str:
    """An attribute that the contract does not name; it brings its own prefix."""
    qname = key[1:]
    namespace, local = split(qname)
    if wildcard.process == "strict" or namespace in _RESERVED or not allows(wildcard, qname) or not _NCNAME(local):
        raise Misfit("no such attribute here", key)
    if not isinstance(item, str):
        raise Misfit("a text", key)
    if namespace in ("", XML):
        return f' {"xml:" if namespace else ""}{local}="{quoted(item)}"'
    return f' xmlns:{local}-ns="{quoted(namespace)}" {local}-ns:{local}="{quoted(item)}"'


def _refuse(expected: str) -> Put:
    def put(value: Any, out: list[str]) -> None:
        raise Misfit(expected)

    return put


def _leaf(element: Element, simple: Simple, start: str, end: str) -> Put | Leaf:
    if is_qname(simple):
        return _qname_leaf(element, start, end)
    content = _content(simple, element.fixed)
    opening = f"{start}>"
    if not element.nillable and element.default is None:
        return Leaf(opening, content, end)
    nil = f'{start} xsi:nil="true"/>' if element.nillable else None
    stands_in = element.default is not None

    def put(value: Any, out: list[str]) -> None:
        if value is NIL and nil is not None:
            out.append(nil)
            return
        text = content(value)
        if stands_in and not text:
            raise Misfit("text: when empty, the contract's default would be read instead")
        out.append(f"{opening}{text}{end}")

    return put


def _content(simple: Simple, fixed: str | None = None) -> Callable[[Any], str]:
    """Value to escaped character data."""
    texts = texts_of(simple)
    render = texts.render
    if fixed is not None:
        wanted = texts.parse(fixed)

        def only(value: Any) -> str:
            if value != wanted:
                raise Misfit("the fixed value of the contract")
            return escaped(render(value))

        return only
    if simple.variety == "atomic" and simple.builtin == "string":
        allowed = _allowed(simple, texts)
        if allowed is not None:
            return _choose(allowed, texts)
        return _string if simple.facets == Facets() else lambda value: escaped(render(value))
    if simple.variety == "atomic" and simple.builtin in _PLAIN:
        return render
    return lambda value: escaped(render(value))


_QNAME: Final = texts_of(Simple(None, "QName", "atomic", Facets()))
_PLAIN: Final = frozenset(
    [
        "boolean",
        "decimal",
        "integer",
        "nonPositiveInteger",
        "negativeInteger",
        "nonNegativeInteger",
        "positiveInteger",
        "long",
        "int",
        "short",
        "byte",
        "unsignedLong",
        "unsignedInt",
        "unsignedShort",
        "unsignedByte",
        "float",
        "double",
        "dateTime",
        "date",
        "time",
        "base64Binary",
        "hexBinary",
    ]
)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit("xs:string")
    return escaped(value)


def _allowed(simple: Simple, texts: Texts) -> dict[str, str] | None:
    """Value to escaped text, for an enumeration."""
    if simple.facets.enumeration is None:
        return None
    return {one: escaped(one) for one in simple.facets.enumeration if texts.wrong(one) is None}


def _choose(allowed: dict[str, str], texts: Texts) -> Callable[[Any], str]:
    find = allowed.get

    def content(value: Any) -> str:
        text = find(value) if isinstance(value, str) else None
        return escaped(texts.render(value)) if text is None else text

    return content


def _text_body(simple: Simple) -> Body:
    if is_qname(simple):
        return lambda value, out: _append(out, _prefixed(value["#text"], "q"))
    content = _content(simple)

    def body(value: Mapping[str, Any], out: list[str]) -> int:
        if "#text" not in value:
            raise Misfit("text", "#text")
        out.append(content(value["#text"]))
        return 1

    return body


def _append(out: list[str], text: str) -> int:
    out.append(text)
    return 1


def _qname_leaf(element: Element, start: str, end: str) -> Put:
    def put(value: Any, out: list[str]) -> None:
        if value is NIL and element.nillable:
            out.append(f'{start} xsi:nil="true"/>')
            return
        out.append(f"{start}{_scope(value, 'q')}>{_prefixed(value, 'q')}{end}")

    return put


def _scope(value: Any, prefix: str) -> str:
    """The declaration that a QName's text needs."""
    if not isinstance(value, str):
        raise Misfit("xs:QName")
    namespace = split(value)[0]
    return f' xmlns:{prefix}="{quoted(namespace)}"' if namespace and namespace != XML else ""


def _prefixed(value: str, prefix: str) -> str:
    namespace, local = split(value)
    text = f"xml:{local}" if namespace == XML else f"{prefix}:{local}" if namespace else local
    if _QNAME.wrong(text) is not None:
        raise Misfit("xs:QName")
    return text


def _attribute(attribute: Attribute, tag: str) -> Callable[[dict[str, Any]], str]:
    key, required = attribute.key, attribute.required
    texts, qname = texts_of(attribute.type), is_qname(attribute.type)
    fixed = None if attribute.fixed is None or qname else texts.parse(attribute.fixed)

    def put(value: dict[str, Any]) -> str:
        item = value.get(key, _ABSENT)
        if item is _ABSENT:
            if required:
                raise Misfit(f"attribute {key[1:]}", key)
            return ""
        if fixed is not None and item != fixed:
            raise Misfit("the fixed value of the contract", key)
        try:
            if qname:
                return f'{_scope(item, "q-" + key[1:])} {tag}="{_prefixed(item, "q-" + key[1:])}"'
            return f' {tag}="{quoted(texts.render(item))}"'
        except Misfit as misfit:
            misfit.names.append(key)
            raise

    return put
