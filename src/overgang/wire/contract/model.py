"""What a contract says about its messages: elements, types, attributes, facets, as they can be walked and compared.

Types may be recursive: an Element refers to its type object, and a type object occurs once per definition, so a walker
must remember the types it has seen.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from lxml import etree

from overgang.core.values import Value
from overgang.wire.contract import names
from overgang.wire.contract.mistakes import EncodeError, Misfit

Decode: TypeAlias = Callable[[etree._Element], Value]
Encode: TypeAlias = Callable[[Value], str]


class Compiler(Protocol):
    """Turns an element into its two functions; called once per element and direction, when first used."""

    def decoder(self, element: "Element") -> Decode: ...

    def encoder(self, element: "Element") -> Encode: ...


@dataclass(frozen=True, slots=True)
class Facets:
    """The constraining facets in force, inherited ones included; values in their lexical form."""

    length: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    patterns: tuple[tuple[str, ...], ...] = ()  # of each inner tuple one must match
    enumeration: tuple[str, ...] | None = None
    white_space: str | None = None  # only when written; else the built-in type's
    min_inclusive: str | None = None
    min_exclusive: str | None = None
    max_inclusive: str | None = None
    max_exclusive: str | None = None
    total_digits: int | None = None
    fraction_digits: int | None = None


@dataclass(slots=True, eq=False)
class Simple:
    """A simple type. `builtin` is the nearest built-in type's local name ("string", "int"; else "list" or "union")."""

    name: str | None  # Clark; None when anonymous
    builtin: str
    variety: Literal["atomic", "list", "union"]
    facets: Facets
    item: "Simple | None" = None  # of a list
    members: "tuple[Simple, ...]" = ()  # of a union
    documentation: str = ""
    file: str = ""
    line: int = 0
    texts: Any = field(default=None, repr=False)  # the compiled Texts, set when first used


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """An attribute; `key` is "@" and its local name, or its Clark name where xs:anyAttribute lets it in.

    A default or fixed value stands in when a message omits it.
    """

    qname: str
    key: str
    type: Simple
    required: bool
    default: str | None
    fixed: str | None
    documentation: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Wildcard:
    """xs:any or xs:anyAttribute; `namespaces` as its attribute says it.

    `target` is the namespace of the schema it stands in.
    """

    lower: int
    upper: int | None
    namespaces: str
    target: str
    process: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A model group; `upper` None is unbounded."""

    kind: Literal["sequence", "choice", "all"]
    lower: int
    upper: int | None
    parts: "tuple[Element | Group | Wildcard, ...]"


@dataclass(slots=True, eq=False)
class Complex:
    """A complex type: element content (`content`), or text (`text`), and attributes; those of its base are included.

    `any_attribute` takes further ones; with processContents="strict" only those of `attributes`.
    `items` says that the order of the content cannot be rebuilt from a dict: its value has the key "#items".
    `derived` holds the types that may stand in for it by xsi:type, by Clark name.
    """

    name: str | None
    file: str
    line: int
    abstract: bool = False
    content: Group | None = None
    text: Simple | None = None
    attributes: tuple[Attribute, ...] = ()
    any_attribute: Wildcard | None = None
    base: "Complex | Simple | None" = None
    method: Literal["extension", "restriction"] | None = None
    block: frozenset[str] = frozenset()
    items: bool = False
    documentation: str = ""
    derived: "Mapping[str, Complex]" = field(default_factory=dict)

    def elements(self) -> "Iterator[Element]":
        """The child elements it may have, in schema order, those of nested groups included."""
        if self.content is not None:
            yield from elements_of(self.content)


@dataclass(slots=True, eq=False)
class Element:
    """An element at one place of the contract: `lower` and `upper` (None: unbounded) are its occurrences there."""

    qname: str
    name: str
    type: Complex | Simple
    nillable: bool
    lower: int
    upper: int | None
    abstract: bool
    default: str | None
    fixed: str | None
    block: frozenset[str]
    documentation: str
    file: str
    line: int
    compiler: Compiler = field(repr=False)
    _decode: Decode | None = field(default=None, repr=False)
    _encode: Encode | None = field(default=None, repr=False)

    @property
    def many(self) -> bool:
        """Whether its value is a list."""
        return self.upper is None or self.upper > 1

    def decode(self, node: etree._Element) -> Value:
        """The value of one element that Contract.problems found to be valid."""
        if self._decode is None:
            self._decode = self.compiler.decoder(self)
        return self._decode(node)

    def encode(self, value: Value) -> str:
        """The XML text of one element with its namespace declarations. Raises EncodeError."""
        if self._encode is None:
            self._encode = self.compiler.encoder(self)
        try:
            return self._encode(value)
        except Misfit as misfit:
            raise EncodeError("/".join([self.name, *reversed(misfit.names)]), misfit.expected) from None
        except RecursionError:
            raise EncodeError(self.name, "content that is nested less deep") from None

    def stand_ins(self) -> Mapping[str, Complex]:
        """The types that xsi:type may name here instead of the element's own, abstract ones left out."""
        if isinstance(self.type, Simple) or not self.type.derived:
            return {}
        blocked = self.block | self.type.block
        return {
            qname: other
            for qname, other in self.type.derived.items()
            if not other.abstract and not (blocked and blocked & _methods(other, self.type))
        }


Part: TypeAlias = Element | Group | Wildcard


def elements_of(part: Part) -> Iterator[Element]:
    if isinstance(part, Element):
        yield part
    elif isinstance(part, Group):
        for inner in part.parts:
            yield from elements_of(inner)


def wildcards_of(part: Part) -> Iterator[Wildcard]:
    if isinstance(part, Wildcard):
        yield part
    elif isinstance(part, Group):
        for inner in part.parts:
            yield from wildcards_of(inner)


def needs_items(part: "Part | None") -> bool:
    """Whether a dict by name would lose the order of the content."""
    if part is None:
        return False
    seen = [element.qname for element in elements_of(part)]
    return len(seen) != len(set(seen)) or sum(1 for _ in wildcards_of(part)) > 1 or _repeats(part)


def emptiable(part: Part) -> bool:
    """Whether no element at all satisfies it."""
    if part.lower == 0:
        return True
    if not isinstance(part, Group):
        return False
    if part.kind == "choice":
        return not part.parts or any(emptiable(inner) for inner in part.parts)
    return all(emptiable(inner) for inner in part.parts)


def namespaces_of(element: Element) -> set[str]:
    """The namespaces that a message of this element may need, those of stand-in types included."""
    found: set[str] = set()
    waiting: list[Element | Complex] = [element]
    seen: set[Complex] = set()
    while waiting:
        place = waiting.pop()
        if isinstance(place, Element):
            found.add(names.split(place.qname)[0])
            if isinstance(place.type, Simple):
                continue
            place = place.type
        if place in seen:
            continue
        seen.add(place)
        found.update(names.split(attribute.qname)[0] for attribute in place.attributes)
        for qname, other in place.derived.items():
            found.add(names.split(qname)[0])
            waiting.append(other)
        waiting.extend(place.elements())
    return found - {"", names.XML}


def _repeats(part: Part) -> bool:
    if not isinstance(part, Group):
        return False
    return part.upper is None or part.upper > 1 or any(_repeats(inner) for inner in part.parts)


def _methods(derived: Complex, base: Complex) -> set[str]:
    found: set[str] = set()
    step: Complex | Simple | None = derived
    while isinstance(step, Complex) and step is not base:
        if step.method:
            found.add(step.method)
        step = step.base
    return found
