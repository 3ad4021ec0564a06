import asyncio
import re
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from gateway_side import DAY, Modern

from overgang.shell.clock import at
from overgang.shell.driver import Driver
from overgang.shell.soap_http import SoapHttp
from overgang.shell.soap_ingress import SoapFace, bridged
from overgang.wire import contract
from overgang.wire.guard import Limits
from running import ROOT

SHAPES = ROOT / "tests/wire/contract/shapes"
MANY = contract.load(SHAPES / "many.wsdl")
ADDRESS = "/old/3/Many.svc"


@pytest.fixture
def app() -> SoapHttp:
    """A contract of several files, that no area bridges."""
    face = SoapFace(Driver({}, Modern()), {}, Limits(), b"k" * 32, {})
    public = "https://soap.example.invalid"
    return SoapHttp(face, [bridged(MANY, 3, ())], prefix="/old", public=public, limit=1_000, clock=at(DAY))


def get(app: SoapHttp, path: str, method: str = "GET") -> httpx.Response:
    async def send() -> httpx.Response:
        transport: Any = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.request(method, path)

    return asyncio.run(send())


@pytest.mark.parametrize("start", [f"{ADDRESS}?wsdl", "/old/3/wsdl/Many.wsdl"])
def test_every_document_is_found_from_either_address_by_its_relative_place(app: SoapHttp, start: str) -> None:
    seen: dict[str, bytes] = {}
    left = [start]
    while left:
        address = left.pop()
        if address not in seen:
            answer = get(app, address)
            assert answer.status_code == 200, address
            seen[address] = answer.content
            left += [urljoin(address, place) for place in re.findall(r'schemaLocation="([^"]+)"', answer.text)]

    assert len(seen) == len(MANY.documents) == 4
    assert {content for address, content in seen.items() if address != start} == {
        content for name, content in MANY.documents.items() if name != MANY.file
    }


@pytest.mark.parametrize(
    "path",
    ["/old/3/parts/", "/old/3/wsdl/parts/none.xsd", "/old/3/rpc.wsdl", "/old/3/wsdl/rpc.wsdl", "/old/2/Many.svc?wsdl"],
)
def test_nothing_else_of_the_folder_is_served(app: SoapHttp, path: str) -> None:
    assert get(app, path).status_code == 404


def test_a_document_can_only_be_read(app: SoapHttp) -> None:
    answer = get(app, "/old/3/wsdl/parts/round.xsd", "POST")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_the_addresses_are_told(app: SoapHttp) -> None:
    assert list(app.addresses) == [ADDRESS]
