"""Answers changed as the deviations say."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, TypeVar
from uuid import UUID

from lxml import etree

from overgang.standin.deviations import SECONDS, Chosen
from overgang.standin.engine import Answered
from overgang.wire.contract import Element
from overgang.wire.contract.model import Complex
from overgang.wire.envelope import Version

_T = TypeVar("_T")
_XSI_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OTHER_TEXT: Final = "Der opstod en fejl i det gamle system"
_PAGE: Final = (
    b"<!DOCTYPE html>\n<html lang='da'><head><title>Driftsforstyrrelse</title></head>"
    b"<body><h1>Driftsforstyrrelse</h1><p>Pr\xc3\xb8v igen senere.</p></body></html>\n"
)


@dataclass(frozen=True, slots=True)
class Deviated:
    """`answer` is None where the connection is to be closed without one; `delay` in seconds comes before either."""

    answer: Answered | None
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class _Tree:
    """An answer taken apart: `payload` is what the Body has, `element` what the contract says of it (not of a fault).

    `luck` from 0 up to 1 chooses among several places.
    """

    root: etree._Element
    payload: etree._Element
    element: Element | None
    luck: float


def deviate(answer: Answered, element: Element | None, chosen: Iterable[Chosen], seed: int, request: bytes) -> Deviated:
    """The answer as the deviations that are for this call change it, one after the other.

    `element` is what the contract says of the operation's answer, None where no operation was reached.
    """
    mine = [each for each in chosen if each.touches(answer.operation, seed, request)]
    names = {each.name for each in mine}
    for each in mine:
        if each.name in _IN_TREE:
            answer = _changed(answer, element, _IN_TREE[each.name], each.luck(seed, b"where\0" + request))
    for name, change in _AS_A_WHOLE.items():
        if name in names:
            answer = change(answer)
    return Deviated(None if "no-answer" in names else answer, SECONDS if "slow" in names else 0.0)


def _changed(answer: Answered, element: Element | None, change: "_Change", luck: float) -> Answered:
    root = etree.fromstring(answer.body)
    payload = root[-1][0]
    change(_Tree(root, payload, element if element is not None and element.qname == payload.tag else None, luck))
    return replace(answer, body=_written(root, "UTF-8"))


def _written(root: etree._Element, encoding: str) -> bytes:
    written = etree.tostring(root, encoding=encoding, xml_declaration=True)
    assert isinstance(written, bytes)  # it is a str for the encoding "unicode" only
    return written


# within an answer -----------------------------------------------------------------------------------------------------

_Change: TypeAlias = Callable[[_Tree], None]


def _wrong_code(tree: _Tree) -> None:
    codes = list(tree.payload.iter("{*}CodeListItemIdentifier"))
    if codes:
        code = _pick(codes, tree.luck)
        code.text = str(int(code.text or "0") + 1)


def _lost_fraction(tree: _Tree) -> None:
    _retimed(tree, lambda time: f"{time[1]}{time[3] or ''}")


def _zone_lost(tree: _Tree) -> None:
    _retimed(tree, lambda time: f"{time[1]}{time[2] or ''}")


def _retimed(tree: _Tree, written: Callable[[re.Match[str]], str]) -> None:
    for node in tree.payload.iter(etree.Element):
        if time := _TIME.fullmatch(node.text or ""):
            node.text = written(time)


def _missing_optional(tree: _Tree) -> None:
    """One with a value of its own where there is one, else one with elements."""
    there = [node for parent, element in _complex(tree) for node in parent if _optional(element).get(str(node.tag))]
    values = [node for node in there if not len(node) and node.text]
    if places := values or there:
        node = _pick(places, tree.luck)
        _parent(node).remove(node)


def _nil_for_absent(tree: _Tree) -> None:
    places = [
        (parent, element, name)
        for parent, element in _complex(tree)
        for name in _optional(element)
        if parent.find(name) is None
    ]
    if not places:
        return
    parent, element, name = _pick(places, tree.luck)
    order = [each.qname for each in element.elements()]
    before = sum(1 for node in parent if order.index(str(node.tag)) < order.index(name))
    nil = etree.Element(name, {_XSI_NIL: "true"}, nsmap={"xsi": "http://www.w3.org/2001/XMLSchema-instance"})
    parent.insert(before, nil)


def _other_order(tree: _Tree) -> None:
    lists = [nodes for nodes in _lists(tree) if len(nodes) > 1]
    if lists:
        nodes = max(lists, key=len)
        parent, place = _parent(nodes[0]), _parent(nodes[0]).index(nodes[0])
        for node in nodes:  # each goes before those that were before it
            parent.insert(place, node)


def _extra_item(tree: _Tree) -> None:
    if lists := list(_lists(tree)):
        last = max(lists, key=len)[-1]
        copy = deepcopy(last)
        for node in copy.iter(etree.Element):
            if _GUID.fullmatch(node.text or ""):
                node.text = str(UUID(int=UUID(node.text).int ^ 1))
                break
        last.addnext(copy)


def _fault_text(tree: _Tree) -> None:
    if etree.QName(tree.payload).localname == "Fault":
        for name in ("faultstring", "{*}Reason/{*}Text", ".//{*}FaultDetails/{*}Message"):
            for node in tree.payload.iterfind(name):
                node.text = _OTHER_TEXT


_IN_TREE: Final[Mapping[str, _Change]] = {
    "wrong-code": _wrong_code,
    "lost-fraction": _lost_fraction,
    "zone-lost": _zone_lost,
    "missing-optional": _missing_optional,
    "nil-for-absent": _nil_for_absent,
    "other-order": _other_order,
    "extra-item": _extra_item,
    "fault-text": _fault_text,
}


def _pick(places: "Sequence[_T]", luck: float) -> "_T":
    return places[int(luck * len(places))]


def _parent(node: etree._Element) -> etree._Element:
    parent = node.getparent()
    assert parent is not None  # it is within the Body
    return parent


def _complex(tree: _Tree) -> Iterator[tuple[etree._Element, Complex]]:
    """Each element of the answer that has elements by its contract, with its type."""
    waiting = [] if tree.element is None else [(tree.payload, tree.element)]
    while waiting:
        node, element = waiting.pop(0)
        if isinstance(element.type, Complex):
            yield node, element.type
            inner = {each.qname: each for each in element.type.elements()}
            waiting += [(child, inner[str(child.tag)]) for child in node if str(child.tag) in inner]


def _optional(element: Complex) -> dict[str, bool]:
    """The elements that may be left out and are no lists, by Clark name."""
    return {each.qname: True for each in element.elements() if each.lower == 0 and not each.many}


def _lists(tree: _Tree) -> Iterator[list[etree._Element]]:
    """The items of each list that has any."""
    for parent, element in _complex(tree):
        for each in element.elements():
            if each.many and (nodes := parent.findall(each.qname)):
                yield nodes


# the answer as a whole ------------------------------------------------------------------------------------------------


def _soap12(answer: Answered) -> Answered:
    if not answer.content_type.startswith(Version.SOAP11.media_type):
        return answer
    root = etree.fromstring(answer.body)
    envelope = f"{{{Version.SOAP12.namespace}}}"
    fresh = etree.Element(f"{envelope}Envelope", nsmap={"s": Version.SOAP12.namespace})
    body = etree.SubElement(fresh, f"{envelope}Body")
    body.extend([_fault12(node) if etree.QName(node).localname == "Fault" else node for node in root[-1]])
    return replace(answer, content_type=Version.SOAP12.content_type, body=_written(fresh, "UTF-8"))


def _fault12(fault: etree._Element) -> etree._Element:
    """A SOAP 1.1 fault as SOAP 1.2 has it."""
    envelope = f"{{{Version.SOAP12.namespace}}}"
    fresh = etree.Element(f"{envelope}Fault", nsmap={"s": Version.SOAP12.namespace})
    code = (fault.findtext("faultcode") or "").rpartition(":")[2]
    value = {"Client": "Sender", "Server": "Receiver"}.get(code, code)
    etree.SubElement(etree.SubElement(fresh, f"{envelope}Code"), f"{envelope}Value").text = f"s:{value}"
    text = etree.SubElement(etree.SubElement(fresh, f"{envelope}Reason"), f"{envelope}Text")
    text.text = fault.findtext("faultstring")
    text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    detail = fault.find("detail")
    if detail is not None:
        etree.SubElement(fresh, f"{envelope}Detail").extend(list(detail))
    return fresh


def _other_charset(answer: Answered) -> Answered:
    kind = answer.content_type.partition(";")[0]
    body = _written(etree.fromstring(answer.body), "ISO-8859-1")
    return replace(answer, content_type=f"{kind}; charset=iso-8859-1", body=body)


def _truncated(answer: Answered) -> Answered:
    return replace(answer, body=answer.body[: len(answer.body) * 2 // 3])


def _html_page(answer: Answered) -> Answered:
    return replace(answer, status=200, content_type="text/html; charset=utf-8", body=_PAGE)


_AS_A_WHOLE: Final[Mapping[str, Callable[[Answered], Answered]]] = {
    "soap12-answer": _soap12,
    "other-charset": _other_charset,
    "truncated": _truncated,
    "html-page": _html_page,
}
