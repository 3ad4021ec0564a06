"""What is to be sent to webhooks: taken by one gateway at a time, in order for each citizen, until it is delivered."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, delete, select, update

from overgang.shell.store import schema
from overgang.shell.store.database import add_new
from overgang.shell.store.messages import NEW_PUSH, Messages
from overgang.shell.store.values import ACKNOWLEDGED, DEAD, WAITING, Message

_PUSH, _MESSAGE = schema.push, schema.message
DELIVERED = "delivered"
_OPEN: Final = (WAITING, DEAD)
_AT_ONCE: Final = 1000


class Push(NamedTuple):
    """A message that is to be sent to `target` now, after so many attempts."""

    target: str
    message: Message
    attempts: int


class Pushes(Messages):
    """On PostgreSQL several gateways take from it side by side: rows that another one takes are passed over."""

    def take_pushes(self, targets: Sequence[str], now: datetime, until: datetime, limit: int = 50) -> tuple[Push, ...]:
        """The first that are due, of each citizen the first that waits; nobody else takes them before `until`."""
        if not targets:
            return ()
        before = _PUSH.alias()
        earlier = (
            select(before.c.message)
            .where(
                before.c.target == _PUSH.c.target,
                before.c.citizen_index == _PUSH.c.citizen_index,
                before.c.state == WAITING,
                before.c.message < _PUSH.c.message,
            )
            .exists()
        )
        due = (_PUSH.c.state == WAITING) & (_PUSH.c.due <= now) & _PUSH.c.target.in_(targets)
        query = select(_PUSH).where(due, ~earlier).order_by(_PUSH.c.message, _PUSH.c.target).limit(limit)
        with self.writing() as connection:
            taken = connection.execute(query.with_for_update(skip_locked=True)).all()
            for row in taken:
                connection.execute(update(_PUSH).where(_mine(row.target, row.message)).values(due=until))
            if not taken:
                return ()
            numbers = [row.message for row in taken]
            self._handed(connection, numbers, now)
            rows = connection.execute(select(_MESSAGE).where(_MESSAGE.c.number.in_(numbers))).all()
        found = {row.number: self.message_of(row) for row in rows}
        return tuple(Push(row.target, found[row.message], row.attempts) for row in taken if row.message in found)

    def delivered(self, push: Push, now: datetime, ends: bool) -> None:
        """It has arrived; with `ends` the message waits no more once it has arrived at every webhook."""
        number = push.message.number
        with self.writing() as connection:
            there = update(_PUSH).where(_mine(push.target, number))
            connection.execute(there.values(state=DELIVERED, attempts=push.attempts + 1, said=""))
            others = select(_PUSH.c.target).where(_PUSH.c.message == number, _PUSH.c.state.in_(_OPEN))
            if ends and connection.execute(others).first() is None:
                here = update(_MESSAGE).where(_MESSAGE.c.number == number, _MESSAGE.c.state == WAITING)
                connection.execute(here.values(state=ACKNOWLEDGED, ended=now))

    def not_delivered(self, push: Push, said: str, due: datetime, given_up: bool) -> None:
        """It is tried again when it is `due`, or `given_up`; `said` is a word on why not."""
        with self.writing() as connection:
            there = update(_PUSH).where(_mine(push.target, push.message.number))
            state = DEAD if given_up else WAITING
            connection.execute(there.values(state=state, attempts=push.attempts + 1, said=said, due=due))

    def dead_pushes(self, limit: int = 100) -> tuple[Push, ...]:
        """Those that were given up, newest first."""
        query = select(_PUSH.c.target, _PUSH.c.attempts, _MESSAGE).join(_MESSAGE, _MESSAGE.c.number == _PUSH.c.message)
        query = query.where(_PUSH.c.state == DEAD).order_by(_PUSH.c.message.desc()).limit(limit)
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(Push(row.target, self.message_of(row), row.attempts) for row in rows)

    def tend_pushes(self, targets: Mapping[str, Sequence[str]], pushed: Collection[str], now: datetime) -> None:
        """Send what waits to the webhooks of its receiver (`targets`) as they are by now, and to none that is no more.

        A receiver that is not in `targets` is left alone: another gateway may know of its webhooks already. What came
        everywhere ends where its receiver has no queue (`pushed`).
        """
        for receiver, names in targets.items():
            mine = (_MESSAGE.c.receiver == receiver) & (_MESSAGE.c.state == WAITING)
            self._take_back(mine, names)
            for name in names:
                self._add_missing(mine, name, now)
        with self.writing() as connection:
            of = select(_PUSH.c.message).where(_PUSH.c.message == _MESSAGE.c.number)
            everywhere = of.where(_PUSH.c.state == DELIVERED).exists() & ~of.where(_PUSH.c.state.in_(_OPEN)).exists()
            ended = update(_MESSAGE).where(_MESSAGE.c.receiver.in_(pushed), _MESSAGE.c.state == WAITING, everywhere)
            connection.execute(ended.values(state=ACKNOWLEDGED, ended=now))

    def _take_back(self, messages: ColumnElement[bool], targets: Sequence[str]) -> None:
        """Delete what waits of these messages for any other webhook."""
        numbers = select(_MESSAGE.c.number).where(messages)
        stray = (_PUSH.c.state == WAITING) & _PUSH.c.target.not_in(targets) & _PUSH.c.message.in_(numbers)
        with self.writing() as connection:
            connection.execute(delete(_PUSH).where(stray))

    def _add_missing(self, messages: ColumnElement[bool], target: str, now: datetime) -> None:
        there = select(_PUSH.c.message).where(_PUSH.c.target == target, _PUSH.c.message == _MESSAGE.c.number)
        query = select(_MESSAGE.c.number, _MESSAGE.c.citizen_index).where(messages, ~there.exists()).limit(_AT_ONCE)
        while True:
            with self.writing() as connection:
                rows = connection.execute(query).all()
                row = NEW_PUSH | {"target": target, "due": now}
                new = [row | {"message": number, "citizen_index": index} for number, index in rows]
                add_new(connection, _PUSH, new)
            if len(rows) < _AT_ONCE:
                return


def _mine(target: str, message: int) -> ColumnElement[bool]:
    return (_PUSH.c.target == target) & (_PUSH.c.message == message)
