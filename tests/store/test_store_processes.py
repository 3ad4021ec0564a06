"""Several processes on one store."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection

import pytest
from store_side import CALLER, KEY, NOW, compared, message, use
from store_side import shared_url as shared_url

from overgang.core.compare.values import Mode
from overgang.shell.store import Scope, Store

ROUNDS = 15
PROCESSES = 3


def work(url: str, name: int) -> list[int]:
    """What one gateway does; the numbers of messages that it saw, in the order it saw them."""
    store = Store(url, KEY, examples=3)
    seen: list[int] = []
    for n in range(ROUNDS):
        store.add_uses([use(1), use(1, caller=f"{name}")])
        store.add_compared([compared(f"{name}-{n}"), compared(f"{name}-{n}-b", operation=f"{n % 3}")])
        store.add_message(message(f"{name}-{n}"))
        store.add_message(message(f"same-{n}"))
        store.set_mode(Scope(), Mode.OLD if n % 2 else Mode.NEW, f"{name}", NOW)
        seen += [it.number for it in store.messages(CALLER, after=seen[-1] if seen else None)]
    store.close()
    return seen


def keep_on(url: str, told: Connection) -> None:
    """Keep messages and comparisons and tell of each message once it is kept, until killed."""
    store = Store(url, KEY, examples=3)
    for n in count():
        store.add_message(message(f"m{n}"))
        told.send(f"m{n}")
        store.add_compared([compared(f"c{n}-{i}") for i in range(20)])


@contextmanager
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def read(shared_url: str) -> list[list[int]]:
    """What each of the processes read, of a store that was not there before."""
    with processes() as pool:
        return list(pool.map(work, [shared_url] * PROCESSES, range(PROCESSES), timeout=120))


def test_processes_that_open_a_new_store_at_once_lose_nothing_and_double_nothing(
    shared_url: str, read: list[list[int]]
) -> None:
    store = Store(shared_url, KEY)
    numbers = [it.number for it in store.messages(CALLER, limit=1000)]
    assert numbers == list(range(1, PROCESSES * ROUNDS + ROUNDS + 1))
    assert next(it for it in store.uses(caller=CALLER)).calls == PROCESSES * ROUNDS
    assert sum(row.verdicts.different for row in store.parity()) == 2 * PROCESSES * ROUNDS
    assert sum(it.count for it in store.clusters()) == 2 * PROCESSES * ROUNDS
    assert store.sizes().rows["example"] == 3 * 4
    # A reader that goes on after the last number misses none, whoever keeps messages meanwhile.
    for seen in read:
        assert seen == numbers[: len(seen)]
    store.close()


def test_changes_of_a_mode_tell_one_unbroken_story(shared_url: str, read: list[list[int]]) -> None:
    assert len(read) == PROCESSES
    store = Store(shared_url, KEY)
    changes = list(reversed(store.mode_changes(1000)))
    assert [change.number for change in changes] == list(range(1, len(changes) + 1))
    assert [change.old for change in changes] == [None, *(change.new for change in changes[:-1])]
    assert all(change.old is not change.new for change in changes)
    assert store.modes()[0].mode is changes[-1].new
    store.close()


def test_what_was_told_to_be_kept_is_there_after_the_process_was_killed(shared_url: str) -> None:
    told, telling = Pipe(duplex=False)
    process = get_context("spawn").Process(target=keep_on, args=(shared_url, telling))
    process.start()
    telling.close()
    seen = [told.recv() for _ in range(40)]
    process.kill()
    process.join()
    with suppress(EOFError):
        while True:
            seen.append(told.recv())
    told.close()
    store = Store(shared_url, KEY)
    kept = [it.id for it in store.messages(CALLER, limit=100_000)]
    assert kept in (seen, [*seen, f"m{len(seen)}"])  # killed between keeping one and telling of it
    compared_so_far = store.parity()[0].verdicts.different
    assert compared_so_far == store.clusters()[0].count
    assert compared_so_far % 20 == 0
    assert store.compared().total == 3
    store.close()
