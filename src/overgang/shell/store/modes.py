"""Which mode holds for which scope, and every change of one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from overgang.core.compare.values import Mode
from overgang.shell.store import schema
from overgang.shell.store.database import Database, last_number, put, remove, take_number
from overgang.shell.store.values import ModeChange, ModeRow, Scope


class Modes(Database):
    """Modes that were set at run time; each change is told in the table of changes in the same transaction."""

    def modes(self) -> tuple[ModeRow, ...]:
        """What is set, by scope. Which of them holds for a call is for the reader to say."""
        table = schema.mode
        with self.reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.service, table.c.operation, table.c.caller)).all()
        return tuple(ModeRow(_scope(row), Mode(row.mode), row.by, row.at) for row in rows)

    def modes_version(self) -> int:
        """A number that rises with each change; cheap to ask for, to see whether another process changed a mode."""
        counter = schema.counter
        with self.reading() as connection:
            return int(connection.execute(select(counter.c.last).where(counter.c.name == "mode_change")).scalar_one())

    def set_mode(self, scope: Scope, mode: Mode, by: str, at: datetime) -> bool:
        """Set it and write down who did; False, and nothing written down, when it was set so already."""
        return self._change(scope, mode, by, at)

    def clear_mode(self, scope: Scope, by: str, at: datetime) -> bool:
        """Take back what was set for exactly this scope; False when nothing was."""
        return self._change(scope, None, by, at)

    def mode_changes(self, limit: int = 100) -> tuple[ModeChange, ...]:
        """The newest changes, newest first."""
        table = schema.mode_change
        with self.reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.number.desc()).limit(limit)).all()
        return tuple(
            ModeChange(row.number, _scope(row), _mode(row.old), _mode(row.new), row.by, row.at) for row in rows
        )

    def _change(self, scope: Scope, mode: Mode | None, by: str, at: datetime) -> bool:
        if not by.strip() or not (scope.service and scope.operation and scope.caller):
            raise ValueError("a change of a mode names who made it, and a service, an operation and a caller or *")
        key = {"service": scope.service, "operation": scope.operation, "caller": scope.caller}
        with self.writing() as connection:
            change = last_number(connection, "mode_change") + 1  # first, so that nobody changes the mode meanwhile
            old = _current(connection, key)
            if old == mode:
                return False
            take_number(connection, "mode_change", change)
            if mode is None:
                remove(connection, schema.mode, key)
            else:
                put(connection, schema.mode, {**key, "mode": mode.value, "by": by, "at": at})
            row = {**key, "number": change, "old": old, "new": mode, "by": by, "at": at}
            connection.execute(insert(schema.mode_change), row)
        return True


def _current(connection: Connection, key: Mapping[str, str]) -> Mode | None:
    table = schema.mode
    return _mode(connection.execute(select(table.c.mode).where(*(table.c[name] == key[name] for name in key))).scalar())


def _scope(row: Any) -> Scope:
    return Scope(row.service, row.operation, row.caller)


def _mode(value: str | None) -> Mode | None:
    return None if value is None else Mode(value)
