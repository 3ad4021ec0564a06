"""Keeping beside the calls: what is put here is stored a little later, by a thread of its own."""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from overgang.core.compare.noise import Row, Total
from overgang.core.compare.values import Compared, Use
from overgang.shell.store.errors import StoreError
from overgang.shell.store.store import Store
from overgang.shell.store.uses import both, key_of

FULL: Final = "queue-full"
_LOG: Final = logging.getLogger(__name__)
_LOG_EVERY: Final = 60.0
Item = TypeVar("Item")


class Writer:
    """Puts never wait and never raise. Uses are added up while they wait; what does not fit is counted as dropped.

    A store that can't take anything for now (locked, full, out of reach) is asked again with the same rows; those it
    refuses for good are counted in `lost`. Failed attempts are counted in `failures` and told in the log once a minute.
    """

    def __init__(
        self,
        store: Store,
        *,
        capacity: int = 2_000,
        most_bytes: int = 64 << 20,
        every: float = 0.25,
        batch: int = 200,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`capacity` counts waiting comparisons, and waiting keys of uses; `most_bytes` what comparisons keep."""
        self._store, self._clock = store, clock
        self._capacity, self._most_bytes, self._every, self._batch = capacity, most_bytes, every, batch
        self._uses: dict[tuple[str, ...], Use] = {}
        self._compared: deque[Compared] = deque()
        self._noise: list[Total | Row] = []
        self._drops: Counter[str] = Counter()
        self._bytes = 0
        self._lock, self._flushing = threading.Lock(), threading.Lock()
        self._wake, self._closed = threading.Event(), False
        self._told = -_LOG_EVERY
        self.failures = self.lost = 0
        self._thread = threading.Thread(target=self._run, name="overgang-store", daemon=True)
        self._thread.start()

    def put_use(self, use: Use) -> None:
        """Add to the uses that wait."""
        key = key_of(use)
        with self._lock:
            waiting = self._uses.get(key)
            if waiting is None and (self._closed or len(self._uses) >= self._capacity):
                self.lost += 1
            else:
                self._uses[key] = use if waiting is None else both(waiting, use)

    def put_compared(self, compared: Compared) -> bool:
        """False when there is no room, which is counted as dropped."""
        size = _size(compared)
        with self._lock:
            full = len(self._compared) >= self._capacity or self._bytes + size > self._most_bytes
            if full or self._closed:
                self._drops[FULL] += 1
                return False
            self._compared.append(compared)
            self._bytes += size
            due = len(self._compared) >= self._batch
        if due:
            self._wake.set()
        return True

    def put_drop(self, reason: str, n: int = 1) -> None:
        """Count comparisons that were not made, by why not (one stable word)."""
        with self._lock:
            self._drops[reason] += n

    def put_noise(self, totals: Sequence[Total], rows: Sequence[Row]) -> None:
        """Newly learnt counts of pairs (`put_noise(*noise.rows())`): all of them or, without room for them, none."""
        counts: list[Total | Row] = [*totals, *rows]
        with self._lock:
            if self._closed or len(self._noise) + len(counts) > self._capacity:
                self.lost += len(counts)
            else:
                self._noise += counts

    @property
    def waiting(self) -> int:
        """How many comparisons, keys of uses and counts of noise are not stored yet."""
        with self._lock:
            return len(self._compared) + len(self._uses) + len(self._noise)

    def flush(self) -> bool:
        """Store what waits now; False when the store did not take all of it."""
        with self._flushing:
            return self._flush()

    def close(self) -> None:
        """Store what waits, or count it as lost, and end the thread."""
        with self._lock:
            self._closed = True
        self._wake.set()
        self._thread.join()
        if not self.flush():
            self.lost += self.waiting

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait(self._every)
            self._wake.clear()
            self.flush()

    def _flush(self) -> bool:
        return self._flush_uses() and self._flush_compared() and self._flush_noise() and self._flush_drops()

    def _flush_uses(self) -> bool:
        with self._lock:
            taken, self._uses = list(self._uses.values()), {}
        left = self._keep(taken, self._store.add_uses)
        with self._lock:
            for use in left:
                key = key_of(use)
                self._uses[key] = both(use, self._uses[key]) if key in self._uses else use
        return not left

    def _flush_compared(self) -> bool:
        """What waits now and no more, so that it comes to an end however fast others put."""
        with self._lock:
            waiting = len(self._compared)
        for start in range(0, waiting, self._batch):
            with self._lock:
                taken = [self._compared.popleft() for _ in range(min(self._batch, waiting - start))]
            left = self._keep(taken, self._store.add_compared)
            with self._lock:
                self._compared.extendleft(reversed(left))
                self._bytes += sum(map(_size, left)) - sum(map(_size, taken))
            if left:
                return False
        return True

    def _flush_noise(self) -> bool:
        with self._lock:
            taken, self._noise = self._noise, []
        left = self._keep(taken, self._add_noise)
        with self._lock:
            self._noise[:0] = left
        return not left

    def _add_noise(self, counts: Sequence[Total | Row]) -> None:
        totals = [count for count in counts if isinstance(count, Total)]
        self._store.add_noise(totals, [count for count in counts if isinstance(count, Row)])

    def _flush_drops(self) -> bool:
        with self._lock:
            taken, self._drops = list(self._drops.items()), Counter()
        left = self._keep(taken, lambda drops: self._store.add_drops(dict(drops)))
        with self._lock:
            self._drops.update(dict(left))
        return not left

    def _keep(self, rows: Sequence[Item], store: Callable[[Sequence[Item]], None]) -> Sequence[Item]:
        """Store the rows, one by one when they are refused together; those to be tried again."""
        if not rows:
            return ()
        try:
            store(rows)
        except (StoreError, TypeError, ValueError) as error:
            self._failed(error)
            if isinstance(error, StoreError) and error.passing:
                return rows
            if len(rows) > 1:
                return next((rows[at:] for at, row in enumerate(rows) if self._keep([row], store)), ())
            self.lost += 1
        return ()

    def _failed(self, error: Exception) -> None:
        """The log is told what a StoreError says, which has no values; of any other error its name."""
        self.failures += 1
        if self._clock() - self._told >= _LOG_EVERY:
            self._told = self._clock()
            said = str(error) if isinstance(error, StoreError) else type(error).__name__
            _LOG.warning("what is compared and used is not being kept: %s (failed %d times)", said, self.failures)


def _size(compared: Compared) -> int:
    """How many bytes a waiting comparison holds, about."""
    kept = compared.kept
    if kept is None:
        return 0
    exchanges = sum(len(text) for pair in kept.exchanges or () for text in pair)
    return len(kept.request) + len(kept.old.body) + len(kept.new.body) + exchanges
