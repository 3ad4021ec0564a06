from importlib.resources import files

import pytest

from overgang.wire.openapi import OpenApi, OpenApiError, load
from overgang.wire.schema import SchemaProblem

SMALL = """
openapi: 3.1.0
info: {title: Small, version: "1"}
paths:
  /jobsearch/v1/Thing/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string, maxLength: 3}}
    put:
      operationId: UpdateThing
      x-evidence: documented
      x-errorCodes: [1014, 4632]
      requestBody: {required: true, content: {application/json: {schema: {type: object, example: 2024-01-31}}}}
      responses:
        "200": {description: Done., content: {application/json: {schema: {type: integer}}}}
        "204": {description: Done.}
"""


def area(name: str) -> OpenApi:
    return load(files(f"overgang.areas.{name}").joinpath("openapi.yaml").read_bytes(), name)


def test_an_operation_carries_what_its_contract_says() -> None:
    operation = load(SMALL.encode(), "small.yaml").operations["PUT", "/jobsearch/v1/Thing/{id}"]
    assert (operation.id, operation.domain, operation.evidence) == ("UpdateThing", "jobsearch", "documented")
    assert operation.error_codes == {1014, 4632}
    assert operation.body_required
    assert [(parameter.name, parameter.place, parameter.required) for parameter in operation.parameters] == [
        ("id", "path", True)
    ]
    assert operation.responses.keys() == {200, 204}
    assert operation.responses[204] is None


def test_bodies_replies_and_parameters_are_checked_by_their_schemas() -> None:
    operation = load(SMALL.encode(), "small.yaml").operation("UpdateThing")
    body, reply, parameter = operation.body, operation.responses[200], operation.parameters[0].validator
    assert body is not None
    assert reply is not None
    for validator, good, bad in ((body, {}, []), (reply, 1, "1"), (parameter, "abc", "abcd")):
        validator.check(good)
        with pytest.raises(SchemaProblem):
            validator.check(bad)


def test_a_day_in_an_example_stays_a_text() -> None:
    document = load(SMALL.encode(), "small.yaml").document
    put = document["paths"]["/jobsearch/v1/Thing/{id}"]["put"]
    assert put["requestBody"]["content"]["application/json"]["schema"]["example"] == "2024-01-31"


def test_an_operation_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="Nothing"):
        load(SMALL.encode(), "small.yaml").operation("Nothing")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("openapi: 3.1.0", "openapi: 3.0.3", "small.yaml: not OpenAPI 3.1"),
        ("paths:", "paths: [", "small.yaml: not YAML: "),
        ("x-evidence: documented", "", "small.yaml: PUT /jobsearch/v1/Thing/{id}: x-evidence is missing"),
        ("operationId: UpdateThing", "", "operationId is missing"),
        ("type: integer", "type: intgeer", "not a usable schema"),
        ("{type: integer}", '{$ref: "#/components/schemas/No"}', "not a usable schema"),
        (
            "application/json: {schema: {type: integer}}",
            "text/html: {schema: {type: integer}}",
            "no JSON among text/html",
        ),
        ("name: id", "name: di", "path parameters ['di'] are not the template's places"),
        ('"204"', "default", "default"),
        ("Thing/{id}:", "Thing/{id}/:", "a path starts with a slash and ends without one"),
        ("Thing/{id}:", "Thing/x{id}:", "are not the template's places"),
    ],
)
def test_a_mistake_in_a_file_is_told_in_one_line_with_its_place(old: str, new: str, message: str) -> None:
    assert old in SMALL
    with pytest.raises(OpenApiError) as caught:
        load(SMALL.replace(old, new).encode(), "small.yaml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("small.yaml: ")
    assert "\n" not in str(caught.value)


def test_an_operation_id_is_used_once() -> None:
    more = (
        SMALL
        + """  /jobsearch/v1/Thing:
    get: {operationId: UpdateThing, x-evidence: documented, x-errorCodes: [], responses: {"204": {description: x}}}
"""
    )
    with pytest.raises(OpenApiError, match="operationId UpdateThing is used twice"):
        load(more.encode(), "small.yaml")


def test_the_areas_contracts_load_with_their_code_lists_and_properties() -> None:
    tilmelding = area("tilmelding")
    create = tilmelding.operation("CreateTilmelding")
    assert create.codelists["Klientkategori"] == "ClientCategoryType"
    assert "Stillingsbetegnelser.ConceptUriDa" in tilmelding.properties(create.request)
    assert "tilmeldinger.registreringsmetadata.erSlettet" in tilmelding.properties(
        tilmelding.operation("GetTilmeldingHistorik").replies[200]
    )
    assert area("fravaer").operation("CreateFravaer").replaces == "AbsenceRegistrationService.CreateAbsence"
