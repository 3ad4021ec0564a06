"""What many comparisons come to: parity per operation and caller, clusters of differences, how long each side took."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from overgang.core.compare.parity import Parity
from overgang.core.compare.values import Compared, Judged, Kind, Label, Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """Verdicts of one caller's calls of one operation; `service` is "Name/version", `caller` "type/code"."""

    area: str
    service: str
    operation: str
    caller: str
    equal: int = 0
    expected: int = 0
    undecided: int = 0
    different: int = 0

    @property
    def parity(self) -> Parity:
        compared = self.equal + self.expected + self.undecided + self.different
        return Parity(compared, self.equal, self.expected, self.undecided)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Differences of one place, kind and cause, explained alike; `count` is the number of comparisons with one."""

    service: str
    operation: str
    place: str
    kind: Kind
    cause: str
    label: Label
    reason: str
    count: int
    callers: int


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one side ("old" or "new") took to answer, in seconds."""

    service: str
    operation: str
    side: str
    count: int
    p50: float
    p90: float
    p99: float


@dataclass(frozen=True, slots=True)
class Summary:
    """`source` says what was compared, in words. `left_out` counts what was not compared, by why.

    Rows are in order of service, operation and caller; clusters have the most frequent first; `since` and `until` are
    the times (UTC) of the first and the last call.
    """

    source: str
    rows: tuple[Row, ...]
    clusters: tuple[Cluster, ...] = ()
    latencies: tuple[Latency, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None

    @property
    def parity(self) -> Parity:
        """Of everything."""
        return added(self.rows)

    @property
    def operations(self) -> Mapping[tuple[str, str], Parity]:
        """By service and operation, all callers together."""
        grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            grouped[row.service, row.operation].append(row)
        return {key: added(rows) for key, rows in grouped.items()}


def added(rows: Iterable[Row]) -> Parity:
    """The parity of several rows together."""
    return sum((row.parity for row in rows), Parity(0, 0))


@dataclass(frozen=True, slots=True)
class Checked:
    """Operations by whether their parity reaches a threshold; those with too few comparisons are in none of both."""

    reached: tuple[tuple[str, str], ...]
    below: tuple[tuple[str, str], ...]
    too_few: tuple[tuple[str, str], ...]


def checked(summary: Summary, threshold: float, least: int, *, confident: bool = False) -> Checked:
    """Hold each operation to `threshold` (from 0 to 1); exactly at it is enough.

    Only operations with `least` decided comparisons are held to it, and at least one. `confident` takes the lower bound
    of the 95 % interval instead of the share.
    """
    sorted_in: dict[str, list[tuple[str, str]]] = {"reached": [], "below": [], "too_few": []}
    for key, parity in summary.operations.items():
        share = parity.lower if confident else parity.share
        if share is None or parity.decided < least:
            sorted_in["too_few"].append(key)
        else:
            sorted_in["reached" if share >= threshold else "below"].append(key)
    return Checked(**{name: tuple(keys) for name, keys in sorted_in.items()})


class Tally:
    """Adds comparisons up, one after the other; what it holds grows with operations, callers and clusters only,
    and by one number for each measured time.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._verdicts: dict[tuple[str, str, str, str], Counter[Verdict]] = defaultdict(Counter)
        self._clusters: Counter[tuple[str, str, str, Kind, str, Label, str]] = Counter()
        self._callers: dict[tuple[str, str, str, Kind, str, Label, str], set[str]] = defaultdict(set)
        self._seconds: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        self._left_out: Counter[str] = Counter()
        self._times: list[datetime] = []

    def add(self, compared: Compared) -> None:
        """Count one comparison."""
        where = compared.service, compared.operation
        self._verdicts[compared.area, *where, compared.caller][compared.verdict] += 1
        for key in dict.fromkeys(cluster_key(*where, judged) for judged in compared.judged):
            self._clusters[key] += 1
            self._callers[key].add(compared.caller)
        for side, seconds in (("old", compared.old_seconds), ("new", compared.new_seconds)):
            if seconds is not None:
                self._seconds[*where, side].append(seconds)
        self._times = [min([*self._times, compared.at]), max([*self._times, compared.at])]

    def leave_out(self, reason: str, count: int = 1) -> None:
        """Count what was not compared."""
        self._left_out[reason] += count

    def summary(self) -> Summary:
        """What was counted so far."""
        rows = (Row(*key, *(counts[verdict] for verdict in Verdict)) for key, counts in self._verdicts.items())
        clusters = (Cluster(*key, count, len(self._callers[key])) for key, count in self._clusters.items())
        return Summary(
            self._source,
            tuple(sorted(rows, key=lambda row: (row.service, row.operation, row.caller))),
            tuple(sorted(clusters, key=_cluster_order)),
            tuple(_latency(key, seconds) for key, seconds in sorted(self._seconds.items())),
            dict(sorted(self._left_out.items())),
            self._times[0] if self._times else None,
            self._times[1] if self._times else None,
        )


def cluster_key(service: str, operation: str, judged: Judged) -> tuple[str, str, str, Kind, str, Label, str]:
    """What makes two differences of one cluster."""
    found = judged.difference
    return service, operation, found.place, found.kind, found.cause, judged.label, judged.reason


def _cluster_order(cluster: Cluster) -> tuple[int, str, str, str, str, str]:
    return -cluster.count, cluster.service, cluster.operation, cluster.place, cluster.kind, cluster.cause


def _latency(key: tuple[str, str, str], seconds: list[float]) -> Latency:
    ordered = sorted(seconds)
    return Latency(*key, len(ordered), *(quantile(ordered, share) for share in (0.5, 0.9, 0.99)))


def quantile(ordered: list[float], share: float) -> float:
    """The least of the ascending values that `share` (above 0, up to 1) of them do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
