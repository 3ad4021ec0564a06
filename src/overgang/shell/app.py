"""From a configuration to a gateway that can be served."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial

from overgang.core.errors import CallerFault, GatewayFault
from overgang.core.messages import Face
from overgang.shell import admission, admitting, http, queues, webhooks
from overgang.shell.accounts import Account
from overgang.shell.books import NoBooks
from overgang.shell.clock import Clock, now
from overgang.shell.config import Config, ConfigError
from overgang.shell.config_telemetry import Telemetry
from overgang.shell.crowding import Crowding
from overgang.shell.driver import Driver, Sends
from overgang.shell.keeping import Keeping
from overgang.shell.loading import Loaded
from overgang.shell.observing import Observer
from overgang.shell.pushing import Pushing
from overgang.shell.queues import Inside, Queues
from overgang.shell.rest_ingress import RestFace
from overgang.shell.services import Service
from overgang.shell.soap_http import SoapHttp
from overgang.shell.soap_ingress import SoapFace
from overgang.shell.telemetry import unheard
from overgang.shell.together import Together
from overgang.shell.tracing import Collected, Tracing
from overgang.shell.upstream import Upstream
from overgang.shell.webhooks import Webhooks
from overgang.wire.masking.modern import property_names
from overgang.wire.routes import Routes, merged


class Gateway:
    """The ASGI app of both faces: old addresses below the prefix, modern paths everywhere else."""

    def __init__(
        self, config: Config, loaded: Loaded, upstream: Upstream, clock: Clock = now, keeping: Keeping | None = None
    ) -> None:
        """Without `keeping` it answers alone: no modes, no counts, and a rule that asks for a message is refused."""
        limits = config.limits
        asked: Sends = upstream
        if keeping is not None:
            asked = Inside(upstream, {queues.DOMAIN: self._queues(config, keeping, clock)})
        driver = Driver(loaded.modern, asked, keeping)
        books = keeping.books if keeping is not None else None
        face = SoapFace(
            driver,
            loaded.codelists,
            limits,
            config.identity_key,
            config.switched_off,
            upstream,
            books=books,
            deadlines=config.deadlines,
            signatures=admitting.signatures(config.clients, clock),
        )
        self.together = Together(config, loaded, upstream, face, keeping, clock, asked) if keeping is not None else None
        self.soap = SoapHttp(
            self.together.switch if self.together is not None else face,
            loaded.services,
            prefix=config.listen.prefix,
            public=config.listen.public,
            limit=limits.bytes,
            clock=clock,
            books=books,
        )
        self.rest = RestFace(
            driver,
            Routes(loaded.openapis.values()),
            _documents(loaded, config.listen.public),
            loaded.codelists,
            config.headers,
            config.switched_off,
            limit=limits.rest_bytes,
            depth=limits.rest_depth,
            clock=clock,
            used=keeping.writer.put_use if keeping is not None else unheard,
            areas={one.id: name for name, api in loaded.openapis.items() for one in api.operations.values()},
            books=books,
            deadlines=config.deadlines,
            key=config.identity_key,
            again=frozenset({queues.DOMAIN}),
            properties=frozenset(name for api in loaded.openapis.values() for name in property_names(api.document)),
        )
        self.pushing: Pushing | None = None
        self.webhooks: Webhooks | None = None
        if keeping is not None:
            settings = config.messages
            self.pushing = Pushing(keeping.store, keeping.keepers, settings, clock)
            receivers = {one.receiver for one in settings.subscriptions}
            targets, woken = settings.targets(), self.pushing.wake
            self.webhooks = Webhooks(keeping.books, clock, receivers, targets, woken)
        self.admission = admission.Admission(config.admission.at_once)
        self._door = admitting.door(config.clients, clock)
        self._books = books or NoBooks()
        self._clock = clock
        self._traces = traces(config.telemetry)
        self.observer = Observer(self._traces, log_calls=config.telemetry.calls)
        self.services: Mapping[str, Service] = getattr(upstream, "services", {})
        for name, service in self.services.items():
            service.observe = partial(self.observer.asked, name)
        self._old = _old_paths(config.listen.prefix, loaded)
        alone = self.together.switch.alone if self.together is not None else lambda key: True
        self._crowding = Crowding(self.soap.addresses, self.services, alone)
        self._upstream = upstream
        self._keeping = keeping

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        if scope["type"] == "http":
            soap = scope["raw_path"].startswith(self._old)
            app, full = self._soap if soap else self._rest, self._crowding.full(scope["raw_path"])
            await self.admission.through(app, scope, receive, send, soap=soap, full=full)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    async def _soap(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        await self._entered(Face.SOAP, self.soap, scope, receive, send)

    async def _rest(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        told = self.webhooks is not None and scope["raw_path"].startswith(webhooks.PREFIX)
        await self._entered(Face.REST, self.webhooks if told and self.webhooks else self.rest, scope, receive, send)

    def _queues(self, config: Config, keeping: Keeping, clock: Clock) -> Queues:
        keeps = timedelta(hours=config.messages.sequence_hours)
        return Queues(keeping.store, keeping.keepers, clock, keeps=keeps)

    async def _entered(
        self, face: Face, app: admission.App, scope: http.Scope, receive: http.Receive, send: http.Send
    ) -> None:
        """Let the face answer whoever may call; who may not is refused before anything of the call is read.

        Whatever comes of it is counted.
        """
        await self.observer.watched(face.value, partial(self._answered, face, app), scope, receive, send)

    async def _answered(
        self, face: Face, app: admission.App, scope: http.Scope, receive: http.Receive, send: http.Send
    ) -> None:
        try:
            scope["peer"] = self._door(scope)
        except CallerFault as fault:
            scope["told"].key = fault.key
            with suppress(GatewayFault):  # nothing is told, so nothing has to be kept back
                await self._books.refused(Account(face, "", self._clock()), fault)
            await admission.turn_away(scope, send, fault, soap=face is Face.SOAP)
            return
        await app(scope, receive, send)

    def shut_off(self) -> frozenset[str]:
        """The modern services that are not asked for a while, having failed too often."""
        return frozenset(name for name, service in self.services.items() if service.state == "open")

    async def _lifespan(self, receive: http.Receive, send: http.Send) -> None:
        await receive()
        sending = None
        if self._keeping is not None and self.pushing is not None:
            self._keeping.start()
            sending = asyncio.create_task(self.pushing.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if sending is not None and self.pushing is not None:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await self.pushing.close()
        try:  # each is closed, whatever becomes of those before it
            if self.together is not None:
                await self.together.close()
        finally:
            self._traces.close()
            try:
                await self._upstream.close()
            finally:
                if self._keeping is not None:
                    await self._keeping.close()
        await send({"type": "lifespan.shutdown.complete"})


def traces(settings: Telemetry) -> Tracing:
    """Where spans go. Raises ConfigError where what it takes is not installed."""
    if settings.otlp is None:
        return Tracing()
    try:
        return Collected(settings.otlp, settings.sample)
    except ImportError as mistake:
        raise ConfigError(
            ["telemetry.otlp: needs the extra telemetry (pip install 'overgang[telemetry]')"]
        ) from mistake


def _old_paths(prefix: str, loaded: Loaded) -> tuple[bytes, ...]:
    """What old paths begin with; without a prefix that is a version, or no modern path would be left."""
    versions = {service.version for service in loaded.services}
    return (f"{prefix}/".encode(),) if prefix else tuple(f"/{version}/".encode() for version in versions)


def _documents(loaded: Loaded, public: str) -> dict[str, bytes]:
    """The OpenAPI documents by path, one per domain."""
    domains = {contract.domain for openapi in loaded.openapis.values() for contract in openapi.operations.values()}
    return {
        f"/{domain}/openapi.json": json.dumps(
            merged(list(loaded.openapis.values()), domain, public), ensure_ascii=False
        ).encode()
        for domain in sorted(domains)
    }
