"""`overgang demo` and `overgang serve`."""

import argparse
import asyncio
import gc
import logging
import secrets
import signal
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from overgang.areas import AREAS
from overgang.cli import first_calls
from overgang.cli.home import home
from overgang.pages.admin import create_admin
from overgang.shell import clock, config, coverage
from overgang.shell.app import Gateway
from overgang.shell.config import Config, ConfigError, HeaderNames, Limits, Listen, Target
from overgang.shell.loading import Loaded, load
from overgang.shell.upstream import Upstream


@dataclass(frozen=True, slots=True)
class _Site:
    """An ASGI app and the socket it is served on."""

    app: Any
    bound: socket.socket

    @property
    def address(self) -> str:
        host, port = self.bound.getsockname()[:2]
        return f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """A server that leaves the signals to us: there are several in one process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(given: argparse.Namespace) -> int:
    """Serve a configured gateway until it is told to stop."""
    settings = config.read(given.config, rules={law.id for area in AREAS for law in area.laws})
    loaded = _checked(load(settings.wsdl, settings.codelists, calendar=settings.releases))
    domains = {modern.contract.domain for modern in loaded.modern.values()}
    if missing := sorted(domains - settings.upstream.keys()):
        raise ConfigError([f"{given.config.name}: upstream.{domain}: is missing" for domain in missing])
    with _logging():
        logging.getLogger("overgang.usage").setLevel(logging.INFO)  # who still calls what is deprecated
        _on_fast_loop(_serve(settings, loaded))
    return 0


async def _serve(settings: Config, loaded: Loaded) -> None:
    upstream = Upstream(
        settings.upstream,
        settings.headers,
        client=settings.client,
        reply_bytes=settings.limits.reply_bytes,
        old=settings.old,
    )
    gateway = _Site(Gateway(settings, loaded, upstream), _bind(settings.listen.host, settings.listen.port))
    admin = _Site(create_admin(loaded, settings.listen), _bind("127.0.0.1", settings.listen.admin_port))
    gc.collect()
    gc.freeze()  # what is loaded stays for good; a full collection would walk all of it, and every call waits meanwhile
    await _run([gateway, admin], lambda: print(f"gateway {gateway.address}\nadmin   {admin.address}", flush=True))


def demo(given: argparse.Namespace) -> int:
    """The embedded trial: gateway, admin port and modern side in one process, on 127.0.0.1 only."""
    with tempfile.TemporaryDirectory(prefix="overgang-") as scratch, _logging():
        folder = given.data_dir or Path(scratch)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as mistake:
            raise ConfigError([f"can't make the folder {folder}: {mistake.strerror}"]) from mistake
        ticks = clock.fixed(given.on) if given.on else clock.now
        _on_fast_loop(_demo(folder, given.port, given.admin_port, ticks))
    return 0


async def _demo(folder: Path, port: int, admin_port: int, ticks: clock.Clock) -> None:
    from overgang.reference.app import create_app
    from overgang.reference.citizens import load_citizens
    from overgang.reference.store import Store

    loaded = _checked(
        load(home() / "wsdl", home() / "config" / "codelists", calendar=home() / "config" / "releases.toml")
    )
    citizens = load_citizens(home() / "config" / "demo" / "citizens.toml")
    try:
        store = Store(folder / "reference.sqlite", citizens, clock=ticks)
    except sqlite3.Error as mistake:
        raise ConfigError([f"can't use {folder / 'reference.sqlite'}: {mistake}"]) from mistake
    modern = _Site(create_app(store), _bind("127.0.0.1", 0))
    bound = _bind("127.0.0.1", port)
    admin_bound = _bind("127.0.0.1", admin_port)
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    settings = _demo_config(folder, modern.address, address, admin_bound.getsockname()[1])
    upstream = Upstream(settings.upstream, settings.headers)
    gateway = _Site(Gateway(settings, loaded, upstream, ticks), bound)
    admin = _Site(create_admin(loaded, settings.listen), admin_bound)

    def ready() -> None:
        print(f"gateway      {address}\npages        {admin.address}\nmodern side  {modern.address}")
        print(f"data         {folder}\n")
        print(first_calls.text(loaded, settings, citizens[0].number, ticks()), flush=True)

    try:
        await _run([gateway, admin, modern], ready)
    finally:
        store.close()


def _demo_config(folder: Path, modern: str, address: str, admin_port: int) -> Config:
    key_file = folder / "identity.key"
    if not key_file.exists():
        key_file.touch(mode=0o600)
        key_file.write_text(secrets.token_hex(32))
    return Config(
        listen=Listen(port=int(address.rpartition(":")[2]), admin_port=admin_port, public=address),
        upstream={
            domain: Target(f"{modern}/{domain}")
            for domain in ("visiteringogstatus", "jobsearch", "borgerkommunikation", "eksternedata", "komposit")
        },
        wsdl=home() / "wsdl",
        codelists=home() / "config" / "codelists",
        client="pyreqwest",
        limits=Limits(),
        headers=HeaderNames(),
        identity_key=key_file.read_bytes(),
        switched_off={},
        releases=None,
    )


def _checked(loaded: Loaded) -> Loaded:
    """Refuse to start with a gap that a contract, table or list shows by itself."""
    if gaps := coverage.static_gaps(loaded):
        raise ConfigError([str(gap) for gap in gaps])
    return loaded


def _on_fast_loop(served: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(served)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol left at 0, asyncio does not switch Nagle's algorithm off, and each answer waits 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(2048)
    except OSError as mistake:
        bound.close()
        raise ConfigError([f"can't listen on {host}:{port}: {mistake.strerror}"]) from mistake
    return bound


async def _run(sites: Sequence[_Site], ready: Callable[[], None]) -> None:
    """Serve all sites until SIGINT or SIGTERM; they stop in their order, each after its calls are answered."""
    servers = [_Server(_uvicorn(site.app)) for site in sites]
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    tasks = [
        asyncio.create_task(server.serve(sockets=[site.bound])) for server, site in zip(servers, sites, strict=True)
    ]
    while not all(server.started for server in servers):  # noqa: ASYNC110 - the flag is all that uvicorn gives
        await asyncio.sleep(0.01)
    ready()
    await stop.wait()
    for server, task in zip(servers, tasks, strict=True):
        server.should_exit = True
        await task


def _uvicorn(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="on" if isinstance(app, Gateway) else "off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=20,
    )


@contextmanager
def _logging() -> Iterator[None]:
    """Warnings and worse on standard error, one line each; nothing that a library says of a request."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    yield
