"""The frozen contracts and the OpenAPI documents over HTTP; rows 72 and 74 of the hostile-input catalogue."""

import re

import jsonschema_rs
import pytest

from old_calls import ABSENCE, ENROLLMENT, MEDIA, STATUS, professions, said, wrapped
from running import ROOT, Site

PUBLIC = "https://soap.example.invalid/gateway"
SERVICES = [(ABSENCE, 7), (STATUS, 9), (ENROLLMENT, 8)]


def frozen(path: str, version: int) -> bytes:
    name = path.rpartition("/")[2].removesuffix(".svc")
    return (ROOT / "wsdl" / name / str(version) / f"{name}.wsdl").read_bytes()


@pytest.mark.parametrize(("path", "version"), SERVICES)
def test_a_contract_is_served_byte_for_byte_but_for_its_address(site: Site, path: str, version: int) -> None:
    folder, _, file = path.rpartition("/")
    at_service = site.client.get(f"{path}?wsdl")
    at_folder = site.client.get(f"{folder}/wsdl/{file.removesuffix('.svc')}.wsdl")

    assert at_service.status_code == at_folder.status_code == 200
    assert at_service.headers["content-type"] == "text/xml; charset=utf-8"
    assert at_service.content == at_folder.content
    expected, count = re.subn(
        rb'(<soap:address location=")[^"]*', rb"\g<1>" + f"{PUBLIC}{path}".encode(), frozen(path, version)
    )
    assert count == 1
    assert at_service.content == expected


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "Wsdl", "singleWsdl"])
def test_the_contract_is_there_in_every_usual_spelling(site: Site, query: str) -> None:
    assert site.client.get(f"{ABSENCE}?{query}").content == site.client.get(f"{ABSENCE}?wsdl").content


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example.invalid"},
        {"X-Forwarded-Host": "evil.example.invalid"},
        {"Forwarded": "host=evil.example.invalid"},
    ],
)
def test_the_address_never_comes_from_the_caller(site: Site, headers: dict[str, str]) -> None:
    answer = site.client.get(f"{ABSENCE}?wsdl", headers=headers)

    assert b"evil" not in answer.content
    assert f'location="{PUBLIC}{ABSENCE}"'.encode() in answer.content


@pytest.mark.parametrize("path", [f"{ABSENCE}?wsdl", "/PjakTassWCF/7/wsdl/AbsenceRegistrationService.wsdl"])
def test_head_tells_the_length_without_the_document(site: Site, path: str) -> None:
    head, get = site.client.head(path), site.client.get(path)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.content))


@pytest.mark.parametrize(
    "query",
    ["xsd=1", "xsd=../../etc/passwd", "wsdl&x=<script>", "wsdl=1", "disco", "x", "wsdl=../../../config/gateway.toml"],
)
def test_an_unknown_query_gets_no_document(site: Site, query: str) -> None:
    answer = site.client.get(f"{ABSENCE}?{query}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert b"script" not in answer.content
    assert b"root:" not in answer.content


@pytest.mark.parametrize(
    "path",
    [
        "/PjakTassWCF/7/wsdl/",
        "/PjakTassWCF/7/wsdl/PROVENANCE.md",
        "/PjakTassWCF/7/wsdl/SHA256SUMS",
        "/PjakTassWCF/8/wsdl/AbsenceRegistrationService.wsdl",
        "/PjakTassWCF/7/wsdl/..%2f..%2f..%2fetc%2fpasswd",
        "/PjakTassWCF/7/AbsenceRegistrationService.wsdl",
        "/PjakTassWCF/8/AbsenceRegistrationService.svc",
    ],
)
def test_only_documents_of_a_contract_are_served(site: Site, path: str) -> None:
    assert site.client.get(path).status_code == 404


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_one_endpoint_answers_each_version_in_its_own(site: Site, version: str) -> None:
    message = wrapped(professions(), version=version)

    answer = site.client.post(ENROLLMENT, content=message, headers={"content-type": MEDIA[version]})

    assert said(answer).version == version
    assert said(answer).status == 200


@pytest.mark.parametrize("domain", ["visiteringogstatus", "jobsearch"])
def test_the_openapi_document_of_a_domain_is_valid_and_names_the_gateway(site: Site, domain: str) -> None:
    answer = site.client.get(f"/{domain}/openapi.json")

    document = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert document["openapi"].startswith("3.1")
    assert [server["url"] for server in document["servers"]] == [PUBLIC]
    assert document["paths"]
    assert all(path.startswith(f"/{domain}/") for path in document["paths"])
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate(schema)
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
    for reference in re.findall(r'"\$ref": ?"#/([^"]+)"', answer.text):
        place = document
        for step in reference.split("/"):
            place = place[step]


def test_head_on_an_openapi_document_has_no_body(site: Site) -> None:
    head = site.client.head("/jobsearch/openapi.json")

    assert (head.status_code, head.content) == (200, b"")
