"""A long load with faults in it: whether memory, descriptors and the slow calls grow, and whether the audit holds.

`python -m bench.soak --seconds 600` (`make soak SECONDS=600`).
"""

import argparse
import asyncio
import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import pace, subjects
from bench.install import ROOT
from bench.load import BenchError
from bench.pace import percentile
from bench.processes import family

LATER = 100_000
_BAD = (b"<a>" * 300, b"", b"<!DOCTYPE a><a/>", b"\xff" * 500, b"{}")


@dataclass(frozen=True, slots=True)
class Sample:
    """After so many seconds: resident MB and descriptors of all processes, p99 in ms of the calls just made."""

    at: float
    mb: float
    files: int
    p99: float


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


def run(seconds: float, rate: float, folder: Path) -> tuple[list[Sample], int]:
    """The samples, and how many good calls were not answered with 200. Raises BenchError."""
    samples, failed, number = list[Sample](), 0, 0
    every = min(max(seconds / 40, 1.0), 15.0)
    with subjects.stub(folder / "stub") as stub, subjects.overgang(stub, folder / "gateway") as ours:
        pace.apart(ours.url, rate, min(5.0, every), 0)  # pools fill, and what is loaded late is loaded
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            number += 1
            _bad(ours.url, max(int(rate * every / 100), 1))
            seen = asyncio.run(pace.paced(ours.url, subjects.CREATE_ABSENCE, rate, every, number * LATER))
            good = seen.by_status.get(200, [])
            failed += sum(map(len, seen.by_status.values())) - len(good)
            mb, files = held(ours.pid)
            samples.append(Sample(time.monotonic() - begun, mb, files, percentile(good, 0.99)))
            print(
                f"{samples[-1].at:6.0f} s  {mb:6.1f} MB  {files:4} descriptors  p99 {samples[-1].p99:6.1f} ms",
                flush=True,
            )
    return samples, failed


def _bad(url: str, count: int) -> None:
    """One call in a hundred is hostile."""
    where, _, path = url.removeprefix("http://").partition("/")
    for number in range(count):
        connection = http.client.HTTPConnection(where, timeout=10)
        try:
            connection.request("POST", f"/{path}", _BAD[number % len(_BAD)], {"Content-Type": "text/xml"})
            if connection.getresponse().status < 400:
                raise BenchError("a hostile call was answered as a good one")
        finally:
            connection.close()


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
    """0 when every good call was answered and the audit holds."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rate", type=float, default=300.0, help="calls a second (300)")
    asked = parser.parse_args(given)
    try:
        with tempfile.TemporaryDirectory(prefix="soak-") as name:
            folder = Path(name)
            folder.chmod(0o711)  # nginx's worker is another user when this is root
            samples, failed = run(asked.seconds, asked.rate, folder)
            audit = verified(folder)
    except BenchError as mistake:
        print(f"soak: {mistake}", file=sys.stderr)
        return 1
    for what, values in (
        ("memory, MB", [(one.at, one.mb) for one in samples]),
        ("descriptors", [(one.at, float(one.files)) for one in samples]),
        ("p99, ms", [(one.at, one.p99) for one in samples]),
    ):
        print(f"{what}: {values[0][1]:.1f} at first, {values[-1][1]:.1f} at last, {slope(values):+.1f} an hour")
    print(f"good calls that failed: {failed}\n{audit}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
