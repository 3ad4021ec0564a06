"""A gateway as its own process, as an operator starts it, and a modern side that writes down what it is asked."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, TypeAlias

import httpx
import uvicorn

from overgang.core.values import COPENHAGEN
from overgang.reference.app import create_app
from overgang.reference.citizens import load_citizens
from overgang.reference.store import Store

ROOT = Path(__file__).parents[1]
CITIZENS = load_citizens(ROOT / "config" / "demo" / "citizens.toml")
SECONDS = 30.0  # a machine that is busy may start slowly; nothing waits longer

Message: TypeAlias = MutableMapping[str, Any]
App: TypeAlias = Callable[[Any, Any, Any], Any]


@dataclass(slots=True)
class Process:
    """A running `overgang`: what it wrote so far, and how it is stopped."""

    out: Path
    err: Path
    popen: subprocess.Popen[bytes]

    @property
    def stdout(self) -> str:
        return self.out.read_text(encoding="utf-8")

    @property
    def stderr(self) -> str:
        return self.err.read_text(encoding="utf-8")

    def wait_for(self, text: str) -> str:
        """Standard output once it holds `text`; fails with both outputs when the process ends before."""
        end = time.monotonic() + SECONDS
        while text not in self.stdout:
            assert self.popen.poll() is None, self.stdout + self.stderr
            assert time.monotonic() < end, self.stdout + self.stderr
            time.sleep(0.02)
        return self.stdout

    def address(self, name: str) -> str:
        """The address that was printed after `name`."""
        found = re.search(rf"^{name} +(http://\S+)$", self.stdout, re.MULTILINE)
        assert found, self.stdout
        return found[1]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """The exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(how)
        return self.popen.wait(SECONDS)


@contextmanager
def overgang(folder: Path, *arguments: str) -> Iterator[Process]:
    """`overgang ARGUMENTS` with its output in files below `folder`; stopped in the end."""
    folder.mkdir(parents=True, exist_ok=True)
    command = (sys.executable, "-m", "overgang.cli", *arguments)
    out, err = folder / "stdout", folder / "stderr"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, cwd=ROOT)
    process = Process(out, err, popen)
    try:
        yield process
    finally:
        if popen.poll() is None:
            popen.kill()
        popen.wait()


@contextmanager
def demo(folder: Path, *arguments: str, alone: bool = True) -> Iterator[Process]:
    """`overgang demo` on free ports, ready to be called; with the old side and its traffic if not `alone`."""
    quiet = ["--alone"] if alone else []
    with overgang(folder, "demo", "--port", "0", "--admin-port", "0", *quiet, *arguments) as process:
        process.wait_for("Ctrl-C stops.")
        yield process


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to the modern side: the target as it came over the wire, header names in lower case."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header that came at most once."""
        values = [value for key, value in self.headers if key == name.lower()]
        assert len(values) < 2
        return values[0] if values else None


@dataclass(slots=True)
class ModernSide:
    """The modern side at `url`, in this process; `asked` is every request it got."""

    url: str
    store: Store
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def modern_side(around: Callable[[App], App] = lambda app: app) -> Iterator[ModernSide]:
    """Serve the reference from memory, in a thread; what is `around` it comes between it and its callers."""
    store = Store(":memory:", CITIZENS)
    app = around(create_app(store))

    async def recording(scope: Message, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
        headers = tuple((key.decode(), value.decode("latin-1")) for key, value in scope["headers"])
        side.asked.append(Asked(scope["method"], scope["raw_path"].decode() + query, headers, body))
        parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return parts.pop() if parts else await receive()

        await app(scope, replay, send)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        side = ModernSide(f"http://127.0.0.1:{listener.getsockname()[1]}", store)
        server = uvicorn.Server(uvicorn.Config(recording, lifespan="off", access_log=False, log_config=None))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield side
        finally:
            server.should_exit = True
            thread.join(SECONDS)
            store.close()


@dataclass(slots=True)
class Site:
    """A served gateway in front of a modern side that counts."""

    process: Process
    modern: ModernSide
    client: httpx.Client
    host: str
    port: int

    @property
    def output(self) -> str:
        """Everything that the process wrote so far."""
        return self.process.stdout + self.process.stderr

    def raw(self, *parts: bytes, half_close: bool = False) -> bytes:
        """What comes back until the gateway closes, or is silent for a moment after an answer."""
        with socket.create_connection((self.host, self.port), timeout=5) as connection:
            answer = b""
            with suppress(ConnectionError):  # it may be refused, and answered, before all of it is sent
                for part in parts:
                    connection.sendall(part)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            with suppress(TimeoutError, ConnectionError):
                while part := connection.recv(65_536):
                    answer += part
                    connection.settimeout(0.15)
            return answer


CONFIG = """
[listen]
port = 0
admin_port = 0
public = "https://soap.example.invalid/gateway"

[wsdl]
folder = "{root}/wsdl"

[codelists]
folder = "{root}/config/codelists"

[upstream.visiteringogstatus]
url = "{modern}/visiteringogstatus"

[upstream.jobsearch]
url = "{modern}/jobsearch"

[upstream.borgerkommunikation]
url = "{modern}/borgerkommunikation"

[upstream.eksternedata]
url = "{modern}/eksternedata"

[upstream.komposit]
url = "{modern}/komposit"

[identity]
key_file = "identity.key"

[clients]
proof = "trial"
"""


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """`overgang serve` with a configuration of its own, in front of a modern side that counts."""
    with modern_side() as modern, httpx.Client(trust_env=False, timeout=SECONDS) as client:
        (folder / "identity.key").write_bytes(b"k" * 32)
        config = folder / "gateway.toml"
        config.write_text(CONFIG.format(root=ROOT, modern=modern.url), encoding="utf-8")
        with overgang(folder, "serve", "--config", str(config)) as process:
            process.wait_for("admin ")
            address = httpx.URL(process.address("gateway"))
            client.base_url = address
            assert address.port
            yield Site(process, modern, client, address.host, address.port)


@contextmanager
def answering(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A plain server in threads of its own; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def midnight() -> datetime:
    """When today began in Denmark; asked for at each use, since a run may go past the next one."""
    return datetime.now(COPENHAGEN).replace(hour=0, minute=0, second=0, microsecond=0)


def citizen(label: str) -> str:
    """The number of an invented person."""
    return next(each.number for each in CITIZENS if each.label == label)


def lines(text: str) -> Sequence[str]:
    """Lines that are not empty."""
    return [line for line in text.splitlines() if line.strip()]
