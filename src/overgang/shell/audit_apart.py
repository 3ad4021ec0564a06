"""The audit's writer as a process of its own, for a store that can be shared.

As a thread it would have to get the interpreter's lock back after every step of every statement, from a thread that is
busy answering calls: that halved the calls per second.
"""

import asyncio
import pickle
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from overgang.shell.auditing import SIGN_EVERY, TOGETHER, Waiter, closed, tell, written
from overgang.shell.scribe import Item, Outcomes, Scribe
from overgang.shell.store.errors import StoreError

_AGAIN: Final = 1.0  # seconds before a writer that ended is started anew
_LAST: Final = 10.0  # seconds that a writer has to end in
_SIZE: Final = struct.Struct("!I")


class Apart:
    """Writes in a process of its own, which is started at once, and anew should it end."""

    def __init__(self, setup: object, most: int = 20_000) -> None:
        """`setup` is what the process is told first; see audit_process. `most` may wait."""
        self._setup, self._most = setup, most
        self._out: list[tuple[int, Item]] = []
        self._waiters: dict[int, Waiter] = {}
        self._number = 0
        self._left, self._read = b"", bytearray()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._start()

    @property
    def pid(self) -> int:
        """The number of the process that writes now."""
        return self._process.pid

    async def put(self, item: Item) -> Outcomes:
        loop = asyncio.get_running_loop()
        if self._closed or len(self._waiters) >= self._most:
            raise closed()
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
        self._out.append((self._number, item))
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
            numbers, result = answer
            tell([(self._waiters.pop(number), at) for at, number in enumerate(numbers)], result)

    def _ended(self) -> None:
        """Nobody writes any more: all who wait hear of it, and whoever comes next starts a new process."""
        self._detach()
        self._socket.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST)
        waiters, self._waiters, self._out = list(self._waiters.values()), {}, []
        tell([(waiter, 0) for waiter in waiters], _gone())


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


def first(link: socket.socket) -> Any:
    """What the process is told first."""
    (size,) = _SIZE.unpack(link.recv(_SIZE.size, socket.MSG_WAITALL))
    return pickle.loads(link.recv(size, socket.MSG_WAITALL))


def serve(link: socket.socket, scribe: Scribe) -> None:
    """What the process does until the gateway ends: write all that has come, answer, sign once a second.

    While it writes others come, and are written together: to wait for more of them brought no more calls a second.
    """
    read, signed, open_ = bytearray(), time.monotonic(), True
    link.settimeout(SIGN_EVERY)
    while open_:
        with suppress(TimeoutError):
            part = link.recv(1 << 20)
            read += part
            open_ = bool(part)
        taken: list[tuple[int, Item]] = []
        while (frame := _taken(read)) is not None:
            taken += frame
        for start in range(0, len(taken), TOGETHER):
            _answer(link, scribe, taken[start : start + TOGETHER])
        if not open_ or time.monotonic() - signed >= SIGN_EVERY:
            scribe.sign()
            signed = time.monotonic()


def _answer(link: socket.socket, scribe: Scribe, taken: Sequence[tuple[int, Item]]) -> None:
    result = written(scribe, [item for _, item in taken])
    with suppress(OSError):  # the gateway is gone; what it asked for is written all the same
        link.sendall(_frame(([number for number, _ in taken], result)))


def _gone() -> StoreError:
    return StoreError("the audit's writer ended", passing=True)
