"""Who may look after the gateway, and what is written down of what they change."""

import base64
import binascii
import hmac
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

Note = Callable[[Mapping[str, Any], str | None], Awaitable[None]]
"""Writes down what is said of a change, and by whom; raises when it can't."""

_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="overgang", charset="UTF-8"'}
_READS: Final = frozenset({"GET", "HEAD"})
_PLAYS: Final = "/cases/"  # playing a case changes nothing
_LONGEST_NAME: Final = 80
_COULD_BE_CITIZEN: Final = re.compile(r"(?:\d\W{0,3}){9}\d").search  # also as people write it, so phone numbers too


class Keyed:
    """Lets in who has the token: as Bearer, or as the password of Basic, which a browser asks for. Probes stay open."""

    def __init__(self, app: ASGIApp, token: bytes, open_paths: Callable[[str], bool]) -> None:
        self._app, self._token, self._open = app, token, open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._open(scope["path"]) or self._known(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        await PlainTextResponse("expected the token\n", 401, _CHALLENGE)(scope, receive, send)

    def _known(self, headers: Headers) -> bool:
        said = headers.getlist("authorization")
        scheme, _, value = (said[0] if len(said) == 1 else "").partition(" ")
        if scheme.lower() == "basic":
            try:
                value = base64.b64decode(value, validate=True).decode().partition(":")[2]
            except (binascii.Error, ValueError):
                return False
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(value.strip().encode(), self._token)


class Noted:
    """Writes each change down before it is made and after; what can't be written down is not done.

    A handler adds to what is said by `note(request, ...)`. Of the address only the route is said, and what is `known`
    of its parts: the rest is whatever somebody sent.
    """

    def __init__(self, app: ASGIApp, note: Note, known: Callable[[object], bool]) -> None:
        self._app, self._note, self._known = app, note, known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _READS or scope["path"].startswith(_PLAYS):
            await self._app(scope, receive, send)
            return
        said: dict[str, Any] = {"event": "change", "call": self._call(scope)}
        more: dict[str, Any] = {}
        scope["noted"] = more
        try:
            await self._note(said, None)
        except Exception as mistake:  # noqa: BLE001 - whatever it is, nothing is changed that is not written down
            log.error("a change is not made: it can't be written down: %s", type(mistake).__name__)
            await PlainTextResponse("the audit is unavailable\n", 503)(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                by = more.pop("by", None)
                await self._note({**said, "event": "changed", "status": message["status"], **more}, by)
            await send(message)

        await self._app(scope, receive, noting)

    def _call(self, scope: Scope) -> str:
        """Method and address, e.g. "POST /operations/PersonRegistrationService/9/{operation}/mode"; or "unknown"."""
        for route in scope["app"].routes:
            match, found = route.matches(scope)
            if match is Match.FULL and isinstance(route, Route):
                address = route.path_format
                for name, value in found["path_params"].items():
                    address = address.replace(f"{{{name}}}", str(value)) if self._known(value) else address
                return f"{scope['method']} {address}"
        return "unknown"


def note(scope: Scope, **said: Any) -> None:
    """Add to what is written down of a change; `by` is the person who makes it, and is kept encrypted."""
    if "noted" in scope:
        scope["noted"].update(said)


def name_of(given: Mapping[str, str]) -> str:
    """Who makes a change, by the form's field `by`, on one line; "" for nobody, and for what may name a citizen."""
    said = " ".join(given.get("by", "").split())
    return said[:_LONGEST_NAME] if said.isprintable() and not _COULD_BE_CITIZEN(said) else ""
