"""Whatever fuzzing has found once is tried again, the seeds are good inputs, and the fuzzer finds what there is."""

from pathlib import Path

import pytest

from fuzz.__main__ import FINDINGS, MISSING, available, fuzz
from fuzz.targets import TARGETS

FOUND = sorted(file for file in FINDINGS.glob("*/*") if file.is_file())


@pytest.mark.parametrize("file", [pytest.param(file, id=f"{file.parent.name}/{file.name}") for file in FOUND])
def test_what_was_found_is_mended(file: Path) -> None:
    TARGETS[file.parent.name].check(file.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_taken(name: str) -> None:
    seeds = TARGETS[name].seeds()
    assert seeds
    for seed in seeds:
        TARGETS[name].check(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_a_moment_of_it_finds_nothing(name: str, tmp_path: Path) -> None:
    if not available():
        pytest.skip(MISSING)
    done = fuzz(name, 2, seed=1, findings=tmp_path)
    assert done.tried > 10
    assert done.reached > 5
    assert done.found == (), done.said[-2000:]
