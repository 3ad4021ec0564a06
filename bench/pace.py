"""An open load: calls are sent when they are due, whatever became of those before, as callers who know nothing of each
other do. Each is timed from the moment when it was due.
"""

import argparse
import asyncio
import json
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bench.load import Call, sample

SECONDS = 10.0  # after which a call is given up
IDLE = 2.0  # seconds after which a connection is not used again: the other end may just be closing it


@dataclass(slots=True)
class Seen:
    """What came of the calls: the milliseconds of each, by the HTTP status of its answer (0: none)."""

    by_status: dict[int, list[float]] = field(default_factory=dict)

    def add(self, status: int, milliseconds: float) -> None:
        self.by_status.setdefault(status, []).append(milliseconds)

    def count(self, status: int) -> int:
        return len(self.by_status.get(status, ()))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed; 0 without any."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


class _Pool:
    """Connections to one address, used again where the answer allows it."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._idle: deque[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = deque()

    async def ask(self, message: bytes) -> int:
        """The status of the answer; raises OSError, EOFError."""
        reader, writer = self._used() or await asyncio.open_connection(self._host, self._port)
        kept = False
        try:
            writer.write(message)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            kept = b"connection: close" not in head
            return int(head[9:12])
        finally:
            if kept:
                self._idle.append((asyncio.get_running_loop().time(), reader, writer))
            else:
                writer.close()

    def _used(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """The connection that was used last, unless that was too long ago: then the others are older still."""
        if self._idle and asyncio.get_running_loop().time() - self._idle[-1][0] > IDLE:
            self.close()
        return self._idle.pop()[1:] if self._idle else None

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[2].close()


def messages(calls: Sequence[Call], path: str, host: str, first: int) -> Iterator[bytes]:
    """HTTP requests of these kinds in turn, each with another call: a second and a number of its own."""
    texts = [sample(call).decode() for call in calls]
    for number in count(first + 1):
        call, text = calls[number % len(calls)], texts[number % len(calls)]
        clock = f"{number // 60 % 60:02}:{number % 60:02}"
        body = text.replace("59:59", clock).replace("9999999", f"{number % 10_000_000:07}").encode()
        yield (
            f"POST {call.path or path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/xml; charset=utf-8\r\n"
            f'SOAPAction: "{call.action}"\r\nContent-Length: {len(body)}\r\n\r\n'
        ).encode() + body


async def paced(url: str, kinds: Sequence[Call], rate: float, seconds: float, first: int = 0) -> Seen:
    """Send `rate` calls a second for so many seconds, of these kinds in turn."""
    where, _, path = url.removeprefix("http://").partition("/")
    host, _, port = where.partition(":")
    pool, seen, tasks = _Pool(host, int(port)), Seen(), set[asyncio.Task[None]]()
    calls = messages(kinds, f"/{path}", where, first)
    loop = asyncio.get_running_loop()
    begun = loop.time()

    async def one(due: float, message: bytes) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                status = await pool.ask(message)
        except (OSError, EOFError, TimeoutError, ValueError):
            status = 0
        seen.add(status, (loop.time() - due) * 1000)

    sent = 0
    while (now := loop.time()) < begun + seconds:
        while begun + sent / rate <= now:
            task = loop.create_task(one(begun + sent / rate, next(calls)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
        await asyncio.sleep(max(begun + sent / rate - loop.time(), 0))
    await asyncio.gather(*tasks)
    pool.close()
    return seen


async def slow_stub(milliseconds: float, port: int) -> None:
    """A modern side that registers everything, after so many milliseconds."""
    registered = b'"5f0c9d1e-0b1a-4a53-9f3f-3d6a0e6f2b11"'
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(registered)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while asked := await reader.readuntil(b"\r\n\r\n"):
                length = asked.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
                await reader.readexactly(int(length or b"0"))
                await asyncio.sleep(milliseconds / 1000)
                writer.write(head + registered)
        except (OSError, EOFError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


def main() -> int:
    """`python -m bench.pace URL --rate R --seconds S` from a process of its own; or `--stub MS --port P`."""
    import uvloop

    from bench.subjects import CREATE_ABSENCE

    parser = argparse.ArgumentParser()
    parser.add_argument("url", nargs="?")
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--stub", type=float)
    parser.add_argument("--port", type=int)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if given.stub is not None:
            runner.run(slow_stub(given.stub, given.port))
            return 0
        seen = runner.run(paced(given.url, [CREATE_ABSENCE], given.rate, given.seconds, given.first))
    print(json.dumps(seen.by_status))
    return 0


def apart(url: str, rate: float, seconds: float, first: int) -> Seen:
    """The same from a process of its own."""
    import subprocess

    from bench.install import ROOT
    from bench.load import BenchError

    numbers = ["--rate", str(rate), "--seconds", str(seconds), "--first", str(first)]
    command = [sys.executable, "-m", "bench.pace", url, *numbers]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 60, check=False)
    if done.returncode:
        raise BenchError(f"pace: {(done.stderr.strip() or 'no output').splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return Seen({int(status): times for status, times in found.items()})


if __name__ == "__main__":
    sys.exit(main())
