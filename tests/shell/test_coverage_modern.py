import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from coverage_side import (
    READ_CASES,
    ROOT,
    SERVICE,
    WSDL,
    cases,
    line_of,
    load,
    with_openapi,
    with_operation,
    with_requests,
    with_wsdl,
)

from overgang.areas.asyldata.area import AREA as ASYLDATA
from overgang.areas.fravaer.area import AREA as FRAVAER
from overgang.areas.kodelister.area import AREA as KODELISTER
from overgang.areas.tilmelding.area import AREA as TILMELDING
from overgang.areas.tilmelding.mapping import CANCELLATION, PROFESSION
from overgang.core.area import Operation, Placed, Waiver
from overgang.core.fields import TEXT, Field, Table, code, words
from overgang.core.rules import permission
from overgang.shell import loading
from overgang.shell.coverage import Gap, gaps, static_gaps
from overgang.shell.loading import Loaded

# ---- 3: properties, 4: codes and words


def test_a_property_that_the_openapi_does_not_have_is_a_gap() -> None:
    more = Table(*CANCELLATION.fields, Field("Note", "bemaerkning", TEXT), elsewhere=CANCELLATION.elsewhere)
    loaded = with_requests("UnemploymentCancellation", Placed("", more, "AfmeldTilmelding"))
    where = line_of("mapping.py", "def unemployment_cancellation")
    assert static_gaps(loaded) == [Gap("property not in the OpenAPI", where, "property AfmeldTilmelding bemaerkning")]


def test_a_property_of_a_reply_is_looked_up_in_the_reply_and_below_its_place() -> None:
    more = Table(*PROFESSION.fields, Field("Note", "bemaerkning", TEXT))
    placed = Placed("ProfessionCollection/ProfessionType", more, "GetJoboensker", "joboensker")
    loaded = load(with_operation(READ_CASES, lambda operation: replace(operation, replies=(placed,))))
    where = line_of("mapping.py", "def get_profession_collection")
    assert static_gaps(loaded) == [
        Gap("property not in the OpenAPI", where, "property GetJoboensker joboensker.bemaerkning")
    ]


def test_a_modern_operation_that_the_openapi_does_not_have_is_a_gap() -> None:
    loaded = with_requests("UnemploymentCancellation", Placed("", CANCELLATION, "Slet"))
    where = line_of("mapping.py", "def unemployment_cancellation")
    assert static_gaps(loaded) == [Gap("modern operation unknown", where, "UnemploymentCancellation Slet")]


def test_a_modern_operation_of_another_area_is_found_where_that_area_is_loaded() -> None:
    placed = (Placed("", Table(Field("X", "x", TEXT)), "GetAsylData"),)
    area = with_operation("UnemploymentCancellation", lambda operation: replace(operation, replies=placed))
    where = line_of("mapping.py", "def unemployment_cancellation")
    assert static_gaps(load(area)) == [Gap("modern operation unknown", where, "UnemploymentCancellation GetAsylData")]
    both = loading.load(ROOT / "wsdl", ROOT / "config/codelists", (area, ASYLDATA))
    assert static_gaps(both) == [Gap("property not in the OpenAPI", where, "property GetAsylData x")]


def test_a_table_without_a_modern_operation_is_no_gap_where_the_gateway_itself_answers() -> None:
    assert static_gaps(load(KODELISTER)) == []


def test_a_table_without_a_modern_operation_is_a_gap_where_the_operation_has_one() -> None:
    loaded = with_requests("UnemploymentCancellation", Placed("", CANCELLATION, ""))
    where = line_of("mapping.py", "def unemployment_cancellation")
    assert static_gaps(loaded) == [Gap("modern operation unknown", where, "UnemploymentCancellation ")]


def cancellation_with(codec: Any) -> Loaded:
    date, cause = CANCELLATION.fields
    table = Table(date, replace(cause, codec=codec), elsewhere=CANCELLATION.elsewhere)
    return with_requests("UnemploymentCancellation", Placed("", table, "AfmeldTilmelding"))


def test_a_code_of_another_list_than_its_property_is_a_gap() -> None:
    where = line_of("mapping.py", "def unemployment_cancellation")
    said = "code UnemploymentCancellation CauseTypeIdentifier: AbsenceType is not CauseType, the list of afmeldeaarsag"
    assert static_gaps(cancellation_with(code("AbsenceType"))) == [Gap("code not translated", where, said)]


def test_a_code_that_is_carried_as_something_else_is_a_gap() -> None:
    said = "code UnemploymentCancellation CauseTypeIdentifier: no list is not CauseType, the list of afmeldeaarsag"
    assert said in {gap.what for gap in static_gaps(cancellation_with(TEXT))}


def test_a_code_list_that_is_not_there_is_a_gap() -> None:
    whole = load()
    loaded = replace(whole, codelists={name: one for name, one in whole.codelists.items() if name != "CauseType"})
    where = line_of("mapping.py", "def unemployment_cancellation")
    said = "code UnemploymentCancellation CauseTypeIdentifier: CauseType"
    assert static_gaps(loaded) == [Gap("code list missing", where, said)]


def listed(*values: str) -> str:
    inside = "".join(f'<xs:enumeration value="{value}"/>' for value in values)
    simple = f'<xs:simpleType><xs:restriction base="xs:string">{inside}</xs:restriction></xs:simpleType>'
    return f'<xs:element name="CancellationDate">{simple}</xs:element>'


