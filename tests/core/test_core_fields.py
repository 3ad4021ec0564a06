from typing import Any

import pytest

from overgang.core.errors import GatewayFault, UpstreamFault
from overgang.core.fields import (
    BOOLEAN,
    DATO,
    GUID,
    NUMBER,
    TEXT,
    TIDSPUNKT,
    Codec,
    Field,
    Table,
    code,
    each,
    nested,
    repeated,
    words,
)
from overgang.core.values import NIL, Dato, Tidspunkt

ITEM = Table(Field("Uri", "uri", TEXT), Field("Months", "months", NUMBER))
TABLE = Table(
    Field("Type", "type", code("AbsenceType", unknown=4313)),
    Field("Start", "start", TIDSPUNKT),
    Field("Comment", "comment", TEXT),
    Field("Id", "id", GUID),
    Field("Open", "open", BOOLEAN),
    Field("State", "state", words({"A": "aktiv", "L": "lukket"})),
    Field("Items", "items", each("Item", ITEM)),
    Field("Born", "born", DATO),
    Field("Only", "only", nested(ITEM)),
    Field("Each", "each", repeated(ITEM)),
    elsewhere={"PersonCivilRegistrationIdentifier": "a header"},
)
OLD = {
    "Type": {"CodeListItemIdentifier": 7},
    "Start": Tidspunkt("2024-12-10T08:00:00.1234567+01:00"),
    "Comment": "en kommentar",
    "Id": "0b6f2a52-5f0c-4d6e-9d0b-4b2c8f1f7a10",
    "Open": False,
    "State": "L",
    "Items": {"Item": [{"Uri": "u", "Months": 0}]},
    "Born": Dato("1993-09-03+01:00"),
    "Only": {"Uri": "u", "Months": 0},
    "Each": [{"Uri": "v", "Months": 1}],
}
NEW = {
    "type": 7,
    "start": "2024-12-10T08:00:00.1234567+01:00",
    "comment": "en kommentar",
    "id": "0b6f2a52-5f0c-4d6e-9d0b-4b2c8f1f7a10",
    "open": False,
    "state": "lukket",
    "items": [{"uri": "u", "months": 0}],
    "born": "1993-09-03+01:00",
    "only": {"uri": "u", "months": 0},
    "each": [{"uri": "v", "months": 1}],
}


def test_a_table_maps_a_structure_there_and_back_in_its_own_order() -> None:
    assert list(TABLE.to_new(dict(reversed(OLD.items()))).items()) == list(NEW.items())
    assert list(TABLE.to_old(dict(reversed(NEW.items()))).items()) == list(OLD.items())


