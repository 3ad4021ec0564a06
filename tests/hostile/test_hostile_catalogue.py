"""Every row of the catalogue has a test or a reason, and the register names nothing that is not there."""

import re
import subprocess
import sys

from catalogue import ELSEWHERE, REASONS, ROWS

from running import ROOT

_IN_NAME = re.compile(r"rows?_(\d+)(?:_(and|to)_(\d+))?")
_IN_ID = re.compile(r"(?:^|-)(\d{1,3})(?:-(\d{1,3}))? ")


def collected() -> list[str]:
    """The ids of all tests in this folder."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/hostile"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    return [line.partition("::")[2] for line in ran.stdout.splitlines() if "::" in line]


def rows_of(test: str) -> set[int]:
    name, _, ident = test.partition("[")
    found: set[int] = set()
    for first, _, last in _IN_NAME.findall(name):
        found |= {*range(int(first), int(last or first) + 1)}
    if in_id := _IN_ID.search(ident):
        found |= {*range(int(in_id[1]), int(in_id[2] or in_id[1]) + 1)}
    return found


def test_each_row_has_a_test_or_a_reason() -> None:
    tests = collected()
    assert len(tests) > 700
    here = set().union(*map(rows_of, tests))
    assert sorted(ROWS - here - ELSEWHERE.keys() - REASONS.keys()) == []
    assert not ELSEWHERE.keys() & REASONS.keys()


def test_what_is_shown_elsewhere_is_there() -> None:
    missing = [
        (row, file)
        for row, (file, name) in ELSEWHERE.items()
        if not (ROOT / file).is_file() or f"def {name}" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []
