"""What was compared, read back."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select

from overgang.core.compare.values import Compared, Kept, Kind, Label, Mode, Verdict
from overgang.core.values import COPENHAGEN
from overgang.shell.store import schema
from overgang.shell.store.comparing import about
from overgang.shell.store.database import Database
from overgang.shell.store.latency import quantile
from overgang.shell.store.packing import judged_read, kept_read
from overgang.shell.store.values import Cluster, DayRow, Filter, Latency, Page, ParityRow, Verdicts

BY: Final = ("area", "service", "operation", "caller")
EVERY: Final = Filter()
_DETAILS = [column for column in schema.comparison.columns if column.name != "kept"]


class Reading(Database):
    """Parity, trend, clusters, comparisons, latency and drops."""

    def parity(
        self, since: date | None = None, by: Sequence[str] = BY, *, until: date | None = None
    ) -> tuple[ParityRow, ...]:
        """Verdicts of the days from `since` to `until`, grouped by any of area, service, operation and caller."""
        if unknown := set(by) - set(BY):
            raise ValueError(f"parity is by {', '.join(BY)}, not by {', '.join(sorted(unknown))}")
        table = schema.verdict_count
        columns = [table.c[name] for name in BY if name in by]
        query = select(*columns, table.c.verdict, func.sum(table.c.n).label("n")).group_by(*columns, table.c.verdict)
        if since is not None:
            query = query.where(table.c.day >= since.isoformat())
        if until is not None:
            query = query.where(table.c.day <= until.isoformat())
        return tuple(
            ParityRow(verdicts, **dict(zip([column.name for column in columns], key, strict=True)))
            for key, verdicts in self._verdicts(query).items()
        )

    def trend(
        self, days: int, service: str | None = None, operation: str | None = None, caller: str | None = None
    ) -> tuple[DayRow, ...]:
        """Verdicts of each of the last `days` Danish days, today's last; a day without comparisons has none."""
        table = schema.verdict_count
        today = self._now().astimezone(COPENHAGEN).date()
        wanted = [(today - timedelta(days=ago)).isoformat() for ago in reversed(range(days))]
        query = select(table.c.day, table.c.verdict, func.sum(table.c.n).label("n"))
        query = query.where(table.c.day.in_(wanted)).group_by(table.c.day, table.c.verdict)
        query = query.where(*_equal(table.c, service=service, operation=operation, caller=caller))
        found = self._verdicts(query)
        return tuple(DayRow(day, found.get((day,), Verdicts())) for day in wanted)

    def clusters(
        self,
        service: str | None = None,
        operation: str | None = None,
        label: Label | None = None,
        *,
        id: str | None = None,
        limit: int | None = None,
    ) -> tuple[Cluster, ...]:
        """The clusters of differences, those of the most comparisons first."""
        table, callers = schema.cluster, schema.cluster_caller
        met = select(func.count()).select_from(callers).where(callers.c.cluster == table.c.id).scalar_subquery()
        query = select(table, met.label("callers")).order_by(table.c.count.desc(), table.c.last.desc(), table.c.id)
        query = query.where(*_equal(table.c, service=service, operation=operation, label=label, id=id)).limit(limit)
        with self.reading() as connection:
            return tuple(_cluster(row) for row in connection.execute(query))

    def compared(self, filter: Filter = EVERY, page: int = 1, size: int = 50) -> Page[Compared]:
        """The kept comparisons of a filter, newest first, each without what is `kept` (`one` has it)."""
        if page < 1 or size < 1:
            raise ValueError("pages count from 1 and have at least one item")
        table, which = schema.comparison, _meant(filter)
        items = select(*_DETAILS).where(*which).order_by(table.c.at.desc(), table.c.id.desc())
        with self.reading() as connection:
            total = connection.execute(select(func.count()).select_from(table).where(*which)).scalar_one()
            rows = connection.execute(items.limit(size).offset((page - 1) * size)).all()
        return Page(tuple(_compared(row, None) for row in rows), total, page, size)

    def one(self, id: str) -> Compared | None:
        """A comparison with what is kept of it; None when it is not kept (any more).

        Raises StoreError when it was sealed with a key that the store was not given.
        """
        table = schema.comparison
        with self.reading() as connection:
            row = connection.execute(select(table).where(table.c.id == id)).first()
        if row is None:
            return None
        return _compared(row, None if row.kept is None else kept_read(self._sealer.open(row.kept, about(id))))

    def latency(
        self, service: str | None = None, operation: str | None = None, since: date | None = None
    ) -> tuple[Latency, ...]:
        """How long each side took that was asked, "old" first."""
        table = schema.latency_count
        query = select(table.c.side, table.c.bucket, func.sum(table.c.n).label("n"))
        query = query.where(*_equal(table.c, service=service, operation=operation))
        if since is not None:
            query = query.where(table.c.day >= since.isoformat())
        sides: dict[str, dict[int, int]] = {}
        with self.reading() as connection:
            for row in connection.execute(query.group_by(table.c.side, table.c.bucket)):
                sides.setdefault(row.side, {})[row.bucket] = int(row.n)
        return tuple(_latency(side, sides[side]) for side in ("old", "new") if side in sides)

    def drops(self, since: date | None = None) -> dict[str, int]:
        """How many comparisons were not made, by reason."""
        table = schema.drop_count
        query = select(table.c.reason, func.sum(table.c.n)).group_by(table.c.reason).order_by(table.c.reason)
        if since is not None:
            query = query.where(table.c.day >= since.isoformat())
        with self.reading() as connection:
            return {reason: int(n) for reason, n in connection.execute(query)}

    def _verdicts(self, query: Select[Any]) -> dict[tuple[Any, ...], Verdicts]:
        """Rows (key..., verdict, n) as verdicts by key, in the order of the keys."""
        found: dict[tuple[Any, ...], dict[Verdict, int]] = {}
        with self.reading() as connection:
            for *key, verdict, n in connection.execute(query):
                found.setdefault(tuple(key), {})[Verdict(verdict)] = int(n)
        return {key: Verdicts.of(found[key]) for key in sorted(found)}


