"""The elements that are compared, as ElementTree and lxml have them; qualified names are Clark's."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XS: Final = "http://www.w3.org/2001/XMLSchema"
XSI_NIL: Final = f"{{{XSI}}}nil"
XSI_TYPE: Final = f"{{{XSI}}}type"
XML_NAMESPACE: Final = "http://www.w3.org/XML/1998/namespace"
BLANKS: Final = " \t\n\r"
_TRUE: Final = ("true", "1")
_SHORT: Final = 200  # characters of what is told of an element with content


class Node(Protocol):
    """An element; a comment or processing instruction among its children has a `tag` that is no text."""

    @property
    def tag(self) -> Any: ...
    @property
    def text(self) -> str | None: ...
    @property
    def tail(self) -> str | None: ...
    @property
    def nsmap(self) -> Mapping[Any, Any]: ...
    def get(self, key: str, /) -> Any: ...
    def keys(self) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...


def local(qname: str) -> str:
    return qname.rpartition("}")[2]


def elements(node: Node) -> list[Node]:
    """The child elements, without comments and processing instructions."""
    return [child for child in node if isinstance(child.tag, str)]


def full_text(node: Node) -> str:
    """All character data, that of child elements included; comments and processing instructions may split it."""
    if not len(node):
        return node.text or ""
    parts = [node.text or ""]
    for child in node:
        if isinstance(child.tag, str):
            parts.append(full_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def own_text(node: Node) -> str:
    """The character data directly in an element that has child elements, blanks around its pieces left out."""
    pieces = [node.text, *[child.tail for child in node]]
    return " ".join(piece.strip(BLANKS) for piece in pieces if piece and piece.strip(BLANKS))


def is_nil(node: Node) -> bool:
    said = node.get(XSI_NIL)
    return said is not None and said.strip(BLANKS) in _TRUE


def is_empty(node: Node) -> bool:
    """Neither child elements nor text nor attributes, those of xsi left out."""
    attributed = any(not name.startswith(f"{{{XSI}}}") for name in node.keys())  # noqa: SIM118 - a node is no mapping
    return not attributed and not elements(node) and not full_text(node).strip(BLANKS)


def resolve(node: Node, text: str) -> str:
    """The Clark name of a QName in the content of `node`. Raises ValueError when its prefix is not declared."""
    prefix, colon, name = text.strip(BLANKS).rpartition(":")
    if colon and prefix == "xml":
        return f"{{{XML_NAMESPACE}}}{name}"
    namespaces = node.nsmap
    if colon and prefix not in namespaces:
        raise ValueError("a prefix that is not declared")
    namespace = namespaces.get(prefix or None)
    return f"{{{namespace}}}{name}" if namespace else name


def told(node: Node) -> str:
    """An element in one line: its text, or its leaves as name=text, cut after 200 characters."""
    if is_nil(node):
        return "xsi:nil"
    inner = elements(node)
    text = full_text(node) if not inner else "; ".join(_leaves(node))
    return text if not inner or len(text) <= _SHORT else f"{text[:_SHORT]}…"


def _leaves(node: Node) -> Iterator[str]:
    for child in elements(node):
        if elements(child):
            yield from _leaves(child)
        else:
            yield f"{local(child.tag)}={told(child)}"
