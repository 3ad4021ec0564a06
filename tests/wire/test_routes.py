import json
from importlib.resources import files

import pytest

from overgang.wire.openapi import OpenApi, OpenApiError, load
from overgang.wire.routes import Routes, merged


def contract(file: str, *paths: str, schema: str = "string") -> OpenApi:
    """A contract with one GET per path, named after it."""
    lines = ["openapi: 3.1.0", "info: {title: T, version: '1'}", "tags: [{name: a}]", "paths:"]
    for path in paths:
        places = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        parameters = ", ".join(f"{{name: {place}, in: path, schema: {{type: string}}}}" for place in places)
        lines += [
            f"  {path}:",
            f"    get: {{operationId: '{path}', x-evidence: documented, x-errorCodes: [], "
            f"parameters: [{parameters}], responses: {{'204': {{description: x}}}}}}",
        ]
    lines.append(f"components: {{schemas: {{Shared: {{type: {schema}}}}}}}")
    return load("\n".join(lines).encode(), file)


ROUTES = Routes([contract("a", "/d/v1/X", "/d/v1/X/{id}", "/d/v1/X/all", "/d/v1/X/{id}/{comment}", "/d/v1/X/{id}/y")])


@pytest.mark.parametrize(
    ("path", "template", "values"),
    [
        ("/d/v1/X", "/d/v1/X", {}),
        ("/d/v1/X/all", "/d/v1/X/all", {}),
        ("/d/v1/X/a-1", "/d/v1/X/{id}", {"id": "a-1"}),
        ("/d/v1/X/1/y", "/d/v1/X/{id}/y", {"id": "1"}),
        ("/d/v1/X/a%2Fb/c%3Fd%20%C3%A9", "/d/v1/X/{id}/{comment}", {"id": "a/b", "comment": "c?d é"}),
        ("/d/v1/X/%2561", "/d/v1/X/{id}", {"id": "%61"}),
        ("/d/v1/X/a;b=c", "/d/v1/X/{id}", {"id": "a;b=c"}),
        ("/d/v1/X/a+b", "/d/v1/X/{id}", {"id": "a+b"}),
        ("/d/v1/X/...", "/d/v1/X/{id}", {"id": "..."}),
    ],
)
def test_a_path_is_matched_segment_by_segment_and_literals_go_first(
    path: str, template: str, values: dict[str, str]
) -> None:
    found = ROUTES.match("GET", path)
    assert found is not None
    assert (found[0].template, found[1]) == (template, values)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "d/v1/X",
        "//d/v1/X",
        "/d/v1/X/",
        "/d/v1//",
        "/D/v1/X",
        "/d/v1/%58",
        "/d/v1/X/%zz",
        "/d/v1/X/%2",
        "/d/v1/X/%ff",
        "/d/v1/X/.",
        "/d/v1/X/..",
        "/d/v1/X/%2e%2E",
        "/d/v1/X/%2e",
        "/d/v1/X/a b",
        "/d/v1/X/a\\b",
        "/d/v1/X/æ",
        "/d/v1/X/a?b",
        "/d/v1/X/a\n",
        "/d/v1/X/1/2/3",
    ],
)
def test_a_doubtful_path_matches_nothing(path: str) -> None:
    assert ROUTES.match("GET", path) is None


def test_the_methods_of_a_path_are_known() -> None:
    assert ROUTES.match("POST", "/d/v1/X") is None
    assert ROUTES.methods("/d/v1/X") == {"GET"}
    assert ROUTES.methods("/d/v1/Y") == frozenset()


def test_one_shape_declared_twice_is_refused() -> None:
    with pytest.raises(OpenApiError, match=r"b: GET /d/v1/X/\{other\}: declared twice"):
        Routes([contract("a", "/d/v1/X/{id}"), contract("b", "/d/v1/X/{other}")])


def test_a_domains_document_joins_the_files_and_leaves_other_domains_out() -> None:
    contracts = [contract("a", "/d/v1/X", "/e/v1/Z"), contract("b", "/d/v1/Y"), contract("c", "/e/v1/W")]
    document = merged(contracts, "d", "http://gateway.invalid")
    assert list(document["paths"]) == ["/d/v1/X", "/d/v1/Y"]
    assert document["servers"] == [{"url": "http://gateway.invalid"}]
    assert document["components"]["schemas"] == {"Shared": {"type": "string"}}
    assert document["tags"] == [{"name": "a"}]


def test_a_served_operation_has_the_answers_of_the_gateway_beside_its_own() -> None:
    document = merged([contract("a", "/d/v1/X")], "d", "http://gateway.invalid")
    own = {f"Gateway{status}" for status in (408, 413, 415, 431, 500, 502, 504)}
    assert document["components"]["responses"].keys() == own
    told = document["paths"]["/d/v1/X"]["get"]["responses"]
    assert told.pop("204") == {"description": "x"}
    assert told == {name.removeprefix("Gateway"): {"$ref": f"#/components/responses/{name}"} for name in own}


def test_one_name_for_two_things_is_refused() -> None:
    with pytest.raises(OpenApiError, match="b: Shared differs from another file's"):
        merged([contract("a", "/d/v1/X"), contract("b", "/d/v1/Y", schema="integer")], "d", "http://x")


def test_a_domain_without_a_path_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        merged([contract("a", "/d/v1/X")], "e", "http://x")


@pytest.mark.parametrize("domain", ["visiteringogstatus", "jobsearch"])
def test_the_areas_documents_are_contracts_again(domain: str) -> None:
    names = ("fravaer", "tilmelding")
    contracts = [load(files(f"overgang.areas.{name}").joinpath("openapi.yaml").read_bytes(), name) for name in names]
    served = json.dumps(merged(contracts, domain, "http://gateway.invalid")).encode()
    again = load(served, "served")
    own = {key for each in contracts for key, operation in each.operations.items() if operation.domain == domain}
    assert again.operations.keys() == own
    assert Routes(contracts).methods("/visiteringogstatus/v1/Fravaer/historik") >= {"GET"}
