"""What processes used is counted over the whole tree, and none is left behind."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench import load, processes

# A server whose child burns 0.2 s of CPU and holds 50 MB before the parent listens.
PARENT = """\
import os, socket, sys, time
ready, done = os.pipe()
if os.fork() == 0:
    kept = bytearray(b"x" * 50_000_000)
    while time.process_time() < 0.2:
        pass
    os.write(done, b".")
    time.sleep(60)
os.read(ready, 1)
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    time.sleep(60)
"""


@contextmanager
def _family(folder: Path) -> Iterator[int]:
    port = processes.free_port()
    with processes.started([sys.executable, "-c", PARENT, str(port)], port, folder / "log.txt") as pid:
        yield pid


def test_cpu_and_memory_of_a_child_count_for_its_parent(tmp_path: Path) -> None:
    with _family(tmp_path) as pid:
        assert len(processes.family(pid)) == 2
        assert processes.cpu_seconds(pid) >= 0.18  # a tick is 0.01 s
        assert processes.peak_mb(pid) >= 50


def test_what_a_resting_process_used_is_told_once_it_rests(tmp_path: Path) -> None:
    with _family(tmp_path) as pid:
        used = processes.settled(pid)
        assert used >= 0.18
        assert processes.cpu_seconds(pid) == used


def test_no_process_of_the_tree_outlives_the_block(tmp_path: Path) -> None:
    with _family(tmp_path) as pid:
        members = processes.family(pid)
    assert not [member for member in members if _runs(member)]


def test_the_tree_is_ended_when_the_block_is_interrupted(tmp_path: Path) -> None:
    members: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path, members)
    assert len(members) == 2
    assert not [member for member in members if _runs(member)]


def _interrupted(folder: Path, members: list[int]) -> None:
    with _family(folder) as pid:
        members += processes.family(pid)
        raise KeyboardInterrupt


def test_a_server_that_ends_at_once_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    with (
        pytest.raises(load.BenchError, match="no such setting"),
        processes.started([sys.executable, "-c", "raise SystemExit('no such setting')"], 1, tmp_path / "log.txt"),
    ):
        pass


def test_a_server_that_never_listens_is_an_error(tmp_path: Path) -> None:
    port = processes.free_port()
    argv = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (
        pytest.raises(load.BenchError, match="nothing listens"),
        processes.started(argv, port, tmp_path / "l", patience=0.2),
    ):
        pass


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", processes.free_port())):
        pass


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # ended; nobody has waited for it yet
