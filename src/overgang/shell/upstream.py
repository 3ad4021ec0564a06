"""The modern side over HTTP: one request out, one reply or one fault back, within one deadline.

Which client is used, and how, is shell/client.py's.
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from overgang.core.errors import OUTCOME_UNKNOWN, GatewayFault, UpstreamFault
from overgang.core.messages import Caller, RestReply, RestRequest
from overgang.shell.client import Raw, Refused, engine
from overgang.shell.config import HeaderNames, Target
from overgang.wire import strict_json

_LOG: Final = logging.getLogger(__name__)
_RETRIED: Final = ("upstream.unavailable", "upstream.broken")
_SAYS: Final[Mapping[str, str]] = {
    "upstream.unavailable": "the modern service can't be reached",
    "upstream.timeout": "the modern service did not answer in time",
    "upstream.broken": "the modern service broke off its answer",
    "upstream.too-large": "the modern service's answer is larger than allowed",
    "upstream.encoding": "the modern service's answer is compressed, which was not asked for",
    "upstream.redirect": "the modern service pointed to another address",
    "upstream.invalid": "the modern service's answer is no acceptable JSON",
}
# Only these tell that nothing was carried out: there was no connection, or the answer says "elsewhere".
_WITHOUT_EFFECT: Final = ("upstream.unavailable", "upstream.redirect")
_PRINTABLE: Final = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")
_OUTER_SPACE: Final = re.compile(r"^ +| +$")


class Upstream:
    """The modern services by domain, and old ones by "Name/version" (`old`).

    `client` is "pyreqwest" or "httpx"; `reply_bytes` caps the body of a reply.
    """

    def __init__(
        self,
        targets: Mapping[str, Target],
        headers: HeaderNames | None = None,
        *,
        client: str = "pyreqwest",
        reply_bytes: int = 8 * 1024 * 1024,
        old: Mapping[str, Target] | None = None,
    ) -> None:
        self._targets = {**targets, **(old or {})}
        self._names = headers or HeaderNames()
        self._places = {domain: asyncio.Semaphore(target.max_in_flight) for domain, target in self._targets.items()}
        self._engine = engine(client, reply_bytes)

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        """The reply, also a refusal, with its JSON read strictly; an unreadable body of a refusal is left out.

        Raises UpstreamFault 1100 with key upstream.unavailable, .timeout, .broken, .too-large, .encoding, .redirect or
        .invalid; GatewayFault 1009 for a domain without an address. A read is tried twice, a write never.
        """
        domain = request.path.domain
        target = self._targets.get(domain)
        if target is None:
            raise GatewayFault(1009, "upstream.unconfigured", note=f"no address is configured for {domain}")
        url = _url(target, request)
        headers = _headers(self._names, request, caller)
        body = _body(request)
        started = False
        try:
            async with asyncio.timeout(target.deadline), self._places[domain]:
                started = True
                return _reply(await self._attempt(request, url, headers, body, target.deadline))
        except TimeoutError:
            raise _logged(domain, "upstream.timeout", unclear=request.writes and started) from None
        except Refused as refused:
            raise _logged(domain, refused.key, refused.kind, unclear=request.writes) from None

    def reaches(self, service: str) -> bool:
        """Whether the old service "Name/version" has an address of its own."""
        return service in self._targets

    async def forward(self, service: str, body: bytes, headers: Mapping[str, str]) -> Raw:
        """Send an old call's bytes to the old service's own address; its reply as it comes, whatever its status.

        Raises what `send` raises. It is sent once: whether it writes is not known here.
        """
        target, started = self._targets[service], False
        try:
            async with asyncio.timeout(target.deadline), self._places[service]:
                started = True
                sent = {**headers, "Accept-Encoding": "identity"}
                raw = await self._engine.exchange("POST", target.url, sent, body, target.deadline)
        except TimeoutError:
            raise _logged(service, "upstream.timeout", unclear=started) from None
        except Refused as refused:
            raise _logged(service, refused.key, refused.kind, unclear=True) from None
        if 300 <= raw.status < 400:
            raise _logged(service, "upstream.redirect", unclear=False)
        return raw

    async def close(self) -> None:
        """Close all connections; nothing can be sent afterwards."""
        await self._engine.close()

    async def _attempt(
        self, request: RestRequest, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float
    ) -> Raw:
        try:
            return await self._engine.exchange(request.method, url, headers, body, seconds)
        except Refused as refused:
            if request.writes or refused.key not in _RETRIED:
                raise
        return await self._engine.exchange(request.method, url, headers, body, seconds)


# ---- what goes out


def _url(target: Target, request: RestRequest) -> str:
    """The target's address, then the path without its first segment, then the query."""
    path = request.path.text.removeprefix(f"/{request.path.domain}")
    query = f"?{urlencode(request.query, quote_via=quote)}" if request.query else ""
    if not path.startswith("/"):  # else it could go on with the target's host
        raise GatewayFault(1011, "upstream.address")
    return f"{target.url}{path}{query}"


