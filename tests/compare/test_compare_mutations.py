"""One value changed in an answer, all else in another form: found at its place, by its cause, and nothing beside it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from compared_contracts import ROOT, small
from made_answers import Made, make, outputs
from written_answers import Leaf, leaves, plain, varied, with_text

from overgang.core.compare.values import Kind
from overgang.wire.comparing import Comparer
from overgang.wire.contract import Complex, Contract, Element, load

FILES = [ROOT / "tests/wire/contract/shapes/many.wsdl", *sorted((ROOT / "wsdl").glob("*/*/*.wsdl"))]
Change = Callable[[str], str]


def day_later(text: str) -> str:
    return f"{text[:5]}{int(text[5:7]) % 12 + 1:02}{text[7:]}"


def with_fraction(text: str) -> str:
    clock, zone = (text[:-6], text[-6:]) if text[-6] in "+-" and text[-3] == ":" else (text.rstrip("Z"), "Z")
    zone = zone if text.endswith(zone) else ""
    return f"{clock.partition('.')[0]}.987{zone}"


def with_zone(text: str) -> str:
    zoned = text.endswith("Z") or text[-6] in "+-"
    return text.rstrip("Z") if text.endswith("Z") else text[:-6] if zoned else f"{text}Z"


def number(text: str) -> str:
    return str(int(text) - 1000) if "." not in text else f"{int(text.partition('.')[0]) - 1000}.5"


CHANGES: dict[str, list[tuple[Change, str]]] = {
    "boolean": [(lambda text: "false" if text == "true" else "true", "boolean")],
    "dateTime": [(day_later, "day"), (with_fraction, "fraction"), (with_zone, "zone")],
    "date": [(lambda text: f"1850{text[4:]}", "day"), (lambda text: text[:10] + "+11:00", "zone")],
    "time": [(with_fraction, "fraction"), (with_zone, "zone")],
    "string": [(lambda text: f"{text} zzz", "truncated-text"), (lambda text: f"{text}\n\n{text}x", "truncated-text")],
    "token": [(lambda text: f"yyy{text}", "value")],
    "decimal": [(number, "value")],
    "float": [(number, "value")],
    "double": [(lambda text: "123456.5", "value")],
    "duration": [(lambda text: "P99Y1MT3M", "value")],
    "base64Binary": [(lambda text: "AAAABBBBCCCC", "value")],
    "hexBinary": [(lambda text: "00112233445566778899aa", "value")],
    "QName": [(lambda text: "{urn:q}changed", "value"), (lambda text: text.replace("urn:", "urn:x"), "namespace")],
    "list": [(lambda text: f"{text} 7777", "length")],
    "gYear": [(lambda text: "1850", "value")],
    **{name: [(lambda text: str(-int(text) - 105), "value")] for name in ("integer", "long", "int", "short")},
}


def is_code(leaf: Leaf) -> bool:
    return leaf.made.element.name.endswith(("TypeIdentifier", "CodeListItemIdentifier"))


def changed(leaf: Leaf) -> list[tuple[str, str]]:
    """Other texts and the causes that they should be found by."""
    text = leaf.made.text or ""
    if leaf.kind.facets.enumeration is not None or not text.strip():
        return []
    found = [(change(text), cause) for change, cause in CHANGES.get(leaf.kind.builtin, [])]
    return [(new, "code" if is_code(leaf) and leaf.kind.builtin == "int" else cause) for new, cause in found]


def expect_each(contract: Contract, seeds: int) -> int:
    comparer, count = Comparer(contract), 0
    for name, element in outputs(contract):
        for seed in range(seeds):
            random = Random(f"{name} {seed}")
            made = make(element, random)
            old = plain(made)
            for leaf in leaves(made):
                for text, cause in changed(leaf):
                    new = varied(with_text(made, leaf.made, text), random)
                    found = comparer.compare(name, old, new)
                    told = [(one.kind, one.path, one.place, one.cause) for one in found]
                    assert told == [(Kind.CHANGED, leaf.path, leaf.place, cause)], (leaf.made.text, text, found)
                    count += 1
    return count


def without(made: Made, gone: Made) -> Made:
    """A copy of an answer that lacks one of its elements."""
    children = [
        without(child, gone) if isinstance(child, Made) else child for child in made.children if child is not gone
    ]
    return replace(made, children=children)


def elements(made: Made) -> Iterator[Made]:
    for child in made.inner():
        yield child
        yield from elements(child)


def expected_without(gone: Made) -> list[tuple[Kind, str]]:
    name = gone.element.name
    if gone.element.many:
        return [(Kind.LENGTH, name), (Kind.MISSING, name)]
    return [(Kind.NIL if gone.nil else Kind.MISSING, name)]


@pytest.mark.parametrize("file", FILES[1:], ids=lambda path: path.stem)
def test_an_element_that_is_left_out_is_missing_and_nothing_else(file: Path) -> None:
    contract = load(file)
    comparer, count = Comparer(contract), 0
    for name, element in outputs(contract):
        for seed in range(3):
            random = Random(f"{name} {seed}")
            made = make(element, random)
            old = plain(made)
            for gone in elements(made):
                if gone.element.lower > 0:
                    continue
                found = comparer.compare(name, old, varied(without(made, gone), random))
                assert [(one.kind, one.place.rpartition("/")[2]) for one in found] == expected_without(gone), found
                count += 1
    assert count or not any(optional(one) for _, one in outputs(contract))


def optional(element: Element) -> bool:
    """Whether an answer may lack an element at its first step."""
    own = element.type
    inner = [*own.elements()] if isinstance(own, Complex) else []
    return any(one.lower == 0 for one in inner)


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_a_changed_value_is_found_at_its_place_and_nowhere_else(file: Path) -> None:
    assert expect_each(load(file), 4) > 0


def test_a_changed_value_of_each_type_is_found_by_its_cause(tmp_path: Path) -> None:
    assert expect_each(small(tmp_path), 60) > 1000
