"""A server on a raw socket that does what no HTTP server library would do: hang, drip, cut off, lie."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
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


@contextmanager
def full() -> Iterator[str]:
    """The address of a port that listens and takes no more connections: nobody answers there."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@dataclass(slots=True)
class Secured:
    """A running TLS server: its address, its connections so far, and what was sent over those that came about."""

    url: str
    connections: int = 0
    taken: list[bytes] = field(default_factory=list)


@contextmanager
def secured(context: ssl.SSLContext, host: str) -> Iterator[Secured]:
    """Shake hands, take a request and end without an answer; asyncio's own server would not tell why it refuses."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Secured(f"https://{host}:{listener.getsockname()[1]}")

        def serve() -> None:
            with suppress(OSError):  # until the listener is closed
                while True:
                    connection, _ = listener.accept()
                    server.connections += 1
                    _shake(context, connection, server.taken)

        Thread(target=serve, daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)


def _shake(context: ssl.SSLContext, connection: socket.socket, taken: list[bytes]) -> None:
    with connection, connection.dup() as raw:
        raw.settimeout(5)
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                taken.append(secure.recv(65536))
        except OSError:
            with suppress(OSError):  # what comes is read to its end, or a reset would overtake the alert
                while raw.recv(65536):
                    pass
