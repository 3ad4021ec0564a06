import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from overgang.areas import AREAS
from overgang.areas.tilmelding.area import AREA as TILMELDING
from overgang.areas.tilmelding.mapping import CANCELLATION, ENROLLMENT, PROFESSION
from overgang.core.area import Area, Operation, Placed, Waiver
from overgang.core.fields import TEXT, Field, Table, code, words
from overgang.core.rules import permission
from overgang.shell import loading
from overgang.shell.casebook import load_cases
from overgang.shell.coverage import Gap, gaps, static_gaps
from overgang.shell.loading import Loaded
from overgang.wire import openapi
from overgang.wire.cases import Case

ROOT = Path(__file__).parents[2]
SERVICE = "UnemploymentEnrollmentService"
WSDL = f"{SERVICE}.wsdl"
OPENAPI = ROOT / "src/overgang/areas/tilmelding/openapi.yaml"


@cache
def real() -> Loaded:
    return loading.load(ROOT / "wsdl", ROOT / "config/codelists")


@cache
def cases() -> tuple[Case, ...]:
    """The cases of reading professions, which are quick to play."""
    return tuple(case for case in load_cases((TILMELDING,)) if "GetProfessionCollection" in case.soap_in)


def load(area: Area = TILMELDING, wsdl: Path = ROOT / "wsdl") -> Loaded:
    return loading.load(wsdl, ROOT / "config/codelists", (area,))


def with_operation(name: str, change: Callable[[Operation], Operation]) -> Area:
    """The area tilmelding with one of its operations changed."""
    (service,) = TILMELDING.services
    operations = tuple(change(one) if one.name == name else one for one in service.operations)
    return replace(TILMELDING, services=(replace(service, operations=operations),))


def with_requests(name: str, *placed: Placed) -> Loaded:
    return load(with_operation(name, lambda operation: replace(operation, requests=placed)))


def with_wsdl(folder: Path, old: str, new: str, area: Area = TILMELDING) -> tuple[Loaded, str]:
    """The contract with its first `old` replaced by `new`, and the place of the change."""
    text = (ROOT / "wsdl" / SERVICE / "8" / WSDL).read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    there = folder / SERVICE / "8" / WSDL
    there.parent.mkdir(parents=True)
    there.write_text(changed, encoding="utf-8")
    number = next(n for n, (a, b) in enumerate(zip(changed.splitlines(), text.splitlines(), strict=False), 1) if a != b)
    return load(area, folder), f"{WSDL}:{number}"


def with_openapi(old: str, new: str, count: int = -1) -> Loaded:
    text = OPENAPI.read_text(encoding="utf-8")
    assert old in text
    changed = openapi.load(text.replace(old, new, count).encode(), "areas/tilmelding/openapi.yaml")
    return replace(load(), openapis={"tilmelding": changed})


def line_of(file: str, text: str) -> str:
    lines = (ROOT / "src/overgang/areas/tilmelding" / file).read_text(encoding="utf-8").splitlines()
    return f"areas/tilmelding/{file}:{next(n for n, line in enumerate(lines, 1) if text in line)}"


def test_the_real_areas_have_no_gap_that_contracts_and_tables_show() -> None:
    assert static_gaps(real()) == []
    assert real().areas == AREAS


def test_a_gap_is_told_as_place_kind_and_thing() -> None:
    assert str(Gap("kind", "file.wsdl:7", "thing")) == "file.wsdl:7: kind: thing"


# ---- 1: input elements


ENROLLMENT_DATE = '<xs:element name="EnrollmentDate" type="xs:dateTime">'
ROOT_ELEMENT = '<xs:element name="UnemploymentEnrollment" type="msg:UnemploymentEnrollmentType">'
COLLECTION = '<xs:element minOccurs="0" maxOccurs="200" name="ProfessionType" type="msg:ProfessionType">'
ITEM = '<xs:element name="HasEducation" type="xs:boolean">'
CODE = '<xs:element ref="clb:CodeListItemIdentifier"/>'


