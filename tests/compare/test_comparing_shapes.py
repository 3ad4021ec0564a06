"""Shapes from contracts: keys of lists, codes, recursion, stand-ins."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from compared_contracts import ROOT, small
from made_answers import outputs

from overgang.core.compare.shapes import Shape
from overgang.wire.comparing.shapes import Shapes
from overgang.wire.contract import load
from overgang.wire.contract.names import local

KEYS = {
    "PersonStatusService/20": {
        "Unemployment": "UnemploymentIdentifier",
        "ContactGroup": "MessageIdentifier",
        "PersonCategory": "MessageIdentifier",
        "HealthLimitation": "MessageIdentifier",
        "Absence": "AbsenceIdentifier",
        "AdditionalInformationOnAbsence": "AdditionalInformationOnAbsenceIdentifier",
        "Illness": "AbsenceIdentifier",
    },
    "PersonHistoryService/1": {
        "TemporaryAddress": "TemporaryAddressIdentifier",
        "Unemployment": "UnemploymentIdentifier",
        "Absence": "AbsenceIdentifier",
    },
    "CodeListService/1": {"CodeListItem": "CodeListItemIdentifier"},
}


def within(shape: Shape, seen: set[int] | None = None) -> list[Shape]:
    """A shape and all that it may contain."""
    seen = set() if seen is None else seen
    if id(shape) in seen:
        return []
    seen.add(id(shape))
    return [shape, *(one for child in shape.content.children.values() for one in within(child, seen))]


@pytest.mark.parametrize("service", KEYS)
def test_the_items_of_the_documented_lists_have_their_keys(service: str) -> None:
    contract = load(next((ROOT / "wsdl" / service).glob("*.wsdl")))
    (_, element), *_ = outputs(contract)
    found = {one.name: local(one.key) for one in within(Shapes().of(element)) if one.many and one.key}
    assert KEYS[service].items() <= found.items()


def test_a_list_whose_items_have_no_identifier_has_no_key(tmp_path: Path) -> None:
    (_, element), *_ = outputs(small(tmp_path))
    lists = {one.name: one.key for one in within(Shapes().of(element)) if one.many}
    assert lists == {
        "Item": "{urn:t}ItemIdentifier",
        "Loose": None,
        "Tag": None,
        "In": None,
        "Out": None,
    }


def test_an_element_is_compiled_once_and_a_type_may_contain_itself(tmp_path: Path) -> None:
    (_, element), *_ = outputs(small(tmp_path))
    shapes = Shapes()
    shape = shapes.of(element)
    assert shapes.of(element) is shape
    tree = next(one for one in within(shape) if one.name == "Tree")
    branch = tree.content.children["{urn:t}Branch"]
    assert branch.content is tree.content


def test_a_key_that_is_a_list_or_a_number_is_no_guid() -> None:
    contract = load(ROOT / "tests/wire/contract/shapes/many.wsdl")
    (_, element), *_ = outputs(contract)
    found = {one.name: one for one in within(Shapes().of(element))}
    assert found["Shape"].key is None
    assert set(found["Shape"].stand_ins) == {"{urn:m}Circle", "{urn:m}Point"}
    assert found["In"].many
    assert found["Loose"].content.unordered
    assert found["Standard"].default == "5"
    assert found["Always"].default == "yes"


def test_threads_that_ask_at_once_get_the_same_whole_shape(tmp_path: Path) -> None:
    (_, element), *_ = outputs(small(tmp_path))
    for _ in range(20):
        shapes = Shapes()
        with ThreadPoolExecutor(8) as pool:
            made = [*pool.map(lambda _, shapes=shapes: (one := shapes.of(element), len(within(one))), range(8))]
        assert len({id(shape) for shape, _ in made}) == 1
        assert len({size for _, size in made}) == 1
