"""A value for each element that is equal for two elements exactly when comparing them finds no difference."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from overgang.core.compare.nodes import XSI, XSI_TYPE, Node, elements, full_text, is_nil, local, own_text, resolve
from overgang.core.compare.shapes import FREE, TREE, Attribute, Content, Shape, Text, unknown


@dataclass(frozen=True, slots=True)
class NotOfType:
    """Stands for the value of a text that is not of its type."""

    text: str


def fingerprint(node: Node, shape: Shape, without: str | None = None) -> Hashable:
    """`without`: the Clark name of a child to leave out."""
    content = shape.stand_ins.get(said, shape.content) if (said := type_of(node, shape)) else shape.content
    attributes = frozenset((name, value) for name, value in _attributes(node, content))
    if is_nil(node):
        return said, attributes, None
    if leaf := leaf_text(node, content):
        value = text_value(leaf, text_of(node, shape), node)
        return value if said is None and not attributes else (said, attributes, value)
    parts = tuple(part for part in child_prints(node, content) if part[0] != without)
    return said, attributes, own_text(node), frozenset(Counter(parts).items()) if content.unordered else parts


def child_prints(node: Node, content: Content) -> list[tuple[str, Hashable]]:
    """The child elements' names and fingerprints, in document order."""
    found: list[tuple[str, Hashable]] = []
    for child in node:
        tag = child.tag
        shape = content.children.get(tag)
        if shape is None and not isinstance(tag, str):
            continue
        if shape is None:
            found.append((tag, fingerprint(child, unknown(local(tag)))))
        elif (text := shape.content.text) is None or len(child) or child.keys() or shape.content.attributes:
            found.append((tag, fingerprint(child, shape)))
        else:  # what most are: fingerprint() would come to the same
            found.append((tag, text_value(text, child.text or shape.default or "", child)))
    return found


def parts(node: Node, content: Content) -> Counter[int]:
    """An element's children as hashes: the more of them two elements share, the likelier they are the same."""
    return Counter(map(hash, child_prints(node, content)))


def leaf_text(node: Node, content: Content) -> Text | None:
    """The simple type to read an element's text by; None when its children are what counts."""
    if content.text is not None and not elements(node):
        return content.text
    return FREE if content is TREE and not elements(node) else None


def text_of(node: Node, shape: Shape) -> str:
    text = full_text(node)
    return shape.default if not text and shape.default is not None else text


def text_value(text: Text, written: str, node: Node) -> Hashable:
    """The value of a text; one that is not of its type is a NotOfType."""
    try:
        return text.value(written, node)
    except ValueError:
        return NotOfType(text.normal(written))


def type_of(node: Node, shape: Shape) -> str | None:
    """The Clark name that xsi:type gives, None without one and where it names the element's own type."""
    said = node.get(XSI_TYPE)
    if said is None:
        return None
    try:
        found = resolve(node, said)
    except ValueError:
        return str(said)
    return None if found == shape.type else found


def attribute_names(node: Node) -> set[str]:
    """Clark names, those of xsi left out."""
    return {str(name) for name in node.keys() if not str(name).startswith(f"{{{XSI}}}")}  # noqa: SIM118


def attribute_shape(name: str, content: Content) -> Attribute:
    return content.attributes.get(name) or Attribute(local(name), FREE)


def _attributes(node: Node, content: Content) -> Iterable[tuple[str, Hashable]]:
    names = attribute_names(node)
    names.update(name for name, known in content.attributes.items() if known.default is not None)
    for name in names:
        known = attribute_shape(name, content)
        written = node.get(name)
        yield name, text_value(known.text, written if written is not None else known.default or "", node)
