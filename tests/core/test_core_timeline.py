from datetime import date

import pytest

from overgang.core.timeline import NotInForce, Source, Timeline, Version

PAGE = Source("a page", "https://example.invalid/page")
FIRST, SECOND = Version(date(2024, 1, 1), 3, PAGE), Version(date(2025, 1, 1), 5, PAGE)


@pytest.mark.parametrize(
    ("day", "version"),
    [
        pytest.param(date(2024, 1, 1), FIRST, id="the first day of the first"),
        pytest.param(date(2024, 12, 31), FIRST, id="the eve of the second"),
        pytest.param(date(2025, 1, 1), SECOND, id="the day of the second"),
        pytest.param(date(2025, 6, 30), SECOND, id="the last day"),
    ],
)
def test_the_version_of_a_day_holds_with_its_value_and_source(day: date, version: Version[int]) -> None:
    timeline = Timeline("Months", FIRST, SECOND, ends=date(2025, 6, 30))
    assert timeline.on(day) is version
    assert timeline.holds(day)


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2025, 7, 1)])
def test_before_the_first_and_after_the_end_nothing_is_in_force(day: date) -> None:
    timeline = Timeline("Months", FIRST, SECOND, ends=date(2025, 6, 30))
    with pytest.raises(NotInForce, match=f"Months: nothing in force on {day}"):
        timeline.on(day)
    assert not timeline.holds(day)


def test_without_an_end_the_last_version_holds_on() -> None:
    timeline = Timeline("Months", FIRST, SECOND)
    assert timeline.on(date.max) is SECOND
    assert timeline.holds(date.max)
    assert list(timeline) == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("versions", "ends"),
    [
        pytest.param((SECOND, FIRST), None, id="later before earlier"),
        pytest.param((FIRST, FIRST), None, id="the same day twice"),
        pytest.param((FIRST, SECOND), date(2025, 1, 1), id="an end on the last version's first day"),
        pytest.param((FIRST, SECOND), date(2024, 6, 1), id="an end before the last version"),
    ],
)
def test_versions_and_end_are_in_ascending_order(versions: tuple[Version[int], ...], ends: date | None) -> None:
    with pytest.raises(ValueError, match="ascending order"):
        Timeline("Months", *versions, ends=ends)


def test_a_timeline_has_a_version() -> None:
    with pytest.raises(ValueError, match="needs a version"):
        Timeline("Months")
