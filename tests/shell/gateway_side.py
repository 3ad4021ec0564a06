"""A gateway in this process in front of a modern side that answers as the test says."""

import asyncio
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, cast

import httpx

from overgang.core.messages import Caller, RestReply, RestRequest
from overgang.shell.app import Gateway
from overgang.shell.clock import at
from overgang.shell.config import Config, HeaderNames, Limits, Listen
from overgang.shell.loading import Loaded, load
from overgang.shell.upstream import Upstream
from overgang.wire import strict_json
from running import ROOT

DAY = date(2026, 1, 5)


@lru_cache(maxsize=1)
def loaded() -> Loaded:
    """Everything of this checkout, compiled once."""
    return load(ROOT / "wsdl", ROOT / "config" / "codelists")


def replied(status: int, json: Any = None) -> RestReply:
    """A reply as the modern side would send it."""
    return RestReply(status) if json is None else RestReply(status, json, strict_json.dumps(json))


class Modern:
    """Answers with `replies` in turn, raising those that are exceptions, and remembers what it was sent."""

    def __init__(self, *replies: RestReply | Exception) -> None:
        self.replies = list(replies)
        self.sent: list[RestRequest] = []
        self.closed = False

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        self.sent.append(request)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def close(self) -> None:
        self.closed = True


def config(**more: Any) -> Config:
    """This checkout's contracts, and everything else as it is by default; `more` are fields of it."""
    given: dict[str, Any] = {
        "listen": Listen(),
        "wsdl": ROOT / "wsdl",
        "codelists": ROOT / "config" / "codelists",
        "client": "pyreqwest",
        "upstream": {},
        "limits": Limits(),
        "headers": HeaderNames(),
        "identity_key": b"k" * 32,
        "switched_off": {},
        "releases": None,
    }
    return Config(**given | more)


def gateway(
    modern: Modern,
    *,
    key: bytes = b"k" * 32,
    prefix: str = "/PjakTassWCF",
    switched_off: Mapping[str, frozenset[str]] | None = None,
) -> Gateway:
    """The whole app with this checkout's contracts; its clock stands still on DAY."""
    made = config(listen=Listen(prefix=prefix), identity_key=key, switched_off=switched_off or {})
    return Gateway(made, loaded(), cast(Upstream, modern), at(DAY))


def ask(app: Gateway, method: str, path: str, **what: Any) -> httpx.Response:
    """One call over ASGI."""

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
            return await client.request(method, path, **what)

    return asyncio.run(send())
