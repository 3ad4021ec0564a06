"""Field tables as rows to read."""

import pytest

from overgang.core.area import Operation, Placed
from overgang.core.fields import GUID, NUMBER, TEXT, Field, Table, code, each, nested
from overgang.core.flow import Flow
from overgang.core.messages import SoapCall
from overgang.pages.mapping import Row, grouped, made_of, replies, requests

ITEM = Table(Field("Code", "kode", code("AbsenceType")), elsewhere={"Kept": "the path"})
INNER = Table(Field("Number", "nummer", NUMBER))
OUTER = Table(
    Field("Id", "id", GUID), Field("Items", "poster", each("Item", ITEM)), Field("Inner", "indre", nested(INNER))
)


def flow(call: SoapCall) -> Flow:
    yield from ()
    return {}


OPERATION = Operation(
    "Op",
    flow,
    ("Ask",),
    "documented",
    requests=(Placed("", Table(Field("Text", "tekst", TEXT)), "Ask"),),
    replies=(Placed("Person", OUTER, "Ask", "person"),),
)


def test_a_table_within_a_table_is_told_below_it() -> None:
    assert replies(OPERATION) == [
        Row("Person/Id", "person.id", "a uuid", "", "Ask"),
        Row("Person/Items", "person.poster", "an array of objects", "", "Ask"),
        Row("Person/Items/Item/Code", "person.poster[].kode", "a value of code list AbsenceType", "AbsenceType", "Ask"),
        Row("Person/Items/Item/Kept", "", "", "", "Ask", "the path"),
        Row("Person/Inner", "person.indre", "an object", "", "Ask"),
        Row("Person/Inner/Number", "person.indre.nummer", "a whole number", "", "Ask"),
    ]
    assert requests(OPERATION) == [Row("Text", "tekst", "a text", "", "Ask")]


@pytest.mark.parametrize(
    ("place", "new"),
    [
        ("Person/Id", ["person.id"]),
        ("Person/Items/Item/Code", ["person.poster[].kode"]),
        ("Person/Items/Item/Code/CodeListItemIdentifier", ["person.poster[].kode"]),
        ("Person/Items/Item", ["person.poster"]),
        ("Person/Id/@kind", ["person.id"]),
        ("Person/Inner/Number", ["person.indre.nummer"]),
        ("Other/Id", []),
        ("/Body", []),
        ("/HTTP/status", []),
        ("/Fault/Reason", []),
        ("", []),
    ],
)
def test_what_made_an_element_is_found_by_its_place(place: str, new: list[str]) -> None:
    assert [row.new for row in made_of(OPERATION, place)] == new


def test_rows_are_grouped_by_their_structure() -> None:
    found = grouped(replies(OPERATION))

    assert [(group.old, group.new, len(group.rows)) for group in found] == [
        ("Person", "person", 3),
        ("Person/Items/Item", "person.poster[]", 2),
        ("Person/Inner", "person.indre", 1),
    ]
