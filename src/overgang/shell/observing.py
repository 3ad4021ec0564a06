"""What is seen of each call while the gateway runs: counted, timed, and where it is wanted logged and traced.

Labels come from contracts and configuration only, never from what a caller sent; there is no person in them.
"""

import logging
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from overgang.shell import http, tracing
from overgang.shell.tracing import Tracing

BOUNDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the classes that times are counted in, in seconds; the last class has none."""

log: Final = logging.getLogger("overgang.calls")


@dataclass(slots=True)
class Times:
    """How many took how long: a count per class, and all seconds together."""

    classes: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        self.classes[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


@dataclass(slots=True)
class Told:
    """What becomes known of a call on its way; `key` is its fault's, "" for an answer. `area` is one of ours."""

    face: str
    service: str = ""
    operation: str = ""
    key: str = ""
    rules: tuple[str, ...] = ()
    status: int = 0


class Observer:
    """Adds up. `calls` by (face, service, operation, outcome); `upstream` by (service asked, outcome)."""

    def __init__(self, traces: Tracing | None = None, *, log_calls: bool = False) -> None:
        self.calls: dict[tuple[str, str, str, str], Times] = {}
        self.upstream: dict[tuple[str, str], Times] = {}
        self.rules: Counter[str] = Counter()
        self._traces = traces or Tracing()
        self._log_calls = log_calls

    async def watched(self, face: str, app: Any, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        """Let `app` answer, and tell what came of it. It fills scope["told"]."""
        told = scope["told"] = Told(face)

        async def sending(message: http.Message) -> None:
            if message["type"] == "http.response.start":
                told.status = message["status"]
            await send(message)

        started = time.perf_counter()
        with self._traces.call(scope) as span:
            try:
                await app(scope, receive, sending)
            finally:
                self._ended(told, time.perf_counter() - started, span)

    def asked(self, service: str, outcome: str, seconds: float) -> None:
        """One request to a service; `outcome` is its status's class, such as "2xx", or what kept it from coming."""
        times = self.upstream.get((service, outcome))
        if times is None:
            times = self.upstream[service, outcome] = Times()
        times.add(seconds)

    def _ended(self, told: Told, seconds: float, span: tracing.Span) -> None:
        outcome = outcome_of(told)
        label = (told.face, told.service, told.operation, outcome)
        times = self.calls.get(label)
        if times is None:
            times = self.calls[label] = Times()
        times.add(seconds)
        self.rules.update(told.rules)
        span.told(told, outcome)
        if self._log_calls:
            fields = {"face": told.face, "service": told.service, "operation": told.operation, "outcome": outcome}
            log.info("call", extra={"fields": fields | {"status": told.status, "ms": round(seconds * 1000, 2)}})


def outcome_of(told: Told) -> str:
    """ "ok", the first part of the fault's key (value, upstream, identity ...), "refused" without one, "gone"."""
    if told.key:
        return told.key.partition(".")[0]
    if not told.status:
        return "gone"
    return "ok" if told.status < 400 else "refused"