def test_a_time_or_a_day_is_plain_text_in_json_and_itself_again_when_it_comes_back() -> None:
    assert (type(TABLE.to_new(OLD)["start"]), type(TABLE.to_new(OLD)["born"])) == (str, str)
    assert (type(TABLE.to_old(NEW)["Start"]), type(TABLE.to_old(NEW)["Born"])) == (Tidspunkt, Dato)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param({}, {}, id="absent stays absent"),
        pytest.param({"Comment": NIL, "Type": NIL}, {"comment": None, "type": None}, id="nil becomes null"),
        pytest.param(
            {"Comment": "", "Items": {}, "Only": {}, "Each": []},
            {"comment": "", "items": [], "only": {}, "each": []},
            id="empty stays empty",
        ),
    ],
)
def test_absent_nil_and_empty_stay_three_things_both_ways(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert TABLE.to_new(old) == new
    assert TABLE.to_old(new) == old


def test_an_element_that_is_carried_elsewhere_is_left_out() -> None:
    assert TABLE.to_new({"PersonCivilRegistrationIdentifier": "0506912617"}) == {}


def test_an_element_without_a_place_is_refused_by_name() -> None:
    with pytest.raises(GatewayFault) as raised:
        TABLE.to_new({"Comment": "x", "Ny": "secret"})
    assert (raised.value.number, raised.value.key, raised.value.element) == (1011, "mapping.element", "Ny")
    assert "secret" not in raised.value.text


def test_a_property_that_the_old_contract_has_no_element_for_stays_behind() -> None:
    assert TABLE.to_old({"comment": "x", "nyEgenskab": 1}) == {"Comment": "x"}


@pytest.mark.parametrize(
    ("property", "value"),
    [
        ("type", "7"),
        ("type", True),
        ("type", 7.0),
        ("start", 20241210),
        ("comment", 5),
        ("id", ["secret"]),
        ("open", "true"),
        ("open", 1),
        ("state", "secret"),
        ("state", ["secret"]),
        ("items", {"uri": "u"}),
        ("items", ["secret"]),
        ("items", [None]),
        ("each", {"uri": "u"}),
        ("each", ["secret"]),
        ("born", 19930903),
        ("only", "secret"),
        ("only", [{"uri": "u"}]),
    ],
)
def test_a_reply_value_of_another_kind_is_the_modern_sides_fault(property: str, value: Any) -> None:
    with pytest.raises(UpstreamFault) as raised:
        TABLE.to_old({property: value})
    fault = raised.value
    assert (fault.number, fault.key, fault.element) == (1100, "upstream.unrepresentable", property)
    assert fault.expected == TABLE.field(property).codec.name
    assert "secret" not in fault.text


@pytest.mark.parametrize(
    "new",
    [
        {"items": [{"uri": "u", "months": True}]},
        {"each": [{"uri": "u", "months": True}]},
        {"only": {"months": True}},
    ],
)
def test_within_another_the_property_of_the_inner_one_is_named(new: dict[str, Any]) -> None:
    with pytest.raises(UpstreamFault) as raised:
        TABLE.to_old(new)
    assert raised.value.element == "months"


def test_within_an_object_the_property_and_the_element_of_the_inner_one_are_named() -> None:
    with pytest.raises(UpstreamFault) as upstream:
        TABLE.to_old({"only": {"months": True}})
    with pytest.raises(GatewayFault) as gateway:
        TABLE.to_new({"Only": {"Ny": "secret"}})
    assert (upstream.value.element, gateway.value.element) == ("months", "Ny")


@pytest.mark.parametrize(("element", "value"), [("State", "X"), ("Open", "true")])
def test_an_old_value_without_a_modern_form_is_the_gateways_fault(element: str, value: str) -> None:
    with pytest.raises(GatewayFault) as raised:
        TABLE.to_new({element: value})
    assert (raised.value.number, raised.value.key, raised.value.element) == (1011, "mapping.value", element)


@pytest.mark.parametrize(
    "fields",
    [
        (Field("A", "a", TEXT), Field("A", "b", TEXT)),
        (Field("A", "a", TEXT), Field("B", "a", TEXT)),
        (Field("Elsewhere", "a", TEXT),),
    ],
)
def test_nothing_is_mapped_twice(fields: tuple[Field, ...]) -> None:
    with pytest.raises(ValueError, match="mapped twice"):
        Table(*fields, elsewhere={"Elsewhere": "a header"})


def test_two_words_with_one_meaning_are_refused_because_there_is_no_way_back() -> None:
    with pytest.raises(ValueError, match="share a modern one"):
        words({"A": "x", "B": "x"})


@pytest.mark.parametrize(
    ("codec", "codelist", "unknown", "values"),
    [
        (code("CauseType"), "CauseType", 2002, None),
        (code("CauseType", unknown=4340), "CauseType", 4340, None),
        (words({"A": "aktiv"}), None, 2002, {"A": "aktiv"}),
    ],
)
def test_a_codec_tells_its_list_its_number_for_unknown_values_and_its_words(
    codec: Codec, codelist: str | None, unknown: int, values: dict[str, str] | None
) -> None:
    assert (codec.codelist, codec.unknown, codec.values) == (codelist, unknown, values)


@pytest.mark.parametrize(
    ("codec", "item"), [(each("Item", ITEM), "Item"), (repeated(ITEM), None), (nested(ITEM), None), (TEXT, None)]
)
def test_a_codec_tells_the_table_within_and_the_element_that_repeats_in_it(codec: Codec, item: str | None) -> None:
    assert codec.inside is (None if codec is TEXT else ITEM)
    assert codec.item == item