@pytest.mark.parametrize(
    ("before", "path"),
    [
        pytest.param(ENROLLMENT_DATE, "UnemploymentEnrollment/Ny", id="in a structure with a table"),
        pytest.param(ROOT_ELEMENT, "Ny", id="beside the only structure, where no table stands"),
        pytest.param(COLLECTION, "UnemploymentEnrollment/Profession/Ny", id="in a collection, beside its items"),
        pytest.param(ITEM, "UnemploymentEnrollment/Profession/ProfessionType/Ny", id="in an item of a collection"),
        pytest.param(CODE, "UnemploymentEnrollment/ClientCategoryTypeIdentifier/Ny", id="beside a code"),
    ],
)
def test_an_input_element_that_no_table_has_is_a_gap_at_its_line(before: str, path: str, tmp_path: Path) -> None:
    planted = '<xs:element minOccurs="0" name="Ny" type="xs:string"/>'
    loaded, where = with_wsdl(tmp_path, before, f"{planted}\n{before}")
    assert Gap("input element not mapped", where, f"input {SERVICE}.UnemploymentEnrollment {path}") in static_gaps(
        loaded
    )


def test_an_operation_without_any_table_has_every_element_unmapped() -> None:
    found = static_gaps(with_requests("UnemploymentCancellation"))
    assert {gap.kind for gap in found} == {"input element not mapped"}
    assert {gap.what.rpartition(" ")[2] for gap in found} == {
        "PersonCivilRegistrationIdentifier",
        "CancellationDate",
        "CauseTypeIdentifier",
        "CauseTypeIdentifier/CodeListItemIdentifier",
    }
    assert all(re.fullmatch(rf"{WSDL}:[1-9][0-9]+", gap.where) for gap in found)


def test_parts_of_what_the_flow_carries_whole_are_no_gap() -> None:
    flow_carries = Table(*ENROLLMENT.fields, elsewhere=ENROLLMENT.elsewhere)
    loaded = with_requests("UnemploymentEnrollment", Placed("UnemploymentEnrollment", flow_carries, "CreateTilmelding"))
    assert static_gaps(loaded) == []


def test_a_table_for_an_element_that_is_not_there_is_a_gap() -> None:
    loaded = with_requests(
        "UnemploymentCancellation",
        Placed("", CANCELLATION, "AfmeldTilmelding"),
        Placed("Cancellation", Table(), "AfmeldTilmelding"),
    )
    where = line_of("mapping.py", "def unemployment_cancellation")
    assert static_gaps(loaded) == [Gap("table without its element", where, "UnemploymentCancellation Cancellation")]


# ---- 2: output elements, 6: operations without a case


READ_CASES = "GetProfessionCollection"


def test_an_output_element_that_no_answer_of_a_case_has_is_a_gap_at_its_line(tmp_path: Path) -> None:
    planted = '<xs:element minOccurs="0" name="Antal" type="xs:int"/>'
    before = '<xs:element minOccurs="0" name="ProfessionCollection" type="msg:ProfessionTypeCollection">'
    loaded, where = with_wsdl(tmp_path, before, f"{planted}\n{before}")
    found = [gap for gap in gaps(loaded, cases()) if READ_CASES in gap.what]
    assert found == [Gap("output element not produced", where, f"output {SERVICE}.{READ_CASES} Antal")]


def test_an_operation_that_no_case_shows_is_a_gap_at_its_flow() -> None:
    found = gaps(load(), cases())
    for operation, flow in (
        ("UnemploymentEnrollment", "def unemployment_enrollment"),
        ("UnemploymentCancellation", "def unemployment_cancellation"),
    ):
        assert Gap("operation without a case", line_of("mapping.py", flow), f"case {operation}") in found
    assert [gap for gap in found if READ_CASES in gap.what] == []


def test_a_case_that_does_not_hold_is_a_gap() -> None:
    case = next(case for case in cases() if case.soap_out.count("<") > 3)
    wrong = replace(case, rest_in=(case.rest_in[0].replace("2023", "2022"),))
    assert wrong.rest_in != case.rest_in
    where = f"areas/{case.file}:1"
    assert Gap("case does not hold", where, f"case {case.name}") in gaps(load(), [wrong])
    assert Gap("case does not hold", where, f"case {case.name}") in gaps(load(), [replace(case, version=7)])


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


# ---- 5: errors, 7: headers, rules and waivers


