"""Technical messages: kept durably for the organisation that receives them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, insert, select

from overgang.shell.store import schema
from overgang.shell.store.database import Database, last_number, take_number
from overgang.shell.store.values import Message

_TABLE = schema.message


class Messages(Database):
    """The citizen's number is sealed, and found by a keyed hash; nothing else of a message is personal."""

    def add_message(self, message: Message) -> bool:
        """Keep it; on disk when this returns. False when one with its id is kept already: the first one stays."""
        sealed = self._sealer.seal(message.citizen.encode(), _about(message.id))
        with self.writing() as connection:
            given = last_number(connection, "message") + 1  # first, so that nobody adds the same one meanwhile
            if connection.execute(select(_TABLE.c.number).where(_TABLE.c.id == message.id)).first():
                return False
            take_number(connection, "message", given)
            row = {name: getattr(message, name) for name in ("id", "receiver", "kind", "entity_id", "rule", "made")}
            row |= {"number": given, "citizen": sealed, "citizen_index": self._sealer.index(message.citizen)}
            connection.execute(insert(_TABLE), row)
        return True

    def messages(self, receiver: str, after: int | None = None, limit: int = 100) -> tuple[Message, ...]:
        """A receiver's messages in the order they were kept, those after the number `after`.

        A message that is kept later always has a higher number: whoever goes on after the last one misses none.
        """
        query = select(_TABLE).where(_TABLE.c.receiver == receiver)
        if after is not None:
            query = query.where(_TABLE.c.number > after)
        return self._messages(query.order_by(_TABLE.c.number).limit(limit))

    def messages_about(self, citizen: str) -> tuple[Message, ...]:
        """Every message about a citizen, whoever receives it, in the order they were kept."""
        index = _TABLE.c.citizen_index.in_(self._sealer.indices(citizen))
        return self._messages(select(_TABLE).where(index).order_by(_TABLE.c.number))

    def forget_messages(self, before: datetime) -> int:
        """Delete the messages made before; how many they were. Nothing else ever deletes one."""
        with self.writing() as connection:
            return connection.execute(delete(_TABLE).where(_TABLE.c.made < before)).rowcount

    def _messages(self, query: Select[Any]) -> tuple[Message, ...]:
        with self.reading() as connection:
            rows: Sequence[Any] = connection.execute(query).all()
        return tuple(self._message(row) for row in rows)

    def _message(self, row: Any) -> Message:
        citizen = self._sealer.open(row.citizen, _about(row.id)).decode()
        names = ("id", "receiver", "kind", "entity_id", "rule", "made", "number")
        return Message(citizen=citizen, **{name: getattr(row, name) for name in names})


def _about(id_: str) -> str:
    return f"message {id_}"
