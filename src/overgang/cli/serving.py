"""`overgang serve`, and what it shares with the trial: sites on sockets, in one process."""

import argparse
import asyncio
import gc
import logging
import math
import signal
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import uvicorn
import uvloop

from overgang.areas import AREAS
from overgang.core.audit import Kind
from overgang.core.compare.modes import ANY
from overgang.core.compare.trial_citizens import TrialCitizens
from overgang.pages import metrics, recording
from overgang.pages.admin import create_admin
from overgang.pages.store_source import StoreSource
from overgang.shell import clock, config, coverage, queues
from overgang.shell.app import Gateway
from overgang.shell.config import Config, ConfigError
from overgang.shell.keeping import Keeping
from overgang.shell.loading import Loaded, load
from overgang.shell.logs import logging_to_stderr
from overgang.shell.readiness import Readiness
from overgang.shell.scribe import Draft, Item
from overgang.shell.settings import unknown
from overgang.shell.store import StoreError
from overgang.shell.subscribing import SubscribingError, synchronise
from overgang.shell.upstream import Upstream

log = logging.getLogger(__name__)

AFTER: Final = 10  # seconds beyond its deadline in which a call is written down, and its technical message kept
BRIEF: Final = 5  # seconds for what is no call: the pages


@dataclass(frozen=True, slots=True)
class Site:
    """An ASGI app and the socket it is served on; `tls` are uvicorn's options for TLS.

    When it stops, its calls under way have `grace` seconds; then they are cut off.
    """

    app: Any
    bound: socket.socket
    tls: Mapping[str, Any] = field(default_factory=dict)
    grace: int = BRIEF

    @property
    def address(self) -> str:
        if self.bound.family == socket.AF_UNIX:
            return f"unix:{self.bound.getsockname()}"
        host, port = self.bound.getsockname()[:2]
        return f"{'https' if self.tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


class _Server(uvicorn.Server):
    """A server that leaves the signals to us: there are several in one process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(given: argparse.Namespace) -> int:
    """Serve a configured gateway until it is told to stop."""
    settings = config.read(given.config, rules={law.id for area in AREAS for law in area.laws})
    loaded = checked(load(settings.wsdl, settings.codelists, calendar=settings.releases))
    domains = {modern.contract.domain for modern in loaded.modern.values()}
    if missing := sorted(domains - settings.upstream.keys() - {queues.DOMAIN}):
        raise ConfigError([f"{given.config.name}: upstream.{domain}: is missing" for domain in missing])
    if lines := list(_unknown(settings, loaded)):
        raise ConfigError([f"{given.config.name}: {line}" for line in lines])
    with logging_to_stderr(settings.telemetry.log, calls=settings.telemetry.calls):
        logging.getLogger("overgang.usage").setLevel(logging.INFO)  # who still calls what is deprecated
        on_fast_loop(_serve(settings, loaded))
    return 0


def _unknown(settings: Config, loaded: Loaded) -> Iterator[str]:
    """Services and operations that a row of modes or an old address names and no contract has."""
    services = {service.key: service.contract.operations for service in loaded.services}
    everywhere = {operation for operations in services.values() for operation in operations}
    for service in settings.old:
        if service not in services:
            yield f"old: {unknown(service, services)}"
    asked = everywhere | {modern.contract.id for modern in loaded.modern.values()}
    for operation in settings.deadlines.own:
        if operation not in asked:
            yield f"operations: {unknown(operation, asked)}"
    for scope in settings.modes:
        if scope.service not in {ANY, *services}:
            yield f"mode: service {unknown(scope.service, services)}"
        operations = services.get(scope.service, everywhere)
        if scope.operation != ANY and scope.operation not in operations:
            yield f"mode: operation {unknown(scope.operation, operations)}"


def keep(settings: Config, ticks: clock.Clock = clock.now) -> Keeping:
    """What the gateway keeps. Raises ConfigError where the store can't be opened."""
    try:
        return Keeping(settings, ticks, apart=True)
    except StoreError as mistake:
        raise ConfigError([f"store.url: {mistake}"]) from mistake


async def _serve(settings: Config, loaded: Loaded) -> None:
    upstream = Upstream(
        settings.upstream,
        settings.headers,
        client=settings.client,
        reply_bytes=settings.limits.reply_bytes,
        old=settings.old,
    )
    listen = settings.listen
    bound = bind_path(listen.socket) if listen.socket is not None else bind(listen.host, listen.port)
    admin_bound = bind(settings.admin.host, listen.admin_port)
    keeping = keep(settings)
    gateway = Site(Gateway(settings, loaded, upstream, keeping=keeping), bound, grace=grace(settings))
    admin = Site(pages(loaded, settings, gateway.app, keeping), admin_bound, _tls(settings))
    gc.collect()
    gc.freeze()  # what is loaded stays for good; a full collection would walk all of it, and every call waits meanwhile

    async def drain() -> None:
        """Go on while load balancers learn that this gateway is not ready, and let go of its connections."""
        gateway.app.admission.draining = True
        if (
            settings.listen.socket is not None
        ):  # a proxy that finds no socket asks the next gateway, and nothing is lost
            settings.listen.socket.unlink(missing_ok=True)
        await asyncio.sleep(settings.admission.drain)

    # The gateway stops first: probes are answered until its last call is.
    beside = _subscribe(settings) if settings.messages.sync else None
    await run(
        [gateway, admin],
        lambda: print(f"gateway {gateway.address}\nadmin   {admin.address}", flush=True),
        beside=beside,
        drain=drain,
    )


