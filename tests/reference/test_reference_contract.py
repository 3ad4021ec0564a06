"""The modern side keeps the OpenAPI contracts, and the contracts are whole."""

import json
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from reference_side import (
    ADRESSE,
    FRAVAER,
    JOBLOG,
    JOBOENSKE,
    NUMBERS,
    TILMELDING,
    UNKNOWN,
    Side,
    adresse,
    fravaer,
    fresh,
    jobsoegning,
    tilmelding,
)

from overgang.core.errors import ERRORS

AREAS = Path(__file__).parents[2] / "src/overgang/areas"
CONTRACTS = {
    area: yaml.safe_load((AREAS / area / "openapi.yaml").read_text("utf-8"))
    for area in (
        "tilmelding",
        "fravaer",
        "midlertidig_adresse",
        "asyldata",
        "joblog",
        "kontaktgrupper",
        "visitation",
        "sygemelding",
    )
}
OPERATIONS = {
    operation["operationId"]: (contract, verb.upper(), path, operation)
    for contract in CONTRACTS.values()
    for path, verbs in contract["paths"].items()
    for verb, operation in verbs.items()
}
EVIDENCE = {"documented", "partly", "reconstructed"}
ID = "6d1f7a0e-53c5-4f0e-9a43-000000000001"
OTHER_ID = "6d1f7a0e-53c5-4f0e-9a43-000000000002"
WISH = {"conceptUriDa": "a", "harUddannelse": False, "aarSidstBrugt": 2020, "maanedersErfaring": 3}
PERSONVISITERING = "/visiteringogstatus/v1/PersonVisitering"
KONTAKTGRUPPE = {
    "KontaktgruppeType": 24,
    "Starttidspunkt": "2024-12-10T00:00:00",
    "Sluttidspunkt": "2025-12-10T00:00:00",
}
PERSONKATEGORI = {"PersonkategoriType": 2, "Starttidspunkt": "2024-12-10T00:00:00"}
SYGEMELDING = "/visiteringogstatus/v1/Sygemelding"
ILLNESS = {"startdato": "2024-12-09T00:00:00", "fravaerType": 11, "anmeldelsesdato": "2024-12-09T00:00:00"}
ENDED = ILLNESS | {"slutdato": "2024-12-10T00:00:00", "fravaersafslutningsaarsag": 1, "ledighedsgrad": 1}
INFO = {"yderligereInfoType": 1, "startDato": "2024-12-16T00:00:00", "kommentar": ""}

