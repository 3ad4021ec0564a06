"""When a service is not asked, and when it is asked again: a circuit breaker and a budget of retries.

Both are told the time, in monotonic seconds. What a service answers as its business is no failure of it, whatever the
answer says; a failure is no answer, an answer outside of the protocol, or one that says that the service failed.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

_PARTS: Final = 10  # of the window that are forgotten one by one
SAVED: Final = 5.0  # retries that quiet times save up at most


@dataclass(frozen=True, slots=True)
class Measure:
    """A breaker opens at a `share` of failures among at least `calls` within `window` seconds, for `pause` seconds.

    Then it lets `probes` calls through: when all of them are answered it closes, at the first failure it opens again.
    """

    share: float = 0.5
    calls: int = 20
    window: float = 10.0
    pause: float = 10.0
    probes: int = 2


@dataclass(slots=True)
class Breaker:
    """The breaker of one service. Each call that is let through must be told by `answered`, `failed` or `given_up`.

    They take the ticket that it was let through with: a call from before the breaker last opened counts for nothing.
    """

    measure: Measure = field(default_factory=Measure)
    _window: deque[list[float]] = field(default_factory=deque)  # [begin, calls, failures], the youngest last
    _openings: int = 0  # how often it has opened; a ticket is what this was
    _until: float | None = None  # not closed: open until then, half-open afterwards
    _probing: int = 0
    _good: int = 0

    def lets_through(self, now: float) -> int | None:
        """A ticket where a call may be made now, else None; in doubt it is a probe, and takes one of their places."""
        if self._until is not None:
            if now < self._until or self._probing + self._good >= self.measure.probes:
                return None
            self._probing += 1
        return self._openings

    def wait(self, now: float) -> float:
        """Seconds until it may be asked again, 0 when it may be now."""
        return 0.0 if self._until is None else max(self._until - now, 0.0)

    def state(self, now: float) -> str:
        """ "closed", "open" or "half-open"."""
        if self._until is None:
            return "closed"
        return "open" if now < self._until else "half-open"

    def answered(self, ticket: int, now: float) -> None:
        if ticket != self._openings:
            return
        if self._until is None:
            self._count(now, 0)
            return
        self._probing -= 1
        self._good += 1
        if self._good >= self.measure.probes:
            self._until = None
            self._good = 0
            self._window.clear()

    def failed(self, ticket: int, now: float) -> None:
        if ticket != self._openings:
            return
        if self._until is not None:
            self._open(now)
            return
        self._count(now, 1)
        calls = sum(part[1] for part in self._window)
        failures = sum(part[2] for part in self._window)
        if calls >= self.measure.calls and failures >= self.measure.share * calls:
            self._open(now)

    def given_up(self, ticket: int) -> None:
        """The caller went away: nothing is known of the service, and a probe's place is free again."""
        if ticket == self._openings and self._until is not None:
            self._probing -= 1

    def _open(self, now: float) -> None:
        self._openings += 1
        self._until = now + self.measure.pause
        self._probing = self._good = 0
        self._window.clear()

    def _count(self, now: float, failures: int) -> None:
        window, length = self._window, self.measure.window
        while window and window[0][0] <= now - length:
            window.popleft()
        if not window or now - window[-1][0] >= length / _PARTS:
            window.append([now, 0, 0])
        window[-1][1] += 1
        window[-1][2] += failures


@dataclass(slots=True)
class Budget:
    """Retries are a `share` of the calls: each call earns that much of one; SAVED at most are kept for a bad moment.

    So the attempts are never more than (1 + share) x calls + SAVED.
    """

    share: float = 0.2
    _left: float = SAVED

    def called(self) -> None:
        """A call is made, whatever becomes of it."""
        self._left = min(self._left + self.share, SAVED)

    def take(self) -> bool:
        """Whether a retry may be made; then it is spent."""
        if self._left < 1 or self.share == 0:
            return False
        self._left -= 1
        return True
