"""What comparing the old side with the new one is made of: answers, differences, verdicts, and what is counted."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    """Who answers a caller's operation, and whether the other side is asked beside it."""

    OLD = "old"  # the old service's own bytes
    COMPARE_OLD = "compare-old"  # the old service's answer; the new side beside it
    COMPARE_NEW = "compare-new"  # the new side's answer; the old service beside it
    NEW = "new"


class Kind(StrEnum):
    """What sort of difference it is. An attribute's path ends in /@name, a header block's begins with /Header."""

    MISSING = "missing"  # the new answer lacks an element, an attribute or an item of a list
    EXTRA = "extra"  # only the new answer has it
    CHANGED = "changed"  # another value
    TYPE = "type"  # another xsi:type, or a text that is not of the element's type, on one side
    NIL = "nil"  # xsi:nil on one side
    EMPTY = "empty"  # empty on one side, with content on the other
    ORDER = "order"  # the same elements or items in another order
    LENGTH = "length"  # a list of another length; its missing and extra items are told one by one beside it
    FAULT = "fault"  # a fault on one side, an answer on the other
    FAULT_CODE = "fault-code"
    FAULT_TEXT = "fault-text"
    FAULT_DETAIL = "fault-detail"
    STATUS = "status"  # HTTP status
    VERSION = "soap-version"
    MEDIA_TYPE = "media-type"  # Content-Type or charset
    UNREADABLE = "unreadable"  # one side gave no SOAP answer at all


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `old` and `new` are texts as they stood, None where there is none.

    `path` has the place with 1-based positions of the old answer's items (Unemployment[2]); `place` is the same without
    them: what clusters, noise and expectations go by. `type` is the XSD built-in type of the value, "" for none.
    `cause` says in one stable word what happened ("fraction", "zone", "case", "value", "html", "truncated" ...).
    """

    kind: Kind
    path: str
    place: str
    old: str | None = None
    new: str | None = None
    type: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One side's answer as it came. `trouble` is the key of what kept an answer from coming ("timeout", ...)."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    trouble: str = ""


class Verdict(StrEnum):
    """What a comparison came to, from best to worst."""

    EQUAL = "equal"  # nothing differs, or only what differs between two old answers too
    EXPECTED = "expected"  # each difference is in the register of expected ones (or is noise)
    UNDECIDED = "undecided"  # a write that was not sent to the other side; what could be checked agrees
    DIFFERENT = "different"


class Label(StrEnum):
    """How one difference is explained."""

    UNEXPLAINED = "unexplained"
    EXPECTED = "expected"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Judged:
    """A difference and its explanation; `reason` names the rule or the register's entry."""

    difference: Difference
    label: Label = Label.UNEXPLAINED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A call and both of its answers, every personal value replaced.

    `exchanges` with the modern side are blocks `rest out` and `rest in` of a case; None where they are not kept.
    """

    request: bytes = field(repr=False)
    content_type: str
    action: str
    old: Reply
    new: Reply
    exchanges: tuple[tuple[str, str], ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison as it is kept. `service` is "Name/version", `caller` the organisation's "type/code".

    `kept` is None for an equal pair and beyond the number of examples that is kept. Values in `judged` are replaced
    like those in `kept`. Seconds are None for a side that was not asked. `at` is in UTC.
    """

    id: str
    at: datetime
    area: str
    service: str
    operation: str
    caller: str
    mode: Mode
    verdict: Verdict
    judged: tuple[Judged, ...] = ()
    old_seconds: float | None = None
    new_seconds: float | None = None
    rules: tuple[str, ...] = ()
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """How often a caller used an operation on a day over one face ("soap" or "rest"); `service` for REST: its domain.

    `last` is in UTC. Faults count among the calls.
    """

    day: str  # ISO, the Danish day
    caller: str
    face: str
    area: str
    service: str
    operation: str
    calls: int
    faults: int
    last: datetime
