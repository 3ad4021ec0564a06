"""What a comparison leaves: counters always, its clusters always, itself while it is a new enough example of one."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, delete, func, select

from overgang.core.compare.values import Compared, Judged, Verdict
from overgang.shell.store import schema
from overgang.shell.store.database import Database, add, add_new, danish_day
from overgang.shell.store.latency import bucket
from overgang.shell.store.packing import judged_text, kept_bytes

Row: TypeAlias = dict[str, Any]

_AT_ONCE: Final = 500  # names in one statement


class Comparing(Database):
    """Adding comparisons."""

    def add_compared(self, compared: Sequence[Compared]) -> None:
        """Count them all, and keep whole those that are among the newest examples of a cluster, equal ones never."""
        groups = {item.id: groups_of(item) for item in compared}
        examples = _newest(compared, groups, self._examples)
        rows = [self._row(item) for item in examples]  # compressed and sealed before others have to wait
        links = [
            {"cluster": group, "at": item.at, "comparison": item.id} for item in examples for group in groups[item.id]
        ]
        with self.writing() as connection:
            _count(connection, compared)
            add_new(connection, schema.comparison, rows)
            add_new(connection, schema.example, links)
            _prune(connection, {str(link["cluster"]) for link in links}, self._examples)

    def dropped(self, reason: str, n: int = 1) -> None:
        """Count comparisons that were not made, by why not: one stable word such as "queue-full"."""
        self.add_drops({reason: n})

    def add_drops(self, drops: Mapping[str, int]) -> None:
        """Count several reasons at once."""
        today = danish_day(self._now())
        with self.writing() as connection:
            rows = [{"day": today, "reason": reason, "n": n} for reason, n in drops.items()]
            add(connection, schema.drop_count, rows, ("n",))

    def _row(self, item: Compared) -> Row:
        names = ("id", "at", "area", "service", "operation", "caller", "old_seconds", "new_seconds")
        row: Row = {name: getattr(item, name) for name in names}
        kept = None if item.kept is None else self._sealer.seal(kept_bytes(item.kept), about(item.id))
        told = {"judged": judged_text(item.judged), "rules": json.dumps(item.rules), "kept": kept}
        return row | told | {"mode": item.mode.value, "verdict": item.verdict.value}


def about(id_: str) -> str:
    """What the kept bytes of a comparison are sealed with."""
    return f"comparison {id_}"


def cluster_id(compared: Compared, judged: Judged) -> str:
    """The cluster that a difference falls in; the same on every node."""
    it = judged.difference
    return _digest(compared, it.place, it.kind, it.cause, judged.label, judged.reason)


def groups_of(compared: Compared) -> frozenset[str]:
    """What a comparison is an example of: its clusters, or its verdict when it has no difference; nothing if equal."""
    if compared.verdict is Verdict.EQUAL:
        return frozenset()
    found = frozenset(cluster_id(compared, judged) for judged in compared.judged)
    return found or frozenset({_digest(compared, compared.verdict)})


def _digest(compared: Compared, *parts: str) -> str:
    named = json.dumps([compared.service, compared.operation, *parts]).encode()
    return hashlib.blake2b(named, digest_size=10).hexdigest()


def _newest(compared: Iterable[Compared], groups: Mapping[str, Iterable[str]], most: int) -> list[Compared]:
    """Those that may stay as an example; of many alike in one batch the older ones aren't even written."""
    had: Counter[str] = Counter()
    found = []
    for item in sorted(compared, key=lambda item: (item.at, item.id), reverse=True):
        if any(had[group] < most for group in groups[item.id]):
            found.append(item)
        had.update(groups[item.id])
    return found


def _count(connection: Connection, compared: Sequence[Compared]) -> None:
    add(connection, schema.verdict_count, _verdicts(compared), ("n",))
    add(connection, schema.latency_count, _latencies(compared), ("n",))
    add(connection, schema.cluster, _clusters(compared), ("count", "differences"))
    add_new(connection, schema.cluster_caller, _callers(compared))


def _verdicts(compared: Iterable[Compared]) -> list[Row]:
    names = ("day", "area", "service", "operation", "caller", "verdict")
    counts = Counter(
        (danish_day(it.at), it.area, it.service, it.operation, it.caller, it.verdict.value) for it in compared
    )
    return [dict(zip(names, key, strict=True)) | {"n": n} for key, n in counts.items()]


def _latencies(compared: Iterable[Compared]) -> list[Row]:
    names = ("day", "service", "operation", "side", "bucket")
    counts = Counter(
        (danish_day(item.at), item.service, item.operation, side, bucket(seconds))
        for item in compared
        for side, seconds in (("old", item.old_seconds), ("new", item.new_seconds))
        if seconds is not None
    )
    return [dict(zip(names, key, strict=True)) | {"n": n} for key, n in counts.items()]


def _clusters(compared: Iterable[Compared]) -> list[Row]:
    found: dict[str, Row] = {}
    for item in compared:
        for id_, (judged, differences) in _own_clusters(item).items():
            row = found.setdefault(id_, _cluster_row(id_, item, judged))
            row["count"] += 1
            row["differences"] += differences
            row["first"], row["last"] = min(row["first"], item.at), max(row["last"], item.at)
    return list(found.values())


def _own_clusters(compared: Compared) -> dict[str, tuple[Judged, int]]:
    """Each cluster of a comparison: one difference of it, and how many there are."""
    found: dict[str, list[Judged]] = defaultdict(list)
    for judged in compared.judged:
        found[cluster_id(compared, judged)].append(judged)
    return {id_: (alike[0], len(alike)) for id_, alike in found.items()}


def _cluster_row(id_: str, compared: Compared, judged: Judged) -> Row:
    it = judged.difference
    return {
        "id": id_,
        "area": compared.area,
        "service": compared.service,
        "operation": compared.operation,
        "place": it.place,
        "kind": it.kind.value,
        "cause": it.cause,
        "label": judged.label.value,
        "reason": judged.reason,
        "count": 0,
        "differences": 0,
        "first": compared.at,
        "last": compared.at,
    }


def _callers(compared: Iterable[Compared]) -> list[Row]:
    met = {(cluster_id(item, judged), item.caller) for item in compared for judged in item.judged}
    return [{"cluster": cluster, "caller": caller} for cluster, caller in met]


def _prune(connection: Connection, clusters: Iterable[str], most: int) -> None:
    """Let go of the oldest examples of these clusters beyond `most`, and of comparisons that are an example no more."""
    table = schema.example
    order = (table.c.at.desc(), table.c.comparison.desc())
    place = func.row_number().over(partition_by=table.c.cluster, order_by=order).label("place")
    for part in parts(sorted(clusters)):
        ranked = select(table, place).where(table.c.cluster.in_(part)).subquery()
        surplus = connection.execute(select(ranked).where(ranked.c.place > most)).all()
        for row in surplus:
            key = (table.c.cluster == row.cluster, table.c.at == row.at, table.c.comparison == row.comparison)
            connection.execute(delete(table).where(*key))
        let_go(connection, {row.comparison for row in surplus})


def let_go(connection: Connection, ids: Iterable[str]) -> None:
    """Delete those of these comparisons that are not an example of any cluster."""
    table, example = schema.comparison, schema.example
    used = select(example.c.comparison).where(example.c.comparison == table.c.id).exists()
    for part in parts(sorted(ids)):
        connection.execute(delete(table).where(table.c.id.in_(part), ~used))


def parts(names: Sequence[str]) -> list[Sequence[str]]:
    """Names in parts that fit in a statement."""
    return [names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE)]
