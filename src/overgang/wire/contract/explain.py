"""Saying what is wrong with an element that libxml2 found to be invalid, in the contract's terms and without a value.

libxml2's own messages repeat values, so they are never used; the model is asked instead. Nor is a name repeated that
the contract does not have at its place: a caller may put a citizen number into a name.
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
            if _has_children(node) or (node.text or ""):
                yield Problem(path, "no content, since xsi:nil is true", "value.invalid")
            return
    yield from _content(element, kind, node, path)


def _content(element: Element, kind: Complex | Simple, node: etree._Element, path: str) -> Iterator[Problem]:
    text_type = kind if isinstance(kind, Simple) else kind.text
    if text_type is None and isinstance(kind, Complex):
        yield from _complex(kind, node, path)
        return
    if _has_children(node):
        yield Problem(path, "no element in it", "element.unexpected")
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
                yield _unknown_attribute(path)
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
            yield _unknown_attribute(path)


def _unknown_attribute(path: str) -> Problem:
    return Problem(path, "only attributes of the contract", "attribute.unexpected")


def _complex(kind: Complex, node: etree._Element, path: str) -> Iterator[Problem]:
    if (node.text or "").strip(_BLANK) or any((child.tail or "").strip(_BLANK) for child in node):
        yield Problem(path, "elements only, no text between them", "value.invalid")
    known = {element.qname: element for element in kind.elements()}
    any_element = kind.content is not None and any(wildcards_of(kind.content))
    # Unknown names are not kept, unless a wildcard may take them: many different ones would take more than the message.
    tags = [child.tag if any_element or child.tag in known else "" for child in node.iterchildren("*")]
    found = match(kind.content, tags)
    for place, child in enumerate(node.iterchildren("*")):
        if not found.complete and place == found.place:
            yield from _misplaced(kind, tags, place, found.expected, path)
        element = known.get(child.tag)
        if element is not None:
            yield from _element(element, child, f"{path}/{element.name}")
        elif not any_element and (found.complete or place != found.place):
            yield Problem(path, "only elements of the contract", "element.unexpected")
    if not found.complete and found.place >= len(tags):
        yield _missing(found.expected, path)


def _misplaced(kind: Complex, tags: list[str], place: int, expected: list[str], path: str) -> Iterator[Problem]:
    """The child at `place` cannot stand there: something that must come before it is missing, or it is too much."""
    known = {element.qname: element.name for element in kind.elements()}
    later = {local(one) for one in tags}
    required = [name for name in expected if name in _required_names(kind)]
    lacking = [] if any(name in later for name in required) else required
    if tags[place] not in known:
        wanted = f"{_named(expected)} and no other" if required else "only elements of the contract"
        yield Problem(path, wanted, "element.unexpected")
        return
    if not lacking:
        wanted = f"no such element here, but {_named(expected)}" if required else "no such element here"
        yield Problem(f"{path}/{known[tags[place]]}", wanted, "element.unexpected")
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


def _has_children(node: etree._Element) -> bool:
    return next(node.iterchildren("*"), None) is not None
