"""The admin port of a running gateway."""

import re
from typing import Any

import httpx
import pytest
from lxml import html

from overgang.areas import AREAS
from running import Site

SERVICES = [service for area in AREAS for service in area.services]


@pytest.fixture(scope="module")
def admin(site: Site) -> str:
    return site.process.address("admin")


def page_of(answer: httpx.Response) -> Any:
    return html.fromstring(answer.text)


def get(url: str) -> httpx.Response:
    return httpx.get(url, trust_env=False)


def test_the_process_says_that_it_lives(admin: str) -> None:
    answer = get(f"{admin}/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_each_area_says_that_it_is_ready(admin: str) -> None:
    answer = get(f"{admin}/readyz")

    assert (answer.status_code, answer.json()) == (200, {area.name: "ready" for area in AREAS})


def test_the_page_runs_nothing_and_loads_nothing(admin: str) -> None:
    answer = get(f"{admin}/")

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    page = page_of(answer)
    assert page.xpath("//script | //img | //link | //iframe | //form | //*[@onclick or @onload]") == []
    assert not re.search(r"url\(|@import|javascript:", answer.text)


def test_the_page_shows_every_operation_with_its_modern_calls(admin: str) -> None:
    page = page_of(get(f"{admin}/"))

    rows = [(row.xpath("string(th[@scope='row'])"), row.xpath("td[1]/text()")) for row in page.xpath("//tbody/tr")]
    operations = [operation for service in SERVICES for operation in service.operations]
    assert rows == [(operation.name, list(operation.modern) or ["answered here"]) for operation in operations]
    spans = [int(span) for span in page.xpath("//th[@scope='rowgroup']/@rowspan")]
    assert spans == [len(service.operations) for service in SERVICES]


def test_the_links_lead_to_the_configured_address_and_what_they_name_is_there(site: Site, admin: str) -> None:
    page = page_of(get(f"{admin}/"))

    links = page.xpath("//a/@href")
    assert len([link for link in links if link.endswith("?wsdl")]) == len(SERVICES)
    assert "https://soap.example.invalid/gateway/visiteringogstatus/openapi.json" in links
    for link in links:
        assert link.startswith("https://soap.example.invalid/gateway/")
        assert site.client.get(link.removeprefix("https://soap.example.invalid/gateway")).status_code == 200


@pytest.mark.parametrize("path", ["/nope", "/PjakTassWCF/7/AbsenceRegistrationService.svc", "/../etc/passwd"])
def test_the_admin_port_has_nothing_else(admin: str, path: str) -> None:
    assert get(f"{admin}{path}").status_code == 404


def test_the_gateways_port_has_no_admin_pages(site: Site) -> None:
    assert site.client.get("/").status_code == 404
    assert site.client.get("/readyz").status_code == 404
