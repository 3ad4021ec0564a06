"""What is asked of a store and what it answers, beside the values of comparing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final, Generic, TypeVar

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


# What becomes of a message: it waits in its queue, and ends there, or can't be delivered until a person releases it.
WAITING: Final = "waiting"
ACKNOWLEDGED: Final = "acknowledged"
DROPPED: Final = "dropped"
DEAD: Final = "dead"
DISMISSED: Final = "dismissed"  # a given-up push that a person put aside


@dataclass(frozen=True, slots=True)
class Message:
    """A technical message for an organisation (receiver "type/code") about a registration of a citizen.

    `made` is in UTC. `number` is given when it is kept: messages of a store ascend by it, in the order they were kept.
    `kind` names the old message, "" where the entity is of no kind that is known; `change` is 1 created, 2 updated or
    3 deleted. `rule` names the rule that asked for it, "" for an event of the modern side; `content` is what such an
    event says beside that; `digest` stands for all that it says, `unnamed`: it came without an id of its own. `former`
    is the number that the citizen had before, where that is what an event tells; neither of these is read back.
    `times`, `handed`, `fetched` and `ended` tell its way.
    """

    id: str
    receiver: str
    kind: str
    entity_id: str
    citizen: str = field(repr=False)
    rule: str
    made: datetime
    number: int = 0
    entity_type: int = 0
    entity_name: str = ""
    change: int = 1
    content: bytes | None = field(default=None, repr=False)
    digest: bytes | None = field(default=None, repr=False)
    unnamed: bool = False
    former: str | None = field(default=None, repr=False)
    state: str = WAITING
    times: int = 0
    handed: datetime | None = None
    fetched: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A receiver's queue: how many messages wait, `handed` of them handed out at least once, and when the oldest was
    made; how many are dead, acknowledged, dropped; since when it is told that it is nearly full; what waits for its
    webhooks, or was given up."""

    COUNTS: ClassVar = ("waiting", "handed", "dead", "acknowledged")

    receiver: str
    waiting: int
    handed: int
    dead: int
    acknowledged: int
    oldest: datetime | None
    dropped: int
    alarm: datetime | None
    pushes: int
    dead_pushes: int


@dataclass(frozen=True, slots=True)
class MessageDrop:
    """How many of a receiver's messages were dropped on a Danish day (ISO): for their "age", the queue's "size", or
    "dismissed" by a person."""

    day: str
    receiver: str
    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class Way:
    """A message, its places in sequences (id, place, state, begun), its pushes (target, state, attempts, said, due)."""

    message: Message
    places: tuple[tuple[str, int, str, datetime], ...]
    pushes: tuple[tuple[str, str, int, str, datetime], ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows each table has, and how many bytes the store takes (0 for one in memory)."""

    rows: Mapping[str, int]
    bytes: int
