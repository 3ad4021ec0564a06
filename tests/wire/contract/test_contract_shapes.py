"""Each construct that a contract may use: what its messages are as values, and that values become valid messages."""

from pathlib import Path

import pytest
from lxml import etree
from shape_table import SHAPES
from small_contracts import Shape, node_of, request_of

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
