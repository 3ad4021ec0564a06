"""The old side as an app: addresses, contracts, switches, and what is not there."""

import json
from typing import Any

import httpx
import pytest
from standin_side import ROOT, Side, citizen, contracts, sample

from overgang.standin import available
from overgang.standin.app import PREFIX
from overgang.standin.deviations import KNOWN

SIDE = Side()
ASYLUM = f"{PREFIX}/1/AsylumService.svc"
BODY = sample("AsylumService", "GetAsylumData", citizen("asylsag"))
XML = {"Content-Type": "text/xml; charset=utf-8"}


@pytest.fixture
def client() -> Any:
    SIDE.app.deviations = ()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=SIDE.app), base_url="http://old.example.invalid")


@pytest.mark.anyio
async def test_each_service_serves_its_frozen_contract_byte_for_byte(client: httpx.AsyncClient) -> None:
    for path, contract in contracts(SIDE):
        answer = await client.get(f"{PREFIX}{path}?wsdl")
        version, name = path.removesuffix(".svc").strip("/").split("/")
        assert answer.content == (ROOT / "wsdl" / name / version / f"{name}.wsdl").read_bytes()
        assert contract.name == name


@pytest.mark.anyio
async def test_what_is_no_call_is_told_so(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{PREFIX}/2/AsylumService.svc?wsdl")).status_code == 404
    assert (await client.get(ASYLUM)).status_code == 405
    assert (await client.put(ASYLUM, content=BODY)).status_code == 405
    assert (await client.post("/deviations", content=b"[]")).status_code == 405
    assert (await client.post(ASYLUM, content=b"x" * (1 << 20) + b"x", headers=XML)).status_code == 413


@pytest.mark.anyio
async def test_deviations_are_switched_while_it_runs(client: httpx.AsyncClient) -> None:
    right = await client.post(ASYLUM, content=BODY, headers=XML)
    told = await client.put("/deviations", content=json.dumps(["html-page:GetAsylumData", "slow:*:0"]))
    other = await client.post(ASYLUM, content=BODY, headers=XML)

    assert told.json() == (await client.get("/deviations")).json() == ["html-page:GetAsylumData", "slow:*:0"]
    assert (right.status_code, other.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (await client.put("/deviations", content=b"[]")).json() == []
    assert (await client.post(ASYLUM, content=BODY, headers=XML)).content == right.content


@pytest.mark.anyio
async def test_every_deviation_is_described(client: httpx.AsyncClient) -> None:
    told = (await client.get("/deviations/known")).json()

    assert [each["name"] for each in told] == list(KNOWN)
    assert all(each["text"] and each["touches"] for each in told)


@pytest.mark.anyio
@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'"slow"', b"\xff", b'["slwo"]', b'["slow:GetEverything"]'])
async def test_a_wrong_switch_is_refused_and_changes_nothing(client: httpx.AsyncClient, content: bytes) -> None:
    await client.put("/deviations", content=b'["slow:PersonSearch"]')

    assert (await client.put("/deviations", content=content)).status_code == 400
    assert (await client.get("/deviations")).json() == ["slow:PersonSearch"]


@pytest.mark.anyio
async def test_under_a_server_without_a_connection_to_close_no_answer_is_an_empty_500(
    client: httpx.AsyncClient,
) -> None:
    await client.put("/deviations", content=b'["no-answer"]')
    answer = await client.post(ASYLUM, content=BODY, headers=XML)

    assert (answer.status_code, answer.content) == (500, b"")


@pytest.mark.anyio
async def test_two_content_types_are_none(client: httpx.AsyncClient) -> None:
    twice = [("Content-Type", "text/xml"), ("Content-Type", "text/xml")]

    assert (await client.post(ASYLUM, content=BODY, headers=twice)).status_code == 415


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_it_is_available_here() -> None:
    assert available() is None
