"""Technical messages: kept durably for the organisation that receives them, and what becomes of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, Select, case, delete, func, insert, select, update

from overgang.shell.store import schema
from overgang.shell.store.database import Database, add, danish_day, last_number, take_number
from overgang.shell.store.values import (
    ACKNOWLEDGED,
    DEAD,
    DISMISSED,
    DROPPED,
    WAITING,
    Message,
    MessageDrop,
    Queue,
    Way,
)

_TABLE, _PUSH, _PLACE, _MOVE = schema.message, schema.push, schema.message_place, schema.message_move
_SEQUENCE, _DROP, _ALARM = schema.message_sequence, schema.message_drop, schema.message_alarm
_PLAIN: Final = (
    "id", "receiver", "kind", "entity_id", "rule", "made", "entity_type", "entity_name", "change", "digest", "state",
)  # fmt: skip
_READ: Final = (*_PLAIN, "number", "times", "handed", "fetched", "ended")
NEW_PUSH: Final = {"state": WAITING, "attempts": 0, "said": ""}
_MOVES: Final = 16  # changes of one citizen's number that are followed


class Messages(Database):
    """The citizen's number and the content are sealed, the number found by a keyed hash; nothing else is personal."""

    def add_message(self, message: Message) -> bool:
        """Keep it; on disk when this returns. False when one with its id is kept already: the first one stays."""
        return self.add_messages([message])[0]

    def add_messages(
        self, messages: Sequence[Message], targets: Mapping[str, Sequence[str]] | None = None
    ) -> tuple[bool, ...]:
        """Keep them, in their order, in one transaction; False for each that is kept already, under its id.

        One under a known id whose `digest` is another is another event, and gets an id of its own. One without an id
        (`unnamed`) is kept already while an equal one waits that nobody was handed, since whoever is handed that one
        reads what stands by then. `targets` are the webhooks of a receiver, to which its messages are to be pushed too.

        A receiver that is told of a citizen's new number (`former`) has what it has of the former one, and what comes
        of it later, about the new one: the modern side moves the registrations too, and finds none by the former
        number. Whoever was not told of it does not learn it here either.
        """
        with self.writing() as connection:
            return self.insert_messages(connection, messages, targets or {})

    def insert_messages(
        self, connection: Connection, messages: Sequence[Message], targets: Mapping[str, Sequence[str]]
    ) -> tuple[bool, ...]:
        """What `add_messages` does, within a transaction."""
        given = last_number(connection, "message")  # first, so that nobody adds the same ones meanwhile
        kept, waiting = self._kept_already(connection, messages)
        new, added = [], []
        for message in messages:
            marks = self._marks(message)
            id_ = _own_id(message.id, marks, kept)
            equal = message.unnamed and any((message.receiver, mark) in waiting for mark in marks)
            added.append(id_ is not None and not equal)
            if id_ is None or equal:
                continue
            new.append(replace(message, id=id_))
            kept[id_] = marks[0] if marks else None
            waiting |= {(message.receiver, mark) for mark in marks}
        for message in new:
            if message.former is not None:
                self._move(connection, message, message.former)
        rows, pushes = [], []
        for number, (message, citizen) in enumerate(self._as_called_now(connection, new), given + 1):
            rows.append(self._message_row(message, number) | self._about_citizen(message.id, citizen))
            for target in targets.get(message.receiver, ()) if message.state == WAITING else ():
                index = rows[-1]["citizen_index"]
                pushes.append({"target": target, "message": number, "citizen_index": index, "due": message.made})
        if rows:
            take_number(connection, "message", given + len(rows))
            connection.execute(insert(_TABLE), rows)
        if pushes:
            connection.execute(insert(_PUSH).values(NEW_PUSH), pushes)
        return tuple(added)

    def _kept_already(
        self, connection: Connection, messages: Sequence[Message]
    ) -> tuple[dict[str, bytes | None], set[tuple[str, bytes]]]:
        """Of what is kept of these already: the marks by id, and (receiver, mark) of those that nobody was handed."""
        names = {name for one in messages for name in _names(one.id, self._marks(one))}
        known = select(_TABLE.c.id, _TABLE.c.digest).where(_TABLE.c.id.in_(names))
        kept = {row.id: row.digest for row in connection.execute(known)}
        unnamed = {mark for one in messages if one.unnamed for mark in self._marks(one)}
        same = select(_TABLE.c.receiver, _TABLE.c.digest).where(_TABLE.c.digest.in_(unnamed))
        fresh = _TABLE.c.handed.is_(None) & _TABLE.c.fetched.is_(None) & _TABLE.c.ended.is_(None)
        waiting = {(row.receiver, row.digest) for row in connection.execute(same.where(fresh))} if unnamed else set()
        return kept, waiting

    def _marks(self, message: Message) -> tuple[bytes, ...]:
        """A digest as it is stored, with each key: without one it could be found out whom the event is about."""
        return () if message.digest is None else self._sealer.indices(message.digest.hex())

    def _message_row(self, message: Message, number: int) -> dict[str, Any]:
        return {name: getattr(message, name) for name in _PLAIN} | {
            "number": number,
            "digest": next(iter(self._marks(message)), None),
            "content": None if message.content is None else self._sealer.seal(message.content, _about(message.id)),
        }

    def _about_citizen(self, id_: str, citizen: str) -> dict[str, bytes]:
        sealed = self._sealer.seal(citizen.encode(), _about(id_))
        return {"citizen": sealed, "citizen_index": self._sealer.index(citizen)}

    # ---- a citizen's new number

    def _move(self, connection: Connection, told: Message, former: str) -> None:
        """What the receiver of a CPR change has of the former number is about the one that is the citizen's by now."""
        ((_, number),) = self._as_called_now(connection, [told])
        if number == former:  # it changes back, to what it was before the last change
            number = told.citizen
            if number == former:
                return
            self._forget_former(connection, told.receiver, number)
        self._forget_former(connection, told.receiver, former)
        index, sealed = self._sealer.index(former), self._sealer.seal(number.encode(), _moved(told.receiver))
        move = {"receiver": told.receiver, "former_index": index, "number": sealed, "made": told.made}
        connection.execute(insert(_MOVE), move)
        mine = (_TABLE.c.receiver == told.receiver) & _TABLE.c.citizen_index.in_(self._sealer.indices(former))
        for row in connection.execute(select(_TABLE.c.number, _TABLE.c.id).where(mine)).all():
            about = self._about_citizen(row.id, number)
            connection.execute(update(_TABLE).where(_TABLE.c.number == row.number).values(about))
            pushed = update(_PUSH).where(_PUSH.c.message == row.number)
            connection.execute(pushed.values(citizen_index=about["citizen_index"]))

    def _forget_former(self, connection: Connection, receiver: str, former: str) -> None:
        mine = (_MOVE.c.receiver == receiver) & _MOVE.c.former_index.in_(self._sealer.indices(former))
        connection.execute(delete(_MOVE).where(mine))

    def _as_called_now(self, connection: Connection, messages: Sequence[Message]) -> list[tuple[Message, str]]:
        """Each with the number that its citizen has by now, as far as its receiver was told."""
        numbers = [one.citizen for one in messages]
        receivers = {one.receiver for one in messages}
        for _ in range(_MOVES):
            indices = [self._sealer.indices(number) for number in numbers]
            query = select(_MOVE).where(_MOVE.c.former_index.in_({one for some in indices for one in some}))
            found = connection.execute(query.where(_MOVE.c.receiver.in_(receivers)))
            moves = {(row.receiver, row.former_index): row.number for row in found}
            before = list(numbers)
            for at, message in enumerate(messages):
                for index in indices[at]:
                    sealed = moves.get((message.receiver, index))
                    if sealed is not None:
                        numbers[at] = self._sealer.open(sealed, _moved(message.receiver)).decode()
            if numbers == before:
                break
        return list(zip(messages, numbers, strict=True))

    def forget_moves(self, before: datetime) -> None:
        """Forget what a citizen's number was before, where it changed so long ago that nothing comes of it any more."""
        with self.writing() as connection:
            connection.execute(delete(_MOVE).where(_MOVE.c.made < before))

    # ---- reading

    def messages(
        self,
        receiver: str,
        after: int | None = None,
        limit: int = 100,
        *,
        states: Sequence[str] = (WAITING, ACKNOWLEDGED),
    ) -> tuple[Message, ...]:
        """A receiver's messages in these states in the order they were kept, those after the number `after`.

        A message that is kept later, or released, always has a higher number: whoever goes on after the last one
        misses none.
        """
        query = select(_TABLE).where(_TABLE.c.receiver == receiver, _TABLE.c.state.in_(states))
        if after is not None:
            query = query.where(_TABLE.c.number > after)
        return self._messages(query.order_by(_TABLE.c.number).limit(limit))

    def hand_over(self, messages: Sequence[Message], now: datetime) -> None:
        """Write down that their receiver is about to be given these: an equal event that comes later is a new one."""
        if messages:
            with self.writing() as connection:
                self._handed(connection, [one.number for one in messages], now)

    def _handed(self, connection: Connection, numbers: Sequence[int], now: datetime) -> None:
        handed = update(_TABLE).where(_TABLE.c.number.in_(numbers))
        connection.execute(handed.values(times=_TABLE.c.times + 1))
        connection.execute(handed.where(_TABLE.c.handed.is_(None)).values(handed=now))

    def messages_about(self, citizen: str) -> tuple[Message, ...]:
        """Every message about a citizen, whoever receives it, in the order they were kept."""
        index = _TABLE.c.citizen_index.in_(self._sealer.indices(citizen))
        return self._messages(select(_TABLE).where(index).order_by(_TABLE.c.number))

    def fetch_messages(self, receiver: str, ids: Sequence[str], now: datetime) -> tuple[Message, ...]:
        """Those of a receiver's messages, in the order they were kept; it is written down that they were asked for."""
        mine = (_TABLE.c.receiver == receiver) & _TABLE.c.id.in_(ids) & (_TABLE.c.state != "dropped")
        found = self._messages(select(_TABLE).where(mine).order_by(_TABLE.c.number))
        if found:
            with self.writing() as connection:
                connection.execute(update(_TABLE).where(mine).values(fetched=now))
        return found

    def forget_messages(self, before: datetime) -> int:
        """Delete the messages made before, whatever became of them; how many they were."""
        with self.writing() as connection:
            old = select(_TABLE.c.number).where(_TABLE.c.made < before)
            for table in (_PUSH, _PLACE):
                connection.execute(delete(table).where(table.c.message.in_(old)))
            return connection.execute(delete(_TABLE).where(_TABLE.c.made < before)).rowcount

    # ---- for people who look after them

    def queues(self) -> tuple[Queue, ...]:
        """Each receiver's queue, by receiver."""
        of, state = _TABLE.c.receiver, _TABLE.c.state
        waiting, count = state == WAITING, func.count()
        query = select(
            of,
            count.filter(waiting).label("waiting"),
            count.filter(waiting & _TABLE.c.handed.is_not(None)).label("handed"),
            count.filter(state == DEAD).label("dead"),
            count.filter(state == "acknowledged").label("acknowledged"),
            func.min(case((waiting, _TABLE.c.made))).label("oldest"),
        ).group_by(of)
        drops = select(_DROP.c.receiver, func.sum(_DROP.c.n).label("n")).group_by(_DROP.c.receiver)
        pushes = (
            select(_TABLE.c.receiver, _PUSH.c.state, func.count().label("n"))
            .join(_TABLE, _TABLE.c.number == _PUSH.c.message)
            .group_by(_TABLE.c.receiver, _PUSH.c.state)
        )
        with self.reading() as connection:
            rows = {row.receiver: row for row in connection.execute(query)}
            dropped = {row.receiver: int(row.n) for row in connection.execute(drops)}
            alarms = {row.receiver: row.since for row in connection.execute(select(_ALARM.c.receiver, _ALARM.c.since))}
            pushed = {(row.receiver, row.state): int(row.n) for row in connection.execute(pushes)}
        return tuple(
            Queue(
                receiver=receiver,
                **{name: int(getattr(rows.get(receiver), name, 0)) for name in Queue.COUNTS},
                oldest=getattr(rows.get(receiver), "oldest", None),
                dropped=dropped.get(receiver, 0),
                alarm=alarms.get(receiver),
                pushes=pushed.get((receiver, WAITING), 0),
                dead_pushes=pushed.get((receiver, DEAD), 0),
            )
            for receiver in sorted({*rows, *dropped})
        )

    def ended_messages(self, state: str, limit: int = 100) -> tuple[Message, ...]:
        """Messages in a state ("dead", "dropped"), newest first."""
        query = select(_TABLE).where(_TABLE.c.state == state).order_by(_TABLE.c.number.desc())
        return self._messages(query.limit(limit))

    def message_drops(self, limit: int = 100) -> tuple[MessageDrop, ...]:
        """What was dropped by day, receiver and reason, newest first; known for longer than the messages are kept."""
        columns = (_DROP.c.day, _DROP.c.receiver, _DROP.c.reason)
        query = select(*columns, _DROP.c.n).order_by(_DROP.c.day.desc(), *columns[1:]).limit(limit)
        with self.reading() as connection:
            return tuple(
                MessageDrop(row.day, row.receiver, row.reason, int(row.n)) for row in connection.execute(query)
            )

    def way_of(self, id_: str) -> Way | None:
        """A message's way from the event to the acknowledgement; None for an id that is not kept."""
        found = self._messages(select(_TABLE).where(_TABLE.c.id == id_))
        if not found:
            return None
        number = found[0].number
        places = (
            select(_PLACE.c.sequence, _PLACE.c.place, _SEQUENCE.c.state, _SEQUENCE.c.made)
            .join(_SEQUENCE, _SEQUENCE.c.id == _PLACE.c.sequence)
            .where(_PLACE.c.message == number)
            .order_by(_SEQUENCE.c.made)
        )
        pushes = select(_PUSH.c.target, _PUSH.c.state, _PUSH.c.attempts, _PUSH.c.said, _PUSH.c.due)
        with self.reading() as connection:
            at = [tuple(row) for row in connection.execute(places)]
            pushed = connection.execute(pushes.where(_PUSH.c.message == number).order_by(_PUSH.c.target))
            return Way(found[0], tuple(at), tuple(tuple(row) for row in pushed))

    def release(self, id_: str, kind: str, now: datetime) -> bool:
        """Put a dead message back into its queue, as one of `kind`, and its given-up pushes; False: nothing is dead.

        It is the newest then, since whoever reads on after a number would not see it where it was.
        """
        with self.writing() as connection:
            given = last_number(connection, "message") + 1
            row = connection.execute(select(_TABLE).where(_TABLE.c.id == id_)).first()
            if row is None:
                return False
            again = update(_PUSH).where(_PUSH.c.message == row.number, _PUSH.c.state == DEAD)
            pushes = connection.execute(again.values(state=WAITING, attempts=0, due=now)).rowcount
            if row.state != DEAD:
                return bool(pushes)
            take_number(connection, "message", given)
            for table in (_PUSH, _PLACE):
                connection.execute(update(table).where(table.c.message == row.number).values(message=given))
            there = update(_TABLE).where(_TABLE.c.number == row.number)
            connection.execute(there.values(number=given, state=WAITING, kind=kind, ended=None))
            return True

    def dismiss(self, id_: str, now: datetime, pushed: Collection[str] = ()) -> bool:
        """Drop a dead message, and try its given-up pushes no more; False: nothing is dead.

        What its receiver does not get in any other way (those in `pushed` have webhooks and no queue) is dropped too.
        What is dropped is counted as "dismissed".
        """
        with self.writing() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.id == id_).with_for_update()).first()
            if row is None:
                return False
            mine = _PUSH.c.message == row.number
            over = update(_PUSH).where(mine, _PUSH.c.state == DEAD).values(state=DISMISSED)
            pushes = connection.execute(over).rowcount
            states = set(connection.execute(select(_PUSH.c.state).where(mine)).scalars())
            alone = row.state == WAITING and row.receiver in pushed and states == {DISMISSED}
            if row.state == DEAD or (pushes and alone):
                self._drop(connection, row.receiver, [row.number], "dismissed", now)
            return bool(pushes) or row.state == DEAD

    def _drop(self, connection: Connection, receiver: str, numbers: Sequence[int], reason: str, now: datetime) -> None:
        these = update(_TABLE).where(_TABLE.c.number.in_(numbers))
        connection.execute(these.values(state=DROPPED, ended=now, content=None))
        connection.execute(delete(_PUSH).where(_PUSH.c.message.in_(numbers), _PUSH.c.state != "delivered"))
        row = {"day": danish_day(now), "receiver": receiver, "reason": reason, "n": len(numbers)}
        add(connection, _DROP, [row], ("n",))

    def _messages(self, query: Select[Any]) -> tuple[Message, ...]:
        with self.reading() as connection:
            rows: Sequence[Any] = connection.execute(query).all()
        return tuple(self.message_of(row) for row in rows)

    def message_of(self, row: Any) -> Message:
        """A row of the table, opened."""
        about = _about(row.id)
        citizen = self._sealer.open(row.citizen, about).decode()
        content = None if row.content is None else self._sealer.open(row.content, about)
        return Message(citizen=citizen, content=content, **{name: getattr(row, name) for name in _READ})


def _names(id_: str, marks: Sequence[bytes]) -> tuple[str, ...]:
    """The ids that an event may have: the one it came with, or where another has that, one of what it says."""
    return (id_, *(str(uuid5(NAMESPACE_URL, f"{id_} {mark.hex()}")) for mark in marks))


def _own_id(id_: str, marks: Sequence[bytes], kept: Mapping[str, bytes | None]) -> str | None:
    """The id that an event is kept under; None where it is kept already."""
    names = _names(id_, marks)
    if any(name in kept and (not marks or kept[name] in (None, *marks)) for name in names):
        return None
    return next(name for name in names if name not in kept)


def _about(id_: str) -> str:
    return f"message {id_}"


def _moved(receiver: str) -> str:
    return f"move {receiver}"
