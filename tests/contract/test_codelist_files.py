"""The code lists as data: dated, with evidence and a source for each value."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

CODE_LISTS = sorted((Path(__file__).parents[2] / "config" / "codelists").glob("*.toml"))

each_code_list = pytest.mark.parametrize("file", CODE_LISTS, ids=lambda file: file.stem)


def code_list(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def test_the_eight_code_lists_are_there_under_their_own_names() -> None:
    assert [code_list(file)["name"] for file in CODE_LISTS] == [file.stem for file in CODE_LISTS]
    assert {file.stem for file in CODE_LISTS} >= {
        "AbsenceType",
        "AbsenceCauseType",
        "AdditionalInformationOnAbsenceType",
        "CauseType",
        "ClientCategoryType",
        "CurrentUnemploymentStatusType",
        "OrganisationType",
        "RequestUserType",
    }


@each_code_list
def test_a_code_list_has_each_id_and_name_once_in_ascending_order(file: Path) -> None:
    values = code_list(file)["value"]
    ids = [value["id"] for value in values]
    assert ids == sorted(set(ids))
    assert all(0 <= number <= 10000 for number in ids)
    assert len({value["name"] for value in values}) == len(values)


@each_code_list
def test_a_code_list_says_of_each_value_since_when_on_what_evidence_and_from_where(file: Path) -> None:
    content = code_list(file)
    assert content["modern"].endswith("CodeList")
    assert content["title"]
    assert content["source"]
    for value in content["value"]:
        assert type(value["since"]) is date
        assert value["since"] <= value.get("ends", value["since"])
        assert value["evidence"] in {"documented", "reconstructed"}
        assert value["source"]
        assert not {"only", "not"} <= value.keys()


def test_the_documented_values_are_exactly_as_documented() -> None:
    documented = {
        file.stem: {v["id"]: v["name"] for v in code_list(file)["value"] if v["evidence"] == "documented"}
        for file in CODE_LISTS
    }
    assert {name: values for name, values in documented.items() if values} == {
        "AbsenceType": {
            1: "Uddannelse",
            2: "MidlertidigtArbejde",
            3: "BorgerligtOmbud",
            4: "BarselMax14Dage",
            6: "Under18OgUdenForældreMedForsørgelsespligt",
            7: "KanIkkeFåFoertidspensionEllerFolkepension",
            8: "Barsel",
            9: "Friperiode",
            10: "Ferie",
            11: "SygdomSygemelding",
        },
        "ContactGroupType": {1: "Dagpengemodtager", 2: "Kontanthjælpsmodtager", 13: "Jobafklaring"},
        "OrganisationType": {4: "AndenAktoer", 7: "Kommune", 8: "Jobcenter", 24: "Virksomhed"},
        "PersonCategoryType": {4: "Jobparat", 5: "Aktivitetsparat", 8: "Ikke visiteret"},
        "RequestUserType": {1: "Citizen", 2: "Sagsbehandler", 3: "System", 4: "Medarbejder"},
    }


def test_the_reasons_to_end_an_enrolment_show_every_kind_of_restriction() -> None:
    values = code_list(CODE_LISTS[0].with_name("CauseType.toml"))["value"]
    kinds = {key for value in values for key in ("only", "not", "internal", "ends") if key in value}
    assert kinds == {"only", "not", "internal", "ends"}
    assert all(value["ends"] < date(2024, 1, 1) for value in values if "ends" in value)
