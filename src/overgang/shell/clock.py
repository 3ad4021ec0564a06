"""The one place where the time is read; everything else is handed it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import TypeAlias

from overgang.core.values import COPENHAGEN

Clock: TypeAlias = Callable[[], datetime]


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def fixed(day: date) -> Clock:
    """A clock that stands on `day`: its date, with today's time of day, so that two calls still differ."""

    def then() -> datetime:
        clock = datetime.now(COPENHAGEN).time()
        return datetime.combine(day, clock, COPENHAGEN).astimezone(UTC)

    return then


def at(day: date, clock: time = time(12)) -> Clock:
    """A clock that stands still, at noon Danish time unless told otherwise."""
    moment = datetime.combine(day, clock, COPENHAGEN).astimezone(UTC)
    return lambda: moment
