"""Whatever fuzzing has found once is tried again, and the seeds are good inputs."""

from pathlib import Path

import pytest

from fuzz.__main__ import fuzz
from fuzz.targets import TARGETS

FINDINGS = sorted(file for file in (Path(__file__).parent / "findings").glob("*/*") if file.is_file())


@pytest.mark.parametrize("file", [pytest.param(file, id=f"{file.parent.name}/{file.name}") for file in FINDINGS])
def test_what_was_found_is_mended(file: Path) -> None:
    TARGETS[file.parent.name].check(file.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_taken(name: str) -> None:
    seeds = TARGETS[name].seeds()
    assert seeds
    for seed in seeds:
        TARGETS[name].check(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_a_moment_of_it_finds_nothing(name: str) -> None:
    tried, _, found = fuzz(name, 1.0, seed=1)
    assert tried > 10
    assert found == []
