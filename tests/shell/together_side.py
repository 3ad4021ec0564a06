"""A gateway in this process between an old side and a modern one, both as the test says."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import httpx
from gateway_side import DAY, loaded, replied
from gateway_side import config as gateway_config

from old_calls import ENROLLMENT, MEDIA, absence, professions, wrapped
from overgang.core.compare.modes import Scope
from overgang.core.compare.values import Compared, Mode
from overgang.core.errors import Fault
from overgang.core.messages import Caller, RestReply, RestRequest
from overgang.shell.app import Gateway
from overgang.shell.client import Raw
from overgang.shell.clock import at
from overgang.shell.config import Comparing, Config, Recording, Target
from overgang.shell.keeping import Keeping
from overgang.shell.store import Filter
from overgang.shell.upstream import Upstream

SERVICE = "UnemploymentEnrollmentService/8"
ABSENCES = "AbsenceRegistrationService/7"
CALLER = "8/10101"
NONE = replied(200, {"joboensker": []})
EMPTY = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><x:GetProfessionCollectionResponse '
    'xmlns:x="http://service.bm.dk/UnemploymentEnrollmentService/2021/03/01/"/></s:Body></s:Envelope>'
)


@dataclass
class Both:
    """The two sides. `modern` and `old` are answers, exceptions, or what is awaited for one; each is used again."""

    modern: Any = NONE
    old: Any = field(default_factory=lambda: Raw(200, "text/xml; charset=utf-8", EMPTY.encode()))
    sent: list[RestRequest] = field(default_factory=list)
    forwarded: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        self.sent.append(request)
        return cast(RestReply, await _given(self.modern))

    def reaches(self, service: str) -> bool:
        return True

    async def forward(self, service: str, body: bytes, headers: Mapping[str, str]) -> Raw:
        self.forwarded.append((service, body, headers))
        return cast(Raw, await _given(self.old))

    async def close(self) -> None:
        pass


async def _given(answer: Any) -> Any:
    if isinstance(answer, list):
        answer = answer.pop(0)
    if callable(answer):
        answer = await answer()
    if isinstance(answer, Fault | Exception):
        raise answer
    return answer


@dataclass
class World:
    """A gateway under test with what it keeps."""

    gateway: Gateway
    keeping: Keeping
    both: Both

    async def call(
        self, body: str | bytes, path: str = ENROLLMENT, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """One POST; whatever happens beside it may still be under way when it returns."""
        transport = httpx.ASGITransport(self.gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.post(path, content=body, headers={"content-type": MEDIA["1.1"], **(headers or {})})

    async def settled(self) -> None:
        """Wait until nothing is under way and all is stored."""
        assert self.gateway.together is not None
        await self.gateway.together.besides.idle()
        await asyncio.to_thread(self.keeping.writer.flush)

    def compared(self) -> tuple[Compared, ...]:
        return self.keeping.store.compared(Filter()).items

    def drops(self) -> dict[str, int]:
        return self.keeping.store.drops()


READ = wrapped(professions())
WRITE = wrapped(absence())


def configuration(
    *,
    mode: Mode = Mode.NEW,
    modes: Mapping[Scope, Mode] | None = None,
    folder: Path | None = None,
    store: str = "sqlite://",
    **comparing: Any,
) -> Config:
    """This checkout's contracts, every service with an old address."""
    return gateway_config(
        old={service.key: Target("http://old.invalid") for service in loaded().services},
        store=store,
        modes=modes or {},
        comparing=replace(Comparing(mode=mode, noise=0.0), **comparing),
        recording=Recording(folder=folder),
    )


def run(
    test: Callable[[World], Awaitable[None]],
    both: Both | None = None,
    *,
    mode: Mode = Mode.NEW,
    modes: Mapping[Scope, Mode] | None = None,
    folder: Path | None = None,
    store: str = "sqlite://",
    **comparing: Any,
) -> None:
    """Run a test against a fresh gateway; its clock stands still on DAY."""
    both = both or Both()
    config = configuration(mode=mode, modes=modes, folder=folder, store=store, **comparing)

    async def within_seconds() -> None:
        keeping = Keeping(config, at(DAY))
        gateway = Gateway(config, loaded(), cast(Upstream, both), at(DAY), keeping)
        try:
            async with asyncio.timeout(20):
                await test(World(gateway, keeping, both))
        finally:
            assert gateway.together is not None
            await gateway.together.close()
            await keeping.close()

    asyncio.run(within_seconds())
