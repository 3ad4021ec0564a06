"""Traps for what must never be fetched: a loopback address that counts visitors, a file that knows it was opened."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_IN_OPEN = 0x20


@dataclass(slots=True)
class Canary:
    """`url` and `file` to put into a message; `visits` tells what came."""

    url: str
    file: Path
    _requests: list[str] = field(default_factory=list)
    _watch: int = -1

    def visits(self) -> list[str]:
        """Paths that were requested since the beginning, and "opened" for each time the file was opened meanwhile."""
        try:
            events = os.read(self._watch, 4096)
        except BlockingIOError:
            events = b""
        return [*self._requests, *(["opened"] if events else [])]


@contextmanager
def canary(folder: Path) -> Iterator[Canary]:
    """A canary that lives as long as the block; Linux only (inotify)."""
    requests: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    file = folder / "canary.txt"
    file.write_text("canary", encoding="utf-8")
    libc = ctypes.CDLL(None)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    libc.inotify_add_watch(watch, os.fsencode(file), _IN_OPEN)
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Canary(f"http://127.0.0.1:{server.server_port}/canary", file, requests, watch)
        finally:
            server.shutdown()
            thread.join()
            os.close(watch)
