"""The bounds of the queues: by age and size, told of before anything is dropped; what is dropped is counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, func, select

from overgang.shell.store import schema
from overgang.shell.store.database import add_new
from overgang.shell.store.messages import Messages
from overgang.shell.store.values import DEAD, DROPPED, WAITING

_MESSAGE, _PUSH, _PLACE = schema.message, schema.push, schema.message_place
_ALARM: Final = schema.message_alarm
NOTICE: Final = timedelta(seconds=30)  # for which is told of a queue, at least, before anything of it is dropped
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Bounds:
    """A queue holds `most` messages that wait and as many dead ones, for `days`; at `alarm` of either it is told of.

    What is acknowledged or dropped is still shown for `shown` days.
    """

    days: float = 30
    most: int = 100_000
    alarm: float = 0.8
    shown: float = 7


class Bounded(Messages):
    """Keeps the queues within their bounds."""

    def bound_queues(self, bounds: Bounds, now: datetime) -> dict[str, int]:
        """Tell of queues that are nearly full, and drop what is beyond the bounds of those that were told of before.

        How many messages were dropped, by receiver.
        """
        dropped: dict[str, int] = {}
        warned = self._alarmed()
        queues = self._queue_sizes()
        for receiver, sizes in queues.items():
            near = any(_near(bounds, now, *size) for size in sizes.values())
            if near and receiver not in warned:
                self._warn(receiver, now)
            elif not near and receiver in warned:
                self._calm(receiver)
            elif near and now - warned[receiver] >= NOTICE:
                gone = sum(self._drop_beyond(bounds, receiver, state, now) for state in sizes)
                dropped |= {receiver: gone} if gone else {}
        for receiver in warned.keys() - queues.keys():
            self._calm(receiver)
        for receiver in dropped:
            self._forget_beyond(receiver, bounds.most)
        self._forget_ended(_MESSAGE.c.ended < now - timedelta(days=bounds.shown))
        return dropped

    def _alarmed(self) -> dict[str, datetime]:
        with self.reading() as connection:
            return {row.receiver: row.since for row in connection.execute(select(_ALARM.c.receiver, _ALARM.c.since))}

    def _queue_sizes(self) -> dict[str, dict[str, tuple[int, datetime]]]:
        """By receiver and state: how many, and when the oldest was made. What waits and what is dead is bounded apart,
        so that dead letters cost no message its place."""
        columns = (_MESSAGE.c.receiver, _MESSAGE.c.state)
        query = select(*columns, func.count(), func.min(_MESSAGE.c.made)).where(_MESSAGE.c.state.in_((WAITING, DEAD)))
        sizes: dict[str, dict[str, tuple[int, datetime]]] = {}
        with self.reading() as connection:
            for receiver, state, n, oldest in connection.execute(query.group_by(*columns)):
                sizes.setdefault(receiver, {})[state] = (int(n), oldest)
        return sizes

    def _warn(self, receiver: str, now: datetime) -> None:
        with self.writing() as connection:
            add_new(connection, _ALARM, [{"receiver": receiver, "since": now}])

    def _calm(self, receiver: str) -> None:
        with self.writing() as connection:
            connection.execute(delete(_ALARM).where(_ALARM.c.receiver == receiver))

    def _drop_beyond(self, bounds: Bounds, receiver: str, state: str, now: datetime) -> int:
        """Drop of a receiver's messages in a state what is too old, and the oldest of too many; how many they were."""
        mine = select(_MESSAGE.c.number).where(_MESSAGE.c.receiver == receiver, _MESSAGE.c.state == state)
        old = mine.where(_MESSAGE.c.made < now - timedelta(days=bounds.days))
        many = mine.order_by(_MESSAGE.c.number.desc()).offset(bounds.most)
        return self._drop_all(receiver, old, "age", now) + self._drop_all(receiver, many, "size", now)

    def _drop_all(self, receiver: str, numbers: Select[Any], reason: str, now: datetime) -> int:
        """Drop the messages of these numbers; how many they were.

        Its alarm is held meanwhile, so that two gateways that look at once don't both drop and count them.
        """
        gone = 0
        while True:
            with self.writing() as connection:
                connection.execute(select(_ALARM).where(_ALARM.c.receiver == receiver).with_for_update())
                some = connection.execute(numbers.limit(_AT_ONCE)).scalars().all()
                if some:
                    self._drop(connection, receiver, some, reason, now)
            gone += len(some)
            if len(some) < _AT_ONCE:
                return gone

    def _forget_beyond(self, receiver: str, most: int) -> None:
        """Of a receiver's dropped messages only the newest stay, so that they don't fill the disk either."""
        dropped = (_MESSAGE.c.receiver == receiver) & (_MESSAGE.c.state == DROPPED)
        query = select(_MESSAGE.c.number).where(dropped).order_by(_MESSAGE.c.number.desc())
        with self.reading() as connection:
            newest = connection.execute(query.offset(most).limit(1)).scalar()
        if newest is not None:
            self._forget_ended(dropped & (_MESSAGE.c.number <= newest))

    def _forget_ended(self, which: ColumnElement[bool]) -> None:
        """Delete messages that ended, with their places and pushes."""
        while True:
            with self.writing() as connection:
                numbers = connection.execute(select(_MESSAGE.c.number).where(which).limit(_AT_ONCE)).scalars().all()
                for table in (_PUSH, _PLACE):
                    connection.execute(delete(table).where(table.c.message.in_(numbers)))
                connection.execute(delete(_MESSAGE).where(_MESSAGE.c.number.in_(numbers)))
            if len(numbers) < _AT_ONCE:
                return


def _near(bounds: Bounds, now: datetime, n: int, oldest: datetime) -> bool:
    return n >= bounds.alarm * bounds.most or now - oldest >= bounds.alarm * timedelta(days=bounds.days)
