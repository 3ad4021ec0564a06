"""What a service's breaker makes of each way that a request can end, by a clock of its own."""

import asyncio
from types import SimpleNamespace

import pytest

from overgang.shell import services
from overgang.shell.client import Refused
from overgang.shell.config import Target
from overgang.shell.services import Service, patience

CALLS = 4


def after(
    monkeypatch: pytest.MonkeyPatch, ends: int | BaseException, seconds: float, has: float = 100.0
) -> tuple[str, set[str]]:
    """The breaker's state after so many like requests, and what was observed; the service's deadline is 10 seconds."""
    clock, seen = SimpleNamespace(now=0.0), set[str]()
    monkeypatch.setattr(services, "time", SimpleNamespace(monotonic=lambda: clock.now))
    service = Service(Target("http://modern.invalid", deadline=10.0, breaker_calls=CALLS, breaker_seconds=1000.0))
    service.observe = lambda outcome, _: seen.add(outcome)

    async def ask() -> None:
        async with service.attempt() as statuses:
            clock.now += seconds
            if isinstance(ends, BaseException):
                raise ends
            statuses.append(ends)

    async def run() -> None:
        patience.set(has)
        for _ in range(CALLS):
            await asyncio.gather(ask(), return_exceptions=True)

    asyncio.run(run())
    return service.state, seen


@pytest.mark.parametrize(("seconds", "state"), [(0.1, "closed"), (8.99, "closed"), (9.0, "open"), (9.9, "open")])
def test_a_service_that_answers_at_the_end_of_its_time_has_failed_although_its_answers_are_used(
    monkeypatch: pytest.MonkeyPatch, seconds: float, state: str
) -> None:
    assert after(monkeypatch, 200, seconds) == (state, {"2xx"})


@pytest.mark.parametrize(
    ("seconds", "has", "state"),
    [
        pytest.param(9.0, 100.0, "open", id="at the end of the service's own deadline"),
        pytest.param(4.5, 5.0, "open", id="at the end of the operation's"),
        pytest.param(4.25, 5.0, "closed", id="before that: by a caller who went away"),
        pytest.param(0.5, 5.0, "closed", id="a request that began late in it: nothing is known"),
        pytest.param(5.0, 100.0, "closed", id="before either"),
    ],
)
def test_a_request_that_is_given_up_tells_of_its_service_when_it_had_nearly_all_of_the_time(
    monkeypatch: pytest.MonkeyPatch, seconds: float, has: float, state: str
) -> None:
    assert after(monkeypatch, asyncio.CancelledError(), seconds, has) == (state, {"given up"})


@pytest.mark.parametrize(("status", "state"), [(200, "closed"), (404, "closed"), (429, "closed"), (503, "open")])
def test_a_status_of_its_business_is_no_failure(monkeypatch: pytest.MonkeyPatch, status: int, state: str) -> None:
    assert after(monkeypatch, status, 0.1) == (state, {f"{status // 100}xx"})


@pytest.mark.parametrize("key", ["upstream.broken", "upstream.invalid", "upstream.tls"])
def test_a_reply_that_can_not_be_used_is_a_failure(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    assert after(monkeypatch, Refused(key), 0.1) == ("open", {key.removeprefix("upstream.")})
