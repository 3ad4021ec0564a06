"""What a gateway does with more calls than it can take: which it answers, and how soon others are refused.

What it can take is set by a modern side that takes 50 ms and by `[admission] at_once`: so ten times as much can be sent
from the same machine. Its measure is what it answers when it is sent just that: its own time comes on top of the 50 ms.
A service may hold one call less than are let in; who meets that bound is refused too, with a SOAP fault (HTTP 500).
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import pace, subjects
from bench.install import ROOT
from bench.pace import percentile
from bench.processes import free_port, started

MILLISECONDS, AT_ONCE = 50.0, 16
TIMES = (0.5, 1.0, 2.0, 5.0, 10.0)
LATER = 1_000_000  # between the numbers of two loads


@dataclass(frozen=True, slots=True)
class Found:
    """At `times` the measure: calls a second that were answered, p99 of them and of the refused ones in ms, others."""

    times: float
    good: float
    good_p99: float
    refused: float
    refused_p99: float
    other: int


@contextlib.contextmanager
def slow_modern(folder: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "bench.pace", "--stub", str(MILLISECONDS), "--port", str(port)]
    folder.mkdir(parents=True, exist_ok=True)
    with started(command, port, folder / "log.txt", env={"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}):
        yield f"http://127.0.0.1:{port}"


def measure(folder: Path, *, seconds: int, tell: Callable[[str], None]) -> list[Found]:
    """Each load after the other at one gateway. Raises BenchError."""
    measured = []
    more = f"[admission]\nat_once = {AT_ONCE}\n[upstream]\nmax_in_flight = {AT_ONCE - 1}\nwaiting = 0\n"
    capacity = AT_ONCE / (MILLISECONDS / 1000)
    with slow_modern(folder / "modern") as modern, subjects.overgang(modern, folder / "gateway", more=more) as ours:
        pace.apart(ours.url, 100, 2, 0)
        for number, times in enumerate(TIMES, 1):
            seen = pace.apart(ours.url, times * capacity, seconds, number * LATER)
            good = seen.by_status.get(200, [])
            refused = [*seen.by_status.get(503, []), *seen.by_status.get(500, [])]
            other = sum(map(len, seen.by_status.values())) - len(good) - len(refused)
            found = Found(
                times,
                len(good) / seconds,
                percentile(good, 0.99),
                len(refused) / seconds,
                percentile(refused, 0.99),
                other,
            )
            tell(f"  {times:g} x {capacity:.0f}/s: {found.good:,.0f} answered, {found.refused:,.0f} refused a second")
            measured.append(found)
    return measured


def table(found: list[Found]) -> list[list[str]]:
    """Rows to print."""
    head = ["load", "answered/s", "of the measure", "p99 ms", "refused/s", "refused p99 ms", "neither"]
    capacity = next(one.good for one in found if one.times == 1.0)
    rows = [
        [
            *(f"{one.times:g} x", f"{one.good:,.0f}", f"{one.good / capacity:.0%}", f"{one.good_p99:.0f}"),
            *(f"{one.refused:,.0f}", f"{one.refused_p99:.1f}", str(one.other)),
        ]
        for one in found
    ]
    return [head, *rows]
