"""An independent client, built from the same WSDL, writes what we read and reads what we write."""

# ruff: noqa: E501 - a construct stands on one line, so that a shape can be seen at once

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree
from shape_table import DERIVED, FILES, FORMS, STRUCTURES, VALUES
from small_contracts import Shape, request_of

COMPARABLE = {  # zeep does not read nested choices, optional groups and lists in attributes, nor write bytes
    **{name: STRUCTURES[name] for name in (
        "choice", "optional choice", "choice of repeated elements", "all", "repeated element", "element reference",
        "recursive type")},
    **{name: FORMS[name] for name in (
        "form per element", "unqualified schema", "attribute required", "attribute optional", "attribute group")},
    **{name: VALUES[name] for name in ("simple content extended",)},
    **{name: DERIVED[name] for name in ("complex content extended", "complex content restricted", "attributes inherited")},
    **{name: FILES[name] for name in (
        "several schemas in one WSDL", "two schemas of one namespace in one WSDL", "import of a file",
        "two imports of one namespace", "include, nested, up and down", "circular includes", "circular imports",
        "definitions before what they use")},
}  # fmt: skip


def to_zeep(value: Any) -> Any:
    """Our value as zeep wants it: attributes and text have other keys."""
    if isinstance(value, dict):
        return {("_value_1" if key == "#text" else key.lstrip("@")): to_zeep(one) for key, one in value.items()}
    return [to_zeep(one) for one in value] if isinstance(value, list) else value


def agrees(theirs: Any, ours: Any) -> bool:
    """Whether zeep's object says what our value says; a list in an attribute is a text for zeep."""
    if isinstance(ours, dict):
        if set(ours) == {"#text"}:
            return agrees(theirs, ours["#text"])
        names = {("_value_1" if key == "#text" else key.lstrip("@")): one for key, one in ours.items()}
        if not hasattr(theirs, "__values__"):  # one child: zeep gives it instead of its parent
            return len(names) == 1 and all(agrees(theirs, one) for one in names.values())
        given = {key: one for key, one in theirs.__values__.items() if one is not None and one != []}
        return set(given) == set(names) and all(agrees(given[key], one) for key, one in names.items())
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(theirs) == len(ours) and all(map(agrees, theirs, ours))
    if isinstance(ours, Decimal):
        return bool(Decimal(theirs) == ours)
    return bool(theirs == ours)


@pytest.mark.parametrize("shape", [pytest.param(shape, id=name) for name, shape in COMPARABLE.items()])
def test_zeep_and_we_understand_each_other(shape: Shape, tmp_path: Path) -> None:
    contract = shape.load(tmp_path)
    element = request_of(contract)
    client: Any = zeep.Client(str(tmp_path / "t.wsdl"))  # type: ignore[no-untyped-call]
    declared = client.get_element("{urn:t}E")
    for value in shape.messages.values():
        parent = etree.Element("parent")
        declared.render(parent, declared(**to_zeep(value)))
        assert contract.problems(parent[0]) == []
        assert element.decode(parent[0]) == value
        theirs = declared.parse(etree.fromstring(element.encode(value)), client.wsdl.types)
        assert agrees(theirs, value) or (theirs is None and value == {})
