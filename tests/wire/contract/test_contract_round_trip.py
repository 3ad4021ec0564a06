"""Values to XML and back, for every message of every shape."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from strategies import values

from overgang.wire.contract import Contract, Element, load

SHAPES = Path(__file__).parent / "shapes"
ROOT = Path(__file__).parents[3]
FILES = [SHAPES / "many.wsdl", SHAPES / "rpc.wsdl", *sorted((ROOT / "wsdl").glob("*/*/*.wsdl"))]


def messages(contract: Contract) -> list[Element]:
    found: dict[str, Element] = {}
    for operation in contract.operations.values():
        for side in (operation.input, operation.output):
            if side is not None:
                found.update({one.qname: one for one in [*([side.body] if side.body else []), *side.headers]})
        found.update({one.qname: one for one in operation.faults.values()})
    return list(found.values())


PLACES = [pytest.param(contract, element, id=f"{contract.name}-{element.name}")
          for contract in map(load, FILES) for element in messages(contract)]  # fmt: skip


@pytest.mark.parametrize(("contract", "element"), PLACES)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_what_is_written_is_valid_and_reads_back_as_it_was(
    contract: Contract, element: Element, data: st.DataObject
) -> None:
    value = data.draw(values(element))
    node = etree.fromstring(element.encode(value))
    assert contract.problems(node) == []
    assert element.decode(node) == value
