from datetime import UTC, date, datetime, time

from overgang.core.values import COPENHAGEN
from overgang.shell.clock import at, fixed, now


def test_the_time_is_in_utc() -> None:
    assert now().tzinfo is UTC


def test_a_fixed_clock_is_on_its_danish_day_at_any_time_of_today() -> None:
    for day in (date(2024, 12, 8), date(2024, 7, 1), date(2024, 3, 31)):
        assert fixed(day)().astimezone(COPENHAGEN).date() == day


def test_a_fixed_clock_moves_on_within_its_day() -> None:
    clock = fixed(date(2024, 12, 8))

    assert len({clock() for _ in range(1_000)}) > 1


def test_a_standing_clock_is_at_noon_danish_time() -> None:
    assert at(date(2024, 7, 1))() == datetime(2024, 7, 1, 10, tzinfo=UTC)
    assert at(date(2024, 12, 8), time(0, 30))() == datetime(2024, 12, 7, 23, 30, tzinfo=UTC)
