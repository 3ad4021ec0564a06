"""The audit's writer beside the calls: what waits is written together, in one transaction.

Whoever puts something waits until it is durable. What can't be written is an error for all who wait for it: nothing is
answered without its record.

It is a process of its own where the store can be shared. As a thread it would have to get the interpreter's lock back
after every step of every statement, from a thread that is busy answering calls: that halved the calls per second.
"""

import asyncio
import pickle
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol, TypeAlias

from overgang.shell.scribe import Draft, Item, Outcomes, Scribe
from overgang.shell.store.errors import StoreError
from overgang.shell.store.ledger import Claim, Done, Dropped

_TOGETHER: Final = 512  # records written in one transaction at most
_LINGER: Final = 0.001  # seconds in which others join, while several call at a time
_SIGN_EVERY: Final = 1.0  # seconds
_AGAIN: Final = 1.0  # seconds before a writer that ended is started anew
_LAST: Final = 10.0  # seconds that a writer has to end in
_SIZE: Final = struct.Struct("!I")
Committed: TypeAlias = Callable[[int, float], None]
Waiter: TypeAlias = "asyncio.Future[Outcomes]"


class Auditor(Protocol):
    """Takes records, and claims and outcomes with them."""

    @property
    def waiting(self) -> int:
        """How many records wait to be written."""

    async def put(
        self,
        draft: Draft,
        claims: Sequence[Claim] = (),
        done: Sequence[Done] = (),
        dropped: Sequence[Dropped] = (),
    ) -> Outcomes:
        """Durable when this returns; the outcomes under the keys that were claimed. Raises StoreError."""

    def close(self) -> None:
        """Write what waits, sign the heads, and end."""


def _nobody(records: int, seconds: float) -> None:
    return


class InThread:
    """Writes in a thread, for a store that is this process's memory."""

    def __init__(self, scribe: Scribe, committed: Committed = _nobody) -> None:
        """`committed` is told of each transaction: its records, and its seconds."""
        self._scribe, self._committed = scribe, committed
        self._items: list[tuple[Item, Waiter]] = []
        self._lock, self._wake, self._closed = threading.Lock(), threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="overgang-audit", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        return len(self._items)

    async def put(
        self,
        draft: Draft,
        claims: Sequence[Claim] = (),
        done: Sequence[Done] = (),
        dropped: Sequence[Dropped] = (),
    ) -> Outcomes:
        waiter: Waiter = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._closed:
                raise _closed()
            self._items.append((Item(draft, claims, done, dropped), waiter))
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
            self._wake.wait(_SIGN_EVERY)
            self._wake.clear()
            with self._lock:
                taken, self._items = self._items, []
                closed = self._closed
            for start in range(0, len(taken), _TOGETHER):
                self._write(taken[start : start + _TOGETHER])
            if closed or time.monotonic() - signed >= _SIGN_EVERY:
                self._scribe.sign()
                signed = time.monotonic()
            if closed:
                return

    def _write(self, taken: Sequence[tuple[Item, Waiter]]) -> None:
        started = time.perf_counter()
        result = written(self._scribe, [item for item, _ in taken])
        self._committed(len(taken), time.perf_counter() - started)
        for loop in {waiter.get_loop() for _, waiter in taken}:
            own = [(waiter, at) for at, (_, waiter) in enumerate(taken) if waiter.get_loop() is loop]
            with suppress(RuntimeError):  # the loop is closed, and nobody waits
                loop.call_soon_threadsafe(_tell, own, result)


def written(scribe: Scribe, items: Sequence[Item]) -> list[Outcomes] | StoreError:
    """The outcomes of the items, or what kept all of them from being written."""
    try:
        return scribe.write(items)
    except StoreError as mistake:
        return mistake
    except Exception as mistake:  # noqa: BLE001 - whatever it is, those who wait must hear of it
        return StoreError(f"the audit failed: {type(mistake).__name__}")


def _tell(waiters: Sequence[tuple[Waiter, int]], result: list[Outcomes] | StoreError) -> None:
    for waiter, at in waiters:
        if waiter.done():  # given up
            continue
        if isinstance(result, StoreError):
            waiter.set_exception(result)
        else:
            waiter.set_result(result[at])


