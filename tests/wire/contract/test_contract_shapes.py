"""Each construct that a contract may use: what its messages are as values, and that values become valid messages."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from shape_table import SHAPES
from small_contracts import Shape, node_of, request_of

from overgang.core.errors import CallerFault
from overgang.wire.contract import Complex, Element

EACH = pytest.mark.parametrize("shape", [pytest.param(shape, id=name) for name, shape in SHAPES.items()])


@EACH
def test_a_message_is_its_value_and_the_value_a_valid_message(shape: Shape, tmp_path: Path) -> None:
    contract = shape.load(tmp_path)
    element = request_of(contract)
    for message, value in shape.messages.items():
        node = node_of(message)
        assert contract.problems(node) == []
        read = element.decode(node)
        assert (read, type(read)) == (value, type(value))
        written = etree.fromstring(element.encode(value))
        assert contract.problems(written) == []
        assert element.decode(written) == value


@EACH
def test_a_message_that_is_not_valid_has_a_problem(shape: Shape, tmp_path: Path) -> None:
    contract = shape.load(tmp_path)
    for message in shape.wrong:
        found = contract.problems(node_of(message))
        assert found, message
        assert all(one.path.split("/")[0] == "E" and one.expected for one in found)


def test_free_content_in_a_relative_namespace_is_refused(tmp_path: Path) -> None:
    contract = SHAPES["any"].load(tmp_path)
    node = etree.fromstring('<E xmlns="urn:t"><A>1</A><f:x xmlns:f="f/g">CANARY</f:x></E>')
    with pytest.raises(CallerFault) as caught:
        request_of(contract).decode(node)
    assert (caught.value.key, caught.value.expected) == ("value.invalid", "absolute namespaces")


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if "xs:any " not in shape.schema])
def test_an_element_that_no_validator_saw_is_never_passed_over(name: str, tmp_path: Path) -> None:
    element = request_of(SHAPES[name].load(tmp_path))
    if not isinstance(element.type, Complex) or element.type.text is not None:
        return  # it has no children at all
    node = node_of(next(iter(SHAPES[name].messages)))
    node.append(etree.Element("{urn:t}Forgotten"))
    with pytest.raises(CallerFault) as caught:
        element.decode(node)
    assert caught.value.key == "value.unexpected"


def test_threads_that_ask_for_an_element_at_the_same_time_get_a_whole_codec(tmp_path: Path) -> None:
    shape = SHAPES["types that refer to each other"]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # so that they get into each other's way
    try:
        for number in range(30):
            element = request_of(shape.load(_made(tmp_path / f"{number}")))
            message, value = next(iter(shape.messages.items()))
            barrier = threading.Barrier(8)

            def both(element: Element = element, message: str = message, value: Any = value) -> Any:
                barrier.wait()  # noqa: B023 - all of a round share it
                return element.decode(node_of(message)), element.encode(value)

            with ThreadPoolExecutor(8) as threads:
                results = [made.result() for made in [threads.submit(both) for _ in range(8)]]
            assert all(read == value for read, _ in results)
            assert len({written for _, written in results}) == 1
    finally:
        sys.setswitchinterval(before)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
