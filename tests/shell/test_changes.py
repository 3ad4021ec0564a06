from dataclasses import replace
from datetime import date

import pytest

from overgang.cli.home import loaded
from overgang.core.rules import Law
from overgang.core.timeline import Source, Timeline, Version
from overgang.shell import changes
from overgang.shell.loading import Loaded

LAW: Law[int] = Law(
    "en.regel",
    "A rule.",
    Timeline("Days", Version(date(2099, 1, 1), 3, Source("An order")), ends=date(2099, 6, 30)),
    concerns=("CreateFravaer", "nowhere"),
)


@pytest.fixture(scope="module")
def everything() -> Loaded:
    return loaded()


def told(first: str, last: str, everything: Loaded) -> list[str]:
    return changes.between(date.fromisoformat(first), date.fromisoformat(last), [("fravaer", LAW)], everything)


def test_a_law_begins_with_its_value_source_and_the_operations_on_both_sides(everything: Loaded) -> None:
    assert told("2098-12-31", "2099-01-01", everything) == [
        "From 2099-01-01:\nen.regel  (fravaer, SOAP and REST, since 2099-01-01)\n  A rule.\n  value: 3\n"
        "  source: An order\n  concerns CreateFravaer (AbsenceRegistrationService.CreateAbsence), nowhere"
    ]


def test_a_law_ends_on_the_day_after_its_last(everything: Loaded) -> None:
    assert told("2099-06-29", "2099-06-30", everything) == []
    (said,) = told("2099-06-30", "2099-07-01", everything)
    assert said.startswith("From 2099-07-01:\nen.regel no longer holds\n  A rule.\n  concerns CreateFravaer")


def test_a_service_ends_on_the_day_after_its_last(everything: Loaded) -> None:
    first, *others = everything.services
    assert first.retirement is not None
    ended = replace(first, retirement=replace(first.retirement, sunset=date(2098, 1, 31)))
    (said,) = told("2098-01-31", "2098-02-01", replace(everything, services=(ended, *others)))
    assert said.startswith(f"From 2098-02-01:\nservice.udfasning: {first.key} is no longer answered")
