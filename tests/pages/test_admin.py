"""The admin port of a running gateway."""

from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from overgang.areas import AREAS
from overgang.shell.readiness import Readiness
from pages_client import ask, everything, pages, tree
from running import Site

SERVICES = [service for area in AREAS for service in area.services]
CONTRACTS = {(service.name, service.version) for service in SERVICES}


@pytest.fixture(scope="module")
def admin(site: Site) -> str:
    return site.process.address("admin")


def get(url: str) -> httpx.Response:
    return httpx.get(url, trust_env=False)


def test_the_process_says_that_it_lives(admin: str) -> None:
    answer = get(f"{admin}/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_each_area_says_that_it_is_ready(admin: str) -> None:
    answer = get(f"{admin}/readyz")

    assert (answer.status_code, answer.json()) == (200, {area.name: "ready" for area in AREAS})


def test_the_list_of_contracts_shows_every_operation_with_its_modern_calls(admin: str) -> None:
    page = tree(get(f"{admin}/contracts"))

    rows = [(row.xpath("string(th[@scope='row'])"), row.xpath("td[1]/text()")) for row in page.xpath("//tbody/tr")]
    shown = {name: [part.strip() for part in parts if part.strip()] for name, parts in rows}
    operations = [operation for service in SERVICES for operation in service.operations]
    assert len(rows) == len(operations)
    assert shown == {
        operation.name: list(operation.modern) or ["answered here"]
        for operation in operations
        if operation.name != "CreateIllness"
    } | {"CreateIllness": shown["CreateIllness"]}  # two contracts have it
    spans = [int(span) for span in page.xpath("//th[@scope='rowgroup']/@rowspan")]
    assert sum(spans) == len(operations)


def test_the_links_lead_to_the_configured_address_and_what_they_name_is_there(site: Site, admin: str) -> None:
    page = tree(get(f"{admin}/contracts"))

    links = [link for link in page.xpath("//main//a/@href") if "://" in link]
    assert len([link for link in links if link.endswith("?wsdl")]) == len(CONTRACTS)
    assert "https://soap.example.invalid/gateway/visiteringogstatus/openapi.json" in links
    for link in links:
        assert link.startswith("https://soap.example.invalid/gateway/")
        assert site.client.get(link.removeprefix("https://soap.example.invalid/gateway")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/PjakTassWCF/7/AbsenceRegistrationService.svc",
        "/../etc/passwd",
        "/static/../admin.py",
        "/static/nope.css",
        "/contracts/AbsenceRegistrationService/0",
        "/operations/AbsenceRegistrationService/7/Nope",
        "/operations/PersonRegistrationService/9/GetPerson",
        "/cases/fravaer/nope",
        "/cases/..%2F/fravaer",
    ],
)
def test_the_admin_port_has_nothing_else(admin: str, path: str) -> None:
    assert get(f"{admin}{path}").status_code == 404


def test_the_gateways_port_has_no_admin_pages(site: Site) -> None:
    assert site.client.get("/").status_code == 404
    assert site.client.get("/readyz").status_code == 404


def test_a_name_that_is_given_is_a_host_of_the_pages_and_others_are_not() -> None:
    app = pages(hosts=("Pages.example.invalid",))

    assert ask(app, "/", headers={"host": "pages.example.invalid:8443"}).status_code == 200
    assert ask(app, "/", headers={"host": "other.example.invalid"}).status_code == 400


def test_further_routes_stand_under_the_same_policy() -> None:
    app = pages(more=[Route("/recording", lambda request: PlainTextResponse("none"))])

    answer = ask(app, "/recording")

    assert (answer.text, answer.headers["cache-control"]) == ("none", "no-store")
    assert ask(app, "/recording", headers={"host": "other.example.invalid"}).status_code == 400


def test_readiness_is_told_per_area_and_fails_when_none_is_ready() -> None:
    def told(path: str, **trouble: Any) -> int:
        return ask(pages(readiness=Readiness(everything(), **trouble)), path).status_code

    shut = {"open_services": lambda: frozenset({"jobsearch"})}
    assert (told("/readyz"), told("/readyz/fravaer"), told("/readyz/ingen")) == (200, 200, 404)
    assert (told("/readyz", **shut), told("/readyz/joblog", **shut), told("/readyz/fravaer", **shut)) == (200, 503, 200)
    assert told("/readyz", draining=lambda: True) == 503
    assert told("/healthz", draining=lambda: True) == 200
