"""What tests of the running gateway share; each process is started once."""

from collections.abc import Iterator

import pytest

import running
from figures import FIGURE

FIRST = ("proof/test_kills.py",)  # the longest: begun first, they do not run on alone at the end


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first."""
    items.sort(key=lambda item: not any(f"{one}::" in item.nodeid for one in FIRST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests counted."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == FIGURE:
                terminalreporter.write_line(str(value))


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
