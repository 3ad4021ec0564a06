"""HTTP as both faces need it: a body within its limit, headers as they are, an answer in one piece."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final, TypeAlias

from overgang.core.errors import CallerFault

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

BODY_SECONDS: Final = 30.0  # a body that trickles in for longer is given up
MAX_HEADERS: Final = 100
MAX_HEAD: Final = 32 * 1024  # bytes of all header names and values


class Gone(Exception):
    """The client went away before its body was complete."""


def headers(scope: Scope, name: bytes) -> list[str]:
    """Every value of a header, in order; `name` in lower case."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def header(scope: Scope, name: bytes) -> str | None:
    """The one value of a header, None without it. Raises CallerFault when it comes twice."""
    values = headers(scope, name)
    if len(values) > 1:
        raise CallerFault(1014, "http.header-twice", element=name.decode(), expected="one value", status=400)
    return values[0] if values else None


def check_request(scope: Scope) -> None:
    """What no request may have: a huge head, no Host or two, a body that is compressed or transferred oddly.

    Raises CallerFault with the HTTP status.
    """
    if (
        len(scope["headers"]) > MAX_HEADERS
        or sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEAD
    ):
        expected = f"at most {MAX_HEADERS} headers with {MAX_HEAD} bytes in all"
        raise CallerFault(1014, "http.head", expected=expected, status=431)
    if headers(scope, b"transfer-encoding") not in ([], ["chunked"], ["Chunked"]):
        raise CallerFault(1014, "http.transfer-encoding", expected="no transfer coding but chunked", status=400)
    if headers(scope, b"upgrade"):  # what comes after is of another protocol, and the parser would take it for ours
        raise CallerFault(1014, "http.upgrade", expected="no Upgrade", status=501)
    if len(headers(scope, b"host")) != 1:
        raise CallerFault(1014, "http.host", expected="one Host header", status=400)
    if headers(scope, b"content-encoding") not in ([], ["identity"]):
        raise CallerFault(1014, "http.content-encoding", expected="a body that is not compressed", status=415)


async def body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The request's body, `limit` bytes at most. Raises CallerFault (413, 408) and Gone."""
    announced = header(scope, b"content-length")
    if announced is not None and announced.isdecimal() and int(announced[:19]) > limit:
        raise _too_large(limit)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _whole(receive, limit)
    except TimeoutError as slow:
        raise CallerFault(1014, "http.timeout", expected="the whole body in time", status=408) from slow


async def _whole(receive: Receive, limit: int) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _too_large(limit: int) -> CallerFault:
    return CallerFault(1014, "http.too-large", expected=f"at most {limit} bytes", status=413)


async def respond(
    send: Send, status: int, content_type: str, content: bytes, more: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Send an answer in one piece. 408, 413 and 501 close the connection: the rest of the body is not read."""
    head = [(b"content-type", content_type.encode()), (b"content-length", b"%d" % len(content)), *more]
    if status in (408, 413, 501):
        head.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": content})
