"""What keeps other sites and other hosts away from the pages.

Each answer carries a strict policy, a request must name a host that is ours (against DNS rebinding), and one that
changes something must come from our own pages: by what the browser says of its origin, and by a token that only they
have.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
PROBES: Final = frozenset({"/healthz", "/readyz"})  # asked by their address; they show nothing personal
FORM_BYTES: Final = 16 * 1024
POLICY: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def is_probe(path: str) -> bool:
    """Whether a path tells no more than that the gateway lives, or is ready."""
    return path in PROBES or path.startswith("/readyz/")


class Guarded:
    """An app whose answers carry the policy; pages are not stored, files are asked for again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in POLICY.items():
                    headers[name] = value
                headers["Cache-Control"] = "no-cache" if scope["path"].startswith("/static/") else "no-store"
            await send(message)

        await self._app(scope, receive, guarded)


class KnownHost:
    """Lets `refuse` answer a request that names a host other than `hosts` or this machine's own names."""

    def __init__(self, app: ASGIApp, refuse: Callable[[Request], Response], hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._refuse = refuse
        self._hosts = LOOPBACK | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answers = self._app if scope["type"] != "http" or self._known(scope) else self._refuse(Request(scope))
        await answers(scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        return is_probe(scope["path"]) or _hostname(Headers(scope=scope).get("host", "")) in self._hosts


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


class Token:
    """The secret of this process that its own forms send back."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = secrets.token_urlsafe(32)

    async def form(self, request: Request) -> dict[str, str]:
        """The fields of a form that our own page sent. Raises HTTPException: 403, 413 or 415."""
        _own_origin(request)
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise HTTPException(415, "form")
        fields = dict(parse_qsl((await _body(request)).decode("utf-8", "replace"), keep_blank_values=True))
        if not hmac.compare_digest(fields.get("token", "").encode(), self.value.encode()):
            raise HTTPException(403, "token")
        return fields


def _own_origin(request: Request) -> None:
    """What the browser says of the page that sends: Sec-Fetch-Site, or an older one's Origin.

    Our pages send no referrer, so a form of theirs has the Origin "null" beside a Sec-Fetch-Site that tells.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "origin")
    if site is not None and site != "same-origin":
        raise HTTPException(403, "origin")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            raise HTTPException(413, "form")
    return bytes(body)
