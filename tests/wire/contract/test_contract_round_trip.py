"""Values to XML and back, and broken XML, for every message of every shape and every contract."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from shape_table import SHAPES
from small_contracts import request_of

from overgang.core.values import Value
from overgang.wire.contract import Contract, Element, EncodeError, load
from strategies import values

HERE = Path(__file__).parent / "shapes"
ROOT = Path(__file__).parents[3]
FILES = [HERE / "many.wsdl", HERE / "rpc.wsdl", *sorted((ROOT / "wsdl").glob("*/*/*.wsdl"))]
CANARY = "CANARY"


def messages(contract: Contract) -> list[Element]:
    found: dict[str, Element] = {}
    for operation in contract.operations.values():
        for side in (operation.input, operation.output):
            if side is not None:
                found.update({one.qname: one for one in [*([side.body] if side.body else []), *side.headers]})
        found.update({one.qname: one for one in operation.faults.values()})
    return list(found.values())


def places() -> Iterator[tuple[str, Contract, Element]]:
    """Each message once: the contracts share their headers and faults."""
    seen = set()
    for contract in map(load, FILES):
        for element in messages(contract):
            if element.qname not in seen:
                seen.add(element.qname)
                yield f"{contract.name}-{element.name}", contract, element
    for name, shape in SHAPES.items():
        with TemporaryDirectory() as folder:
            contract = shape.load(Path(folder))
        if not any("unique" in note for note in contract.notes):  # not looked at when writing
            yield name, contract, request_of(contract)


PLACES = [pytest.param(contract, element, id=name) for name, contract, element in places()]
ANY_VALUE = settings(
    max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
FEW = settings(ANY_VALUE, max_examples=3)


def typed(value: Value) -> object:
    """The value with the type of each part, and decimals with their scale: 1 and True and 1.0 are not the same."""
    if isinstance(value, dict):
        return {key: typed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [typed(one) for one in value]
    return type(value), repr(value)


@pytest.mark.parametrize(("contract", "element"), PLACES)
@ANY_VALUE
@given(data=st.data())
def test_what_is_written_is_valid_and_reads_back_as_it_was(
    contract: Contract, element: Element, data: st.DataObject
) -> None:
    value = data.draw(values(element))
    node = etree.fromstring(element.encode(value))
    assert contract.problems(node) == []
    assert typed(element.decode(node)) == typed(value)


@pytest.mark.parametrize(("contract", "element"), PLACES)
@FEW
@given(data=st.data())
def test_a_broken_message_is_read_or_has_a_problem_that_does_not_repeat_it(
    contract: Contract, element: Element, data: st.DataObject
) -> None:
    node = etree.fromstring(element.encode(data.draw(values(element))))
    for _ in range(data.draw(st.integers(1, 3))):
        break_somewhere(data, node)
    found = contract.problems(node)
    if not found:
        value = element.decode(node)
        assert contract.problems(etree.fromstring(element.encode(value))) == []
    for problem in found:
        assert problem.expected
        assert CANARY not in problem.path + problem.expected + problem.key


@pytest.mark.parametrize(("contract", "element"), PLACES)
@FEW
@given(data=st.data())
def test_a_broken_value_is_written_as_a_valid_message_or_refused(
    contract: Contract, element: Element, data: st.DataObject
) -> None:
    value = broken_value(data, data.draw(values(element)))
    text, refused = None, None
    try:
        text = element.encode(value)
    except EncodeError as error:
        refused = error
    if text is not None:
        assert contract.problems(etree.fromstring(text)) == []
    if refused is not None:
        assert refused.path.split("/")[0] == element.name
        assert CANARY not in refused.expected


XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
TEXTS = [
    CANARY,
    "",
    " ",
    "-",
    "0",
    "9" * 5000,
    "1e5",
    "INF",
    "2024-02-30",
    "true",
    "a:b",
    "\n",
    "æ",
    "-1",
    "1.",
    "24:00:00",
]


def break_somewhere(data: st.DataObject, node: etree._Element) -> None:
    """Changes one thing in a message."""
    place = data.draw(st.sampled_from(list(node.iter(etree.Element))))
    parent = place.getparent()
    how = data.draw(
        st.sampled_from(["text", "attribute", "nil", "type", "child", "twice", "gone", "swap", "name", "tail"])
    )
    if how == "text":
        place.text = data.draw(st.sampled_from(TEXTS))
    elif how == "attribute":
        names = [*map(str, place.attrib), "a", "{urn:f}b", "{http://www.w3.org/XML/1998/namespace}lang"]
        place.set(data.draw(st.sampled_from(names)), data.draw(st.sampled_from(TEXTS)))
    elif how == "nil":
        place.set(f"{XSI}nil", data.draw(st.sampled_from(["true", "1", "false", CANARY])))
    elif how == "type":
        place.set(f"{XSI}type", data.draw(st.sampled_from([CANARY, f"no:{CANARY}", "", "xs:string"])))
    elif how == "child":
        place.insert(0, data.draw(st.sampled_from([etree.Comment(CANARY), etree.PI("p", CANARY), etree.Element("x")])))
    elif parent is not None:
        move(how, place, parent)


def move(how: str, place: etree._Element, parent: etree._Element) -> None:
    if how == "tail":
        place.tail = CANARY
    elif how == "name":
        place.tag = "other"
    elif how == "twice":
        parent.append(etree.fromstring(etree.tostring(place, with_tail=False)))
    elif how == "gone":
        parent.remove(place)
    elif how == "swap":
        parent.insert(0, place)


ODD = [
    CANARY,
    "",
    5,
    -1,
    True,
    1.5,
    float("nan"),
    None,
    b"x",
    [],
    [CANARY],
    {},
    {CANARY: 1},
    "\x00",
    "\ud800",
    10**5000,
]


def broken_value(data: st.DataObject, value: Any) -> Any:
    """The value with one part replaced, left out, or added."""
    odd = data.draw(st.sampled_from(ODD))
    if not isinstance(value, (dict, list)) or not value or data.draw(st.integers(0, 4)) == 0:
        return odd
    if isinstance(value, list):
        at = data.draw(st.integers(0, len(value) - 1))
        return [*value[:at], broken_value(data, value[at]), *value[at + 1 :]]
    key = data.draw(st.sampled_from(sorted(value)))
    how = data.draw(st.sampled_from(["change", "change", "leave out", "add"]))
    if how == "leave out":
        return {name: one for name, one in value.items() if name != key}
    if how == "add":
        name = data.draw(st.sampled_from(["other", "#text", "#nil", "@xsi:type", "@a", "@{urn:f}b", "#items", "#any"]))
        return {**value, name: odd}
    return {**value, key: broken_value(data, value[key])}