# In an order in which each call finds what it needs.
CALLS: list[tuple[str, str, str, object]] = [
    ("CreateTilmelding", "POST", f"{TILMELDING}/{ID}", tilmelding(Haendelsesdato="2024-12-10T00:00:00Z")),
    ("GetTilmeldinger", "GET", TILMELDING, None),
    (
        "AfmeldTilmelding",
        "PUT",
        f"{TILMELDING}/action/Afmeld/{ID}",
        {"afmeldingsdato": "2025-01-01T00:00:00", "afmeldeaarsag": 1},
    ),
    ("GetTilmeldingHistorik", "GET", f"{TILMELDING}/historik", None),
    ("CreateJoboensker", "POST", JOBOENSKE, {"joboensker": [WISH]}),
    ("GetJoboensker", "GET", JOBOENSKE, None),
    ("Getjoboenskehistorik", "GET", f"{JOBOENSKE}/historik", None),
    ("CreateJoblogJobsoegning", "POST", JOBLOG, jobsoegning(jobsoegningslogningIdentifier=ID)),
    ("UpdateJoblogJobsoegning", "PUT", f"{JOBLOG}/{ID}", jobsoegning(joblogOpgaver={})),
    ("GetJoblogJobsoegning", "GET", f"{JOBLOG}/{ID}", None),
    ("GetJoblogJobsoegninger", "GET", JOBLOG, None),
    ("DeleteJoblogJobsoegning", "DELETE", f"{JOBLOG}/{ID}", None),
    ("GetJoblogJobsoegningHistorik", "GET", f"{JOBLOG}/historik", None),
    (
        "CreateKontaktgruppe",
        "POST",
        f"{PERSONVISITERING}/kontaktgruppe",
        {**KONTAKTGRUPPE, "kontaktgruppeIdentifier": ID, "Haendelsestidspunkt": "2024-12-01T00:00:00"},
    ),
    ("UpdateKontaktgruppe", "PUT", f"{PERSONVISITERING}/kontaktgruppe/{ID}", KONTAKTGRUPPE),
    ("GetKontaktgrupper", "GET", f"{PERSONVISITERING}/kontaktgruppe", None),
    ("GetKontaktgruppeHistorik", "GET", f"{PERSONVISITERING}/kontaktgruppe/historik", None),
    (
        "CreatePersonkategori",
        "POST",
        f"{PERSONVISITERING}/personkategori",
        {**PERSONKATEGORI, "personkategoriIdentifier": ID},
    ),
    ("UpdatePersonkategori", "PUT", f"{PERSONVISITERING}/personkategori/{ID}", PERSONKATEGORI),
    ("GetPersonkategorier", "GET", f"{PERSONVISITERING}/personkategori", None),
    ("GetPersonkategoriHistorik", "GET", f"{PERSONVISITERING}/personkategori/historik", None),
    ("GetPersonVisiteringOgStatusStatus", "GET", "/visiteringogstatus/v2/VisiteringOgStatusStatus", None),
    ("CreateFravaer", "POST", FRAVAER, fravaer(fravaerIdentifier=ID)),
    ("UpdateFravaer", "PUT", f"{FRAVAER}/{ID}", fravaer(fravaersAfslutningsAarsag=1)),
    (
        "CreateYderligereInfo",
        "POST",
        f"{FRAVAER}/{ID}/YderligereInfo",
        {**INFO, "yderligereInfoOmFravaerIdentifier": ID},
    ),
    ("UpdateYderligereInfo", "PUT", f"{FRAVAER}/{ID}/YderligereInfo/{ID}", INFO),
    ("GetAlleFravaer", "GET", FRAVAER, None),
    ("GetFravaer", "GET", f"{FRAVAER}/{NUMBERS['dagpengemodtager']}/{ID}", None),
    ("DeleteYderligereInfo", "DELETE", f"{FRAVAER}/{ID}/YderligereInfo/{ID}?berigtigelseskommentar=a", None),
    ("DeleteFravaer", "DELETE", f"{FRAVAER}/{ID}/fejl", None),
    ("GetFravaerHistorik", "GET", f"{FRAVAER}/historik", None),
    ("CreateMidlertidigAdresse", "POST", f"{ADRESSE}/{ID}", adresse(coNavn="")),
    ("UpdateMidlertidigAdresse", "PUT", f"{ADRESSE}/{ID}", adresse(slutdato="2025-01-20T00:00:00")),
    ("GetMidlertidigAdresse", "GET", ADRESSE, None),
    ("GetAsylData", "GET", "/eksternedata/v1/AsylData", None),
    (
        "CreateSygemelding",
        "POST",
        f"{SYGEMELDING}/{OTHER_ID}",
        {
            "sygemelding": ILLNESS | {"arbejdsgiver": {"cvrEnhedsid": "12345678", "pNummer": "1001234567"}},
            "sagstype": 1,
        },
    ),
    ("GetSygemeldinger", "GET", SYGEMELDING, None),
    (
        "Raskmeld",
        "PUT",
        f"/komposit/v1/sygemelding/action/Raskmeld/{OTHER_ID}",
        {"sygemelding": ENDED, "kontaktgruppe": KONTAKTGRUPPE},
    ),
    ("GetSygemeldingHistorik", "GET", f"{SYGEMELDING}/historik", None),
]


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def resolved(contract: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node, or what its $ref points to."""
    if "$ref" not in node:
        return node
    found: Any = contract
    for name in node["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def validator(contract: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    return jsonschema_rs.validator_for(
        {"$schema": contract["jsonSchemaDialect"], "components": contract["components"], **schema}
    )


def test_each_operation_is_called_here() -> None:
    assert [name for name, *_ in CALLS] == sorted(OPERATIONS, key=[name for name, *_ in CALLS].index)


def test_bodies_and_answers_of_each_operation_are_valid_under_its_contract(side: Side) -> None:
    for name, verb, path, body in CALLS:
        contract, declared_verb, _, operation = OPERATIONS[name]
        assert verb == declared_verb
        if body is not None:
            validator(contract, operation["requestBody"]["content"]["application/json"]["schema"]).validate(body)
        reply = side.send(verb, path, body=body)
        assert reply.status_code == 200, name
        answer = resolved(contract, operation["responses"]["200"])
        validator(contract, answer["content"]["application/json"]["schema"]).validate(reply.json())


@pytest.mark.parametrize(("name", "verb", "path", "body"), CALLS, ids=[name for name, *_ in CALLS])
def test_refusals_of_each_operation_are_declared_in_its_contract(
    side: Side, name: str, verb: str, path: str, body: object
) -> None:
    contract, _, _, operation = OPERATIONS[name]
    path = path.replace(NUMBERS["dagpengemodtager"], UNKNOWN)
    refused = [
        side.send(verb, path, body=body, citizen=UNKNOWN),
        side.send(verb, path, body=body, citizen="x"),
        side.send(verb, path, body=body, headers={"x-requestUserIdentifier": None}),
    ]
    if verb != "GET":
        refused.append(side.send(verb, path, body=body, citizen="død"))
        refused.append(side.send(verb, path.replace(ID, "x"), body={"x": 1}, request_id=None))
    for reply in refused:
        assert reply.json()["errorCode"] in operation["x-errorCodes"]
        answer = resolved(contract, operation["responses"][str(reply.status_code)])
        validator(contract, answer["content"]["application/problem+json"]["schema"]).validate(reply.json())


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_says_what_it_replaces_and_how_well_it_is_documented(name: str) -> None:
    contract, verb, path, operation = OPERATIONS[name]
    assert operation["x-evidence"] in EVIDENCE
    assert operation["x-source"]
    assert operation["x-replaces"].count(".") == 1
    assert operation["x-scope"].endswith(".read" if verb == "GET" else ".write")
    assert operation["x-errorCodes"] == sorted(set(operation["x-errorCodes"]))
    assert set(operation["x-errorCodes"]) <= ERRORS.keys()
    parameters = [resolved(contract, parameter) for parameter in operation["parameters"]]
    assert {each["name"] for each in parameters if each["in"] == "path"} == {
        part[1:-1] for part in path.split("/") if part.startswith("{")
    }
    assert any(each["name"] == "x-requestId" for each in parameters) is (verb != "GET")
    assert ("412" in operation["responses"]) is (verb != "GET")


@pytest.mark.parametrize("area", CONTRACTS)
def test_each_schema_is_used_sound_and_says_how_well_it_is_documented(area: str) -> None:
    contract = CONTRACTS[area]
    text = json.dumps(contract)
    for kind, members in contract["components"].items():
        for name, member in members.items():
            assert f'"#/components/{kind}/{name}"' in text, name
            if kind == "schemas":
                assert validator(contract, {"$ref": f"#/components/schemas/{name}"})
                assert "properties" not in member or (member["x-evidence"] in EVIDENCE and member["x-source"])
                assert not name.endswith("RequestDto") or member["additionalProperties"] is False


def test_what_two_contracts_have_is_equal() -> None:
    for kind in ("parameters", "responses", "schemas"):
        for first, second in combinations(CONTRACTS.values(), 2):
            one, other = first["components"][kind], second["components"][kind]
            assert one.keys() & other.keys()
            assert {name: one[name] for name in one if name in other} == {
                name: other[name] for name in other if name in one
            }


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("2023-01-01T00:00:00", True),
        ("2023-01-01T00:00:00.1234567+02:00", True),
        ("2023-01-01T23:59:59Z", True),
        ("2023-01-01", False),
        ("2023-01-01T24:00:00", False),
        ("2023-01-01T00:00:00\n", False),
        ("2023-13-01T00:00:00", False),
        ("2023-01-01 00:00:00", False),
    ],
)
def test_a_tidspunkt_may_leave_its_offset_out(text: str, fits: bool) -> None:
    with_time = [each for each in CONTRACTS.values() if "Tidspunkt" in each["components"]["schemas"]]
    assert with_time
    for contract in with_time:
        assert validator(contract, {"$ref": "#/components/schemas/Tidspunkt"}).is_valid(text) is fits
