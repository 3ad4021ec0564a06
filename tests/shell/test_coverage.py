import re
from dataclasses import replace
from pathlib import Path

import pytest
from coverage_side import (
    READ_CASES,
    ROOT,
    SERVICE,
    WSDL,
    cases,
    line_of,
    load,
    real,
    with_requests,
    with_wsdl,
)

from overgang.areas import AREAS
from overgang.areas.tilmelding.area import AREA as TILMELDING
from overgang.areas.tilmelding.mapping import CANCELLATION, ENROLLMENT
from overgang.core.area import Placed
from overgang.core.fields import Table
from overgang.shell.coverage import Gap, gaps, static_gaps


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


# ---- 7: headers, and operations without a flow


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


def test_an_operation_that_is_forwarded_as_it_is_needs_no_flow() -> None:
    (service,) = TILMELDING.services
    forwarded = replace(service, operations=service.operations[:2], forwarded=(READ_CASES,))
    assert static_gaps(load(replace(TILMELDING, services=(forwarded,)))) == []


@pytest.mark.parametrize("name", [READ_CASES, "Ukendt"], ids=["bridged", "unknown"])
def test_a_forwarded_operation_that_is_bridged_or_unknown_is_a_gap(name: str) -> None:
    (service,) = TILMELDING.services
    area = replace(TILMELDING, services=(replace(service, forwarded=(name,)),))
    said = f"forwarded {SERVICE}.{name}"
    assert static_gaps(load(area)) == [
        Gap("forwarded operation unknown or bridged", "areas/tilmelding/area.py:1", said)
    ]
