"""What the old side knows of its queues beside the events: sequences, and what was acknowledged.

It is kept in memory: a new process has no sequence, and every message waits again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final, TypeAlias
from uuid import uuid4

from overgang.reference.events import Event
from overgang.standin.refusal import Refused

UNKNOWN, TERMINATED, CLOSED, INVALID = 19001, 19002, 19003, 19004
_URN: Final = "urn:uuid:"
_MOST: Final = 20  # of an organisation at a time; a further one ends the oldest

Organisation: TypeAlias = tuple[int, str]


@dataclass(slots=True)
class _Sequence:
    """`places` are the ids of the events handed out in it: the first one is number 1."""

    organisation: Organisation
    expires: datetime
    places: list[str] = field(default_factory=list)
    closed: bool = False
    over: bool = False


class Sequences:
    """Of every organisation. A method raises Refused for a sequence that is not there, or over; `terminate` only for
    one that is not there, so that it can be asked again."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[str, _Sequence] = {}
        self._acknowledged: set[str] = set()

    def open(self, organisation: Organisation, expires: datetime) -> str:
        """The identifier of a new one."""
        identifier = f"{_URN}{uuid4()}"
        with self._lock:
            self._known[identifier] = _Sequence(organisation, expires)
            mine = [each for each in self._known.values() if each.organisation == organisation and not each.over]
            for old in mine[:-_MOST]:
                old.over = True
        return identifier

    def hand_out(
        self, organisation: Organisation, identifier: str, now: datetime, events: Iterable[Event], most: int
    ) -> list[tuple[int, Event]]:
        """The first of the organisation's events that wait, each with its number in the sequence."""
        with self._lock:
            sequence = self._of(organisation, identifier, now)
            if sequence.closed:
                raise Refused(CLOSED)
            waiting = [event for event in events if event.id not in self._acknowledged][:most]
            known = set(sequence.places)
            sequence.places += [event.id for event in waiting if event.id not in known]
            numbers = {id_: number for number, id_ in enumerate(sequence.places, 1)}
            return [(numbers[event.id], event) for event in waiting]

    def acknowledge(
        self, organisation: Organisation, identifier: str, now: datetime, ranges: Sequence[tuple[int, int]]
    ) -> None:
        """Messages of these numbers, both ends within, wait no more; INVALID for one that was not handed out."""
        with self._lock:
            places = self._of(organisation, identifier, now).places
            if any(not lower <= upper <= len(places) for lower, upper in ranges):
                raise Refused(INVALID)
            for lower, upper in ranges:
                self._acknowledged.update(places[lower - 1 : upper])

    def acknowledged(self, organisation: Organisation, identifier: str, now: datetime) -> list[tuple[int, int]]:
        """The ranges of numbers whose messages wait no more."""
        with self._lock:
            places = self._of(organisation, identifier, now).places
            return list(_ranges(number for number, id_ in enumerate(places, 1) if id_ in self._acknowledged))

    def close(self, organisation: Organisation, identifier: str, now: datetime, last: int) -> None:
        """Nothing more is handed out in it; INVALID where its numbers do not go up to `last`."""
        with self._lock:
            sequence = self._of(organisation, identifier, now)
            if last > len(sequence.places):
                raise Refused(INVALID)
            sequence.closed = True

    def terminate(self, organisation: Organisation, identifier: str) -> None:
        """It is over; what was not acknowledged is handed out in another one."""
        with self._lock:
            self._known_one(organisation, identifier).over = True

    def _of(self, organisation: Organisation, identifier: str, now: datetime) -> _Sequence:
        sequence = self._known_one(organisation, identifier)
        if sequence.over or sequence.expires < now:
            raise Refused(TERMINATED)
        return sequence

    def _known_one(self, organisation: Organisation, identifier: str) -> _Sequence:
        sequence = self._known.get(_URN + identifier.removeprefix(_URN).lower())
        if sequence is None or sequence.organisation != organisation or not identifier.startswith(_URN):
            raise Refused(UNKNOWN)
        return sequence


def _ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rising numbers as ranges without gaps."""
    lower = upper = 0
    for number in numbers:
        if number != upper + 1 and upper:
            yield lower, upper
        lower, upper = (lower if upper and number == upper + 1 else number), number
    if upper:
        yield lower, upper