def test_a_value_that_the_old_contract_lists_and_no_codec_translates_is_a_gap_at_its_element(tmp_path: Path) -> None:
    date, cause = CANCELLATION.fields
    table = Table(replace(date, codec=words({"A": "aktiv"})), cause, elsewhere=CANCELLATION.elsewhere)
    placed = (Placed("", table, "AfmeldTilmelding"),)
    area = with_operation("UnemploymentCancellation", lambda operation: replace(operation, requests=placed))
    text = (ROOT / "wsdl" / SERVICE / "8" / WSDL).read_text(encoding="utf-8")
    found = re.search(r'<xs:element name="CancellationDate".*?</xs:element>', text, re.DOTALL)
    assert found is not None
    loaded, where = with_wsdl(tmp_path, found[0], listed("A", "B"), area)
    said = f"value {SERVICE}.UnemploymentCancellation CancellationDate B"
    assert static_gaps(loaded) == [Gap("enum value not translated", where, said)]


@pytest.mark.parametrize(
    ("side", "operation", "flow", "missing"),
    [
        ("requests", "UnemploymentEnrollment", "def unemployment_enrollment", "lukket"),
        ("replies", READ_CASES, "def get_profession_collection", "afventer"),
    ],
)
def test_a_word_that_one_side_may_send_and_the_other_does_not_know_is_a_gap(
    side: str, operation: str, flow: str, missing: str
) -> None:
    uri, *others = PROFESSION.fields
    table = Table(replace(uri, codec=words({"A": "aktiv", "L": "lukket"})), *others)

    def change(one: Operation) -> Operation:
        requests, replies = (
            tuple(replace(placed, table=table) if placed.table is PROFESSION else placed for placed in given)
            for given in (one.requests, one.replies)
        )
        return replace(one, requests=requests) if side == "requests" else replace(one, replies=replies)

    contract = with_openapi("conceptUriDa: {type: string", "conceptUriDa: {enum: [aktiv, afventer], type: string")
    loaded = replace(load(with_operation(operation, change)), openapis=contract.openapis)
    said = f"value {operation} conceptUriDa {missing}"
    assert static_gaps(loaded) == [Gap("enum value not translated", line_of("mapping.py", flow), said)]


# ---- 5: errors, rules and waivers


def test_an_error_that_no_fault_speaks_of_is_a_gap_at_its_operation() -> None:
    loaded = with_openapi("x-errorCodes: [1001, 1010, 1014, 1100, 4575]", "x-errorCodes: [1001, 7777]", 1)
    where = line_of("openapi.yaml", "operationId: GetTilmeldinger")
    assert static_gaps(loaded) == [Gap("upstream error without a fault", where, "error GetTilmeldinger 7777")]


def test_rules_for_an_operation_that_is_not_there_are_a_gap() -> None:
    rule = permission(8)
    loaded = load(replace(TILMELDING, rules={**TILMELDING.rules, "Slet": (rule,)}, reply_rules={"Laes": ()}))
    assert static_gaps(loaded) == [
        Gap("rules without an operation", "areas/tilmelding/rules.py:1", "rules Laes"),
        Gap("rules without an operation", "areas/tilmelding/rules.py:1", "rules Slet"),
    ]


def test_a_modern_operation_without_rules_is_a_gap_at_its_place() -> None:
    rules = {id: given for id, given in TILMELDING.rules.items() if id != "GetTilmeldinger"}
    where = line_of("openapi.yaml", "operationId: GetTilmeldinger")
    assert static_gaps(load(replace(TILMELDING, rules=rules))) == [
        Gap("modern operation without rules", where, "GetTilmeldinger")
    ]


def test_the_place_of_an_operation_is_not_that_of_one_whose_name_begins_alike() -> None:
    rules = {id: given for id, given in FRAVAER.rules.items() if id not in ("GetFravaer", "GetFravaerHistorik")}
    text = (ROOT / "src/overgang/areas/fravaer/openapi.yaml").read_text(encoding="utf-8").splitlines()
    there = {line.split()[-1]: number for number, line in enumerate(text, 1) if "operationId: " in line}
    found = {gap.what: gap.where for gap in static_gaps(load(replace(FRAVAER, rules=rules, reply_rules={})))}
    assert found == {id: f"areas/fravaer/openapi.yaml:{there[id]}" for id in ("GetFravaer", "GetFravaerHistorik")}


def test_what_is_waived_is_no_gap() -> None:
    rules = {id: given for id, given in TILMELDING.rules.items() if id != "GetTilmeldinger"}
    waivers = (Waiver("GetTilmeldinger", "it is read by flows only", "the area's owner"),)
    assert static_gaps(load(replace(TILMELDING, rules=rules, waivers=waivers))) == []


def test_a_waiver_that_waives_nothing_is_a_gap_once_everything_is_looked_at() -> None:
    waivers = (
        Waiver("case UnemploymentCancellation", "shown by its sibling", "the area's owner"),
        Waiver("input Service.Operation Gone", "left out", "the area's owner"),
    )
    loaded = load(replace(TILMELDING, waivers=waivers))
    assert static_gaps(loaded) == []  # whether a waiver of a case is used can't be said without the cases
    found = gaps(loaded, cases())
    idle = [gap for gap in found if gap.kind == "waiver without a gap"]
    assert idle == [Gap("waiver without a gap", "areas/tilmelding/area.py:1", "input Service.Operation Gone")]
    assert "case UnemploymentCancellation" not in {gap.what for gap in found}
