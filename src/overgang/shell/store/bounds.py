"""The bounds of the queues: by age and size, told of before anything is dropped; what is dropped is counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from overgang.shell.store import schema
from overgang.shell.store.database import add, danish_day
from overgang.shell.store.messages import Messages
from overgang.shell.store.values import DEAD, DROPPED, WAITING

_MESSAGE, _PUSH, _PLACE = schema.message, schema.push, schema.message_place
_DROP, _ALARM = schema.message_drop, schema.message_alarm
_OPEN: Final = (WAITING, DEAD)
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Bounds:
    """A queue holds `most` messages, for `days`; at `alarm` of either it is told of.

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
        eldest = now - timedelta(days=bounds.days)
        for receiver, n, oldest in self._queue_sizes():
            near = n >= bounds.alarm * bounds.most or now - oldest >= bounds.alarm * timedelta(days=bounds.days)
            if near and receiver not in warned:
                self._warn(receiver, now)
            elif not near and receiver in warned:
                self._calm(receiver)
            elif near:
                gone = self._drop_oldest(receiver, "age", _MESSAGE.c.made < eldest, now)
                gone += self._drop_oldest(receiver, "size", None, now, n - gone - bounds.most)
                dropped |= {receiver: gone} if gone else {}
        for receiver in warned - {one for one, _, _ in self._queue_sizes()}:
            self._calm(receiver)
        for receiver in dropped:
            self._forget_beyond(receiver, bounds.most)
        self._forget_ended(_MESSAGE.c.ended < now - timedelta(days=bounds.shown))
        return dropped

    def _alarmed(self) -> set[str]:
        with self.reading() as connection:
            return set(connection.execute(select(_ALARM.c.receiver)).scalars())

    def _queue_sizes(self) -> list[tuple[str, int, datetime]]:
        query = select(_MESSAGE.c.receiver, func.count(), func.min(_MESSAGE.c.made))
        with self.reading() as connection:
            found = connection.execute(query.where(_MESSAGE.c.state.in_(_OPEN)).group_by(_MESSAGE.c.receiver))
            return [(receiver, int(n), oldest) for receiver, n, oldest in found]

    def _warn(self, receiver: str, now: datetime) -> None:
        with self.writing() as connection:
            connection.execute(delete(_ALARM).where(_ALARM.c.receiver == receiver))
            connection.execute(insert(_ALARM), {"receiver": receiver, "since": now})

    def _calm(self, receiver: str) -> None:
        with self.writing() as connection:
            connection.execute(delete(_ALARM).where(_ALARM.c.receiver == receiver))

    def _drop_oldest(self, receiver: str, reason: str, which: Any, now: datetime, most: int | None = None) -> int:
        """Drop a receiver's oldest messages, of those that `which` means, at most so many; how many they were."""
        gone = 0
        while most is None or gone < most:
            query = select(_MESSAGE.c.number).where(_MESSAGE.c.receiver == receiver, _MESSAGE.c.state.in_(_OPEN))
            query = query if which is None else query.where(which)
            limit = _AT_ONCE if most is None else min(_AT_ONCE, most - gone)
            with self.writing() as connection:
                numbers = connection.execute(query.order_by(_MESSAGE.c.number).limit(limit)).scalars().all()
                if not numbers:
                    break
                these = update(_MESSAGE).where(_MESSAGE.c.number.in_(numbers))
                connection.execute(these.values(state=DROPPED, ended=now, content=None))
                connection.execute(delete(_PUSH).where(_PUSH.c.message.in_(numbers), _PUSH.c.state != "delivered"))
                row = {"day": danish_day(now), "receiver": receiver, "reason": reason, "n": len(numbers)}
                add(connection, _DROP, [row], ("n",))
            gone += len(numbers)
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
