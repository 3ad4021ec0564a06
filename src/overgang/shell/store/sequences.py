"""The old queue: sequences of WS-ReliableMessaging, by which a receiver walks its messages and acknowledges them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from overgang.shell.store import schema
from overgang.shell.store.comparing import parts
from overgang.shell.store.database import Database
from overgang.shell.store.messages import Messages
from overgang.shell.store.values import ACKNOWLEDGED, DEAD, WAITING, Message

_MESSAGE, _SEQUENCE, _PLACE = schema.message, schema.message_sequence, schema.message_place
MOST_SEQUENCES: Final = 20  # of a receiver that are open at a time; a further one ends the oldest
MOST_OVER: Final = 1000  # of a receiver that are over and still known; the oldest of more are forgotten
OPEN, CLOSED, TERMINATED = "open", "closed", "terminated"


class Placed(NamedTuple):
    """A message and its number in a sequence."""

    place: int
    message: Message


class SequenceTrouble(Exception):
    """What WS-ReliableMessaging calls by this `name`: UnknownSequence, SequenceTerminated, SequenceClosed,
    InvalidAcknowledgement, MessageNumberRollover."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Sequences(Messages, Database):
    """Messages wait until they are acknowledged; whoever asks is handed the first that wait, again and again."""

    def open_sequence(self, receiver: str, id_: str, now: datetime, expires: datetime) -> None:
        """A new sequence for a receiver; one more than MOST_SEQUENCES ends the oldest."""
        with self.writing() as connection:
            row = {"id": id_, "receiver": receiver, "state": OPEN, "last": 0, "made": now, "expires": expires}
            connection.execute(insert(_SEQUENCE), row)
            mine = (_SEQUENCE.c.receiver == receiver) & (_SEQUENCE.c.state != TERMINATED)
            newest = select(_SEQUENCE.c.id).where(mine).order_by(_SEQUENCE.c.made.desc(), _SEQUENCE.c.id)
            self._end_sequences(connection, connection.execute(newest.offset(MOST_SEQUENCES)).scalars().all())
            over = select(_SEQUENCE.c.id).where(_SEQUENCE.c.receiver == receiver, _SEQUENCE.c.state == TERMINATED)
            eldest = over.order_by(_SEQUENCE.c.made.desc(), _SEQUENCE.c.id).offset(MOST_OVER)
            self._delete_sequences(connection, connection.execute(eldest).scalars().all())

    def hand_out(self, receiver: str, id_: str, now: datetime, *, limit: int, most: int) -> tuple[Placed, ...]:
        """The first messages that wait, each with its number in the sequence, which goes up to `most`.

        Raises SequenceTrouble.
        """
        with self.writing() as connection:
            sequence = self._begun(connection, receiver, id_, now)
            if sequence.state == CLOSED:
                raise SequenceTrouble("SequenceClosed")
            waiting = (_MESSAGE.c.receiver == receiver) & (_MESSAGE.c.state == WAITING)
            rows = connection.execute(select(_MESSAGE).where(waiting).order_by(_MESSAGE.c.number).limit(limit)).all()
            numbers = [row.number for row in rows]
            known = select(_PLACE.c.message, _PLACE.c.place).where(_PLACE.c.sequence == id_)
            found = connection.execute(known.where(_PLACE.c.message.in_(numbers)))
            places: dict[int, int] = {row.message: row.place for row in found}
            new = [number for number in numbers if number not in places]
            if sequence.last + len(new) > most:
                new = new[: max(most - sequence.last, 0)]
                if not new and not places:
                    raise SequenceTrouble("MessageNumberRollover")
            for place, number in enumerate(new, sequence.last + 1):
                places[number] = place
            if new:
                connection.execute(
                    insert(_PLACE), [{"sequence": id_, "place": places[one], "message": one} for one in new]
                )
                last = update(_SEQUENCE).where(_SEQUENCE.c.id == id_).values(last=sequence.last + len(new))
                connection.execute(last)
            if places:
                self._handed(connection, list(places), now)
        return tuple(Placed(places[row.number], self.message_of(row)) for row in rows if row.number in places)

    def acknowledge(self, receiver: str, id_: str, ranges: Sequence[tuple[int, int]], now: datetime) -> int:
        """The messages of these numbers, both ends within, wait no more; how many did. Raises SequenceTrouble."""
        with self.writing() as connection:
            sequence = self._begun(connection, receiver, id_, now)
            if any(not 1 <= lower <= upper <= sequence.last for lower, upper in ranges):
                raise SequenceTrouble("InvalidAcknowledgement")
            done = 0
            for lower, upper in ranges:
                numbers = select(_PLACE.c.message).where(
                    _PLACE.c.sequence == id_, _PLACE.c.place >= lower, _PLACE.c.place <= upper
                )
                waiting = _MESSAGE.c.number.in_(numbers) & _MESSAGE.c.state.in_((WAITING, DEAD))
                ended = update(_MESSAGE).where(waiting).values(state=ACKNOWLEDGED, ended=now)
                done += connection.execute(ended).rowcount
        return done

    def acknowledge_to(self, receiver: str, number: int, now: datetime) -> int:
        """Every message of a receiver up to a number that it was handed waits no more; how many did."""
        with self.writing() as connection:
            waiting = (_MESSAGE.c.receiver == receiver) & (_MESSAGE.c.number <= number) & (_MESSAGE.c.state == WAITING)
            ended = (
                update(_MESSAGE).where(waiting, _MESSAGE.c.handed.is_not(None)).values(state=ACKNOWLEDGED, ended=now)
            )
            return connection.execute(ended).rowcount

    def acknowledged(self, receiver: str, id_: str, now: datetime) -> tuple[tuple[int, int], ...]:
        """The ranges of a sequence's numbers whose messages wait no more. Raises SequenceTrouble."""
        with self.reading() as connection:
            self._begun(connection, receiver, id_, now, lock=False)
            done = (
                select(_PLACE.c.place)
                .join(_MESSAGE, _MESSAGE.c.number == _PLACE.c.message, isouter=True)
                .where(_PLACE.c.sequence == id_, _MESSAGE.c.state.is_distinct_from(WAITING))
                .order_by(_PLACE.c.place)
            )
            places = connection.execute(done).scalars().all()
        ranges: list[tuple[int, int]] = []
        for place in places:
            if ranges and ranges[-1][1] == place - 1:
                ranges[-1] = (ranges[-1][0], place)
            else:
                ranges.append((place, place))
        return tuple(ranges)

    def close_sequence(self, receiver: str, id_: str, now: datetime, last: int | None = None) -> int:
        """No more messages are handed out in it; those that were can still be acknowledged. Its last number."""
        with self.writing() as connection:
            sequence = self._begun(connection, receiver, id_, now)
            if last is not None and last > sequence.last:
                raise SequenceTrouble("InvalidAcknowledgement")
            connection.execute(update(_SEQUENCE).where(_SEQUENCE.c.id == id_).values(state=CLOSED))
            return int(sequence.last)

    def terminate_sequence(self, receiver: str, id_: str, now: datetime) -> None:
        """It is over; what was not acknowledged is handed out in the next one. Raises SequenceTrouble if it is unknown.

        One that is over stays so: whoever did not get the answer asks again.
        """
        with self.writing() as connection:
            try:
                self._begun(connection, receiver, id_, now)
            except SequenceTrouble as trouble:
                if trouble.name == "UnknownSequence":
                    raise
            self._end_sequences(connection, [id_])

    def forget_sequences(self, now: datetime, before: datetime) -> None:
        """End those that have expired, and delete those that were made before."""
        with self.writing() as connection:
            late = select(_SEQUENCE.c.id).where(_SEQUENCE.c.expires < now, _SEQUENCE.c.state != TERMINATED)
            self._end_sequences(connection, connection.execute(late).scalars().all())
            old = select(_SEQUENCE.c.id).where(_SEQUENCE.c.made < before, _SEQUENCE.c.state == TERMINATED)
            self._delete_sequences(connection, connection.execute(old).scalars().all())

    def _begun(self, connection: Connection, receiver: str, id_: str, now: datetime, *, lock: bool = True) -> Any:
        query = select(_SEQUENCE).where(_SEQUENCE.c.id == id_, _SEQUENCE.c.receiver == receiver)
        row = connection.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise SequenceTrouble("UnknownSequence")
        if row.state == TERMINATED or row.expires < now:
            raise SequenceTrouble("SequenceTerminated")
        return row

    def _end_sequences(self, connection: Connection, ids: Sequence[str]) -> None:
        """A message that still waits gets a place in the next one; its place here would stay for nothing."""
        for part in parts(ids):
            connection.execute(update(_SEQUENCE).where(_SEQUENCE.c.id.in_(part)).values(state=TERMINATED))
            waits = select(_MESSAGE.c.number).where(_MESSAGE.c.number == _PLACE.c.message, _MESSAGE.c.state == WAITING)
            connection.execute(delete(_PLACE).where(_PLACE.c.sequence.in_(part), waits.exists()))

    def _delete_sequences(self, connection: Connection, ids: Sequence[str]) -> None:
        for part in parts(ids):
            connection.execute(delete(_PLACE).where(_PLACE.c.sequence.in_(part)))
            connection.execute(delete(_SEQUENCE).where(_SEQUENCE.c.id.in_(part)))
