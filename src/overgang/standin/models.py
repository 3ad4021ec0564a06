"""spyne's models of a contract's messages, made from what the contract says of them.

Text stays text: spyne's own DateTime keeps six digits of a second's fraction and rewrites zones, so times and dates are
texts here, and the contract's schema has looked at their form before.
"""

from typing import Any, Final

from overgang.standin.spyned import Boolean, ComplexModel, Integer, Unicode, XmlAttribute
from overgang.wire.contract import Element
from overgang.wire.contract.model import Complex, Simple


class Collapsed(Unicode):  # type: ignore[misc] # spyne has no types
    """A text around which white space means nothing."""


_TEXTS: Final = frozenset({"string", "normalizedString"})
_INTEGERS: Final = frozenset(
    {"integer", "int", "short", "byte", "long", "nonNegativeInteger", "positiveInteger", "unsignedLong"}
)


class Models:
    """The models of one contract; each type is made once."""

    def __init__(self) -> None:
        self._made: dict[Complex, Any] = {}
        self._headers: dict[str, Any] = {}

    def of(self, element: Element) -> Any:
        """The model of a message or header block. Raises ValueError for what the old contracts don't have."""
        namespace, name = _split(element.qname)
        made = self._type(element, namespace, name)
        return made.customize(sub_name=name, sub_ns=namespace)

    def header(self, element: Element) -> Any:
        """The model of a header block: spyne finds one by its type's name, so the type is called like the element."""
        if isinstance(element.type, Simple):
            raise ValueError(f"{element.name}: a header block without elements is not served here")
        if element.qname not in self._headers:
            namespace, name = _split(element.qname)
            members = {each.name: self._member(each) for each in element.type.elements()}
            self._headers[element.qname] = ComplexModel.produce(namespace=namespace, type_name=name, members=members)
        return self._headers[element.qname]

    def _type(self, element: Element, namespace: str, name: str) -> Any:
        if isinstance(element.type, Simple):
            return _simple(element.type)
        if element.type not in self._made:
            self._made[element.type] = self._complex(element.type, namespace, name)
        return self._made[element.type]

    def _complex(self, own: Complex, namespace: str, name: str) -> Any:
        named = [each for each in own.attributes if each.qname != each.key.removeprefix("@")]
        if named or own.any_attribute or own.text or own.items:
            raise ValueError(
                f"{own.file}:{own.line}: attributes with a namespace, text and repeated groups: not served"
            )
        where, called = _split(own.name) if own.name else (namespace, f"{name}Anonymous")
        members = {element.name: self._member(element) for element in own.elements()}
        members |= {each.qname: XmlAttribute(_simple(each.type)) for each in own.attributes}
        return ComplexModel.produce(namespace=where, type_name=called, members=members)

    def _member(self, element: Element) -> Any:
        namespace, name = _split(element.qname)
        most = "unbounded" if element.upper is None else element.upper
        return self._type(element, namespace, name).customize(
            min_occurs=element.lower, max_occurs=most, sub_ns=namespace, nillable=element.nillable
        )


def _simple(own: Simple) -> Any:
    if own.builtin == "boolean":
        return Boolean
    if own.builtin in _INTEGERS:
        return Integer
    return Unicode if own.builtin in _TEXTS else Collapsed


def plain(value: Any) -> Any:
    """What spyne read, as dicts, lists and values; what was not there is not in the dict."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, ComplexModel):
        return value
    members = ((name, getattr(value, name, None)) for name in type(value).get_flat_type_info(type(value)))
    return {name: plain(member) for name, member in members if member is not None}


def _split(clark: str) -> tuple[str, str]:
    namespace, _, name = clark.removeprefix("{").rpartition("}")
    return namespace, name
