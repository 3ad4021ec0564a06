"""Technical messages: kept durably for the organisation that receives them, and what becomes of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, case, delete, func, insert, select, update

from overgang.shell.store import schema
from overgang.shell.store.database import Database, last_number, take_number
from overgang.shell.store.values import DEAD, WAITING, Message, MessageDrop, Queue, Way

_TABLE, _PUSH, _PLACE = schema.message, schema.push, schema.message_place
_SEQUENCE, _DROP, _ALARM = schema.message_sequence, schema.message_drop, schema.message_alarm
_PLAIN: Final = (
    "id", "receiver", "kind", "entity_id", "rule", "made", "entity_type", "entity_name", "change", "digest", "state",
)  # fmt: skip
_READ: Final = (*_PLAIN, "number", "times", "handed", "fetched", "ended")


class Messages(Database):
    """The citizen's number and the content are sealed, the number found by a keyed hash; nothing else is personal."""

    def add_message(self, message: Message) -> bool:
        """Keep it; on disk when this returns. False when one with its id is kept already: the first one stays."""
        return self.add_messages([message])[0]

    def add_messages(
        self, messages: Sequence[Message], targets: Mapping[str, Sequence[str]] | None = None
    ) -> tuple[bool, ...]:
        """Keep them, in their order, in one transaction; False for each that is kept already, under its id.

        One with a `digest` has no id of its own: it is kept already while an equal one waits that nobody was handed,
        since whoever is handed that one reads what stands by then. `targets` are the webhooks of a receiver, to which
        its messages are to be pushed too.
        """
        with self.writing() as connection:
            return self.insert_messages(connection, messages, targets or {})

    def insert_messages(
        self, connection: Connection, messages: Sequence[Message], targets: Mapping[str, Sequence[str]]
    ) -> tuple[bool, ...]:
        """What `add_messages` does, within a transaction."""
        added = []
        given = last_number(connection, "message")  # first, so that nobody adds the same ones meanwhile
        known = self._kept_already(connection, messages)
        rows, pushes = [], []
        for message in messages:
            marks = {message.id, (message.receiver, message.digest)} - {(message.receiver, None)}
            added.append(known.isdisjoint(marks))
            if not added[-1]:
                continue
            known |= marks
            given += 1
            rows.append(self._message_row(message, given))
            for target in targets.get(message.receiver, ()) if message.state == WAITING else ():
                index = rows[-1]["citizen_index"]
                pushes.append({"target": target, "message": given, "citizen_index": index, "due": message.made})
        if rows:
            take_number(connection, "message", given)
            connection.execute(insert(_TABLE), rows)
        if pushes:
            connection.execute(insert(_PUSH).values(state=WAITING, attempts=0, said=""), pushes)
        return tuple(added)

    def _kept_already(self, connection: Connection, messages: Sequence[Message]) -> set[Any]:
        """Ids, and (receiver, digest), of what is kept of these already."""
        ids = select(_TABLE.c.id).where(_TABLE.c.id.in_([one.id for one in messages]))
        found: set[Any] = set(connection.execute(ids).scalars())
        digests = {keyed: one.digest for one in messages if (keyed := self._keyed(one.digest)) is not None}
        if digests:
            same = select(_TABLE.c.receiver, _TABLE.c.digest).where(_TABLE.c.digest.in_(digests))
            fresh = _TABLE.c.handed.is_(None) & _TABLE.c.fetched.is_(None) & _TABLE.c.ended.is_(None)
            pushed = select(_PUSH.c.message).where(_PUSH.c.message == _TABLE.c.number, _PUSH.c.attempts > 0).exists()
            found |= {(row.receiver, digests[row.digest]) for row in connection.execute(same.where(fresh, ~pushed))}
        return found

    def _keyed(self, digest: bytes | None) -> bytes | None:
        """A digest as it is stored: without the key it could be found out whom the event is about."""
        return None if digest is None else self._sealer.index(digest.hex())

    def _message_row(self, message: Message, number: int) -> dict[str, Any]:
        about = _about(message.id)
        return {name: getattr(message, name) for name in _PLAIN} | {
            "number": number,
            "digest": self._keyed(message.digest),
            "citizen": self._sealer.seal(message.citizen.encode(), about),
            "citizen_index": self._sealer.index(message.citizen),
            "content": None if message.content is None else self._sealer.seal(message.content, about),
        }

    # ---- reading

    def messages(self, receiver: str, after: int | None = None, limit: int = 100) -> tuple[Message, ...]:
        """A receiver's messages in the order they were kept, those after the number `after`; dropped ones are left out.

        A message that is kept later always has a higher number: whoever goes on after the last one misses none.
        """
        query = select(_TABLE).where(_TABLE.c.receiver == receiver, _TABLE.c.state != "dropped")
        if after is not None:
            query = query.where(_TABLE.c.number > after)
        return self._messages(query.order_by(_TABLE.c.number).limit(limit))

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

    def move_citizen(self, receiver: str, former: str, number: str) -> int:
        """A receiver was told of a citizen's new number: its messages are about that one; how many they were.

        The modern side moves the registrations too, and finds none by the former number. Whoever was not told of it
        does not learn it here either.
        """
        index = _TABLE.c.citizen_index.in_(self._sealer.indices(former)) & (_TABLE.c.receiver == receiver)
        with self.writing() as connection:
            rows = connection.execute(select(_TABLE.c.number, _TABLE.c.id).where(index)).all()
            new = self._sealer.index(number)
            for row in rows:
                sealed = self._sealer.seal(number.encode(), _about(row.id))
                there = update(_TABLE).where(_TABLE.c.number == row.number)
                connection.execute(there.values(citizen=sealed, citizen_index=new))
                connection.execute(update(_PUSH).where(_PUSH.c.message == row.number).values(citizen_index=new))
        return len(rows)

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

    def release(self, id_: str, kind: str, now: datetime, targets: Mapping[str, Sequence[str]] | None = None) -> bool:
        """Put a dead message back into its queue, as one of `kind`, and its given-up pushes; False: nothing is dead.

        What was never pushed is, now, to the webhooks of its receiver (`targets`).
        """
        with self.writing() as connection:
            dead = (_TABLE.c.id == id_) & (_TABLE.c.state == DEAD)
            number = select(_TABLE.c.number).where(_TABLE.c.id == id_).scalar_subquery()
            again = update(_PUSH).where(_PUSH.c.message == number, _PUSH.c.state == DEAD)
            pushes = connection.execute(again.values(state=WAITING, attempts=0, due=now)).rowcount
            row = connection.execute(select(_TABLE).where(dead)).first()
            if row is not None:
                connection.execute(update(_TABLE).where(dead).values(state=WAITING, kind=kind, ended=None))
                new = [
                    {"target": one, "message": row.number, "citizen_index": row.citizen_index, "due": now}
                    for one in (targets or {}).get(row.receiver, ())
                ]
                if new:
                    connection.execute(insert(_PUSH).values(state=WAITING, attempts=0, said=""), new)
            return bool(pushes) or row is not None

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


def _about(id_: str) -> str:
    return f"message {id_}"