def grace(settings: Config) -> int:
    """The seconds in which every call under way is answered: longer than the longest deadline of them all."""
    deadlines = [settings.deadlines.seconds, *settings.deadlines.own.values()]
    deadlines += [target.deadline for target in settings.old.values()]
    return math.ceil(max(deadlines)) + AFTER


async def _subscribe(settings: Config) -> None:
    """Bring the subscriptions at the modern side up to date, and tell what differed."""
    try:
        found = await synchronise(settings, apply=True)
    except SubscribingError as mistake:
        for line in mistake.lines:
            log.error("subscriptions: %s", line)
        return
    for line in found.lines():
        log.warning("subscriptions: %s", line)


def pages(
    loaded: Loaded,
    settings: Config,
    gateway: Gateway,
    keeping: Keeping,
    ticks: clock.Clock = clock.now,
    trial: TrialCitizens | None = None,
) -> Any:
    """The app of the admin port."""
    reaches, pushed = settings.old.__contains__, settings.messages.pushed()
    source = StoreSource(keeping.store, lambda *call: keeping.modes().of(*call), keeping.look, reaches, pushed)
    recorder = gateway.together.recorder if gateway.together is not None else None
    more = metrics.routes(gateway, lambda: keeping.reachable, keeping.store.drops, keeping.store.queues, ticks)
    more += recording.routes(recorder) if recorder is not None else []
    readiness = Readiness(loaded, lambda: gateway.admission.draining, lambda: keeping.reachable, gateway.shut_off)
    who = "admin token" if settings.admin.token is not None else "this machine"
    who = "admin certificate" if settings.admin.client_authorities is not None else who

    async def noted(said: Mapping[str, Any], by: str | None) -> None:
        await keeping.auditor.put(Item(Draft(Kind.ADMIN, ticks(), {**said, "who": who}, None, by)))

    return create_admin(
        loaded,
        settings.listen,
        source,
        ticks=ticks,
        hosts=settings.admin.hosts,
        more=more,
        trial=trial,
        readiness=readiness,
        token=settings.admin.token,
        noted=noted,
    )


def _tls(settings: Config) -> dict[str, Any]:
    admin = settings.admin
    if admin.certificate is None or admin.key is None:
        return {}
    told = {"ssl_certfile": str(admin.certificate), "ssl_keyfile": str(admin.key)}
    if admin.client_authorities is None:
        return told
    return {**told, "ssl_ca_certs": str(admin.client_authorities), "ssl_cert_reqs": ssl.CERT_REQUIRED}


def checked(loaded: Loaded) -> Loaded:
    """Refuse to start with a gap that a contract, table or list shows by itself."""
    if gaps := coverage.static_gaps(loaded):
        raise ConfigError([str(gap) for gap in gaps])
    return loaded


def on_fast_loop(served: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(served)


def bind(host: str, port: int) -> socket.socket:
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


def bind_path(path: Path) -> socket.socket:
    """A Unix socket for this user and group; one that a gateway which is gone left there makes room."""
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            path.unlink()
        bound.bind(str(path))
        path.chmod(0o660)
        bound.listen(2048)
    except OSError as mistake:
        bound.close()
        raise ConfigError([f"can't listen on {path}: {mistake.strerror}"]) from mistake
    return bound


async def run(
    sites: Sequence[Site],
    ready: Callable[[], None],
    beside: Coroutine[Any, Any, None] | None = None,
    drain: Callable[[], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """Serve all sites until SIGINT or SIGTERM; they stop in their order, each after its calls are answered.

    `beside` runs once they serve, and is given up when they stop. `drain` comes first after SIGTERM; a further signal
    ends it.
    """
    servers = [_Server(_uvicorn(site)) for site in sites]
    asked, stop = asyncio.Event(), asyncio.Event()

    def terminate() -> None:
        (stop if asked.is_set() or drain is None else asked).set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stop.set)
    loop.add_signal_handler(signal.SIGTERM, terminate)
    tasks = [
        asyncio.create_task(server.serve(sockets=[site.bound])) for server, site in zip(servers, sites, strict=True)
    ]
    while not all(server.started for server in servers):  # noqa: ASYNC110 - the flag is all that uvicorn gives
        await asyncio.sleep(0.01)
    ready()
    more = [asyncio.create_task(beside)] if beside is not None else []
    await _until(stop, asked, drain)
    for task in more:
        task.cancel()
    await asyncio.gather(*more, return_exceptions=True)
    for server, task in zip(servers, tasks, strict=True):
        server.should_exit = True
        await task


async def _until(
    stop: asyncio.Event, asked: asyncio.Event, drain: Callable[[], Coroutine[Any, Any, None]] | None
) -> None:
    """Wait until it is time to stop: at once, or when what SIGTERM begins is over."""
    stopped = asyncio.create_task(stop.wait())
    first, _ = await asyncio.wait([stopped, asyncio.create_task(asked.wait())], return_when=asyncio.FIRST_COMPLETED)
    if stopped not in first and drain is not None:
        await asyncio.wait([stopped, asyncio.create_task(drain())], return_when=asyncio.FIRST_COMPLETED)


def _uvicorn(site: Site) -> uvicorn.Config:
    return uvicorn.Config(
        site.app,
        http="httptools",
        ws="none",
        lifespan="on" if isinstance(site.app, Gateway) else "off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=site.grace,
        **site.tls,
    )
