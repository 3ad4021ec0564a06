"""W3C Trace Context in and out, and spans for OpenTelemetry where a collector is configured.

What a caller says of its trace is handed on to the modern side as the recommendation has it, and never logged: its
numbers are the caller's to choose. Without a collector there are no spans, and no trace is begun.
"""

import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from overgang.shell import http

if TYPE_CHECKING:
    from overgang.shell.observing import Told

_PARENT: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_MEMBER: Final = re.compile(
    r"[a-z0-9][a-z0-9_\-*/]{0,255}(?:@[a-z][a-z0-9_\-*/]{0,13})?=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
)
_MOST_MEMBERS: Final = 32
_LONGEST_STATE: Final = 512


@dataclass(frozen=True, slots=True)
class Context:
    """A trace and the span in it that a request belongs to: hex ids, flags, and the tracestate as it came."""

    trace: str
    span: str
    flags: str
    state: str = ""


_CURRENT: ContextVar["Span | None"] = ContextVar("overgang-trace", default=None)


def read(scope: http.Scope) -> Context | None:
    """The caller's context; None without one, or with one that the recommendation says to leave out of account."""
    said = http.headers(scope, b"traceparent")
    found = _PARENT.fullmatch(said[0].strip(" \t")) if len(said) == 1 else None
    if found is None or found[1] == "ff" or (found[1] == "00" and found[5]):
        return None
    if not int(found[2], 16) or not int(found[3], 16):
        return None
    flags = "01" if int(found[4], 16) & 1 else "00"
    return Context(found[2], found[3], flags, _state(http.headers(scope, b"tracestate")))


def _state(said: list[str]) -> str:
    members = [member.strip(" \t") for line in said for member in line.split(",") if member.strip(" \t")]
    keys = [member.partition("=")[0] for member in members]
    whole = ",".join(members)
    sound = all(_MEMBER.fullmatch(member) for member in members) and len(set(keys)) == len(keys)
    return whole if sound and len(members) <= _MOST_MEMBERS and len(whole) <= _LONGEST_STATE else ""


class Span:
    """One call. This one is kept nowhere, and only hands on the caller's context."""

    def __init__(self, context: Context | None = None) -> None:
        self._context = context

    def headers(self) -> dict[str, str]:
        """traceparent, with a span id of its own for each request, and tracestate."""
        return {} if self._context is None else _headers(self._context, f"{random.getrandbits(64) or 1:016x}")

    @contextmanager
    def asking(self, service: str, method: str, template: str) -> Iterator["Asked"]:
        """A request to another service, made within the block."""
        yield Asked(self.headers())

    def told(self, told: "Told", outcome: str) -> None:
        """What the call was, and what came of it."""


class Asked:
    """A request to another service: the headers to send with it; it is told the status of the reply."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers

    def answered(self, status: int) -> None:
        return


def _headers(context: Context, span: str) -> dict[str, str]:
    headers = {"traceparent": f"00-{context.trace}-{span}-{context.flags}"}
    return headers | ({"tracestate": context.state} if context.state else {})


def current() -> Span:
    """The span of the call under way."""
    return _CURRENT.get() or Span()


class Tracing:
    """Begins the span of each call; without a collector."""

    @contextmanager
    def call(self, scope: http.Scope) -> Iterator[Span]:
        span = Span(read(scope))
        token = _CURRENT.set(span)
        try:
            yield span
        finally:
            _CURRENT.reset(token)

    def close(self) -> None:
        """Send what waits."""


# ---- with a collector


class Collected(Tracing):
    """Spans that OpenTelemetry's SDK sends to a collector (OTLP over HTTP) at `address`; a share of them."""

    def __init__(self, address: str, sample: float = 1.0, exporter: Any = None) -> None:
        """Raises ImportError where the extra `telemetry` is not installed."""
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

        if exporter is None:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            exporter = OTLPSpanExporter(endpoint=f"{address.rstrip('/')}/v1/traces", timeout=5)
        # Named here alone: what the environment says of resources may name machines and people.
        resource = Resource({"service.name": "overgang"})
        self._provider = TracerProvider(resource=resource, sampler=ParentBased(TraceIdRatioBased(sample)))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("overgang")

    @contextmanager
    def call(self, scope: http.Scope) -> Iterator[Span]:
        from opentelemetry.trace import SpanKind

        parent = read(scope)
        made = self._tracer.start_span("call", context=_remote(parent), kind=SpanKind.SERVER)
        span = _Recorded(self._tracer, made, parent.state if parent is not None else "")
        token = _CURRENT.set(span)
        try:
            yield span
        finally:
            _CURRENT.reset(token)
            made.end()

    def close(self) -> None:
        self._provider.shutdown()


class _Recorded(Span):
    def __init__(self, tracer: Any, made: Any, state: str) -> None:
        found = made.get_span_context()
        super().__init__(
            Context(f"{found.trace_id:032x}", f"{found.span_id:016x}", f"{found.trace_flags & 1:02x}", state)
        )
        self._tracer, self._made, self._state = tracer, made, state

    @contextmanager
    def asking(self, service: str, method: str, template: str) -> Iterator["Asked"]:
        from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context

        made = self._tracer.start_span(
            f"{method} {template}",
            context=set_span_in_context(self._made),
            kind=SpanKind.CLIENT,
            attributes={"peer.service": service, "http.request.method": method, "url.template": template},
        )
        found = made.get_span_context()
        context = Context(f"{found.trace_id:032x}", "", f"{found.trace_flags & 1:02x}", self._state)
        try:
            yield _Asked(_headers(context, f"{found.span_id:016x}"), made)
        except BaseException:
            made.set_status(StatusCode.ERROR)  # and nothing of what is in the exception
            raise
        finally:
            made.end()

    def told(self, told: "Told", outcome: str) -> None:
        from opentelemetry.trace import StatusCode

        self._made.update_name(f"{told.service}/{told.operation}" if told.operation else "call")
        said: Mapping[str, Any] = {
            "rpc.system": told.face,
            "rpc.service": told.service,
            "rpc.method": told.operation,
            "overgang.outcome": outcome,
            "http.response.status_code": told.status,
        }
        self._made.set_attributes(said)
        if told.status >= 500:
            self._made.set_status(StatusCode.ERROR)


class _Asked(Asked):
    def __init__(self, headers: dict[str, str], made: Any) -> None:
        super().__init__(headers)
        self._made = made

    def answered(self, status: int) -> None:
        self._made.set_attribute("http.response.status_code", status)


def _remote(parent: Context | None) -> Any:
    if parent is None:
        return None
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    context = SpanContext(int(parent.trace, 16), int(parent.span, 16), True, TraceFlags(int(parent.flags, 16)))
    return set_span_in_context(NonRecordingSpan(context))