def test_an_error_that_no_fault_speaks_of_is_a_gap_at_its_operation() -> None:
    loaded = with_openapi("x-errorCodes: [1001, 1010, 1014, 1100, 4575]", "x-errorCodes: [1001, 7777]", 1)
    where = line_of("openapi.yaml", "operationId: GetTilmeldinger")
    assert static_gaps(loaded) == [Gap("upstream error without a fault", where, "error GetTilmeldinger 7777")]


def test_a_header_element_that_no_code_reads_is_a_gap_in_every_operation(tmp_path: Path) -> None:
    before = '<xs:element ref="aoh:OrganisationCode"/>'
    planted = '<xs:element minOccurs="0" name="Afdeling" type="xs:string"/>'
    loaded, where = with_wsdl(tmp_path, before, f"{planted}\n{before}")
    assert static_gaps(loaded) == [
        Gap("header not read", where, f"header {SERVICE}.{operation} ActiveOrganisationHeader/Afdeling")
        for operation in ("UnemploymentEnrollment", "UnemploymentCancellation", READ_CASES)
    ]


def test_a_header_block_that_no_code_reads_is_a_gap(tmp_path: Path) -> None:
    element = '<xs:element name="ActiveOrganisationHeader" type="aoh:ActiveOrganisationHeaderType">'
    text = (ROOT / "wsdl" / SERVICE / "8" / WSDL).read_text(encoding="utf-8")
    message = re.search(r'<wsdl:part name="(\w+)" element="aoh:ActiveOrganisationHeader"\s*/>', text)
    use = re.search(r"<soap:header [^>]*ActiveOrganisationHeader[^>]*/>", text)
    assert message is not None
    assert use is not None
    planted = text.replace(element, f'<xs:element name="Spor" type="xs:string"/>\n{element}', 1)
    planted = planted.replace(message[0], f'{message[0]}<wsdl:part name="Spor" element="aoh:Spor"/>', 1)
    planted = planted.replace(use[0], use[0] + use[0].replace(f'part="{message[1]}"', 'part="Spor"'), 1)
    there = tmp_path / SERVICE / "8" / WSDL
    there.parent.mkdir(parents=True)
    there.write_text(planted, encoding="utf-8")
    number = next(n for n, line in enumerate(planted.splitlines(), 1) if 'name="Spor"' in line)
    found = static_gaps(load(wsdl=tmp_path))
    assert [(gap.kind, gap.where) for gap in found] == [("header not read", f"{WSDL}:{number}")]
    assert found[0].what.endswith(" Spor")


def test_an_operation_of_the_contract_without_a_flow_is_a_gap() -> None:
    (service,) = TILMELDING.services
    fewer = replace(service, operations=service.operations[:2])
    (gap,) = static_gaps(load(replace(TILMELDING, services=(fewer,))))
    assert (gap.kind, gap.what) == ("operation without a flow", f"operation {SERVICE}.{READ_CASES}")
    assert re.fullmatch(rf"{WSDL}:[1-9][0-9]+", gap.where)


def test_an_operation_that_an_area_names_as_forwarded_is_no_gap() -> None:
    (service,) = TILMELDING.services
    named = replace(service, operations=service.operations[:2], forwarded=(READ_CASES,))
    assert static_gaps(load(replace(TILMELDING, services=(named,)))) == []


@pytest.mark.parametrize(
    "name", [pytest.param("Slet", id="not of the contract"), pytest.param(READ_CASES, id="bridged all the same")]
)
def test_a_forwarded_operation_that_is_not_there_or_is_bridged_is_a_gap(name: str) -> None:
    (service,) = TILMELDING.services
    loaded = load(replace(TILMELDING, services=(replace(service, forwarded=(name,)),)))
    (gap,) = static_gaps(loaded)
    assert (gap.kind, gap.what) == ("forwarded operation unknown or bridged", f"forwarded {SERVICE}.{name}")
    assert gap.where == "areas/tilmelding/area.py:1"


def test_forwarded_names_of_another_version_do_not_count() -> None:
    (service,) = TILMELDING.services
    fewer = replace(service, operations=service.operations[:2])
    loaded = load(replace(TILMELDING, services=(fewer,)))
    other = replace(TILMELDING, services=(fewer, replace(fewer, version=7, forwarded=(READ_CASES,))))
    assert [gap.kind for gap in static_gaps(replace(loaded, areas=(other,)))] == ["operation without a flow"]


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
