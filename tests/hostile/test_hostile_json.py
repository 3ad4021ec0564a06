"""Bodies of migrated systems that are no strict JSON, or outside the modern contract."""

import json
from typing import Any

import pytest
from attack import CANARY, WRITE, refusal

from modern_calls import FRAVAER, fravaer, problem
from running import Site

GOOD = json.dumps(fravaer())
TWICE = GOOD.replace("{", '{"fravaerType": 9, ', 1)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(CANARY.encode(), id="no JSON"),
        pytest.param(b"{", id="half"),
        pytest.param(f"{GOOD} {{}}".encode(), id="two values"),
        pytest.param(TWICE.encode(), id="a key twice"),
        pytest.param(GOOD.replace('"fravaerType": 3', '"fravaerType": NaN').encode(), id="NaN"),
        pytest.param(GOOD.replace('"fravaerType": 3', '"fravaerType": -Infinity').encode(), id="Infinity"),
        pytest.param(GOOD.replace('"fravaerType": 3', '"fravaerType": 03').encode(), id="leading zero"),
        pytest.param(GOOD.replace("}", ",}").encode(), id="trailing comma"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(f'{{"x": {"[" * 40}{"]" * 40}}}'.encode(), id="deep but closed"),
        pytest.param(b"\xff\xfe" + GOOD.encode("utf-16-le"), id="UTF-16"),
        pytest.param(b"\xef\xbb\xbf" + GOOD.encode(), id="byte order mark"),
        pytest.param(GOOD.encode().replace(b"En dag", b"\xff"), id="no UTF-8"),
        pytest.param(GOOD.replace("En dag", "\\ud800").encode(), id="half a character"),
        pytest.param(GOOD.replace("En dag", "a\tb").encode(), id="raw control character"),
        pytest.param(GOOD.replace('"fravaerType": 3', f'"fravaerType": {"9" * 5_000}').encode(), id="5 000 digits"),
    ],
)
def test_what_is_no_strict_json_is_refused(site: Site, content: bytes) -> None:
    status, number, key = problem(refusal(site, "POST", FRAVAER, WRITE, content))

    assert (status, number) == (400, 1014)
    assert key.startswith("json.") or key == "value.invalid"


@pytest.mark.parametrize(
    ("body", "element"),
    [
        ([], None),
        ("text", None),
        (None, None),
        (fravaer(fravaerType="3"), "fravaerType"),
        (fravaer(fravaerType=3.5), "fravaerType"),
        (fravaer(fravaerType=True), "fravaerType"),
        (fravaer(fravaerType=-1), "fravaerType"),
        (fravaer(startDato=CANARY), "startDato"),
        (fravaer(startDato=20260401), "startDato"),
        (fravaer(startDato="2026-02-30T00:00:00"), "startDato"),
        (fravaer(startDato=None), "startDato"),
        (fravaer(fravaersKommentar="a" * 1_501), "fravaersKommentar"),
        (fravaer(fravaerIdentifier=CANARY), "fravaerIdentifier"),
        ({**fravaer(), "FravaerType": 3}, None),
        ({**fravaer(), "unknown": CANARY}, None),
    ],
)
def test_a_body_outside_the_contract_is_refused_and_its_property_named(
    site: Site, body: Any, element: str | None
) -> None:
    answer = refusal(site, "POST", FRAVAER, WRITE, json.dumps(body).encode())

    status, number, _ = problem(answer)
    assert (status, number) == (400, 1014)
    assert element is None or answer.json()["element"] == element
    assert answer.json()["detail"]


def test_an_unknown_code_is_2002(site: Site) -> None:
    answer = refusal(site, "POST", FRAVAER, WRITE, json.dumps(fravaer(fravaerType=999)).encode())

    assert problem(answer) == (400, 2002, "code.unknown")
