from decimal import Decimal
from typing import Any

import pytest

from overgang.wire.schema import Compiler, SchemaProblem, codelists, properties, resolve

DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Uuid": {"type": "string", "format": "uuid", "pattern": "^[0-9a-f-]+$"},
            "Tidspunkt": {"type": "string", "format": "tidspunkt"},
            "Person": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "id": {"$ref": "#/components/schemas/Uuid"},
                    "kode": {"type": "integer", "minimum": 0, "maximum": 9, "x-codelist": "Kode"},
                    "navn": {"type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[A-Z]+$"},
                    "dag": {"$ref": "#/components/schemas/Tidspunkt"},
                    "art": {"enum": ["a", "b"]},
                    "andel": {"type": ["number", "null"], "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                    "mere": {"type": "array", "maxItems": 1, "items": {"$ref": "#/components/schemas/Person"}},
                },
                "required": ["id"],
            },
            "Historik": {
                "allOf": [
                    {"$ref": "#/components/schemas/Person"},
                    {"properties": {"id": {"$ref": "#/components/schemas/Uuid", "x-codelist": "Beside"}}},
                ],
                "oneOf": [{"properties": {"x": True}}, {"properties": {"y": {}}}],
            },
        }
    }
}
PERSON = DOCUMENT["components"]["schemas"]["Person"]
UUID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


def problem(value: Any, schema: Any = PERSON) -> SchemaProblem:
    with pytest.raises(SchemaProblem) as caught:
        Compiler(DOCUMENT).validator(schema).check(value)
    return caught.value


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        ({"kode": "secret"}, "kode", "a whole number"),
        ({"kode": True}, "kode", "a whole number"),
        ({"kode": Decimal("1.5")}, "kode", "a whole number"),
        ({"kode": -1}, "kode", "a number of at least 0"),
        ({"kode": 10}, "kode", "a number of at most 9"),
        ({"kode": 10**3000}, "kode", "a number of at most 9"),
        ({"navn": "S"}, "navn", "a text of at least 2 characters"),
        ({"navn": "SECRET"}, "navn", "a text of at most 4 characters"),
        ({"navn": "sec"}, "navn", "a text of the form ^[A-Z]+$"),
        ({"navn": "SE\n"}, "navn", "a text of the form ^[A-Z]+$"),
        ({"id": "secret"}, "id", "a uuid"),
        ({"id": UUID.replace("3", "٣")}, "id", "a uuid"),
        ({"dag": "secret"}, "dag", "a point in time such as 2024-01-31T12:00:00"),
        ({"art": "secret"}, "art", "one of a, b"),
        ({"andel": "secret"}, "andel", "null or a number"),
        ({"andel": Decimal("0.0")}, "andel", "a number over 0"),
        ({"andel": 1}, "andel", "a number under 1"),
        ({"mere": [{"id": UUID}, {"id": UUID}]}, "mere", "a list of at most 1 items"),
        ({"mere": {"secret": 1}}, "mere", "a list"),
        ({"mere": [{"id": UUID, "kode": "secret"}]}, "mere[0].kode", "a whole number"),
        ({"mere": [{}]}, "mere[0].id", "the property to be present"),
        ({"secret": 1}, "", "no properties but id, kode, navn, dag, art, andel, mere"),
    ],
)
def test_a_problem_says_where_and_what_was_expected_and_not_the_value(
    given: dict[str, Any], path: str, expected: str
) -> None:
    found = problem({"id": UUID, **given})
    assert (found.path, found.expected) == (path, expected)
    assert "secret" not in str(found).lower()
    assert found.__cause__ is None
    assert found.__context__ is None


def test_the_value_itself_and_a_missing_property_are_told_apart() -> None:
    assert str(problem([])) == "the value: expected an object"
    assert str(problem({})) == "id: expected the property to be present"


def test_another_keyword_is_told_by_its_name() -> None:
    assert problem([1, 1], {"uniqueItems": True}).expected == "a value that the contract allows (uniqueItems)"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("2024-02-29T00:00:00", True),
        ("2023-02-29T00:00:00", False),
        ("2024-04-31T00:00:00Z", False),
        ("2024-12-31T23:59:59.1234567+01:00", True),
        ("2024-12-31T23:59:60Z", False),
        ("2024-12-31T24:00:00", False),
        ("2024-12-31", False),
        ("2024-12-31 12:00:00", False),
        ("2024-12-31T12:00:00+24:00", False),
        ("0000-01-01T00:00:00Z", False),
        ("0001-01-01T00:00:00Z", True),
        ("9999-12-31T23:59:59-01:00", False),
        ("٢٠٢٤-12-31T12:00:00", False),
        ("2024-12-31T12:00:00\n", False),
    ],
)
def test_a_point_in_time_is_rfc_3339_on_a_real_day_with_an_optional_offset(text: str, good: bool) -> None:
    validator = Compiler(DOCUMENT).validator(DOCUMENT["components"]["schemas"]["Tidspunkt"])
    if good:
        validator.check(text)
    else:
        assert problem(text, DOCUMENT["components"]["schemas"]["Tidspunkt"]).path == ""


def test_a_schema_that_is_none_is_refused_when_it_is_compiled() -> None:
    for schema in ({"type": "strnig"}, {"$ref": "#/components/schemas/Nobody"}, {"pattern": "("}):
        with pytest.raises(ValueError, match="not a usable schema"):
            Compiler(DOCUMENT).validator(schema)


def test_a_schema_is_compiled_once() -> None:
    compiler = Compiler(DOCUMENT)
    assert compiler.validator(PERSON) is compiler.validator(PERSON)


def test_the_properties_of_a_schema_are_paths_through_lists_and_parts() -> None:
    assert properties(DOCUMENT, {"$ref": "#/components/schemas/Historik"}) == {
        "id", "kode", "navn", "dag", "art", "andel", "mere", "x", "y",
    }  # fmt: skip
    outer: dict[str, Any] = {"properties": {"alle": {"items": {"properties": {"en": {"properties": {"to": {}}}}}}}}
    assert properties(DOCUMENT, outer) == {"alle", "alle.en", "alle.en.to"}
    assert properties(DOCUMENT, None) == frozenset()


def test_code_lists_are_found_by_property_also_beside_a_ref() -> None:
    assert codelists(DOCUMENT, {"items": PERSON}) == {"kode": "Kode"}
    assert codelists(DOCUMENT, {"$ref": "#/components/schemas/Historik"}) == {"kode": "Kode", "id": "Beside"}


def test_a_reference_to_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="#/components/schemas/Nobody points to nothing"):
        resolve(DOCUMENT, {"$ref": "#/components/schemas/Nobody"})
