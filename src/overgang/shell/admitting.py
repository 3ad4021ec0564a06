"""Who calls, as the connection shows it: once for each request, before anything else of it is looked at."""

import hmac
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from overgang.core.errors import CallerFault
from overgang.core.identity import Actors
from overgang.shell import actors, http
from overgang.shell.accounts import Peer
from overgang.shell.clock import Clock
from overgang.shell.config_clients import TRIAL, Clients
from overgang.shell.signatures import Signatures
from overgang.wire import client_cert

if TYPE_CHECKING:
    from overgang.wire.oces import Trust

CERTIFICATE: Final = b"client-cert"
SECRET: Final = b"overgang-proxy"
_REMEMBERED: Final = 30.0  # seconds for which a certificate that was read is not read again
_MOST: Final = 1024  # certificates that are remembered

Door = Callable[[http.Scope], Peer]


def door(clients: Clients, clock: Clock) -> Door:
    """Tells who sends a request, by a CallerFault 1101 or 1012 who may not. Raises OSError, ValueError, ActorsError."""
    if clients.proof == TRIAL:
        return _everybody
    assert clients.actors is not None
    return ByCertificate(clients, actors.read(clients.actors), clock)


def _everybody(scope: http.Scope) -> Peer:
    return Peer(TRIAL)


def signatures(clients: Clients, clock: Clock) -> Signatures | None:
    """What checks the signatures of old calls; None where they need not be signed. Raises what `door` raises."""
    if not clients.signatures or clients.actors is None:
        return None
    from overgang.wire import oces

    trust = _trust(clients)
    return Signatures(lambda der: oces.read(der, trust, clock())[:2], actors.read(clients.actors), clock)


def _trust(clients: Clients) -> "Trust":
    from overgang.wire import oces

    pem = _content(clients.authorities)
    return oces.Trust(oces.authorities(pem) if pem else (), clients.test_issuers, clients.legacy)


class ByCertificate:
    """By the certificate that the proxy hands on, where the request comes from the proxy."""

    def __init__(self, clients: Clients, register: Actors, clock: Clock) -> None:
        from overgang.wire import oces  # 0.1 s that a trial does not need

        self._read = oces.read
        self._trust = _trust(clients)
        self._secret, self._register, self._clock = clients.proxy_secret, register, clock
        self._known: dict[str, tuple[float, datetime, Peer]] = {}

    def __call__(self, scope: http.Scope) -> Peer:
        if self._secret is not None:
            said = http.headers(scope, SECRET)
            if len(said) != 1 or not hmac.compare_digest(said[0].encode("latin-1"), self._secret):
                raise CallerFault(1101, "identity.proxy", expected="a call through the proxy")
        values = http.headers(scope, CERTIFICATE)
        now, moment = time.monotonic(), self._clock()
        found = self._known.get(values[0]) if len(values) == 1 else None
        if found is not None and now < found[0] and moment <= found[1]:
            return found[2]
        identity, fingerprint, ends = self._read(client_cert.parse(values), self._trust, moment)
        actor = self._register.of(identity, fingerprint)
        peer = Peer(f"{actor.name} ({identity})", actor=actor)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[values[0]] = (now + _REMEMBERED, ends, peer)
        return peer


def _content(file: Path | None) -> bytes:
    return b"" if file is None else file.read_bytes()
