"""The store as the pages' source."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

from overgang.core.compare.values import Compared, Label, Mode, Use
from overgang.pages.sources import SourceFailed, SwitchRefused
from overgang.shell.store.errors import StoreError
from overgang.shell.store.pushes import Push
from overgang.shell.store.store import Store
from overgang.shell.store.values import (
    ANY,
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


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except StoreError as mistake:
        raise SourceFailed("the store can't be read or written now") from mistake


class StoreSource:
    """Reads a store. `mode_of` says which mode holds for service, operation and caller (or ANY), from the store and
    the configuration together; `switched` is called after a mode was set, so that it holds at once. `reaches` tells
    whether an old service has an address here: without one no mode but NEW can hold.
    """

    def __init__(
        self,
        store: Store,
        mode_of: Callable[[str, str, str], Mode],
        switched: Callable[[], None] = lambda: None,
        reaches: Callable[[str], bool] = lambda service: True,
        pushed: Collection[str] = (),
    ) -> None:
        """The receivers of messages in `pushed` have webhooks and no queue beside them."""
        self._store, self._pushed = store, pushed
        self._mode_of = mode_of
        self._switched = switched
        self._reaches = reaches

    def parity(self) -> tuple[ParityRow, ...]:
        with _told():
            return self._store.parity()

    def trend(self, days: int, service: str | None = None, operation: str | None = None) -> tuple[DayRow, ...]:
        with _told():
            return self._store.trend(days, service, operation)

    def clusters(
        self,
        service: str | None = None,
        operation: str | None = None,
        label: Label | None = None,
        *,
        id: str | None = None,
    ) -> tuple[Cluster, ...]:
        with _told():
            return self._store.clusters(service, operation, label, id=id)

    def compared(self, wanted: Filter, page: int, size: int) -> Page[Compared]:
        with _told():
            return self._store.compared(wanted, page, size)

    def one(self, id: str) -> Compared | None:
        with _told():
            return self._store.one(id)

    def latency(self, service: str, operation: str) -> tuple[Latency, ...]:
        with _told():
            return self._store.latency(service, operation)

    def uses(self, since: date | None = None, caller: str | None = None) -> tuple[Use, ...]:
        with _told():
            return self._store.uses(since, caller)

    def drops(self) -> Mapping[str, int]:
        with _told():
            return self._store.drops()

    def mode(self, service: str, operation: str, caller: str) -> Mode:
        if service != ANY and not self._reaches(service):
            return Mode.NEW
        with _told():
            return self._mode_of(service, operation, caller)

    def modes(self) -> tuple[ModeRow, ...]:
        with _told():
            return self._store.modes()

    def mode_changes(self, limit: int) -> tuple[ModeChange, ...]:
        with _told():
            return self._store.mode_changes(limit)

    def set_mode(self, scope: Scope, mode: Mode | None, by: str, at: datetime) -> bool:
        if mode not in (None, Mode.NEW) and scope.service != ANY and not self._reaches(scope.service):
            raise SwitchRefused("the old service has no address here")
        with _told():
            if mode is None:
                changed = self._store.clear_mode(scope, by, at)
            else:
                changed = self._store.set_mode(scope, mode, by, at)
        self._switched()
        return changed

    def queues(self) -> tuple[Queue, ...]:
        with _told():
            return self._store.queues()

    def ended_messages(self, state: str) -> tuple[Message, ...]:
        with _told():
            return self._store.ended_messages(state)

    def dead_pushes(self) -> tuple[Push, ...]:
        with _told():
            return self._store.dead_pushes()

    def message_drops(self) -> tuple[MessageDrop, ...]:
        with _told():
            return self._store.message_drops()

    def way_of(self, id: str) -> Way | None:
        with _told():
            return self._store.way_of(id)

    def release(self, id: str, kind: str, at: datetime) -> bool:
        with _told():
            return self._store.release(id, kind, at)

    def dismiss(self, id: str, at: datetime) -> bool:
        with _told():
            return self._store.dismiss(id, at, self._pushed)
