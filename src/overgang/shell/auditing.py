"""The audit's writer beside the calls: what waits is written together, in one transaction.

Whoever puts something waits until it is durable. What can't be written is an error for all who wait for it: nothing is
answered without its record. This one writes in a thread; audit_apart has the one that is a process of its own.
"""

import asyncio
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol, TypeAlias

from overgang.shell.scribe import Item, Outcomes, Scribe
from overgang.shell.store.errors import StoreError

TOGETHER: Final = 512  # records written in one transaction at most
SIGN_EVERY: Final = 1.0  # seconds
Waiter: TypeAlias = "asyncio.Future[Outcomes]"


class Auditor(Protocol):
    """Takes records, and claims and outcomes with them."""

    async def put(self, item: Item) -> Outcomes:
        """Durable when this returns; the outcomes under the keys that were claimed. Raises StoreError."""

    def close(self) -> None:
        """Write what waits, sign the heads, and end."""


class InThread:
    """Writes in a thread, for a store that is this process's memory."""

    def __init__(self, scribe: Scribe) -> None:
        self._scribe = scribe
        self._items: list[tuple[Item, Waiter]] = []
        self._lock, self._wake, self._closed = threading.Lock(), threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="overgang-audit", daemon=True)
        self._thread.start()

    async def put(self, item: Item) -> Outcomes:
        waiter: Waiter = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._closed:
                raise closed()
            self._items.append((item, waiter))
        self._wake.set()
        return await waiter

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        signed = time.monotonic()
        while True:
            self._wake.wait(SIGN_EVERY)
            self._wake.clear()
            with self._lock:
                taken, self._items = self._items, []
                closed = self._closed
            for start in range(0, len(taken), TOGETHER):
                self._write(taken[start : start + TOGETHER])
            if closed or time.monotonic() - signed >= SIGN_EVERY:
                self._scribe.sign()
                signed = time.monotonic()
            if closed:
                return

    def _write(self, taken: Sequence[tuple[Item, Waiter]]) -> None:
        result = written(self._scribe, [item for item, _ in taken])
        for loop in {waiter.get_loop() for _, waiter in taken}:
            own = [(waiter, at) for at, (_, waiter) in enumerate(taken) if waiter.get_loop() is loop]
            with suppress(RuntimeError):  # the loop is closed, and nobody waits
                loop.call_soon_threadsafe(tell, own, result)


def written(scribe: Scribe, items: Sequence[Item]) -> list[Outcomes] | StoreError:
    """The outcomes of the items, or what kept all of them from being written."""
    try:
        return scribe.write(items)
    except StoreError as mistake:
        return mistake
    except Exception as mistake:  # noqa: BLE001 - whatever it is, those who wait must hear of it
        return StoreError(f"the audit failed: {type(mistake).__name__}")


def tell(waiters: Sequence[tuple[Waiter, int]], result: list[Outcomes] | StoreError) -> None:
    """Each waiter with the number of its item, unless it has given up."""
    for waiter, at in waiters:
        if waiter.done():  # given up
            continue
        if isinstance(result, StoreError):
            waiter.set_exception(result)
        else:
            waiter.set_result(result[at])


def closed() -> StoreError:
    """What is put after the end."""
    return StoreError("the audit takes nothing more", passing=True)
