"""Types of the tables."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite import dialect

from overgang.shell.store.schema import Moment

MOMENT, DIALECT = Moment(), dialect()


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_comes_back_to_the_microsecond(moment: datetime) -> None:
    kept = MOMENT.process_bind_param(moment, DIALECT)
    assert MOMENT.process_result_value(kept, DIALECT) == moment


def test_a_moment_of_another_zone_comes_back_in_utc() -> None:
    there = datetime(2026, 11, 25, 13, tzinfo=timezone(timedelta(hours=1)))
    back = MOMENT.process_result_value(MOMENT.process_bind_param(there, DIALECT), DIALECT)
    assert back == there
    assert back is not None
    assert back.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        MOMENT.process_bind_param(datetime(2026, 11, 25), DIALECT)  # noqa: DTZ001


def test_no_moment_stays_none() -> None:
    assert MOMENT.process_bind_param(None, DIALECT) is None
    assert MOMENT.process_result_value(None, DIALECT) is None
