"""HTTP out: the only module that imports an HTTP client.

Two engines do the same behind one small seam: pyreqwest, which is fast, and httpx. Neither follows redirects, keeps
cookies, reads proxy settings, unpacks compressed replies or retries.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from pyreqwest import exceptions as rust
from pyreqwest.client import ClientBuilder
from pyreqwest.response import Response

from overgang.core.compare.values import Reply

_MAX_HEAD: Final = 64 * 1024  # all header lines of a reply together, in bytes
if TYPE_CHECKING:
    import httpx

CONNECT: Final = 2.0  # seconds until a connection must stand; a lost packet of it is sent again after one
_AFTER: Final = 0.5  # seconds after the caller's own deadline
_LET_GO: Final = 0.1  # seconds
_KEPT: Final = 64  # idle connections kept per host
# Seconds that one is kept: less than servers keep theirs (5 and more), or a request may meet a connection that is just
# being closed, and nobody knows whether it was carried out.
IDLE = 4.0
# These write addresses into the log, and an address may hold a citizen number.
_TALKATIVE: Final = ("httpx", "httpcore", "pyreqwest", "reqwest", "hyper", "hyper_util", "rustls", "h2")


class Refused(Exception):
    """There is no usable reply: a key such as upstream.broken, and for the log the kind of the client's error.

    `retry_after`: seconds after which it may be tried again, where that is known.
    """

    def __init__(self, key: str, kind: str = "", retry_after: int | None = None) -> None:
        super().__init__(key)
        self.key = key
        self.kind = kind
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Raw:
    """A reply as bytes; `kind` is its Content-Type and `retry_after` its Retry-After, "" without one."""

    status: int
    kind: str
    body: bytes
    retry_after: str = ""


class Engine(Protocol):
    """What the two engines have in common. `exchange` raises Refused.

    Its caller gives up after `seconds`, and cancels it.
    """

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float
    ) -> Raw: ...

    async def close(self) -> None: ...


def engine(client: str, reply_bytes: int | None) -> "Engine":
    """The engine named "pyreqwest" or "httpx"; `reply_bytes` caps the body of a reply, None: its status is enough."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    return _Httpx(reply_bytes) if client == "httpx" else _Pyreqwest(reply_bytes)


class Posts:
    """Asks any address: for replays, trials and the admin port. A reply or what kept it from coming, never a fault."""

    def __init__(self, deadline: float = 30.0, reply_bytes: int | None = 64 << 20) -> None:
        self._deadline = deadline
        self._engine = engine("pyreqwest", reply_bytes)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        return await self.ask("POST", url, body, headers)

    async def ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """One request; `trouble` of the reply is "timeout", "unavailable", "broken" ..."""
        try:
            async with asyncio.timeout(self._deadline):
                sent = {**headers, "Accept-Encoding": "identity"}
                raw = await self._engine.exchange(method, url, sent, body, self._deadline)
        except TimeoutError:
            return Reply(0, "", b"", "timeout")
        except Refused as refused:
            return Reply(0, "", b"", refused.key.removeprefix("upstream."))
        return Reply(raw.status, raw.kind, raw.body)

    async def close(self) -> None:
        await self._engine.close()


async def _raw(
    status: int, headers: Iterable[tuple[str, str]], chunks: AsyncIterator[bytes], reply_bytes: int | None
) -> Raw:
    """What came, if it can be used. Raises Refused."""
    if reply_bytes is None:
        return Raw(status, "", b"")
    kind, after = _check_head(headers, reply_bytes)
    return Raw(status, kind, await _collect(chunks, reply_bytes), after)


def _check_head(headers: Iterable[tuple[str, str]], reply_bytes: int) -> tuple[str, str]:
    """The Content-Type and Retry-After of an acceptable head, "" without one. Raises Refused."""
    kind, after, size = "", "", 0
    for name, value in headers:
        size += len(name) + len(value)
        match name.lower():
            case "content-type":
                kind = value
            case "retry-after":
                after = value
            case "content-encoding" if value.lower() != "identity":
                raise Refused("upstream.encoding")
            case "content-length" if value.isdecimal() and int(value) > reply_bytes:
                raise Refused("upstream.too-large")
    if size > _MAX_HEAD:
        raise Refused("upstream.broken")
    return kind, after


async def _collect(chunks: AsyncIterator[bytes], reply_bytes: int) -> bytes:
    parts, size = [], 0
    async for chunk in chunks:
        size += len(chunk)
        if size > reply_bytes:
            raise Refused("upstream.too-large")
        parts.append(chunk)
    return b"".join(parts)


