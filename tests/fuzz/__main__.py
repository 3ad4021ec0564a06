"""`python -m tests.fuzz --seconds 60 [--target NAME]`: tries mutated inputs until the time is up; 1 when one was found.

Inputs that reach lines of overgang's which none before has reached are kept and mutated further (sys.monitoring is not
in Python 3.11, so lines are seen through a trace function). What is found is written to tests/fuzz/findings/<target>/,
where tests/fuzz/test_findings.py tries it again for good.
"""

import argparse
import hashlib
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.targets import TARGETS, Target

FINDINGS = Path(__file__).parent / "findings"
OURS = "/overgang/"
LARGEST = 20_000


class Reached:
    """The lines that were reached so far."""

    def __init__(self) -> None:
        self.lines: set[tuple[str, int]] = set()
        self._new = False

    def run(self, target: Target, data: bytes) -> bool:
        """Whether the input reaches a new line; raises what the target must not let out."""
        self._new = False
        sys.settrace(self._enter)
        try:
            target.check(data)
        finally:
            sys.settrace(None)
        return self._new

    def _enter(self, frame: FrameType, event: str, _: Any) -> Any:
        return self._line if OURS in frame.f_code.co_filename else None

    def _line(self, frame: FrameType, event: str, _: Any) -> Any:
        place = (frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and place not in self.lines:
            self.lines.add(place)
            self._new = True
        return self._line


def mutated(data: bytes, others: Sequence[bytes], tokens: Sequence[bytes], chance: random.Random) -> bytes:
    """The input changed in one to eight places."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        place = chance.randrange(len(made) + 1)
        end = min(place + chance.choice((1, 2, 8, 64)), len(made))
        match chance.randrange(7):
            case 0 if made:
                made[place % len(made)] ^= 1 << chance.randrange(8)
            case 1:
                made[place:end] = b""
            case 2:
                made[place:place] = made[place:end]
            case 3:
                made[place:end] = chance.choice(tokens)
            case 4:
                made[place:place] = chance.choice(tokens)
            case 5:
                other = chance.choice(others)
                start = chance.randrange(len(other) + 1)
                made[place:end] = other[start : start + chance.choice((4, 32, 256))]
            case _:
                made[place:end] = bytes(chance.randrange(256) for _ in range(chance.choice((1, 2, 4))))
    return bytes(made[:LARGEST])


def fuzz(name: str, seconds: float, seed: int) -> tuple[int, int, list[Path]]:
    """How many inputs were tried, how many are kept, and the files of what was found."""
    target, reached, chance = TARGETS[name], Reached(), random.Random(seed)
    kept, found, tried = list(target.seeds()), list[Path](), 0
    end = time.monotonic() + seconds
    for one in kept:
        reached.run(target, one)
    while time.monotonic() < end:
        data = mutated(chance.choice(kept), kept, target.tokens, chance)
        tried += 1
        try:
            if reached.run(target, data):
                kept.append(data)
        except Exception as mistake:  # noqa: BLE001 - whatever comes out is what is looked for
            file = FINDINGS / name / hashlib.sha256(data).hexdigest()[:16]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            found.append(file)
            print(f"{name}: {type(mistake).__name__} from {file}", flush=True)
            if len(found) >= 10:
                break
    return tried, len(kept), found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=float, default=60.0, help="in all (60)")
    parser.add_argument("--target", choices=TARGETS, action="append")
    parser.add_argument("--seed", type=int, default=None, help="of the chance, to try the same again")
    given = parser.parse_args()
    names, seed = given.target or list(TARGETS), given.seed if given.seed is not None else time.monotonic_ns()
    print(f"seed {seed}", flush=True)
    failed = False
    for name in names:
        tried, kept, found = fuzz(name, given.seconds / len(names), seed)
        failed |= bool(found)
        print(f"{name}: {tried} inputs tried, {kept} kept, {len(found)} found", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
