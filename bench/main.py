"""The command line of the measurements."""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench import figures, gateways, install, latency, messages, mixed, overload, startup, subjects
from bench.load import BenchError

PARTS = ("calls", "mixed", "large", "codec", "startup", "latency", "overload", "messages")


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="bench/run.py", description="Measure this gateway beside its peers.")
    parser.add_argument("--seconds", type=int, default=5, help="of load per subject and repetition")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions; their order alternates")
    parser.add_argument("--connections", type=int, default=16, help="callers at the same time")
    parser.add_argument(
        "--only", action="append", choices=[*subjects.SUBJECTS, *PARTS], help="may be given several times"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single figure there too")
    found = parser.parse_args(given)
    if min(found.seconds, found.repeat, found.connections) < 1:
        parser.error("--seconds, --repeat and --connections are at least 1")
    return found


def main(given: Sequence[str] | None = None) -> int:
    """Run what was asked for; 1 when a measurement failed, 130 when it was interrupted."""
    asked = arguments(given)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)  # either way the started processes are ended
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            Path(folder).chmod(0o711)  # nginx's worker is another user when this is root
            _run(asked, Path(folder))
    except BenchError as failed:
        print(f"bench: {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _run(asked: argparse.Namespace, folder: Path) -> None:
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}, load {load:.1f}")
    names, parts = _chosen(asked.only)
    measured: dict[str, list[figures.Measured]] = {}
    others: dict[str, object] = {}
    if "calls" in parts:
        install.tool("wrk")
        print(f"\nCreateAbsence, {asked.connections} callers, {asked.repeat} × {asked.seconds} s, one process each")
        measured = gateways.compare(
            names, folder, seconds=asked.seconds, repeat=asked.repeat, connections=asked.connections, tell=_tell
        )
        print("\n" + figures.text(figures.calls_table(measured, subjects.OURS)))
    if "mixed" in parts:
        others["mixed"] = _mixed(folder, asked)
    if "large" in parts:
        others["large"] = _large(folder, asked.seconds)
    if "codec" in parts:
        others["codec"] = _codec(folder)
    if "startup" in parts:
        others["startup"] = _startup(folder, max(asked.repeat, 5))
    if "latency" in parts:
        install.tool("wrk")
        print(f"\nAdded latency at half load, {asked.seconds} s each")
        added = latency.measure(folder / "latency", seconds=asked.seconds, tell=_tell)
        print("\n" + figures.text(latency.table(added)))
        others["latency"] = {name: asdict(one) for name, one in added.items()}
    if "overload" in parts:
        print(f"\nOverload, {asked.seconds} s each, the modern side takes {overload.MILLISECONDS:g} ms")
        loads = overload.measure(folder / "overload", seconds=asked.seconds, tell=_tell)
        print("\n" + figures.text(overload.table(loads)))
        others["overload"] = [asdict(one) for one in loads]
    if "messages" in parts:
        install.tool("nginx")
        print(f"\nTechnical messages, {messages.CALLERS} senders, {asked.seconds} s each")
        flows = messages.measure(folder / "messages", seconds=asked.seconds, tell=_tell)
        print("\n" + figures.text(messages.table(flows)))
        others["messages"] = {name: asdict(one) for name, one in flows.items()}
    if asked.json:
        asked.json.write_text(figures.as_json(measured, others), encoding="utf-8")


def _chosen(only: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """The subjects and the parts; naming subjects alone means the calls between them."""
    wanted = only or [*subjects.SUBJECTS, *PARTS]
    names = [name for name in subjects.SUBJECTS if name in wanted]
    parts = [part for part in PARTS if part in wanted]
    if names and "calls" not in parts:
        parts.insert(0, "calls")
    return names or list(subjects.SUBJECTS), parts


def _tell(line: str) -> None:
    print(line, flush=True)


def _mixed(folder: Path, asked: argparse.Namespace) -> dict[str, object]:
    install.tool("wrk")
    print(f"\nMixed load, {asked.connections} callers (a long history alone: one), {asked.repeat} × {asked.seconds} s")
    found = mixed.measure(
        folder / "mixed", seconds=asked.seconds, repeat=asked.repeat, connections=asked.connections, tell=_tell
    )
    print("\n" + figures.text(mixed.table(found)))
    return {name: asdict(cost) for name, cost in found.items()}


def _large(folder: Path, seconds: int) -> dict[str, float]:
    install.tool("wrk")
    found = gateways.large_answer(folder / "large", seconds=seconds)
    print("\nLarge answers through the gateway, one caller (200 items is the most GetProfessionCollection allows)")
    print(figures.text([["", "ms"], *([name, f"{value:.2f}"] for name, value in found.items())]))
    return found


def _codec(folder: Path) -> dict[str, dict[str, float]]:
    env = {**os.environ, "PYTHONPATH": f"{install.ROOT}:{install.ROOT / 'src'}"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.codec", str(folder)],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"codec: {(done.stderr.strip() or 'no output').splitlines()[-1]}")
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    print("\nCodec alone, µs CPU per message of ten elements per item")
    head = ["", *(f"{size} items" for size in next(iter(found.values())))]
    print(figures.text([head, *([name, *(f"{value:,.1f}" for value in row.values())] for name, row in found.items())]))
    return found


def _startup(folder: Path, repeat: int) -> dict[str, object]:
    found = startup.measure(folder / "startup", repeat)
    print("\nStart-up, each in a fresh process")
    keys = {"seconds": "seconds", "peak_mb": "peak MB", "more_mb": "MB by loading"}
    rows = [[name, *(str(row.get(key, "")) for key in keys)] for name, row in found.items()]
    print(figures.text([["", *keys.values()], *rows]))
    return {name: {key: asdict(value) for key, value in row.items()} for name, row in found.items()}
