"""Writing simple values: the text of an element and its attributes, escaped, with the prefixes that QNames need."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from overgang.core.values import NIL
from overgang.wire.contract.builtins import BUILTINS
from overgang.wire.contract.content import allows
from overgang.wire.contract.encode_content import Body, Leaf, Put
from overgang.wire.contract.mistakes import Misfit
from overgang.wire.contract.model import Attribute, Element, Facets, Simple, Wildcard
from overgang.wire.contract.names import XML, XSI, split
from overgang.wire.contract.simple import Texts, escaped, is_qname, quoted, texts_of

_ABSENT: Final = object()
_RESERVED: Final = (XSI, "http://www.w3.org/2000/xmlns/")
_NCNAME: Final = BUILTINS["NCName"].valid


def leaf(element: Element, simple: Simple, start: str, end: str) -> Put | Leaf:
    """An element of simple type."""
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


def text_body(simple: Simple) -> Body:
    """The content of a type with text and attributes."""
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
        out.append(f"{start}{scope(value, 'q')}>{_prefixed(value, 'q')}{end}")

    return put


def scope(value: Any, prefix: str) -> str:
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


def attribute_writer(attribute: Attribute, tag: str) -> Callable[[dict[str, Any]], str]:
    """The function that writes one attribute of a value, "" when it is absent."""
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
                return f'{scope(item, "q-" + key[1:])} {tag}="{_prefixed(item, "q-" + key[1:])}"'
            return f' {tag}="{quoted(texts.render(item))}"'
        except Misfit as misfit:
            misfit.names.append(key)
            raise

    return put


def free_attributes(value: Mapping[str, Any], known: frozenset[str], wildcard: Wildcard) -> list[str]:
    """The attributes of a value that the contract does not name."""
    return [_free_attribute(key, value[key], wildcard) for key in value if key[:1] == "@" and key not in known]


def _free_attribute(key: str, item: Any, wildcard: Wildcard) -> str:
    """One of them; it brings its own prefix."""
    qname = key[1:]
    namespace, local = split(qname)
    if wildcard.process == "strict" or namespace in _RESERVED or not allows(wildcard, qname) or not _NCNAME(local):
        raise Misfit("no such attribute here", key)
    if not isinstance(item, str):
        raise Misfit("a text", key)
    if namespace in ("", XML):
        return f' {"xml:" if namespace else ""}{local}="{quoted(item)}"'
    return f' xmlns:{local}-ns="{quoted(namespace)}" {local}-ns:{local}="{quoted(item)}"'
