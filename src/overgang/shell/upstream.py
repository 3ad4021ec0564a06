"""The modern side over HTTP: one request out, one reply or one fault back, within one deadline.

Which client is used, and how, is shell/client.py's.
"""

import asyncio
import logging
import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import quote, urlencode

from overgang.core.errors import OUTCOME_UNKNOWN, GatewayFault, UpstreamFault
from overgang.core.messages import Caller, RestReply, RestRequest
from overgang.shell import tracing
from overgang.shell.client import Raw, Refused, engine
from overgang.shell.clock import now
from overgang.shell.config import HeaderNames, Target
from overgang.shell.services import BROKEN, SOAP_BROKEN, Service
from overgang.wire import strict_json

_LOG: Final = logging.getLogger(__name__)
_BROKEN: Final = "upstream.broken"
LONGEST: Final = 600  # seconds; who asks for more is not taken at their word
_SAYS: Final[Mapping[str, str]] = {
    "upstream.unavailable": "the modern service can't be reached",
    "upstream.tls": "there is no connection to the modern service that can be trusted",
    "upstream.timeout": "the modern service did not answer in time",
    "upstream.broken": "the modern service broke off its answer",
    "upstream.too-large": "the modern service's answer is larger than allowed",
    "upstream.encoding": "the modern service's answer is compressed, which was not asked for",
    "upstream.redirect": "the modern service pointed to another address",
    "upstream.invalid": "the modern service's answer is no acceptable JSON",
    "upstream.busy": "too many calls wait for the modern service",
    "upstream.open": "the modern service has failed too often, and is not asked for a while",
}
_STATUS: Final[Mapping[str, int]] = {"upstream.timeout": 504, "upstream.busy": 503, "upstream.open": 503}
# Only these tell that nothing was carried out: nothing was sent, or the answer says "elsewhere".
_WITHOUT_EFFECT: Final = ("upstream.unavailable", "upstream.tls", "upstream.redirect", "upstream.busy", "upstream.open")
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
        self.services = {name: Service(target) for name, target in targets.items()}
        self.services |= {name: Service(target, SOAP_BROKEN) for name, target in (old or {}).items()}
        self._names = headers or HeaderNames()
        self._engine = engine(client, reply_bytes)

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        """The reply, also a refusal, with its JSON read strictly; an unreadable body of a refusal is left out.

        Raises UpstreamFault 1100 with key upstream.unavailable, .tls, .timeout, .broken, .too-large, .encoding,
        .redirect, .invalid, .busy or .open; GatewayFault 1009 for a domain without an address. A read is tried twice, a
        write only where nothing of it was sent, neither where TLS failed; both within the service's budget.
        """
        domain = request.path.domain
        service = self.services.get(domain)
        if service is None:
            raise GatewayFault(1009, "upstream.unconfigured", note=f"no address is configured for {domain}")
        target = service.target
        url = _url(target, request)
        headers = _headers(self._names, request, caller)
        body = _body(request)
        service.budget.called()
        started = False
        try:
            async with asyncio.timeout(target.deadline), service.place():
                started = True
                return await self._tried(service, request, url, headers, body)
        except TimeoutError:
            raise _logged(domain, "upstream.timeout", unclear=request.writes and started) from None
        except Refused as refused:
            unclear = request.writes
            raise _logged(domain, refused.key, refused.kind, unclear=unclear, after=refused.retry_after) from None

    def reaches(self, service: str) -> bool:
        """Whether the old service "Name/version" has an address of its own."""
        return service in self.services

    async def forward(self, service: str, body: bytes, headers: Mapping[str, str]) -> Raw:
        """Send an old call's bytes to the old service's own address; its reply as it comes, whatever its status.

        Raises what `send` raises. It is sent once: whether it writes is not known here.
        """
        known, started = self.services[service], False
        target = known.target
        known.budget.called()
        try:
            async with asyncio.timeout(target.deadline), known.place():
                started = True
                async with known.attempt() as statuses:
                    with tracing.current().asking(service, "POST", "the old service") as asked:
                        sent = {**headers, "Accept-Encoding": "identity", **asked.headers}
                        raw = await self._engine.exchange("POST", target.url, sent, body, target.deadline)
                        asked.answered(raw.status)
                    statuses.append(raw.status)
        except TimeoutError:
            raise _logged(service, "upstream.timeout", unclear=started) from None
        except Refused as refused:
            raise _logged(service, refused.key, refused.kind, unclear=True, after=refused.retry_after) from None
        if 300 <= raw.status < 400:
            raise _logged(service, "upstream.redirect", unclear=False)
        return raw

    async def close(self) -> None:
        """Close all connections; nothing can be sent afterwards."""
        await self._engine.close()

    async def _tried(
        self, service: Service, request: RestRequest, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> RestReply:
        """A reply, after a second attempt where the first came to nothing and may be repeated."""
        until = time.monotonic() + service.target.deadline
        try:
            reply = await self._attempt(service, request, url, headers, body)
        except Refused as refused:
            repeatable = refused.key == "upstream.unavailable" or (not request.writes and refused.key == _BROKEN)
            if not repeatable or not service.may_retry():
                raise
        else:
            wait = _pause(reply)
            if request.writes or wait is None or time.monotonic() + wait >= until or not service.may_retry():
                return reply
            await asyncio.sleep(wait)
        return await self._attempt(service, request, url, headers, body)

    async def _attempt(
        self, service: Service, request: RestRequest, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> RestReply:
        deadline, path = service.target.deadline, request.path
        async with service.attempt() as statuses:
            with tracing.current().asking(path.domain, request.method, path.template) as asked:
                sent = {**headers, **asked.headers} if asked.headers else headers
                raw = await self._engine.exchange(request.method, url, sent, body, deadline)
                asked.answered(raw.status)
            reply = _reply(raw)
            statuses.append(reply.status)
        return reply


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
        return RestReply(raw.status, strict_json.loads(raw.body), raw.body, retry_after(raw.retry_after))
    except (Refused, strict_json.JsonError):
        # A refusal is told by its status; proxies in between refuse with HTML.
        if raw.status >= 400:
            return RestReply(raw.status, retry_after=retry_after(raw.retry_after))
        raise Refused("upstream.invalid") from None


def _pause(reply: RestReply) -> float | None:
    """Seconds after which a read that was answered so may be sent once more; None when it may not."""
    if reply.status not in BROKEN and reply.status != 429:
        return None
    return None if reply.status == 429 and reply.retry_after is None else float(reply.retry_after or 0)


def retry_after(text: str) -> int | None:
    """The seconds that a Retry-After asks for, LONGEST at most; None for none, and for what is none."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return min(int(text[:9]), LONGEST)
    try:
        moment = parsedate_to_datetime(text)
        seconds = math.ceil((moment - now()).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0), LONGEST)


def _is_json(kind: str) -> bool:
    essence, *parameters = (part.strip().lower() for part in kind.split(";"))
    if essence != "application/json" and not (essence.startswith("application/") and essence.endswith("+json")):
        return False
    charsets = [item.removeprefix("charset=").strip('"') for item in parameters if item.startswith("charset=")]
    return all(charset == "utf-8" for charset in charsets)


def _logged(domain: str, key: str, kind: str = "", *, unclear: bool, after: int | None = None) -> UpstreamFault:
    _LOG.warning("%s: %s %s", domain, key, kind)
    return trouble(key, unclear=unclear, after=after)


def trouble(key: str, *, unclear: bool, after: int | None = None) -> UpstreamFault:
    """The fault of a request without a usable reply; `unclear` when a write may have been carried out all the same."""
    note = _SAYS[key]
    if unclear and key not in _WITHOUT_EFFECT:
        note = f"{note}; {OUTCOME_UNKNOWN}"
    return UpstreamFault(1100, key, note=note, status=_STATUS.get(key, 502), retry_after=after)