class Apart:
    """Writes in a process of its own, which is started at once, and anew should it end."""

    def __init__(self, setup: object, committed: Committed = _nobody, most: int = 20_000) -> None:
        """`setup` is what the process is told first; see audit_process. `most` may wait."""
        self._setup, self._committed, self._most = setup, committed, most
        self._out: list[tuple[int, Item]] = []
        self._waiters: dict[int, Waiter] = {}
        self._number = 0
        self._left, self._read = b"", bytearray()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._start()

    @property
    def waiting(self) -> int:
        return len(self._waiters)

    @property
    def pid(self) -> int:
        """The number of the process that writes now."""
        return self._process.pid

    async def put(
        self,
        draft: Draft,
        claims: Sequence[Claim] = (),
        done: Sequence[Done] = (),
        dropped: Sequence[Dropped] = (),
    ) -> Outcomes:
        loop = asyncio.get_running_loop()
        if self._closed or len(self._waiters) >= self._most:
            raise _closed()
        if self._socket.fileno() < 0:
            if time.monotonic() - self._started < _AGAIN:  # not over and over
                raise _gone()
            self._start()
        if self._loop is not loop:
            self._attach(loop)
        self._number += 1
        waiter: Waiter = loop.create_future()
        self._waiters[self._number] = waiter
        if not self._out:
            loop.call_soon(self._flush)  # those that are put until then go with it
        self._out.append((self._number, Item(draft, claims, done, dropped)))
        return await waiter

    def close(self) -> None:
        """Write what waits and end the process; not to be called in the loop's own thread while calls are answered."""
        self._closed = True
        if self._loop is not None and not self._loop.is_closed():
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._detach)
        with suppress(OSError):
            self._socket.setblocking(True)
            if self._left or self._out:
                self._socket.sendall(self._left + _frame(self._out))
            self._socket.shutdown(socket.SHUT_WR)
        try:
            self._process.wait(_LAST)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._socket.close()

    # ---- the process

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair()
        argv = [sys.executable, "-m", "overgang.shell.audit_process", str(theirs.fileno())]
        # A session of its own: what a terminal or service manager tells the gateway to do, it must not do before.
        self._process = subprocess.Popen(
            argv, pass_fds=(theirs.fileno(),), start_new_session=True, stdin=subprocess.DEVNULL
        )
        theirs.close()
        self._started = time.monotonic()
        self._socket.sendall(_frame(self._setup))
        self._socket.setblocking(False)
        self._left, self._read = b"", bytearray()

    def _attach(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        loop.add_reader(self._socket.fileno(), self._readable)

    def _detach(self) -> None:
        if self._loop is not None and self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket.fileno())
            self._loop.remove_writer(self._socket.fileno())
        self._loop = None

    def _flush(self) -> None:
        if not self._out or self._closed:
            return
        self._left += _frame(self._out)
        self._out = []
        self._write()

    def _write(self) -> None:
        assert self._loop is not None
        try:
            sent = self._socket.send(self._left)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._ended()
            return
        self._left = self._left[sent:]
        if self._left:
            self._loop.add_writer(self._socket.fileno(), self._write)
        else:
            self._loop.remove_writer(self._socket.fileno())

    def _readable(self) -> None:
        try:
            part = self._socket.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self._ended()
            return
        self._read += part
        while (answer := _taken(self._read)) is not None:
            numbers, result, seconds = answer
            self._committed(len(numbers), seconds)
            _tell([(self._waiters.pop(number), at) for at, number in enumerate(numbers)], result)

    def _ended(self) -> None:
        """Nobody writes any more: all who wait hear of it, and whoever comes next starts a new process."""
        self._detach()
        self._socket.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST)
        waiters, self._waiters, self._out = list(self._waiters.values()), {}, []
        _tell([(waiter, 0) for waiter in waiters], _gone())


def _frame(said: object) -> bytes:
    content = pickle.dumps(said, pickle.HIGHEST_PROTOCOL)
    return _SIZE.pack(len(content)) + content


def _taken(read: bytearray) -> Any:
    """The first whole frame, taken away from what was read; None while it is not there yet."""
    if len(read) < _SIZE.size:
        return None
    end = _SIZE.size + _SIZE.unpack_from(read)[0]
    if len(read) < end:
        return None
    said = pickle.loads(bytes(read[_SIZE.size : end]))
    del read[:end]
    return said


def serve(link: socket.socket, scribe: Scribe) -> None:
    """What the process does until the gateway ends: write all that has come, answer, sign once a second."""
    read, signed, open_, busy = bytearray(), time.monotonic(), True, False
    link.settimeout(_SIGN_EVERY)
    while open_:
        if busy:
            time.sleep(_LINGER)
        with suppress(TimeoutError):
            part = link.recv(1 << 20)
            read += part
            open_ = bool(part)
        taken: list[tuple[int, Item]] = []
        while (frame := _taken(read)) is not None:
            taken += frame
        busy = len(taken) > 1
        for start in range(0, len(taken), _TOGETHER):
            _answer(link, scribe, taken[start : start + _TOGETHER])
        if not open_ or time.monotonic() - signed >= _SIGN_EVERY:
            scribe.sign()
            signed = time.monotonic()


def _answer(link: socket.socket, scribe: Scribe, taken: Sequence[tuple[int, Item]]) -> None:
    started = time.perf_counter()
    result = written(scribe, [item for _, item in taken])
    with suppress(OSError):  # the gateway is gone; what it asked for is written all the same
        link.sendall(_frame(([number for number, _ in taken], result, time.perf_counter() - started)))


def _gone() -> StoreError:
    return StoreError("the audit's writer ended", passing=True)


def _closed() -> StoreError:
    return StoreError("the audit takes nothing more", passing=True)
