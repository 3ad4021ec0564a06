"""Start processes, read what they used from /proc, and end them by their ids, also on Ctrl-C."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.load import BenchError

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(pid: int) -> list[int]:
    """The process and all its living descendants, the oldest first."""
    found = [pid]
    for member in found:
        for listing in Path(f"/proc/{member}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found.extend(int(child) for child in listing.read_text().split())
    return found


def cpu_seconds(pid: int) -> float:
    """User + system time of the whole process tree so far, with children that have ended and were waited for."""
    return sum(_ticks(member) for member in family(pid)) / TICKS_PER_SECOND


def _ticks(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    # The second field is the program's name in brackets and may hold spaces; utime is field 14, cstime field 17.
    return sum(int(field) for field in stat.rpartition(")")[2].split()[11:15])


def settled(pid: int) -> float:
    """The CPU seconds so far, once the process tree has rested for a fifth of a second (or 10 s have passed)."""
    used, last = cpu_seconds(pid), time.monotonic() + 10
    while time.monotonic() < last:
        time.sleep(0.2)
        before, used = used, cpu_seconds(pid)
        if used == before:
            break
    return used


def peak_mb(pid: int) -> float:
    """The sum of the peak resident sizes of the process tree, in MB (10^6 bytes)."""
    return sum(_peak_kib(member) for member in family(pid)) * 1024 / 1e6


def _peak_kib(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)


@contextlib.contextmanager
def started(
    argv: Sequence[str], port: int, log: Path, *, env: Mapping[str, str] | None = None, patience: float = 30.0
) -> Iterator[int]:
    """Run a server until it accepts connections on 127.0.0.1:port, yield its pid, end it and its children afterwards.

    It is a session of its own, so Ctrl-C reaches only the harness, which then ends it. Raises BenchError.
    """
    with log.open("wb") as output:
        child = subprocess.Popen(
            argv,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    try:
        _await_port(child, port, log, patience)
        yield child.pid
    finally:
        end(child)


def _await_port(child: "subprocess.Popen[bytes]", port: int, log: Path, patience: float) -> None:
    last = time.monotonic() + patience
    while time.monotonic() < last:
        if child.poll() is not None:
            raise BenchError(f"{child.args!s:.80} ended with {child.returncode}: {_tail(log)}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    raise BenchError(f"nothing listens on port {port} after {patience:.0f} s: {_tail(log)}")


def _tail(log: Path) -> str:
    return " | ".join(log.read_text(errors="replace").strip().splitlines()[-3:]) or "it printed nothing"


def end(child: "subprocess.Popen[bytes]") -> None:
    """Ask the process to stop, then make sure that it and every descendant in its process group is gone."""
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(5)
    with contextlib.suppress(ProcessLookupError):
        # The group is the child's own (start_new_session), so this reaches nobody else.
        os.killpg(child.pid, signal.SIGKILL)
    child.wait(5)
    last = time.monotonic() + 2
    while time.monotonic() < last and _group_lives(child.pid):
        time.sleep(0.01)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
