"""The old side as an ASGI app: each service at <prefix>/<version>/<Service>.svc, its frozen WSDL at ?wsdl.

/deviations: GET lists what is switched on, PUT a list of names to switch; /deviations/known says what there is.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeAlias

from overgang.reference.store import Store
from overgang.standin import codes
from overgang.standin.deviating import deviate
from overgang.standin.deviations import KNOWN, Chosen, DeviationError, parse
from overgang.standin.engine import OldService, load
from overgang.standin.sequences import Sequences
from overgang.standin.services import SERVICES

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

PREFIX: Final = "/PjakTassWCFtService"
OPERATIONS: Final = frozenset(
    name for operations in SERVICES.values() for name, served in operations.items() if served is not None
)
_MOST: Final = 1 << 20  # bytes of a request
_JSON: Final = "application/json"
_TEXT: Final = "text/plain; charset=utf-8"
_ANSWERS_TO: Final = {"/deviations", "/deviations/known"}


class Standin:
    """The app; `services` are those by path, `deviations` those switched on. Whoever made the store closes it."""

    def __init__(self, services: Iterable[OldService], deviations: Sequence[Chosen] = (), seed: int = 0) -> None:
        self.services = {f"{PREFIX}/{_version(each)}/{each.contract.name}.svc": each for each in services}
        self._seed = seed
        self.deviations = tuple(deviations)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        service = self.services.get(scope["path"])
        if body is None:
            await respond(send, 413, _TEXT, f"at most {_MOST} bytes\n".encode())
        elif service is not None and scope["method"] == "POST":
            await self._post(service, scope, body, receive, send)
        elif service is not None:
            await _describe(service, scope, send)
        elif scope["path"] in _ANSWERS_TO:
            await self._switch(scope, body, send)
        else:
            await respond(send, 404, _TEXT, b"no such service\n")

    async def _post(self, service: OldService, scope: Message, body: bytes, receive: Receive, send: Send) -> None:
        kinds = _headers(scope, b"content-type")
        answer = service.answer(body, kinds[0] if len(kinds) == 1 else None, _headers(scope, b"soapaction"))
        told = deviate(answer, service.answer_of(answer.operation), self.deviations, self._seed, body)
        if told.delay:
            await asyncio.sleep(told.delay)
        if told.answer is None:
            await _close(receive, send)
        else:
            await respond(send, told.answer.status, told.answer.content_type, told.answer.body)

    async def _switch(self, scope: Message, body: bytes, send: Send) -> None:
        if scope["method"] not in ("GET", "PUT"):
            await respond(send, 405, _TEXT, b"GET, or PUT a JSON list of names\n")
        elif scope["path"] != "/deviations":
            await respond(send, 200, _JSON, json.dumps([asdict(each) for each in KNOWN.values()]).encode())
        else:
            try:
                self.deviations = self.deviations if scope["method"] == "GET" else _chosen(body)
            except ValueError as mistake:
                await respond(send, 400, _TEXT, f"{mistake}\n".encode())
            else:
                await respond(send, 200, _JSON, json.dumps([str(each) for each in self.deviations]).encode())


def create_app(
    store: Store, wsdl: Path, codelists: Path, deviations: Sequence[Chosen] = (), *, seed: int = 0
) -> Standin:
    """The old side of `store`, with the contracts and code lists of these folders.

    Raises ContractError, OSError or ValueError for what can't be read.
    """
    lists = codes.read(codelists)
    sequences = Sequences()
    services = [
        OldService(load(wsdl / name / str(version)), operations, store, lists, sequences)
        for (name, version), operations in SERVICES.items()
    ]
    return Standin(services, deviations, seed)


async def respond(send: Send, status: int, content_type: str, content: bytes) -> None:
    """Send an answer in one piece."""
    head = [(b"content-type", content_type.encode()), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": content})


async def _describe(service: OldService, scope: Message, send: Send) -> None:
    if scope["method"] == "GET" and scope["query_string"].lower() in (b"wsdl", b"singlewsdl"):
        await respond(send, 200, "text/xml; charset=utf-8", service.contract.documents[service.contract.file])
    else:
        await respond(send, 405, _TEXT, b"POST a SOAP envelope here, or GET ?wsdl\n")


async def _close(receive: Receive, send: Send) -> None:
    """Close the connection without an answer. Only uvicorn's own `send` leads to it; elsewhere it is a bare 500."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        await respond(send, 500, _TEXT, b"")
        return
    transport.abort()
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            while (await receive())["type"] != "http.disconnect":
                pass


def _chosen(body: bytes) -> tuple[Chosen, ...]:
    """Raises ValueError for what is no list of deviations."""
    try:
        names = json.loads(body)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DeviationError("expected a JSON list of names")
    return tuple(parse(name, OPERATIONS) for name in names)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large, or the client went away."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > _MOST:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _headers(scope: Message, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _version(service: OldService) -> str:
    """The version is the part of the contract's namespace before the name."""
    return service.contract.namespace.rsplit("/", 2)[1]