def _equal(columns: Any, **wanted: str | None) -> list[ColumnElement[bool]]:
    return [columns[name] == value for name, value in wanted.items() if value is not None]


def _meant(filter: Filter) -> list[ColumnElement[bool]]:
    names = ("area", "service", "operation", "caller", "verdict")
    columns, example, cluster = schema.comparison.c, schema.example, schema.cluster
    found = _equal(columns, **{name: getattr(filter, name) for name in names})
    if filter.cluster is not None:
        found.append(columns.id.in_(select(example.c.comparison).where(example.c.cluster == filter.cluster)))
    if filter.cause is not None:
        of_cause = select(cluster.c.id).where(cluster.c.cause == filter.cause)
        found.append(columns.id.in_(select(example.c.comparison).where(example.c.cluster.in_(of_cause))))
    return found


def _cluster(row: Any) -> Cluster:
    values = {name: getattr(row, name) for name in Cluster.__slots__ if name != "count"}
    values |= {"count": row._mapping["count"], "kind": Kind(row.kind), "label": Label(row.label)}
    return Cluster(**values)


def _compared(row: Any, kept: Kept | None) -> Compared:
    names = ("id", "at", "area", "service", "operation", "caller", "old_seconds", "new_seconds")
    return Compared(
        **{name: getattr(row, name) for name in names},
        mode=Mode(row.mode),
        verdict=Verdict(row.verdict),
        judged=judged_read(row.judged),
        rules=tuple(json.loads(row.rules)),
        kept=kept,
    )


def _latency(side: str, counts: dict[int, int]) -> Latency:
    return Latency(side, sum(counts.values()), *(quantile(counts, share) for share in (0.5, 0.9, 0.99)))
