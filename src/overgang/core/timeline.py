"""A value of law with its dates and sources: a version holds from its day until the next, or until an explicit end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Generic, TypeVar

V = TypeVar("V")


class NotInForce(LookupError):
    """Asked for a day on which no version holds."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: a title a reader can look up, and its address where there is one."""

    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Version(Generic[V]):
    """What holds from the day `since`, and why."""

    since: date
    value: V
    source: Source


class Timeline(Generic[V]):
    """Versions in strictly ascending order; `ends` is the last day of the last one, None while it has no end."""

    __slots__ = ("ends", "title", "versions")

    def __init__(self, title: str, *versions: Version[V], ends: date | None = None) -> None:
        if not versions:
            raise ValueError(f"{title}: a timeline needs a version")
        days = [version.since for version in versions] + ([ends] if ends else [])
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise ValueError(f"{title}: versions must be in ascending order")
        self.title = title
        self.versions = versions
        self.ends = ends

    def on(self, day: date) -> Version[V]:
        """The version that holds on `day`; raises NotInForce before the first and after the end."""
        if self.ends is None or day <= self.ends:
            for version in reversed(self.versions):
                if version.since <= day:
                    return version
        raise NotInForce(f"{self.title}: nothing in force on {day.isoformat()}")

    def holds(self, day: date) -> bool:
        """Whether some version is in force on `day`."""
        return self.versions[0].since <= day and (self.ends is None or day <= self.ends)

    def __iter__(self) -> Iterator[Version[V]]:
        return iter(self.versions)
