"""What the pages read: one protocol on the values of comparing and of the store.

Services are "Name/version", callers "type/code", moments in UTC. A source's methods are short and block; the pages call
them from a thread.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from overgang.core.compare.values import Compared, Label, Mode, Use
from overgang.shell.store.pushes import Push
from overgang.shell.store.values import (
    Cluster,
    DayRow,
    Filter,
    Latency,
    Message,
    MessageDrop,
    ModeChange,
    ModeRow,
    Page,
    ParityRow,
    Queue,
    Scope,
    Way,
)


class SourceFailed(Exception):
    """What was asked for can't be read now; the text holds nothing of the request."""


class SwitchRefused(Exception):
    """A mode can't be set here."""


class Source(Protocol):
    """What was compared, counted and switched. Each method may raise SourceFailed."""

    def parity(self) -> tuple[ParityRow, ...]:
        """By service, operation and caller."""

    def trend(self, days: int, service: str | None = None, operation: str | None = None) -> tuple[DayRow, ...]:
        """The last `days` Danish days, oldest first; a day without comparisons may be left out."""

    def clusters(
        self,
        service: str | None = None,
        operation: str | None = None,
        label: Label | None = None,
        *,
        id: str | None = None,
    ) -> tuple[Cluster, ...]:
        """The largest first."""

    def compared(self, wanted: Filter, page: int, size: int) -> Page[Compared]:
        """The newest first."""

    def one(self, id: str) -> Compared | None:
        """One comparison with what is kept of it."""

    def latency(self, service: str, operation: str) -> tuple[Latency, ...]:
        """A row for each side that was asked."""

    def uses(self, since: date | None = None, caller: str | None = None) -> tuple[Use, ...]: ...

    def drops(self) -> Mapping[str, int]:
        """How many comparisons were not made, by reason."""

    def mode(self, service: str, operation: str, caller: str) -> Mode:
        """What holds for a call, from whatever is set for its scope or around it; the caller may be ANY."""

    def modes(self) -> tuple[ModeRow, ...]:
        """What was set at run time."""

    def mode_changes(self, limit: int) -> tuple[ModeChange, ...]:
        """The newest first."""

    def set_mode(self, scope: Scope, mode: Mode | None, by: str, at: datetime) -> bool:
        """Set a mode, or with None take back what was set, with its line of audit; False when it was so already.

        Raises SwitchRefused where modes can't be set.
        """

    def queues(self) -> tuple[Queue, ...]:
        """Each receiver's queue of technical messages, by receiver."""

    def ended_messages(self, state: str) -> tuple[Message, ...]:
        """Messages that are "dead" or "dropped", newest first; not all where they are many."""

    def dead_pushes(self) -> tuple[Push, ...]:
        """Webhooks that were given up, newest first; not all where they are many."""

    def message_drops(self) -> tuple[MessageDrop, ...]:
        """What was dropped by day, receiver and reason, the newest first."""

    def way_of(self, id: str) -> Way | None:
        """A message's way; None for an id that is not kept."""

    def release(self, id: str, kind: str, at: datetime) -> bool:
        """Put back a dead message, as one of `kind`, and its given-up webhooks; False when nothing of it is dead."""

    def dismiss(self, id: str, at: datetime) -> bool:
        """Drop a dead message, and forget its given-up webhooks; False when nothing of it is dead."""


class Nothing:
    """The source of a gateway that keeps nothing: every page shows its empty state."""

    def parity(self) -> tuple[ParityRow, ...]:
        return ()

    def trend(self, days: int, service: str | None = None, operation: str | None = None) -> tuple[DayRow, ...]:
        return ()

    def clusters(
        self,
        service: str | None = None,
        operation: str | None = None,
        label: Label | None = None,
        *,
        id: str | None = None,
    ) -> tuple[Cluster, ...]:
        return ()

    def compared(self, wanted: Filter, page: int, size: int) -> Page[Compared]:
        return Page((), 0, page, size)

    def one(self, id: str) -> Compared | None:
        return None

    def latency(self, service: str, operation: str) -> tuple[Latency, ...]:
        return ()

    def uses(self, since: date | None = None, caller: str | None = None) -> tuple[Use, ...]:
        return ()

    def drops(self) -> Mapping[str, int]:
        return {}

    def mode(self, service: str, operation: str, caller: str) -> Mode:
        return Mode.NEW

    def modes(self) -> tuple[ModeRow, ...]:
        return ()

    def mode_changes(self, limit: int) -> tuple[ModeChange, ...]:
        return ()

    def set_mode(self, scope: Scope, mode: Mode | None, by: str, at: datetime) -> bool:
        raise SwitchRefused("this gateway keeps nothing, so a mode set here would be lost")

    def queues(self) -> tuple[Queue, ...]:
        return ()

    def ended_messages(self, state: str) -> tuple[Message, ...]:
        return ()

    def dead_pushes(self) -> tuple[Push, ...]:
        return ()

    def message_drops(self) -> tuple[MessageDrop, ...]:
        return ()

    def way_of(self, id: str) -> Way | None:
        return None

    def release(self, id: str, kind: str, at: datetime) -> bool:
        return False

    def dismiss(self, id: str, at: datetime) -> bool:
        return False
