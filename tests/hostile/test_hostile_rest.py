"""Hostile and mistaken calls of migrated systems: every refusal is problem+json, and nothing is sent on."""

import json
from collections.abc import Mapping

import httpx
import pytest
from attack import CANARY, WRITE, check_silence, refusal

from modern_calls import ABOUT, FRAVAER, JOBOENSKE, REST_CALLER, fravaer, problem
from old_calls import CITIZEN
from running import Site

ID = "0a3c6f52-6a1b-4b0e-8f7d-3d2c1b0a9f01"


def without(headers: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


MISSING = [
    ("x-activeOrganisationTypeIdentifier", 8232, "caller.header-missing"),
    ("x-activeOrganisationCode", 8232, "caller.header-missing"),
    ("x-requestUserFullName", 8233, "caller.header-missing"),
    ("x-requestUserTypeIdentifier", 8233, "caller.header-missing"),
    ("x-requestUserIdentifier", 8233, "caller.header-missing"),
    ("x-requestOrganisationTypeIdentifier", 8233, "caller.header-missing"),
    ("x-requestOrganisationCode", 8233, "caller.header-missing"),
    ("x-registrationDateTime", 8233, "caller.header-missing"),
    ("x-civilRegistrationIdentifier", 1014, "value.missing"),
    ("x-requestId", 1014, "value.missing"),
]


@pytest.mark.parametrize(("name", "number", "key"), MISSING)
def test_a_missing_header_is_named(site: Site, name: str, number: int, key: str) -> None:
    answer = refusal(site, "POST", FRAVAER, without(WRITE, name), json.dumps(fravaer()).encode())

    assert problem(answer) == (400, number, key)
    assert answer.json()["element"] == name


@pytest.mark.parametrize(
    ("name", "value", "number", "key"),
    [
        ("x-activeOrganisationTypeIdentifier", CANARY, 8234, "caller.header-invalid"),
        ("x-activeOrganisationTypeIdentifier", "-8", 8234, "caller.header-invalid"),
        ("x-activeOrganisationTypeIdentifier", "8.0", 8234, "caller.header-invalid"),
        ("x-activeOrganisationTypeIdentifier", "9999", 8234, "caller.header-invalid"),
        ("x-activeOrganisationTypeIdentifier", "99", 4413, "caller.organisation"),
        ("x-activeOrganisationCode", "", 8234, "caller.header-invalid"),
        ("x-activeOrganisationCode", "1" * 21, 8234, "caller.header-invalid"),
        ("x-requestUserFullName", CANARY * 20, 8235, "caller.header-invalid"),
        ("x-requestUserFullName", "%FF", 8235, "caller.header-invalid"),
        ("x-requestUserFullName", "a%0D%0AX-Inj: 1", 8235, "caller.header-invalid"),
        ("x-requestUserFullName", "a%00", 8235, "caller.header-invalid"),
        ("x-requestUserTypeIdentifier", "99", 8174, "caller.user-type"),
        ("x-requestOrganisationTypeIdentifier", "99", 8173, "caller.organisation-type"),
        ("x-requestUserEmail", CANARY, 8235, "caller.header-invalid"),
        ("x-registrationDateTime", CANARY, 8235, "caller.header-invalid"),
        ("x-registrationDateTime", "2026-02-30T00:00:00", 8235, "value.unmappable"),
        ("x-requestId", "", 1014, "value.invalid"),
        ("x-requestId", CANARY * 4, 1014, "value.invalid"),
    ],
)
def test_a_header_that_can_not_be_read_is_refused(site: Site, name: str, value: str, number: int, key: str) -> None:
    answer = refusal(site, "POST", FRAVAER, {**WRITE, name: value}, json.dumps(fravaer()).encode())

    assert problem(answer) == (400, number, key)


@pytest.mark.parametrize("name", ["x-activeOrganisationCode", "x-civilRegistrationIdentifier", "x-requestId"])
def test_a_header_that_comes_twice_is_refused(site: Site, name: str) -> None:
    headers = [*WRITE.items(), (name, "1")]

    answer = refusal(site, "POST", FRAVAER, headers, json.dumps(fravaer()).encode())

    assert problem(answer) == (400, 1014, "http.header-twice")


@pytest.mark.parametrize("name", ["%C3%85se %C3%98sterg%C3%A5rd", "%F0%9F%98%80", "%2541"])
def test_a_percent_encoded_name_is_sent_on_as_it_came(site: Site, name: str) -> None:
    answer = site.client.get(FRAVAER, headers={**ABOUT, "x-requestUserFullName": name})

    assert answer.status_code == 200
    assert site.modern.asked[-1].header("x-requestUserFullName") == name


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/visiteringogstatus",
        "/visiteringogstatus/v1",
        "/visiteringogstatus/v2/Fravaer",
        "/VisiteringOgStatus/v1/Fravaer",
        f"{FRAVAER}/",
        f"/{FRAVAER}",
        f"{FRAVAER}/../Tilmelding",
        f"{FRAVAER}/%2e%2e/Tilmelding",
        f"{FRAVAER}%2Fhistorik",
        f"{FRAVAER}%00",
        f"{FRAVAER}/%FF/x",
        f"{FRAVAER};a=1",
        "/%76isiteringogstatus/v1/Fravaer",
        f"/{CANARY}",
        "/reference/registrations",
        "/healthz",
    ],
)
def test_an_unknown_path_is_404(site: Site, path: str) -> None:
    before = len(site.modern.asked)
    head = "".join(f"{name}: {value}\r\n" for name, value in ABOUT.items())

    answer = site.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"content-type: application/problem+json\r\n" in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["key"] == "http.path"
    assert site.modern.asked[before:] == []
    check_silence(site, answer)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", FRAVAER, "GET, POST"),
        ("PATCH", FRAVAER, "GET, POST"),
        ("OPTIONS", FRAVAER, "GET, POST"),
        ("POST", f"{FRAVAER}/historik", "GET"),
        ("GET", f"{FRAVAER}/{ID}", "PUT"),
    ],
)
def test_another_method_is_405_with_allow(site: Site, method: str, path: str, allow: str) -> None:
    answer = refusal(site, method, path, ABOUT)

    assert problem(answer) == (405, 1014, "http.method")
    assert set(allow.split(", ")) <= set(answer.headers["allow"].split(", "))
    assert method not in answer.headers["allow"].split(", ")


