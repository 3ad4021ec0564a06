"""A long load with faults in it: whether memory, descriptors and the slow calls grow, and whether the audit holds.

Old calls of the mixed load (see mixed), one hostile call in a hundred, one event in ten, whose messages their receivers
fetch and acknowledge every period. `python -m bench.soak --seconds 600` (`make soak SECONDS=600`).
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from bench import gateways, messages, mixed, pace, subjects
from bench.install import ROOT
from bench.load import BenchError, Call
from bench.pace import percentile
from bench.processes import family
from overgang.shell.client import Posts

LATER: Final = 100_000  # between the numbers of two periods' calls
WARM: Final = 1 / 2  # of the time, in which caches and pools fill; growth is told of the rest
_HOSTILE: Final = (b"<a>" * 300, b"", b"<!DOCTYPE a><a/>", b"\xff" * 500, b"{}")


@dataclass(frozen=True, slots=True)
class Sample:
    """After so many seconds: resident MB and descriptors of all processes, p99 in ms of the calls just made."""

    at: float
    mb: float
    files: int
    p99: float


@dataclass(slots=True)
class Counts:
    """What was sent and came of it; `failed` are good calls that were not answered with 200, by status (0: none)."""

    calls: int = 0
    failed: Counter[int] = field(default_factory=Counter)
    hostile: int = 0
    events: int = 0
    fetched: int = 0


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """The growth by least squares, per hour; `samples` are (seconds, value)."""
    count = len(samples)
    middle, mean = sum(at for at, _ in samples) / count, sum(value for _, value in samples) / count
    spread = sum((at - middle) ** 2 for at, _ in samples)
    return 3600 * sum((at - middle) * (value - mean) for at, value in samples) / spread if spread else 0.0


def held(pid: int) -> tuple[float, int]:
    """Resident MB, and open descriptors, of a process and its children."""
    mb, files = 0.0, 0
    for member in family(pid):
        mb += int(Path(f"/proc/{member}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
        files += sum(1 for _ in Path(f"/proc/{member}/fd").iterdir())
    return mb, files


def run(seconds: float, rate: float, folder: Path) -> tuple[list[Sample], Counts]:
    """The samples, and what was sent. Raises BenchError."""
    (folder / "calls").mkdir()
    parts, answers = mixed.prepared(folder / "calls", date.today())  # noqa: DTZ011 - of this machine, as the gateway's
    more = "\n[admission]\nat_once = 512\n"
    with (
        subjects.stub(folder / "stub", answers | messages.answers()) as stub,
        subjects.overgang(f"{stub}/mixed", folder / "gateway", more=more) as ours,
    ):
        for part in parts:
            gateways.check(ours.base, part.call, part.holds)
        calls = [part.call for part in mixed.in_turn(parts)]
        return asyncio.run(_run(ours.base, ours.pid, calls, seconds, rate))


async def _run(base: str, pid: int, calls: Sequence[Call], seconds: float, rate: float) -> tuple[list[Sample], Counts]:
    every = min(max(seconds / 40, 1.0), 15.0)
    samples, counts, posts = list[Sample](), Counts(), Posts(30)
    try:
        begun = time.monotonic()
        while (at := time.monotonic() - begun) < seconds:
            good = await _period(posts, base, calls, rate, every, counts)
            samples.append(Sample(at + every, *held(pid), percentile(good, 0.99)))
            last = samples[-1]
            print(
                f"{last.at:6.0f} s  {last.mb:6.1f} MB  {last.files:4} descriptors  p99 {last.p99:6.1f} ms", flush=True
            )
    finally:
        await posts.close()
    return samples, counts


async def _period(
    posts: Posts, base: str, calls: Sequence[Call], rate: float, seconds: float, counts: Counts
) -> list[float]:
    """The milliseconds of the good calls of one period."""
    first = LATER + counts.calls

    async def events() -> None:
        for _ in range(int(rate * seconds / 10)):
            await messages.event(posts, base, counts.events)
            counts.events += 1
            await asyncio.sleep(10 / rate)

    async def hostile() -> None:
        for _ in range(max(int(rate * seconds / 100), 1)):
            url = f"{base}{calls[0].path}"
            reply = await posts.post(url, _HOSTILE[counts.hostile % len(_HOSTILE)], {"Content-Type": "text/xml"})
            counts.hostile += 1
            if reply.status < 400:
                raise BenchError(f"a hostile call was answered with {reply.status} {reply.trouble}")
            await asyncio.sleep(100 / rate)

    seen, *_ = await asyncio.gather(pace.paced(base, calls, rate, seconds, first), events(), hostile())
    fetched = await asyncio.gather(*(messages.emptied(posts, base, one) for one in messages.RECEIVERS))
    counts.fetched += sum(fetched)
    for status, times in seen.by_status.items():
        counts.calls += len(times)
        if status != 200:
            counts.failed[status] += len(times)
    return seen.by_status.get(200, [])


def verified(folder: Path) -> str:
    """The last line of `overgang audit verify`. Raises BenchError when it finds anything."""
    command = [
        sys.executable,
        "-m",
        "overgang.cli",
        "audit",
        "verify",
        "--config",
        str(folder / "gateway" / "gateway.toml"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise BenchError(f"the audit does not hold: {(done.stdout + done.stderr).strip()[-300:]}")
    return done.stdout.strip().splitlines()[-1]


def main(given: Sequence[str] | None = None) -> int:
    """0 when every good call was answered, every event's message came out, and the audit holds."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rate", type=float, default=150.0, help="old calls a second (150)")
    asked = parser.parse_args(given)
    try:
        with tempfile.TemporaryDirectory(prefix="soak-") as name:
            folder = Path(name)
            folder.chmod(0o711)  # nginx's worker is another user when this is root
            samples, counts = run(asked.seconds, asked.rate, folder)
            audit = verified(folder)
    except BenchError as mistake:
        print(f"soak: {mistake}", file=sys.stderr)
        return 1
    warm = [one for one in samples if one.at >= WARM * asked.seconds] or samples
    for what, values in (
        ("memory, MB", [(one.at, one.mb) for one in warm]),
        ("descriptors", [(one.at, float(one.files)) for one in warm]),
        ("p99, ms", [(one.at, one.p99) for one in warm]),
    ):
        print(f"{what}: {values[0][1]:.1f} when warm, {values[-1][1]:.1f} at last, {slope(values):+.1f} an hour")
    failed = ", ".join(f"{number} with {status}" for status, number in counts.failed.items()) or "none of them failed"
    print(f"{counts.calls} good calls, {failed}; {counts.hostile} hostile ones, all refused")
    print(f"{counts.events} events, {counts.fetched} messages fetched and acknowledged\n{audit}")
    return 1 if counts.failed or counts.fetched != counts.events else 0


if __name__ == "__main__":
    sys.exit(main())
