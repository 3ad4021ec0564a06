"""What a gateway has compared so far, out of its store, as results to report on."""

from datetime import date
from pathlib import Path
from typing import Final

from overgang.core.compare.summary import Cluster, Latency, Row, Summary
from overgang.core.compare.values import Compared, Verdict
from overgang.shell.config import Config, ConfigError, read
from overgang.shell.keys import derived
from overgang.shell.store import Filter, Store, StoreError
from overgang.wire.results import Results

_CLUSTERS: Final = 200
_EXAMPLES: Final = 100


def of_config(file: Path, since: date | None = None) -> Results:
    """Of a configured gateway. Raises ConfigError."""
    config: Config = read(file)
    return _of(config.store, config.identity_key, f"the store of {file.name}", since)


def of_trial(folder: Path, since: date | None = None) -> Results:
    """Of the trial that keeps its data in `folder`. Raises ConfigError."""
    file, key = folder / "overgang.sqlite", folder / "identity.key"
    if not file.is_file() or not key.is_file():
        raise ConfigError([f"{folder} is no data folder of `overgang demo --data-dir`"])
    return _of(f"sqlite:///{file}", key.read_bytes(), f"the trial in {folder.name}", since)


def _of(url: str, secret: bytes, source: str, since: date | None) -> Results:
    try:
        store = Store(url, derived(secret, "store"))
        try:
            return Results(_summary(store, source, since), _examples(store))
        finally:
            store.close()
    except StoreError as mistake:
        raise ConfigError([str(mistake)]) from mistake


def _summary(store: Store, source: str, since: date | None) -> Summary:
    rows = tuple(
        Row(
            row.area,
            row.service,
            row.operation,
            row.caller,
            row.verdicts.equal,
            row.verdicts.expected,
            row.verdicts.undecided,
            row.verdicts.different,
        )
        for row in store.parity(since)
    )
    rows = tuple(sorted(rows, key=lambda row: (row.service, row.operation, row.caller)))
    clusters = store.clusters(limit=_CLUSTERS)
    return Summary(
        source=source,
        rows=rows,
        clusters=tuple(
            Cluster(
                one.service,
                one.operation,
                one.place,
                one.kind,
                one.cause,
                one.label,
                one.reason,
                one.count,
                one.callers,
            )
            for one in clusters
        ),
        latencies=tuple(
            Latency(service, operation, side.side, side.count, side.p50, side.p90, side.p99)
            for service, operation in sorted({(row.service, row.operation) for row in rows})
            for side in store.latency(service, operation, since)
        ),
        left_out=store.drops(since),
        since=min((one.first for one in clusters), default=None),
        until=max((one.last for one in clusters), default=None),
    )


def _examples(store: Store) -> tuple[Compared, ...]:
    """The newest comparisons that differ, with both of their answers."""
    found = store.compared(Filter(verdict=Verdict.DIFFERENT), 1, _EXAMPLES).items
    return tuple(whole for whole in (store.one(one.id) for one in found) if whole is not None)
