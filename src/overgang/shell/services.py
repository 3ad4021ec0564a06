"""What is known of a service while it is asked: the calls under way, how it has answered, what was tried again."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Final

from overgang.core.resilience import Breaker, Budget, Measure
from overgang.shell.client import Refused
from overgang.shell.config import Target

SLOW: Final = 0.9  # of the time there is: who answers later has failed, though the answer is used
BROKEN: Final = frozenset({500, 502, 503, 504})  # the service says that it failed; any other answer is its business
patience: Final[ContextVar[float]] = ContextVar("overgang-patience", default=math.inf)
"""Seconds that the operation under way has in all. A service that leaves nearly all of it unanswered is slow, whoever
gives up; of a request that began late in it nothing is known."""

Observe = Callable[[str, float], None]


def _unobserved(outcome: str, seconds: float) -> None:
    """What is told of requests that nobody counts."""


SOAP_BROKEN: Final = BROKEN - {500}  # over SOAP that is how every fault comes, also those of business


class Service:
    """One address: its place for calls (a bulkhead), its breaker, its budget of retries, and its counts."""

    def __init__(self, target: Target, broken: frozenset[int] = BROKEN) -> None:
        """`broken` are the statuses that tell of a failure."""
        self.target, self._broken = target, broken
        self.budget = Budget(target.retries)
        self.observe: Observe = _unobserved
        self.counts: Counter[str] = Counter()  # attempts, retries, and by why calls were not let through
        measure = Measure(target.breaker_share, target.breaker_calls, target.breaker_seconds, target.breaker_pause)
        self._breaker = Breaker(measure)
        self._places = asyncio.Semaphore(target.max_in_flight)
        self._waiting = 0

    @property
    def state(self) -> str:
        """ "closed", "open" or "half-open"."""
        return self._breaker.state(time.monotonic())

    @property
    def full(self) -> bool:
        """Whether no place is left for a call, nor one to wait in."""
        return self._places.locked() and self._waiting >= self.target.waiting

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place among the calls under way. Raises Refused upstream.busy when too many wait, upstream.open."""
        if self._breaker.wait(time.monotonic()):
            raise self._shut()
        if self.full:
            self.counts["busy"] += 1
            raise Refused("upstream.busy", retry_after=1)
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[list[int]]:
        """One request, made and judged within the block: a Refused of it is the service's failure.

        The status of a reply that can be used is put into the list. Raises Refused upstream.open before it.
        """
        ticket = self._breaker.lets_through(time.monotonic())
        if ticket is None:
            raise self._shut()
        self.counts["attempts"] += 1
        slow = SLOW * min(self.target.deadline, patience.get())
        started, statuses = time.monotonic(), list[int]()
        try:
            yield statuses
        except Refused as refused:
            now = time.monotonic()
            self._breaker.failed(ticket, now)
            self.observe(refused.key.removeprefix("upstream."), now - started)
            raise
        except BaseException:
            now = time.monotonic()
            self.observe("given up", now - started)
            if now - started >= slow:
                self._breaker.failed(ticket, now)
            else:
                self._breaker.given_up(ticket)
            raise
        now = time.monotonic()
        if statuses:
            self.observe(f"{statuses[0] // 100}xx", now - started)
        if statuses and (statuses[0] in self._broken or now - started >= slow):
            self._breaker.failed(ticket, now)
        else:
            self._breaker.answered(ticket, now)

    def may_retry(self) -> bool:
        """Whether a request may be sent once more; then it counts."""
        if not self.budget.take():
            self.counts["no budget"] += 1
            return False
        self.counts["retries"] += 1
        return True

    def _shut(self) -> Refused:
        self.counts["open"] += 1
        return Refused("upstream.open", retry_after=max(1, math.ceil(self._breaker.wait(time.monotonic()))))
