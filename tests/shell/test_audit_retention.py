"""Records that are old enough are deleted, and only as they were written: what somebody changed is not signed for."""

import logging
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overgang.core.audit import Chain, Kind, check
from overgang.shell.config_audit import Audit
from overgang.shell.keeping import forget_records
from overgang.shell.scribe import Draft, Item, Scribe
from overgang.shell.signing import Signer
from overgang.shell.store import Store

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SIGNER = Signer([b"s" * 32])
KEPT = Audit(read_days=10, write_days=20, refused_days=10, admin_days=20)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Fifteen reads and fifteen writes, one of each a day, the last of them of today."""
    store = Store(f"sqlite:///{tmp_path}/s.sqlite", b"k" * 32)
    scribe = Scribe(store, SIGNER)
    for ago in reversed(range(15)):
        scribe.write([Item(Draft(kind, NOW - ago * DAY, {"ago": ago})) for kind in (Kind.READ, Kind.WRITE)])
    scribe.sign()
    return store


def of(store: Store, kind: Kind) -> Chain:
    (chain,) = (chain for chain in store.chains() if chain.id.startswith(kind))
    return chain


def attacked(tmp_path: Path, statement: str) -> None:
    with sqlite3.connect(tmp_path / "s.sqlite") as other:
        other.execute(statement)
    other.close()


def test_each_kind_is_kept_for_its_days_and_what_is_left_is_good(store: Store) -> None:
    assert forget_records(store, SIGNER, KEPT, NOW) == 4  # of the reads; that of ten days ago, to the second, stays
    reads, writes = of(store, Kind.READ), of(store, Kind.WRITE)
    assert (reads.start.number, writes.start.number) == (4, 0)
    assert check(reads, store.records(reads.id), (), SIGNER) == (11, None)
    assert check(writes, store.records(writes.id), (), SIGNER) == (15, None)
    assert forget_records(store, SIGNER, KEPT, NOW) == 0
    assert forget_records(store, SIGNER, KEPT, NOW + DAY) == 1
    assert forget_records(store, SIGNER, KEPT, NOW + 99 * DAY) == 10 + 15


def test_a_gateway_that_is_late_puts_no_start_back(store: Store) -> None:
    assert forget_records(store, SIGNER, KEPT, NOW) == 4
    late = of(store, Kind.READ).start
    assert forget_records(store, SIGNER, KEPT, NOW + DAY) == 1
    assert store.forget_records(late) == 0
    reads = of(store, Kind.READ)
    assert check(reads, store.records(reads.id), (), SIGNER) == (10, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET at = 0, entry = '{}' WHERE number <= 5 AND chain LIKE 'read-%'",
        "UPDATE audit SET at = 0 WHERE chain LIKE 'read-%'",
        "UPDATE audit SET entry = '{}' WHERE number = 2 AND chain LIKE 'read-%'",
        "DELETE FROM audit WHERE number = 2 AND chain LIKE 'read-%'",
        "UPDATE audit_chain SET head = 0 WHERE id LIKE 'read-%'",
        "UPDATE audit_chain SET kind = 'none' WHERE id LIKE 'read-%'",
    ],
)
def test_of_a_chain_that_somebody_changed_nothing_is_deleted_and_it_is_told(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture, statement: str
) -> None:
    attacked(tmp_path, statement)
    before = list(store.records(of(store, Kind.READ).id))
    with caplog.at_level(logging.ERROR):
        assert forget_records(store, SIGNER, KEPT, NOW + 10 * DAY) == 4  # of the writes
    reads = of(store, Kind.READ)
    assert list(store.records(reads.id)) == before
    assert reads.start.number == 0
    (told,) = caplog.messages
    assert told.startswith(f"nothing of the audit's chain {reads.id} is deleted: record ")
    assert check(reads, store.records(reads.id), (), SIGNER)[1] is not None


def test_a_kind_that_was_changed_does_not_make_records_due(store: Store, tmp_path: Path) -> None:
    attacked(tmp_path, "UPDATE audit_chain SET kind = 'read' WHERE id LIKE 'write-%'")
    assert forget_records(store, SIGNER, KEPT, NOW) == 4  # of the reads alone


def test_more_than_a_page_is_checked_and_deleted(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/many.sqlite", b"k" * 32)
    scribe = Scribe(store, SIGNER)
    scribe.write([Item(Draft(Kind.READ, NOW - 11 * DAY, {"n": n})) for n in range(2500)])
    scribe.write([Item(Draft(Kind.READ, NOW, {"n": 0}))])
    assert forget_records(store, SIGNER, KEPT, NOW) == 2500
    (chain,) = store.chains()
    assert check(chain, store.records(chain.id), (), SIGNER) == (1, None)
