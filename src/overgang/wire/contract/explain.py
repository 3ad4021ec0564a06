"""Saying what is wrong with an element that libxml2 found to be invalid, in the contract's terms and without a value.

libxml2's own messages repeat values, so they are never used; the model is asked instead.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from lxml import etree

from overgang.wire.contract.content import allows, match
from overgang.wire.contract.facets import collapse
from overgang.wire.contract.mistakes import Problem
from overgang.wire.contract.model import Complex, Element, Simple, elements_of, wildcards_of
from overgang.wire.contract.names import XSI, XSI_NIL, XSI_TYPE, full_text, local, resolve
from overgang.wire.contract.simple import described, is_qname, texts_of

_MOST: Final = 20  # problems that are reported of one message
_TRUE: Final = ("true", "1")
_BLANK: Final = " \t\n\r"


def explain(element: Element, node: etree._Element) -> list[Problem]:
    """The problems that the model sees in a node, in document order, at most 20."""
    try:
        return list(islice(_element(element, node, element.name), _MOST))
    except RecursionError:
        return [Problem(element.name, "content that is nested less deep", "value.invalid")]


def _element(element: Element, node: etree._Element, path: str) -> Iterator[Problem]:
    kind: Complex | Simple = element.type
    named = node.get(XSI_TYPE)
    if named is not None and isinstance(kind, Complex):
        qname = resolve(node, named)
        kind = element.stand_ins().get(qname or "", kind)
        if kind is element.type and qname != kind.name:
            yield Problem(path, "a type that may stand here, named by xsi:type", "type.invalid")
            return
    if isinstance(kind, Complex) and kind.abstract:
        yield Problem(path, "a concrete type named by xsi:type", "type.invalid")
        return
    if isinstance(kind, Complex):
        yield from _attributes(kind, node, path)
    else:
        yield from _no_attributes(node, path)
    nil = node.get(XSI_NIL)
    if nil is not None:
        if not element.nillable:
            yield Problem(path, "a value: xsi:nil is not allowed here", "value.invalid")
            return
        if nil.strip(_BLANK) in _TRUE:
            if _children(node) or (node.text or ""):
                yield Problem(path, "no content, since xsi:nil is true", "value.invalid")
            return
    yield from _content(element, kind, node, path)


def _content(element: Element, kind: Complex | Simple, node: etree._Element, path: str) -> Iterator[Problem]:
    text_type = kind if isinstance(kind, Simple) else kind.text
    if text_type is None and isinstance(kind, Complex):
        yield from _complex(kind, node, path)
        return
    for child in _children(node):
        yield Problem(f"{path}/{local(child.tag)}", "no such element here", "element.unexpected")
        return
    text = full_text(node)
    standing = element.default if element.default is not None else element.fixed
    if not text and standing is not None:
        return
    expected = None if text_type is None else _wrong(text_type, node, text)
    if expected is not None:
        yield Problem(path, expected, "value.invalid")
    elif element.fixed is not None and collapse(text) != collapse(element.fixed):
        yield Problem(path, "the fixed value of the contract", "value.invalid")


def _wrong(simple: Simple, node: etree._Element, text: str) -> str | None:
    expected = texts_of(simple).wrong(text)
    if expected is None and is_qname(simple) and resolve(node, text) is None:
        return "xs:QName with a prefix that is declared"
    if expected is not None and not collapse(text) and simple.facets.enumeration is None:
        return described(simple) if simple.variety != "atomic" else f"{expected}, not an empty element"
    return expected


def _attributes(kind: Complex, node: etree._Element, path: str) -> Iterator[Problem]:
    known = {attribute.qname: attribute for attribute in kind.attributes}
    for qname, text in node.attrib.items():
        attribute = known.get(str(qname))
        if attribute is None:
            free = kind.any_attribute is not None and allows(kind.any_attribute, str(qname))
            if not free and not str(qname).startswith(f"{{{XSI}}}"):
                yield Problem(f"{path}/@{local(str(qname))}", "no such attribute here", "attribute.unexpected")
            continue
        expected = _wrong(attribute.type, node, str(text))
        if expected is None and attribute.fixed is not None and collapse(str(text)) != collapse(attribute.fixed):
            expected = "the fixed value of the contract"
        if expected is not None:
            yield Problem(f"{path}/{attribute.key}", expected, "attribute.invalid")
    for attribute in kind.attributes:
        if attribute.required and node.get(attribute.qname) is None:
            yield Problem(f"{path}/{attribute.key}", f"attribute {attribute.key[1:]}", "attribute.missing")


def _no_attributes(node: etree._Element, path: str) -> Iterator[Problem]:
    for qname in node.attrib:
        if not str(qname).startswith(f"{{{XSI}}}"):
            yield Problem(f"{path}/@{local(str(qname))}", "no such attribute here", "attribute.unexpected")


def _complex(kind: Complex, node: etree._Element, path: str) -> Iterator[Problem]:
    children = _children(node)
    if (node.text or "").strip(_BLANK) or any((child.tail or "").strip(_BLANK) for child in node):
        yield Problem(path, "elements only, no text between them", "value.invalid")
    known = {element.qname: element for element in kind.elements()}
    any_element = kind.content is not None and any(wildcards_of(kind.content))
    found = match(kind.content, [child.tag for child in children])
    for place, child in enumerate(children):
        if not found.complete and place == found.place:
            yield from _misplaced(kind, children, place, found.expected, path)
        element = known.get(child.tag)
        if element is not None:
            yield from _element(element, child, f"{path}/{element.name}")
        elif not any_element and (found.complete or place != found.place):
            yield Problem(f"{path}/{local(child.tag)}", "no such element here", "element.unexpected")
    if not found.complete and found.place >= len(children):
        yield _missing(found.expected, path)


def _misplaced(
    kind: Complex, children: list[etree._Element], place: int, expected: list[str], path: str
) -> Iterator[Problem]:
    """The child at `place` cannot stand there: something that must come before it is missing, or it is too much."""
    child = children[place]
    known = {element.qname for element in kind.elements()}
    later = {local(one.tag) for one in children}
    required = [name for name in expected if name in _required_names(kind)]
    lacking = [] if any(name in later for name in required) else required
    if child.tag not in known or not lacking:
        wanted = f"no such element here, but {_named(expected)}" if required else "no such element here"
        yield Problem(f"{path}/{local(child.tag)}", wanted, "element.unexpected")
        return
    yield _missing(lacking, path)


def _missing(expected: list[str], path: str) -> Problem:
    single = len(expected) == 1 and " " not in expected[0]
    return Problem(f"{path}/{expected[0]}" if single else path, _named(expected), "element.missing")


def _named(expected: list[str]) -> str:
    if not expected:
        return "another content"
    return ("element " if len(expected) == 1 else "one of the elements ") + ", ".join(expected)


def _required_names(kind: Complex) -> set[str]:
    if kind.content is None:
        return set()
    return {element.name for element in elements_of(kind.content) if element.lower > 0}


def _children(node: etree._Element) -> list[etree._Element]:
    return [child for child in node if isinstance(child.tag, str)]