@pytest.mark.parametrize(
    "kind", ["text/xml", "text/plain", "application/x-www-form-urlencoded", "", "application/jsonp", CANARY]
)
def test_a_body_that_is_no_json_by_its_type_is_415(site: Site, kind: str) -> None:
    answer = refusal(site, "POST", FRAVAER, {**WRITE, "content-type": kind}, json.dumps(fravaer()).encode())

    assert problem(answer) == (415, 1014, "http.media_type")


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip"])
def test_a_compressed_body_is_415(site: Site, coding: str) -> None:
    answer = refusal(site, "POST", FRAVAER, {**WRITE, "content-encoding": coding}, b"x")

    assert problem(answer) == (415, 1014, "http.content-encoding")


def test_a_body_over_the_limit_is_413(site: Site) -> None:
    content = json.dumps(fravaer(fravaersKommentar=CANARY * 90_000)).encode()

    assert problem(refusal(site, "POST", FRAVAER, WRITE, content)) == (413, 1014, "http.too-large")


@pytest.mark.parametrize("query", ["a=1", f"{CANARY}", "a", "cpr=1&cpr=2", "%FF=1", "=", "a=%zz", "&&"])
def test_an_unknown_query_is_refused(site: Site, query: str) -> None:
    answer = refusal(site, "GET", f"{FRAVAER}?{query}", ABOUT)

    assert problem(answer) == (400, 1014, "http.query")


def test_a_known_query_that_comes_twice_is_refused(site: Site) -> None:
    query = "berigtigelseskommentar=a&berigtigelseskommentar=b"

    answer = refusal(site, "DELETE", f"{FRAVAER}/{ID}/YderligereInfo/{ID}?{query}", {**ABOUT, "x-requestId": "r-2"})

    assert problem(answer) == (400, 1014, "http.query")


def test_a_body_where_none_belongs_is_refused(site: Site) -> None:
    answer = refusal(site, "GET", FRAVAER, {**ABOUT, "content-type": "application/json"}, b"{}")

    assert problem(answer) == (400, 1014, "http.body")


@pytest.mark.parametrize("id_", ["..%2fadmin", "%2e%2e", CANARY, ID[:-1], f"{ID}%00", f"{ID}%20"])
def test_a_path_value_outside_the_contract_is_refused(site: Site, id_: str) -> None:
    before = len(site.modern.asked)
    head = "".join(f"{name}: {value}\r\n" for name, value in WRITE.items())
    content = json.dumps(fravaer(fravaerIdentifier=None)).encode()

    line = f"PUT {FRAVAER}/{id_} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\nConnection: close\r\n"
    answer = site.raw(f"{line}{head}\r\n".encode() + content)

    assert json.loads(answer.partition(b"\r\n\r\n")[2])["key"] in ("value.invalid", "http.path")
    assert site.modern.asked[before:] == []
    check_silence(site, answer)


@pytest.mark.parametrize("comment", ["a%2Fb", "..%2Fadmin", "%3Fx=1", "a%23b", "100%25", "%C3%86%F0%9F%98%80", "a+b"])
def test_an_encoded_path_value_stays_one_segment(site: Site, comment: str) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in {**ABOUT, "x-requestId": f"r {comment}"[:46]}.items())

    site.raw(f"DELETE {FRAVAER}/{ID}/{comment} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n".encode())

    sent = site.modern.asked[-1]
    assert sent.method == "DELETE"
    assert sent.target.count("/") == 5
    assert httpx.URL(f"http://x{sent.target}").path.endswith(httpx.URL(f"http://x/{comment}").path)


def test_nothing_of_a_client_is_sent_on_but_what_the_contract_knows(site: Site) -> None:
    extra = {"Cookie": CANARY, "Authorization": CANARY, "X-Forwarded-For": "10.0.0.1", "Forwarded": "for=10.0.0.1"}
    extra |= {"TE": "trailers", "X-HTTP-Method-Override": "DELETE", "Connection": "x-civilRegistrationIdentifier"}

    answer = site.client.get(JOBOENSKE, headers={**ABOUT, **extra})

    assert answer.status_code == 200
    sent = site.modern.asked[-1]
    assert (sent.method, sent.target) == ("GET", JOBOENSKE)
    assert CANARY not in repr(sent)
    own = {name.lower() for name in REST_CALLER} | {"x-civilregistrationidentifier", "host", "user-agent"}
    assert {name for name, _ in sent.headers} == own | {"accept", "accept-encoding"}
    assert sent.header("x-civilRegistrationIdentifier") == CITIZEN


def test_a_refusal_of_the_modern_side_is_passed_on_with_its_number(site: Site) -> None:
    unknown = {**ABOUT, "x-civilRegistrationIdentifier": "0203040506"}

    answer = site.client.get(FRAVAER, headers=unknown)

    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["errorCode"]) == (404, 4404)
    assert "0203040506" not in answer.text
