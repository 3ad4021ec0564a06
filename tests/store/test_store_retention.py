"""What is deleted when it is old, and what stays."""

import os
from pathlib import Path

from store_side import CALLER, DAY, KEPT, KEY, NOW, compared, equal, ids, message, use
from store_side import store as store
from store_side import url as url

from overgang.core.compare.values import Kept, Mode
from overgang.shell.store import Scope, Store


def filled(store: Store) -> None:
    """Things of today, of ten days ago, and of 400 and 401 days ago."""
    for days in (0, 10, 400, 401):
        at = NOW - days * DAY
        store.add_compared([compared(f"c{days}", at=at, service=f"S/{days}"), equal(f"e{days}", at=at)])
        store.add_uses([use(1, day=at.date().isoformat(), at=at)])


def test_details_and_uses_before_a_moment_go_and_counts_stay(store: Store) -> None:
    filled(store)
    assert store.forget(NOW - 10 * DAY) == 2
    assert ids(store.compared().items) == ["c0", "c10"]
    assert [it.day for it in store.uses()] == ["2026-11-15", "2026-11-25"]
    assert sum(row.verdicts.equal for row in store.parity()) == 3
    assert [it.service for it in store.clusters()] == ["S/0", "S/10", "S/400"]


def test_counts_stay_for_as_many_days_as_asked_and_that_day_itself(store: Store) -> None:
    filled(store)
    store.forget(NOW, counter_days=10)
    assert sum(row.verdicts.equal for row in store.parity()) == 2
    assert store.latency()[0].count == 4
    assert [it.service for it in store.clusters()] == ["S/0", "S/10"]
    assert store.sizes().rows["cluster_caller"] == 2


def test_messages_and_modes_are_not_forgotten(store: Store) -> None:
    store.add_message(message(made=NOW - 999 * DAY))
    store.set_mode(Scope(), Mode.OLD, "Ida", NOW - 999 * DAY)
    store.forget(NOW + DAY, counter_days=0)
    assert len(store.messages(CALLER)) == len(store.modes()) == len(store.mode_changes()) == 1


def test_more_than_is_deleted_at_once_is_deleted_too(store: Store) -> None:
    for n in range(0, 2100, 700):
        store.add_compared([compared(f"{n + i}", operation=f"{n + i}", at=NOW - DAY) for i in range(700)])
    assert store.forget(NOW) == 2100
    rows = store.sizes().rows
    assert (rows["comparison"], rows["example"]) == (0, 0)


def test_sizes_tell_the_rows_and_bytes(url: str, store: Store) -> None:
    empty = store.sizes()
    filled(store)
    full = store.sizes()
    assert (empty.rows["comparison"], full.rows["comparison"], full.rows["use"]) == (0, 4, 4)
    assert full.bytes >= empty.bytes
    assert (full.bytes > 0) == (url != "sqlite://")


def test_a_file_gets_smaller_and_its_journal_empty(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = Store(f"sqlite:///{path}", KEY, now=lambda: NOW)
    for n in range(20):
        big = Kept(os.urandom(100_000), "", "", KEPT.old, KEPT.new)
        store.add_compared([compared(f"{n}", kept=big, at=NOW - DAY)])
    before = store.sizes().bytes
    store.forget(NOW)
    assert before > 2_000_000
    assert store.sizes().bytes < 400_000
    assert path.stat().st_size == store.sizes().bytes
    assert (tmp_path / "store.sqlite-wal").stat().st_size == 0
    store.close()
