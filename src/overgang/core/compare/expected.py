"""The register of expected differences: what is to differ, since when, and by which rule or by whose word."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from overgang.core.compare.lexical import READERS, same
from overgang.core.compare.values import Difference, Kind


@dataclass(frozen=True, slots=True)
class Entry:
    """One expected difference. `since` and `until` (None: no end) are the first and the last day it is expected.

    `services` are "Name/version"; `operations` are names, none of them means all. `place` is a difference's place,
    where "*" stands for one step, or for a part of one. `kinds` and `cause` narrow it down, `old` and `new` to these
    values, compared by the difference's type, or as patterns where they have a "*". `rule` is the id of a rule;
    without one, `owner` and `reason` say who holds the difference for right, and why.
    """

    since: date
    services: tuple[str, ...]
    place: str
    kinds: frozenset[Kind]
    operations: tuple[str, ...] = ()
    until: date | None = None
    cause: str | None = None
    old: str | None = None
    new: str | None = None
    rule: str = ""
    owner: str = ""
    reason: str = ""
    faces: tuple[str, ...] = ("soap",)

    @property
    def explanation(self) -> str:
        """The rule's id, or the owner and the reason."""
        return self.rule or f"{self.owner}: {self.reason}"

    def holds(self, operation: str, day: date, face: str = "soap") -> bool:
        """Whether it speaks of this operation ("Name/version/Operation") on this day."""
        service, _, name = operation.rpartition("/")
        if service not in self.services or (self.operations and name not in self.operations) or face not in self.faces:
            return False
        return self.since <= day and (self.until is None or day <= self.until)

    def matches(self, difference: Difference) -> bool:
        if difference.kind not in self.kinds or (self.cause is not None and difference.cause != self.cause):
            return False
        values = (self.old, difference.old), (self.new, difference.new)
        return _at(self.place, difference.place) and all(_is(difference.type, *pair) for pair in values)


def _at(pattern: str, place: str) -> bool:
    wanted, steps = pattern.split("/"), place.split("/")
    return len(wanted) == len(steps) and all(_like(one, step) for one, step in zip(wanted, steps, strict=True))


def _is(kind: str, wanted: str | None, found: str | None) -> bool:
    if wanted is None or found is None:
        return wanted is None
    return _like(wanted, found) if "*" in wanted else same(kind if kind in READERS else "", wanted, found)


def _like(pattern: str, text: str) -> bool:
    """Whether a text is like a pattern, in which only "*" is special: any text, an empty one too."""
    return re.fullmatch(".*?".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class Register:
    """All entries; the first that fits a difference explains it."""

    entries: tuple[Entry, ...] = ()

    def find(self, difference: Difference, operation: str, day: date, face: str = "soap") -> Entry | None:
        return next((one for one in self.of(operation, day, face) if one.matches(difference)), None)

    def of(self, operation: str, day: date, face: str = "soap") -> Iterable[Entry]:
        """The entries that hold for an operation on a day."""
        return (entry for entry in self.entries if entry.holds(operation, day, face))
