"""What is asked of a store and what it answers, beside the values of comparing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from overgang.core.compare.modes import ANY as ANY
from overgang.core.compare.modes import Scope as Scope
from overgang.core.compare.values import Kind, Label, Mode, Verdict

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class ModeRow:
    """The mode set for a scope, by whom and when (UTC)."""

    scope: Scope
    mode: Mode
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ModeChange:
    """One change of a mode; `old` and `new` are None where no mode was or is set. Numbers ascend without gaps."""

    number: int
    scope: Scope
    old: Mode | None
    new: Mode | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many comparisons came to each verdict."""

    equal: int = 0
    expected: int = 0
    undecided: int = 0
    different: int = 0

    @property
    def total(self) -> int:
        return self.equal + self.expected + self.undecided + self.different

    @classmethod
    def of(cls, counts: Mapping[Verdict, int]) -> "Verdicts":
        return cls(*(counts.get(verdict, 0) for verdict in Verdict))


@dataclass(frozen=True, slots=True)
class ParityRow:
    """Verdicts of one group; what is not grouped by is ""."""

    verdicts: Verdicts
    area: str = ""
    service: str = ""
    operation: str = ""
    caller: str = ""


@dataclass(frozen=True, slots=True)
class DayRow:
    """Verdicts of one Danish day (ISO)."""

    day: str
    verdicts: Verdicts


@dataclass(frozen=True, slots=True)
class Cluster:
    """Differences of one place, kind and cause, explained alike.

    `count` is the number of comparisons that had it, `differences` that of the differences themselves, `callers` that
    of the organisations that met it, `first` and `last` when it was seen (UTC).
    """

    id: str
    area: str
    service: str
    operation: str
    place: str
    kind: Kind
    cause: str
    label: Label
    reason: str
    count: int
    differences: int
    callers: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Filter:
    """Which comparisons are meant; None is any. `cluster` is a cluster's id, `cause` a cause that one of its has."""

    area: str | None = None
    service: str | None = None
    operation: str | None = None
    caller: str | None = None
    verdict: Verdict | None = None
    cluster: str | None = None
    cause: str | None = None


@dataclass(frozen=True)  # with slots, Page[int](...) fails in Python 3.11
class Page(Generic[Item]):
    """One page of a list; `page` counts from 1, `total` is the length of the whole list."""

    items: tuple[Item, ...]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one side ("old" or "new") took, in seconds; estimates out of a histogram, a quarter off at most."""

    side: str
    count: int
    p50: float
    p90: float
    p99: float


@dataclass(frozen=True, slots=True)
class Message:
    """A technical message for an organisation (receiver "type/code") about a registration of a citizen.

    `made` is in UTC. `number` is given when it is kept: messages of a store ascend by it, in the order they were kept.
    """

    id: str
    receiver: str
    kind: str
    entity_id: str
    citizen: str = field(repr=False)
    rule: str
    made: datetime
    number: int = 0


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows each table has, and how many bytes the store takes (0 for one in memory)."""

    rows: Mapping[str, int]
    bytes: int
