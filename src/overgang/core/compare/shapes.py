"""What a contract says of an element, as far as comparing needs it."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from typing import Final

from overgang.core.compare import causes
from overgang.core.compare.lexical import READERS, WHITE_SPACE, Moment, collapse, white_space
from overgang.core.compare.nodes import Node, resolve


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A simple type. `type` is its built-in type's name, "list", "union", or "" for what no contract describes.

    `value` reads a text in its node (whose namespaces a QName needs) and raises ValueError when it is not of the type.
    `cause` says what two texts with different values differ in. With `by_node` equal texts may be different values.
    """

    type: str
    normal: Callable[[str], str]
    value: Callable[[str, Node], Hashable]
    cause: Callable[[str, str], str]
    by_node: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """An attribute; `default` is what it is when it is left out."""

    name: str
    text: Text
    default: str | None = None


@dataclass(slots=True, eq=False)
class Content:
    """A complex type: text with attributes, or child elements; what it does not name is compared as it stands.

    `children` and `attributes` by Clark name. `unordered` for xs:all.
    """

    text: Text | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    children: Mapping[str, "Shape"] = field(default_factory=dict)
    unordered: bool = False


@dataclass(slots=True, eq=False)
class Shape:
    """An element at its place. `type` is its type's Clark name, None for an unnamed one.

    `many`: it may repeat. `key` is the Clark name of the child that tells its items apart. `default` stands for an
    empty element. `stand_ins` are the types that xsi:type may name instead.
    """

    name: str
    content: Content
    type: str | None = None
    many: bool = False
    key: str | None = None
    default: str | None = None
    stand_ins: Mapping[str, Content] = field(default_factory=dict)


def atomic(builtin: str, spaces: str | None = None, *, code: bool = False) -> Text:
    """A type derived from a built-in one; `spaces` is its whiteSpace facet, `code` says that its values are codes."""
    normal = WHITE_SPACE[spaces or white_space(builtin)]
    if builtin == "QName":
        return Text(builtin, normal, lambda text, node: resolve(node, text), _of_names, by_node=True)
    read = READERS.get(builtin)
    if read is None:
        tell = _of_codes if code else causes.of_texts
        return Text(builtin, normal, lambda text, node: normal(text), lambda *texts: tell(*map(normal, texts)))
    known, trimmed = read, WHITE_SPACE["collapse"]

    def value(text: str, node: Node) -> Hashable:
        try:
            return known(text)
        except ValueError:  # most texts have no blanks, so they are tried as they are
            return known(trimmed(text))

    def cause(old: str, new: str) -> str:
        return "code" if code else _of_values(known(trimmed(old)), known(trimmed(new)), trimmed(old), trimmed(new))

    return Text(builtin, normal, value, cause)


def _of_codes(old: str, new: str) -> str:
    cause = causes.of_texts(old, new)
    return cause if cause in ("case", "whitespace") else "code"


def _of_names(old: str, new: str) -> str:
    return "namespace" if old.rpartition(":")[2].strip() == new.rpartition(":")[2].strip() else "value"


def _of_values(old: Hashable, new: Hashable, old_text: str, new_text: str) -> str:
    if isinstance(old, bool):
        return "boolean"
    if isinstance(old, Moment) and isinstance(new, Moment):
        return causes.of_moments(old, new, old_text, new_text)
    if isinstance(old, Decimal) and isinstance(new, Decimal):
        return causes.of_numbers(old, new)
    if isinstance(old, float) and isinstance(new, float) and isfinite(old) and isfinite(new):
        return causes.of_numbers(Decimal(repr(old)), Decimal(repr(new)))
    return "value"


def list_of(item: Text) -> Text:
    """xs:list: its items one by one, in their order."""

    def value(text: str, node: Node) -> Hashable:
        return tuple(item.value(one, node) for one in collapse(text).split(" ") if one)

    def cause(old: str, new: str) -> str:
        before, after = collapse(old).split(" "), collapse(new).split(" ")
        if len(before) != len(after):
            return "length"
        return "order" if sorted(before) == sorted(after) else "value"

    return Text("list", collapse, value, cause)


def union_of(members: tuple[Text, ...]) -> Text:
    """xs:union: the first member whose type a text is of."""

    def value(text: str, node: Node) -> Hashable:
        for number, member in enumerate(members):
            try:
                return number, member.value(text, node)
            except ValueError:
                continue
        raise ValueError("of no member's type")

    return Text("union", collapse, value, causes.of_texts)


FREE: Final = Text("", WHITE_SPACE["preserve"], lambda text, node: text, causes.of_texts)
TREE: Final = Content()
"""What no contract describes: an element with whatever is in it."""


def unknown(name: str) -> Shape:
    """The shape of an element that the contract does not know: a tree of texts."""
    return Shape(name, TREE, many=True)
