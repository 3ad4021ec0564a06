"""A server on a raw socket that does what no HTTP server library would do: hang, drip, cut off, lie."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

Writer: TypeAlias = asyncio.StreamWriter
Behaviour: TypeAlias = Callable[[Writer], Awaitable[None]]


@dataclass(slots=True)
class Faulty:
    """A running server: its address, every request (head and body, as bytes) it was sent, its connections so far."""

    url: str
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def faulty(*behaviours: Behaviour) -> AsyncIterator[Faulty]:
    """Serve on an ephemeral port; the n-th request gets the n-th behaviour, later ones the last."""
    tasks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            while request := await _request(reader):
                stub.requests.append(request)
                await behaviours[min(len(stub.requests), len(behaviours)) - 1](writer)
        except ConnectionError:
            pass  # the client gave up, as it should
        finally:
            writer.transport.abort()

    def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
        stub.connections += 1
        tasks.add(asyncio.create_task(talk(reader, writer)))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stub = Faulty(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield stub
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def greeting(raw: bytes) -> AsyncIterator[str]:
    """A server that speaks first, and no HTTP; yields its address."""

    async def serve(_: asyncio.StreamReader, writer: Writer) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.01)  # let both ends finish closing


async def _request(reader: asyncio.StreamReader) -> bytes:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return head + await reader.readexactly(int(line.split(b":")[1]))
    return head


def says(raw: bytes) -> Behaviour:
    """Answer with exactly these bytes and keep the connection."""

    async def behave(writer: Writer) -> None:
        writer.write(raw)
        await writer.drain()

    return behave


def says_and_closes(raw: bytes) -> Behaviour:
    """Answer with these bytes, then end the connection in an orderly way."""

    async def behave(writer: Writer) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return behave


def reply(body: bytes, status: str = "200 OK", *headers: str, kind: str | None = "application/json") -> Behaviour:
    """An ordinary answer with a right Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    if kind is not None:
        lines.append(f"Content-Type: {kind}")
    return says("\r\n".join([*lines, "", ""]).encode() + body)


async def never_answers(_: Writer) -> None:
    await asyncio.Event().wait()


async def resets(writer: Writer) -> None:
    """RST instead of an answer."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def drips(writer: Writer) -> None:
    """A good head, then a byte of the body now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def closed_port() -> str:
    """The address of a port on which nothing listens."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return f"http://127.0.0.1:{port}"
