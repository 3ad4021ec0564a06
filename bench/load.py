"""The load: wrk, a C program, sends a new SOAP call each time; what it counted comes back as one line of JSON."""

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
MARK = "MEASURED "
FAILURES = ("status", "connect", "read", "write", "timeout")


class BenchError(Exception):
    """The measurement cannot be trusted or cannot start; the text says why in one line."""


@dataclass(frozen=True, slots=True)
class Call:
    """One kind of call: a file with the envelope (marks in it vary per call), its SOAPAction, and its path.

    Without a path it is sent to the URL as it is.
    """

    template: Path
    action: str
    path: str = ""


def sample(call: Call) -> bytes:
    """One envelope of that kind, its marks filled in as load.lua does it."""
    text = call.template.read_text(encoding="utf-8").replace("{clock}", "59:59").replace("{number}", "9999999")
    return text.replace("{day}", str((datetime.now(UTC) + timedelta(hours=2)).date())).encode()


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk counted: answered calls, wall seconds, latencies in microseconds."""

    calls: int
    seconds: float
    p50_us: int
    p99_us: int

    @property
    def rate(self) -> float:
        """Calls per second."""
        return self.calls / self.seconds


def parse(output: str) -> Load:
    """The figures in wrk's output. A single failed call fails the measurement: raises BenchError."""
    lines = [line for line in output.splitlines() if line.startswith(MARK)]
    if len(lines) != 1:
        raise BenchError("wrk printed no figures")
    found = json.loads(lines[0].removeprefix(MARK))
    failed = {kind: found[kind] for kind in FAILURES if found[kind]}
    if failed:
        raise BenchError("calls failed: " + ", ".join(f"{count} by {kind}" for kind, count in failed.items()))
    if not found["calls"]:
        raise BenchError("no call was answered")
    return Load(found["calls"], found["seconds"], found["p50_us"], found["p99_us"])


def command(url: str, *calls: Call, seconds: int, connections: int, first: int) -> list[str]:
    """The wrk command line: one thread, so that the other core is the subject's."""
    head = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT), url, "--"]
    return [*head, str(first), *(part for call in calls for part in (str(call.template), call.action, call.path))]


def run(url: str, *calls: Call, seconds: int, connections: int, first: int) -> Load:
    """Send these kinds of calls in turn for so many seconds; `first` numbers the first one. Raises BenchError."""
    argv = command(url, *calls, seconds=seconds, connections=connections, first=first)
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=seconds + 30, check=False)
    except subprocess.TimeoutExpired as late:
        raise BenchError(f"wrk did not end within {seconds + 30} s") from late
    if done.returncode:
        raise BenchError(f"wrk ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return parse(done.stdout)
