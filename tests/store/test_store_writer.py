"""Keeping beside the calls."""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from store_side import CITIZEN, KEPT, KEY, LOST_FRACTION, NOW, compared, equal, ids, use
from store_side import store as store
from store_side import url as url

from overgang.core.compare.noise import Noise, Total
from overgang.core.compare.values import Kept, Reply
from overgang.shell.store import Store, Writer

SECONDS = 20.0  # nothing waits longer


@contextmanager
def writer(
    store: Store, *, capacity: int = 100, most_bytes: int = 1 << 20, every: float = 60, batch: int = 200
) -> Iterator[Writer]:
    """One that flushes when it is told to, unless told otherwise."""
    made = Writer(store, capacity=capacity, most_bytes=most_bytes, every=every, batch=batch)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """The store's file, held by another process's transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
def impatient(path: Path) -> Iterator[Store]:
    """A store that waits for others a short while only."""
    opened = Store(f"sqlite:///{path}", KEY, now=lambda: NOW, wait=0.02)
    yield opened
    opened.close()


def test_what_is_put_is_there_after_a_flush(store: Store) -> None:
    noise = Noise()
    noise.learn("A/1/Op", [LOST_FRACTION])
    with writer(store) as it:
        it.put_use(use(1))
        it.put_use(use(2))
        assert it.put_compared(compared("a"))
        it.put_drop("sampled-out")
        it.put_drop("sampled-out", 2)
        it.put_noise(*noise.rows())
        assert it.waiting == 4
        assert store.uses() == ()
        assert it.flush()
        assert it.waiting == 0
    assert store.uses() == (use(3),)
    assert ids(store.compared().items) == ["a"]
    assert store.drops() == {"sampled-out": 3}
    assert store.noise_rows() == noise.rows()


def test_closing_stores_what_waits_and_takes_nothing_more(store: Store) -> None:
    with writer(store, batch=3) as it:
        for n in range(10):
            it.put_compared(equal(f"{n}"))
        it.put_use(use())
    assert store.parity()[0].verdicts.equal == 10
    assert store.uses() == (use(),)
    assert it.lost == 0
    assert not it.put_compared(equal("late"))
    it.put_use(use(calls=5))
    it.put_noise([Total("A/1/Op", 1)], [])
    assert (it.waiting, it.lost) == (0, 2)


def test_it_flushes_by_itself_when_the_time_has_come(store: Store) -> None:
    with writer(store, every=0.01) as it:
        it.put_use(use())
        wait_until_stored(it)
        assert store.uses() == (use(),)


def test_it_flushes_at_once_when_a_batch_is_full(store: Store) -> None:
    with writer(store, every=SECONDS * 2, batch=5) as it:
        for n in range(5):
            it.put_compared(equal(f"{n}"))
        wait_until_stored(it)
        assert store.parity()[0].verdicts.equal == 5


def wait_until_stored(it: Writer) -> None:
    end = time.monotonic() + SECONDS
    while it.waiting and time.monotonic() < end:
        time.sleep(0.005)
    assert it.flush()  # comes after a flush that is under way


def test_what_does_not_fit_is_dropped_and_counted(store: Store) -> None:
    with writer(store, capacity=3) as it:
        assert [it.put_compared(equal(f"{n}")) for n in range(5)] == [True, True, True, False, False]
    assert store.drops() == {"queue-full": 2}
    assert store.parity()[0].verdicts.equal == 3


def test_kept_bytes_that_do_not_fit_are_dropped_and_room_comes_back(store: Store) -> None:
    big = Kept(b"q" * 400, "text/xml", "", Reply(200, "", b"o" * 300), Reply(200, "", b"n" * 300))
    with writer(store, most_bytes=2500) as it:
        assert [it.put_compared(compared(f"{n}", kept=big)) for n in range(3)] == [True, True, False]
        assert it.put_compared(equal("small"))
        it.flush()
        assert it.put_compared(compared("again", kept=big))
    assert store.drops() == {"queue-full": 1}


def test_uses_of_too_many_keys_are_counted_as_lost_and_known_keys_still_count(store: Store) -> None:
    with writer(store, capacity=2) as it:
        for caller in ("1", "2", "3", "1", "2"):
            it.put_use(use(caller=caller))
        assert it.lost == 1
    assert [(it.caller, it.calls) for it in store.uses()] == [("1", 2), ("2", 2)]


def test_a_store_that_is_locked_gets_the_same_rows_later(impatient: Store, path: Path) -> None:
    with writer(impatient) as it:
        for n in range(5):
            it.put_compared(compared(f"{n}"))
        it.put_use(use(1))
        with locked(path):
            assert not it.flush()
            it.put_use(use(2))
            assert not it.flush()
        assert it.failures == 2
        assert it.flush()
    assert impatient.uses() == (use(3),)
    assert impatient.parity()[0].verdicts.different == 5
    assert it.lost == 0


def test_every_batch_of_a_store_that_fails_between_them_is_stored_once(impatient: Store, path: Path) -> None:
    with writer(impatient, batch=2) as it:
        with locked(path):
            for n in range(5):
                it.put_compared(compared(f"{n}", caller=f"{n}"))
            assert not it.flush()
        assert it.flush()
    assert [(row.caller, row.verdicts.different) for row in impatient.parity()] == [(f"{n}", 1) for n in range(5)]


def test_a_disk_that_is_full_is_a_failure_and_what_waits_stays_within_bounds(impatient: Store) -> None:
    with impatient.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    incompressible = Kept(os.urandom(90_000), "", "", KEPT.old, KEPT.new)
    with writer(impatient, capacity=5) as it:
        for n in range(8):
            it.put_compared(compared(f"{n}", kept=incompressible))
        assert not it.flush()
        assert (it.failures, it.waiting) == (1, 5)
        with impatient.writing() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert it.flush()
    assert impatient.parity()[0].verdicts.different == 5
    assert impatient.drops() == {"queue-full": 3}


def test_only_the_row_that_the_store_refuses_is_lost(store: Store) -> None:
    with writer(store) as it:
        for caller in ("8/101", "8/\ud800", "2/81"):
            it.put_compared(compared(caller.encode("ascii", "replace").decode(), caller=caller))
        it.flush()
        assert it.lost == 1
    assert [row.caller for row in store.parity()] == ["2/81", "8/101"]


def test_what_waits_when_a_failing_store_is_closed_is_counted_as_lost(impatient: Store, path: Path) -> None:
    with locked(path), writer(impatient) as it:
        it.put_compared(compared("a"))
        it.put_use(use())
    assert it.lost == 2


def test_failures_are_told_once_a_minute_without_any_value(
    impatient: Store, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = [0.0]
    it = Writer(impatient, every=60, clock=lambda: clock[0])
    it.put_use(use(caller=CITIZEN))
    with locked(path), caplog.at_level(logging.DEBUG):
        for seconds in (0, 30, 59.9, 60, 100):
            clock[0] = seconds
            it.flush()
    it.close()
    said = [record.getMessage() for record in caplog.records if record.name.startswith("overgang")]
    about = "what is compared and used is not being kept: the store failed: OperationalError (SQLITE_BUSY)"
    assert said == [f"{about} (failed 1 times)", f"{about} (failed 4 times)"]
    assert CITIZEN not in caplog.text


def test_a_put_does_not_wait_for_a_store_that_does(path: Path) -> None:
    slow = Store(f"sqlite:///{path}", KEY, wait=1.0)
    with locked(path), writer(slow, every=0.001) as it:
        it.put_use(use())
        time.sleep(0.05)  # the thread waits for the lock now
        began = time.monotonic()
        for n in range(50):
            it.put_compared(equal(f"{n}"))
            it.put_use(use())
        assert time.monotonic() - began < 0.5
    slow.close()


def test_threads_may_put_at_once_and_nothing_is_lost(store: Store) -> None:
    with writer(store, capacity=1000, every=0.001, batch=50) as it:

        def work(name: int) -> None:
            for n in range(100):
                it.put_compared(equal(f"{name}-{n}"))
                it.put_use(use())

        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert store.parity()[0].verdicts.equal == 400
    assert store.uses()[0].calls == 400
