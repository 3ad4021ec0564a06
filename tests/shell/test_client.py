import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest
from faulty import faulty
from faulty import reply as replies

from overgang.core.compare.values import Reply
from overgang.shell import client
from overgang.shell.client import Posts, engine

REPLY = b"HTTP/1.1 201 Made\r\nContent-Type: text/x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@contextmanager
def server(reply: bytes | None, seen: list[bytes]) -> Iterator[str]:
    """A server that says `reply` to one request, or nothing at all until it is over."""
    over = Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            seen.append(connection.recv(65536))
            if reply is None:
                over.wait(5)
            else:
                connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, args=[listener])
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/a"
        over.set()
        thread.join()


def asked(reply: bytes | None, seen: list[bytes] | None = None, deadline: float = 5.0) -> Reply:
    with server(reply, [] if seen is None else seen) as url:
        return asyncio.run(ask(url, deadline))


async def ask(url: str, deadline: float = 5.0) -> Reply:
    posts = Posts(deadline)
    try:
        return await posts.post(url, b"<x/>", {"Content-Type": "text/xml"})
    finally:
        await posts.close()


def test_a_reply_comes_as_it_is() -> None:
    seen: list[bytes] = []
    assert asked(REPLY, seen) == Reply(201, "text/x", b"ok")
    assert seen[0].startswith(b"POST /a HTTP/1.1\r\n")
    assert seen[0].endswith(b"<x/>")
    assert b"content-type: text/xml" in seen[0].lower()


def test_what_keeps_a_reply_from_coming_is_told_in_a_word() -> None:
    assert asked(None, deadline=0.2) == Reply(0, "", b"", "timeout")
    assert asked(b"").trouble == "broken"
    assert asked(REPLY.replace(b"Connection", b"Content-Encoding: gzip\r\nConnection")).trouble == "encoding"


def test_an_address_where_nobody_listens_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert asyncio.run(ask(f"http://127.0.0.1:{port}/")).trouble == "unavailable"


@pytest.mark.parametrize("client", ["pyreqwest", "httpx"])
def test_a_call_that_was_given_up_lets_go_of_its_connection(client: str) -> None:
    """Else each call to a side that hangs keeps a connection for good, until there are none left for anybody."""
    calls, ended = 10, []

    async def give_up(url: str) -> None:
        made = engine(client, 1000)
        for _ in range(calls):
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await made.exchange("POST", url, {}, b"x", 0.05)
        await asyncio.sleep(1.5)
        await made.close()

    def hold(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(10)
            while connection.recv(65536):
                pass
            ended.append(1)

    def accept(listener: socket.socket) -> None:
        for _ in range(calls):
            Thread(target=hold, args=[listener.accept()[0]], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=accept, args=[listener], daemon=True).start()
        asyncio.run(give_up(f"http://127.0.0.1:{listener.getsockname()[1]}/"))
        assert len(ended) == calls


@pytest.mark.parametrize("name", ["pyreqwest", "httpx"])
def test_a_connection_that_idled_is_not_used_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other end may just be closing it."""
    monkeypatch.setattr(client, "IDLE", 0.3)

    async def run() -> list[int]:
        connections = []
        async with faulty(replies(b"{}")) as stub:
            asks = engine(name, 1000)
            try:
                for pause in (0.0, 0.0, 1.0):
                    await asyncio.sleep(pause)
                    assert (await asks.exchange("GET", f"{stub.url}/a", {}, None, 5)).status == 200
                    connections.append(stub.connections)
            finally:
                await asks.close()
        return connections

    assert asyncio.run(run()) == [1, 1, 2]
