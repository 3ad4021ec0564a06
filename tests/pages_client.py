"""Asks the pages in this process, as a browser or without one."""

import asyncio
import re
from functools import cache
from typing import Any

import httpx
from lxml import html
from starlette.applications import Starlette

import invented_source
from invented_source import NOW, Invented
from overgang.cli.home import loaded
from overgang.pages.admin import create_admin
from overgang.pages.sources import Source
from overgang.shell.config import Listen
from overgang.shell.loading import Loaded

BASE = "http://127.0.0.1:8081"
LISTEN = Listen(public="https://soap.example.invalid/gateway")
HISTORY = "/operations/PersonHistoryService/1/GetPersonHistory"
ABSENCE = "/operations/AbsenceRegistrationService/7/CreateAbsence"
PAGES = (
    "/",
    "/operations",
    HISTORY,
    ABSENCE,
    f"{ABSENCE}/mode?mode=compare-old&caller=8/101",
    "/differences",
    "/differences?cluster=c1",
    "/callers",
    "/rules",
    "/rules?on=2024-06-01&from=2024-11-01&to=2025-04-01",
    "/contracts",
    "/contracts/PersonHistoryService/1",
    "/contracts/PersonRegistrationService/9",
    "/cases",
    "/cases/fravaer/fravaer_gentaget",
    "/changes",
    "/beskeder",
)
FILLED_PAGES = (
    *PAGES,
    "/differences/cmp-0",
    "/differences/cmp-1",
    "/callers/8/101",
    "/beskeder?missed=1",
    *(f"/beskeder/{invented_source.message_id(number)}" for number in range(8)),
    f"/beskeder/{invented_source.KNOWN_BY_NOW}/release",
    f"/beskeder/{invented_source.GIVEN_UP}/release",
    f"/beskeder/{invented_source.UNKNOWN}/release",
)


@cache
def everything() -> Loaded:
    return loaded()


@cache
def operations() -> list[tuple[str, str, str]]:
    """Area, service and operation of all that is bridged."""
    return [
        (area.name, f"{service.name}/{service.version}", operation.name)
        for area in everything().areas
        for service in area.services
        for operation in service.operations
    ]


def filled() -> Invented:
    return invented_source.filled(operations())


def pages(source: Source | None = None, **options: Any) -> Starlette:
    return create_admin(everything(), LISTEN, source, ticks=lambda: NOW, **options)


def ask(app: Starlette, path: str, method: str = "GET", **options: Any) -> httpx.Response:
    """One request; a mistake of the app's own is answered, not raised."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(method, path, **options)

    return asyncio.run(send())


def tree(answer: httpx.Response) -> Any:
    return html.fromstring(answer.text)


def words(node: Any) -> str:
    """The text of a node on one line."""
    return re.sub(r"\s+", " ", " ".join(node.itertext())).strip()


def token(answer: httpx.Response) -> str:
    """The token in a page's form."""
    found = tree(answer).xpath("//input[@name='token']/@value")
    return str(found[0])
