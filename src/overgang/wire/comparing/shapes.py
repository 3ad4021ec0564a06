"""Shapes (core/compare/shapes.py) from the elements of a contract; compiled once, when first asked for."""

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Final

from overgang.core.compare import shapes
from overgang.core.compare.shapes import Content, Shape, Text
from overgang.wire.contract import Attribute, Complex, Element, Simple
from overgang.wire.contract.names import local
from overgang.wire.contract.simple import texts_of

_GUID: Final = "00000000-0000-4000-8000-000000000000"
_CODES: Final = ("TypeIdentifier", "CodeListItemIdentifier", "ErrorCode")


class Shapes:
    """The shapes of one contract; a type that occurs within itself is compiled once. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ready: dict[Element, Shape] = {}
        self._elements: dict[Element, Shape] = {}
        self._types: dict[Complex, Content] = {}
        self._waiting: deque[Callable[[], None]] = deque()

    def of(self, element: Element) -> Shape:
        """The shape of an element and of all that it may contain."""
        if element not in self._ready:
            with self._lock:
                made = self._shape(element)
                while self._waiting:
                    self._waiting.popleft()()
                self._ready[element] = made
        return self._ready[element]

    def _shape(self, element: Element) -> Shape:
        if element in self._elements:
            return self._elements[element]
        own = element.type
        if isinstance(own, Simple):
            content, many_key = Content(text(own, element.name)), None
        else:
            content, many_key = self._content(own), key_of(element.name, own) if element.many else None
        made = Shape(
            element.name,
            content,
            own.name,
            element.many,
            many_key,
            element.default if element.default is not None else element.fixed,
            {qname: self._content(other) for qname, other in element.stand_ins().items()},
        )
        self._elements[element] = made
        return made

    def _content(self, own: Complex) -> Content:
        if own in self._types:
            return self._types[own]
        children: dict[str, Shape] = {}
        made = Content(
            None if own.text is None else text(own.text, ""),
            {one.qname: attribute(one) for one in own.attributes},
            children,
            own.content is not None and own.content.kind == "all",
        )
        self._types[own] = made
        self._waiting.append(lambda: self._fill(own, children))
        return made

    def _fill(self, own: Complex, children: dict[str, Shape]) -> None:
        counts: dict[str, int] = {}
        for element in own.elements():
            counts[element.qname] = counts.get(element.qname, 0) + 1
            children.setdefault(element.qname, self._shape(element))
        for qname, shape in children.items():  # in a group that repeats, or at several places, it may come again
            if not shape.many and (counts[qname] > 1 or own.items):
                children[qname] = Shape(
                    shape.name, shape.content, shape.type, True, None, shape.default, shape.stand_ins
                )


def attribute(own: Attribute) -> shapes.Attribute:
    default = own.default if own.default is not None else own.fixed
    return shapes.Attribute(local(own.qname), text(own.type, local(own.qname)), default)


def text(simple: Simple, name: str) -> Text:
    """A simple type as it is compared at an element or attribute of this local name."""
    if simple.variety == "list":
        return shapes.list_of(shapes.atomic("string") if simple.item is None else text(simple.item, name))
    if simple.variety == "union":
        return shapes.union_of(tuple(text(member, name) for member in simple.members))
    code = simple.facets.enumeration is not None or name.endswith(_CODES)
    return shapes.atomic(simple.builtin, simple.facets.white_space, code=code)


def key_of(name: str, own: Complex) -> str | None:
    """The Clark name of the child that tells the items `name` of a list apart.

    It is required and there once: the first that is a GUID, else the one named after the item (AbsenceIdentifier).
    """
    required = [
        child
        for child in own.elements()
        if child.lower > 0 and not child.many and child.name.endswith("Identifier") and isinstance(child.type, Simple)
    ]
    guids = [child for child in required if isinstance(child.type, Simple) and is_guid(child.type)]
    named = [child for child in required if child.name == f"{name}Identifier"]
    return next((child.qname for child in (*guids, *named)), None)


def is_guid(simple: Simple) -> bool:
    """Whether it takes a GUID but no other text of the same length."""
    wrong = texts_of(simple).wrong
    return wrong(_GUID) is None and wrong("x" * len(_GUID)) is not None