def _headers(names: HeaderNames, request: RestRequest, caller: Caller) -> dict[str, str]:
    given = {
        names.organisation_type: str(caller.organisation.type),
        names.organisation_code: caller.organisation.code,
        names.user_full_name: caller.user_full_name,
        names.user_type: str(caller.user_type),
        names.user_identifier: caller.user_identifier,
        names.user_email: caller.user_email,
        names.user_organisation_type: str(caller.user_organisation.type),
        names.user_organisation_code: caller.user_organisation.code,
        names.registered: caller.registered,
        "x-civilRegistrationIdentifier": request.citizen,
        "x-requestId": request.request_id,
    }
    headers = {name: header_value(value) for name, value in given.items() if value is not None}
    headers["Accept"] = "application/json, application/problem+json"
    headers["Accept-Encoding"] = "identity"
    if request.raw is not None or request.json is not None:
        headers["Content-Type"] = "application/json"
    return headers


def header_value(text: str) -> str:
    """Printable ASCII but "%" as it is; the rest, and a space at either end, as percent-encoded UTF-8."""
    if text.isascii() and text.isprintable() and "%" not in text and text == text.strip():
        return text
    if text.isascii() and text.isprintable() and "%" not in text and text.strip(" ") == text:
        return text
    return _OUTER_SPACE.sub(lambda spaces: "%20" * len(spaces[0]), quote(text, safe=_PRINTABLE))


def _body(request: RestRequest) -> bytes | None:
    if request.raw is not None:
        return request.raw
    if request.json is not None:
        return strict_json.dumps(request.json)
    return b"" if request.method in ("POST", "PUT") else None


# ---- what comes back


def _reply(raw: Raw) -> RestReply:
    if 300 <= raw.status < 400:
        raise Refused("upstream.redirect")
    if raw.status == 204:
        return RestReply(204)
    try:
        if not _is_json(raw.kind):
            raise Refused("upstream.invalid")
        return RestReply(raw.status, strict_json.loads(raw.body), raw.body)
    except (Refused, strict_json.JsonError):
        # A refusal is told by its status; proxies in between refuse with HTML.
        if raw.status >= 400:
            return RestReply(raw.status)
        raise Refused("upstream.invalid") from None


def _is_json(kind: str) -> bool:
    essence, *parameters = (part.strip().lower() for part in kind.split(";"))
    if essence != "application/json" and not (essence.startswith("application/") and essence.endswith("+json")):
        return False
    charsets = [item.removeprefix("charset=").strip('"') for item in parameters if item.startswith("charset=")]
    return all(charset == "utf-8" for charset in charsets)


def _logged(domain: str, key: str, kind: str = "", *, unclear: bool) -> UpstreamFault:
    _LOG.warning("%s: %s %s", domain, key, kind)
    return trouble(key, unclear=unclear)


def trouble(key: str, *, unclear: bool) -> UpstreamFault:
    """The fault of a request without a usable reply; `unclear` when a write may have been carried out all the same."""
    note = _SAYS[key]
    if unclear and key not in _WITHOUT_EFFECT:
        note = f"{note}; {OUTCOME_UNKNOWN}"
    return UpstreamFault(1100, key, note=note, status=504 if key == "upstream.timeout" else 502)
