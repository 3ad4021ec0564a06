"""Calls to the old services' own addresses: the bytes go and come as they are."""

import asyncio
from typing import Any

import pytest
from faulty import Behaviour, Faulty, faulty, never_answers, reply, resets

from overgang.core.errors import UpstreamFault
from overgang.shell.client import Raw
from overgang.shell.config import Target
from overgang.shell.upstream import Upstream

CALL = "<s:Envelope>ÆØÅ</s:Envelope>".encode("latin-1")
HEADERS = {"Content-Type": "text/xml; charset=iso-8859-1", "SOAPAction": '"urn:x#Y"'}


def forward(client: str, *behaviours: Behaviour) -> tuple[Any, Faulty]:
    """What becomes of one forwarded call, and what the old service saw."""

    async def run() -> tuple[Any, Faulty]:
        async with faulty(*behaviours) as stub:
            old = {"S/1": Target(f"{stub.url}/old/S.svc", deadline=0.5)}
            upstream = Upstream({}, client=client, old=old)
            assert (upstream.reaches("S/1"), upstream.reaches("S/2")) == (True, False)
            try:
                return await upstream.forward("S/1", CALL, HEADERS), stub
            except UpstreamFault as fault:
                return fault, stub
            finally:
                await upstream.close()

    return asyncio.run(run())


@pytest.mark.parametrize("client", ["pyreqwest", "httpx"])
def test_bytes_and_headers_go_as_they_are_and_so_does_the_answer(client: str) -> None:
    answer = "<æ/>".encode("latin-1")
    raw, stub = forward(client, reply(answer, "500 Internal Server Error", kind="text/xml; charset=iso-8859-1"))

    assert raw == Raw(500, "text/xml; charset=iso-8859-1", answer)
    head, _, body = stub.requests[0].partition(b"\r\n\r\n")
    assert body == CALL
    lines = [line.lower() for line in head.split(b"\r\n")]
    assert lines[0] == b"post /old/s.svc http/1.1"
    assert b'soapaction: "urn:x#y"' in lines
    assert b"content-type: text/xml; charset=iso-8859-1" in lines


@pytest.mark.parametrize(("behaviour", "key"), [(resets, "upstream.broken"), (never_answers, "upstream.timeout")])
def test_a_call_without_an_answer_is_sent_once_and_its_outcome_is_unknown(behaviour: Behaviour, key: str) -> None:
    fault, stub = forward("pyreqwest", behaviour)

    assert (fault.key, len(stub.requests)) == (key, 1)
    assert "the outcome is not known" in fault.text


def test_a_redirect_is_not_followed() -> None:
    fault, stub = forward("pyreqwest", reply(b"", "307 Temporary Redirect", "Location: http://other.invalid/"))

    assert (fault.key, len(stub.requests)) == ("upstream.redirect", 1)
