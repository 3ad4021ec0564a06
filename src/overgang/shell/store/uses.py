"""Who uses which operation, by day."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from overgang.core.compare.values import Use
from overgang.shell.store import schema
from overgang.shell.store.database import Database, add


class Uses(Database):
    """Calls and faults, added up per day, caller, face and operation."""

    def add_uses(self, uses: Sequence[Use]) -> None:
        """Add them to what is counted already; the latest call counts as the last."""
        rows = [{name: getattr(use, name) for name in Use.__slots__} for use in joined(uses)]
        with self.writing() as connection:
            add(connection, schema.use, rows, ("calls", "faults"))

    def uses(self, since: date | None = None, caller: str | None = None) -> tuple[Use, ...]:
        """By day (from `since` on), caller, face and operation."""
        table = schema.use
        query = select(*(table.c[name] for name in Use.__slots__)).order_by(*table.primary_key)
        if since is not None:
            query = query.where(table.c.day >= since.isoformat())
        if caller is not None:
            query = query.where(table.c.caller == caller)
        with self.reading() as connection:
            return tuple(Use(*row) for row in connection.execute(query))


def joined(uses: Iterable[Use]) -> list[Use]:
    """One use for each day, caller, face and operation."""
    found: dict[tuple[str, ...], Use] = {}
    for use in uses:
        found[key_of(use)] = both(found[key_of(use)], use) if key_of(use) in found else use
    return list(found.values())


def key_of(use: Use) -> tuple[str, ...]:
    """What uses are added up by."""
    return (use.day, use.caller, use.face, use.area, use.service, use.operation)


def both(one: Use, other: Use) -> Use:
    """Two uses of one key as one."""
    calls, faults, last = one.calls + other.calls, one.faults + other.faults, max(one.last, other.last)
    return replace(one, calls=calls, faults=faults, last=last)
