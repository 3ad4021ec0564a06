"""What is beyond the calls that are under way at a time is refused at once, and the next one after it is answered."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from gateway_side import Modern, gateway, replied

from modern_calls import ABOUT, FRAVAER, problem
from old_calls import ENROLLMENT, MEDIA, professions, said, wrapped
from overgang.core.messages import Caller, RestReply, RestRequest
from overgang.shell.admission import Admission


class Slow(Modern):
    """Answers each request only when it is let go."""

    def __init__(self, *replies: RestReply) -> None:
        super().__init__(*replies)
        self.go = asyncio.Event()

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        await self.go.wait()
        return await super().send(request, caller)


def client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


async def under_way(app: Any) -> None:
    async with asyncio.timeout(10):
        while not app.admission.under_way:  # noqa: ASYNC110 - it has no event of its own
            await asyncio.sleep(0)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_one_too_many_is_refused_on_both_faces_and_nothing_is_sent(version: str) -> None:
    async def run() -> None:
        modern = Slow(replied(200, {"joboensker": []}), replied(200, {"joboensker": []}))
        app = gateway(modern)
        app.admission = replace(app.admission, at_once=1)
        call: dict[str, Any] = {
            "content": wrapped(professions(), version=version),
            "headers": {"content-type": MEDIA[version]},
        }
        async with client(app) as asks:
            first = asyncio.create_task(asks.post(ENROLLMENT, **call))
            await under_way(app)
            old, new = await asks.post(ENROLLMENT, **call), await asks.get(FRAVAER, headers=ABOUT)
            assert modern.sent == []
            modern.go.set()
            assert said(await first).code == "GetProfessionCollectionResponse"
            again = await asks.post(ENROLLMENT, **call)
        assert (old.status_code, old.headers["retry-after"]) == (503, "1")
        assert old.headers["content-type"].startswith(MEDIA[version].split(";")[0])
        assert "[gateway.busy]" in old.text
        assert (problem(new)[0], new.headers["retry-after"]) == (503, "1")
        assert said(again).code == "GetProfessionCollectionResponse"
        assert (app.admission.under_way, app.admission.refused) == (0, 2)

    asyncio.run(run())


def test_a_call_that_is_given_up_leaves_its_place() -> None:
    async def run() -> None:
        app = gateway(Slow())
        async with client(app) as asks:
            call = asyncio.create_task(
                asks.post(ENROLLMENT, content=wrapped(professions()), headers={"content-type": MEDIA["1.1"]})
            )
            await under_way(app)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        assert app.admission.under_way == 0

    asyncio.run(run())


def test_while_it_drains_each_answer_ends_its_connection() -> None:
    async def run() -> list[str | None]:
        app = gateway(Modern(replied(200, {"fravaer": []}), replied(200, {"fravaer": []})))
        async with client(app) as asks:
            before = await asks.get(FRAVAER, headers=ABOUT)
            app.admission.draining = True
            after = await asks.get(FRAVAER, headers=ABOUT)
        assert (before.status_code, after.status_code) == (200, 200)
        return [before.headers.get("connection"), after.headers.get("connection")]

    assert asyncio.run(run()) == [None, "close"]


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        ({"content-length": "65536"}, True),
        ({"content-length": "65537"}, False),
        ({"content-length": "9" * 30}, False),
        ({"transfer-encoding": "chunked"}, False),
        ({}, True),
    ],
)
def test_a_connection_is_kept_where_the_body_that_is_not_read_is_small(head: dict[str, str], kept: bool) -> None:
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def nothing() -> Any:
        raise AssertionError("the body is read")

    admission = Admission(0)
    scope = {"headers": [(name.encode(), value.encode()) for name, value in head.items()]}
    asyncio.run(admission.through(gateway(Modern()), scope, nothing, send, soap=True))
    assert said[0]["status"] == 503
    assert ((b"connection", b"close") not in said[0]["headers"]) is kept