# ---- the engines


class _Pyreqwest:
    def __init__(self, reply_bytes: int | None) -> None:
        self._reply_bytes = reply_bytes
        builder = ClientBuilder().no_proxy().follow_redirects(False).referer(False).default_cookie_store(False)
        builder = builder.gzip(False).brotli(False).zstd(False).deflate(False).http1_only()
        builder = builder.connect_timeout(timedelta(seconds=CONNECT))
        builder = builder.pool_max_idle_per_host(_KEPT).pool_idle_timeout(timedelta(seconds=IDLE))
        self._client = builder.user_agent("overgang").build()

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float
    ) -> Raw:
        # A request that asyncio gives up goes on in pyreqwest, and keeps its connection: this ends it there too.
        limit = timedelta(seconds=seconds + _AFTER)
        builder = self._client.request(method, url).headers(headers).timeout(limit)
        if body is not None:
            builder = builder.body_bytes(body)
        if self._reply_bytes is None:  # else the head is told of when that much of the body has come
            builder = builder.streamed_read_buffer_limit(0)
        try:
            async with builder.build_streamed() as response:
                return await _raw(response.status, response.headers.items(), _chunks(response), self._reply_bytes)
        except rust.BuilderError as foreign:
            raise Refused("upstream.unavailable", type(foreign).__qualname__) from None
        except rust.RequestError as foreign:
            # Its text and its chain hold the address, so only its kind is kept.
            raise Refused(_key(foreign), type(foreign).__qualname__) from None

    async def close(self) -> None:
        """Also waits until its threads have let go of Python: a process that ends before is aborted.

        Of 40 short processes 9 were without the wait, none with it.
        """
        await self._client.close()
        await asyncio.sleep(_LET_GO)


async def _chunks(response: Response) -> AsyncIterator[bytes]:
    while (chunk := await response.body_reader.read_chunk()) is not None:
        yield bytes(chunk)


class _Httpx:
    """The transport without httpx.AsyncClient, which would keep cookies, unpack replies and log addresses."""

    def __init__(self, reply_bytes: int | None) -> None:
        import httpx  # 0.1 s and 17 MB, which the other engine does not need

        self._httpx = httpx
        self._reply_bytes = reply_bytes
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=_KEPT, keepalive_expiry=IDLE)
        self._transport = httpx.AsyncHTTPTransport(trust_env=False, limits=limits)

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float
    ) -> Raw:
        own = {**headers, "User-Agent": "overgang"}
        only = {"timeout": {"connect": CONNECT}}
        sent = self._httpx.Request(method, url, headers=own, content=body, extensions=only)
        try:
            return await self._exchanged(sent)
        except (self._httpx.TransportError, ssl.SSLError) as foreign:  # what is wrong with TLS later comes as it is
            never = isinstance(foreign, self._httpx.ConnectError | self._httpx.ConnectTimeout)
            raise Refused(_key_of(foreign, never=never), type(foreign).__qualname__) from None

    async def _exchanged(self, sent: "httpx.Request") -> Raw:
        response = await self._transport.handle_async_request(sent)
        try:
            came = response.status_code, response.headers.multi_items(), response.aiter_raw()
            return await _raw(*came, self._reply_bytes)
        finally:
            await response.aclose()

    async def close(self) -> None:
        await self._transport.aclose()


def _key(foreign: rust.RequestError) -> str:
    """The key of an error of pyreqwest; what the cause is it tells in words only."""
    if isinstance(foreign, rust.ConnectTimeoutError):
        return "upstream.unavailable"
    if isinstance(foreign, rust.RequestTimeoutError):
        return "upstream.timeout"
    causes = [cause["message"] for cause in foreign.details["causes"] or ()]
    # It raises ConnectError also when a connection is lost while it waits for the answer to a sent request.
    if isinstance(foreign, rust.ConnectError) and "client error (Connect)" in causes:
        network = any(cause == "dns error" or "(os error" in cause for cause in causes)
        return "upstream.unavailable" if network else "upstream.tls"
    return "upstream.tls" if "received fatal alert: CertificateRequired" in causes else "upstream.broken"


def _key_of(foreign: BaseException, *, never: bool) -> str:
    """The key of an error of httpx; `never`: it never connected.

    With TLS 1.3 a certificate is asked for after the request was sent. If the connection ends at once, that is all that
    is seen of it.
    """
    cause: BaseException | None = foreign
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None and (never or "CERTIFICATE_REQUIRED" in str(cause)):
        return "upstream.tls"
    return "upstream.unavailable" if never else "upstream.broken"
