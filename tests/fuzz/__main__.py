"""`python -m tests.fuzz --seconds 60 [--target NAME]`: fuzzing guided by coverage; 1 when something came out.

What is found is in tests/fuzz/findings/<target>/, where tests/fuzz/test_findings.py tries it again for good.
"""

import argparse
import importlib.util
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.targets import ROOT, TARGETS

FINDINGS = Path(__file__).parent / "findings"
MISSING = "atheris, the fuzzer, is not installed (it has no wheel for this Python)"


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """How many inputs were tried, how many lines and branches they reached, and the files of what was found."""

    tried: int
    reached: int
    found: tuple[Path, ...]
    said: str


def available() -> bool:
    return importlib.util.find_spec("atheris") is not None


def fuzz(name: str, seconds: int, seed: int, findings: Path = FINDINGS) -> Fuzzed:
    """One target, in a process of its own."""
    folder = findings / name
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.iterdir())
    command = [sys.executable, "-m", "fuzz.engine", name, str(seconds), str(folder), str(seed)]
    done = subprocess.run(
        command,
        cwd=ROOT / "tests",
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=seconds + 120,
    )
    tried = [int(count) for count in re.findall(r"^#(\d+)", done.stderr, re.MULTILINE)]
    reached = [int(count) for count in re.findall(r"cov: (\d+)", done.stderr)]
    found = tuple(sorted(set(folder.iterdir()) - before))
    if done.returncode and not found:
        raise RuntimeError(f"the fuzzer failed: {done.stderr[-500:]}")
    return Fuzzed(max(tried, default=0), max(reached, default=0), found, done.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="in all (60)")
    parser.add_argument("--target", choices=TARGETS, action="append")
    parser.add_argument("--seed", type=int, default=None, help="of the chance, to try the same again")
    given = parser.parse_args()
    if not available():
        print(MISSING, file=sys.stderr)
        return 2
    names = given.target or list(TARGETS)
    seed = given.seed if given.seed is not None else time.monotonic_ns() % 2**31
    print(f"seed {seed}", flush=True)
    failed = False
    for name in names:
        one = fuzz(name, max(given.seconds // len(names), 1), seed)
        failed |= bool(one.found)
        print(f"{name}: {one.tried} inputs tried, {one.reached} places reached, {len(one.found)} found", flush=True)
        for file in one.found:
            print(f"  {file}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
