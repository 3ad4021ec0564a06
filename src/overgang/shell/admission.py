"""How many calls are under way at a time; what is beyond is told at once to come again, and nothing of it is read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from overgang.core.errors import Fault, GatewayFault
from overgang.shell import http
from overgang.shell.rest_ingress import PROBLEM, problem
from overgang.shell.soap_ingress import faulted
from overgang.wire.envelope import Version, version_of

_SKIPPED: Final = 65_536  # bytes of a body that is not read
_RETRY: Final = 1  # seconds after which a caller may come again

App = Callable[[http.Scope, http.Receive, http.Send], Awaitable[None]]


@dataclass(slots=True)
class Admission:
    """Lets `at_once` calls through to an app; the others are refused, and counted in `refused`.

    While it is `draining` every answer ends its connection, so that none is left when the gateway stops listening.
    """

    at_once: int
    under_way: int = 0
    refused: int = 0
    draining: bool = False

    async def through(
        self, app: App, scope: http.Scope, receive: http.Receive, send: http.Send, *, soap: bool, full: bool = False
    ) -> None:
        """The app's answer, or 503 with Retry-After: a fault in the caller's SOAP version, or a problem.

        `full`: whom the call would ask has no place for it.
        """
        if self.draining:
            send = _last(send)
        if full or self.under_way >= self.at_once:
            self.refused += 1
            await turn_away(scope, send, _busy(), soap=soap)
            return
        self.under_way += 1
        try:
            await app(scope, receive, send)
        finally:
            self.under_way -= 1


def _busy() -> GatewayFault:
    return GatewayFault(1100, "gateway.busy", note="busy; send the same call again", status=503, retry_after=_RETRY)


async def turn_away(scope: http.Scope, send: http.Send, fault: Fault, *, soap: bool) -> None:
    """Refuse a call of which nothing was read, with the fault's own HTTP status on both faces."""
    more = [] if _small(scope) else [(b"connection", b"close")]
    if fault.retry_after is not None:
        more.append((b"retry-after", b"%d" % fault.retry_after))
    if soap:
        answer = faulted(_version(scope), fault, (), None)
        await http.respond(send, fault.status, answer.content_type, answer.body, more)
    else:
        await http.respond(send, fault.status, PROBLEM, problem(fault), more)


def _small(scope: http.Scope) -> bool:
    """Whether the server may skip the body that nobody reads, and keep the connection: a new one costs more."""
    lengths = http.headers(scope, b"content-length")
    coded = bool(http.headers(scope, b"transfer-encoding"))
    return not coded and all(length.isdecimal() and int(length[:9]) <= _SKIPPED for length in lengths)


def _version(scope: http.Scope) -> Version:
    try:
        return version_of(http.header(scope, b"content-type"))[0]
    except Fault:
        return Version.SOAP11


def _last(send: http.Send) -> http.Send:
    async def closing(message: Any) -> None:
        if message["type"] == "http.response.start":
            head = [(name, value) for name, value in message["headers"] if name != b"connection"]
            message = {**message, "headers": [*head, (b"connection", b"close")]}
        await send(message)

    return closing
