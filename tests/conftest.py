"""What tests of the running gateway share; each process is started once."""

from collections.abc import Iterator

import pytest

import running


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Process]:
    """`overgang demo` on free ports."""
    with running.demo(tmp_path_factory.mktemp("demo")) as process:
        yield process


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Site]:
    """`overgang serve` in front of a modern side that counts what it is asked."""
    with running.site(tmp_path_factory.mktemp("site")) as served:
        yield served
