"""A gateway with queues in memory, and events as the modern side sends them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

import httpx
from gateway_side import Modern, config, loaded

from overgang.shell.app import Gateway
from overgang.shell.config_messages import MessageSettings
from overgang.shell.keeping import Keeping
from overgang.shell.store import Message
from overgang.shell.upstream import Upstream

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
CPR, OTHER = "1203852326", "2304791617"  # of config/demo/citizens.toml
JOBCENTER, A_KASSE = "8/10101", "2/81"
GROUP = "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7e20"
Result = TypeVar("Result")


def event(**changed: Any) -> dict[str, Any]:
    """One about a contact group, as its page documents it."""
    said = {
        "EntitetNavn": "Kontaktgruppe",
        "EntitetId": 100008,
        "EksternIdentifier": GROUP,
        "IdentifikationstypeId": 1,
        "Aendringstype": 1,
    }
    return {name: value for name, value in (said | changed).items() if value is not ...}


class Ticking:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Side:
    """The gateway; `ask` sends one request, `together` several at once."""

    def __init__(
        self, modern: Modern | None = None, messages: MessageSettings | None = None, *, store: str = "", **more: Any
    ) -> None:
        self.clock = Ticking()
        given = {"messages": messages or MessageSettings(), **more}
        if store:
            given["store"] = store
        made = config(**given)
        self.keeping = Keeping(made, self.clock)
        self.store = self.keeping.store
        self.modern = modern or Modern()
        self.app = Gateway(made, loaded(), cast(Upstream, self.modern), self.clock, self.keeping)

    def run(self, work: Callable[[httpx.AsyncClient], Awaitable[Result]]) -> Result:
        async def within() -> Result:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://gateway") as asks:
                return await work(asks)

        return asyncio.run(within())

    def ask(self, method: str, path: str, **what: Any) -> httpx.Response:
        return self.run(lambda asks: asks.request(method, path, **what))

    def told(
        self,
        said: Any = None,
        *,
        receiver: str = JOBCENTER,
        citizen: str | None = CPR,
        id_: str | None = None,
        **more: Any,
    ) -> httpx.Response:
        """What the gateway answers to an event."""
        headers = {"content-type": "application/json"}
        headers |= {} if citizen is None else {"x-civilRegistrationIdentifier": citizen}
        headers |= {} if id_ is None else {"x-requestId": id_}
        content = said if isinstance(said, bytes) else json.dumps(event() if said is None else said).encode()
        headers |= more.pop("headers", {})
        return self.ask("POST", f"/beskeder/v1/Webhook/{receiver}", content=content, headers=headers, **more)

    def kept(self, receiver: str = JOBCENTER) -> Sequence[Message]:
        return self.store.messages(receiver)

    def records(self) -> list[dict[str, Any]]:
        self.keeping.auditor.close()
        return [json.loads(one.entry) for chain in self.store.chains() for one in self.store.records(chain.id)]
