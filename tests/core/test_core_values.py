import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overgang.core.values import COPENHAGEN, NIL, Dato, Tidspunkt, Unmappable


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, micro: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2024-12-10T08:00:00Z", utc(2024, 12, 10, 8), id="UTC"),
        pytest.param("2024-12-10T08:00:00+05:30", utc(2024, 12, 10, 2, 30), id="east, with minutes"),
        pytest.param("2024-12-10T08:00:00-05:30", utc(2024, 12, 10, 13, 30), id="west, with minutes"),
        pytest.param("2024-12-10T08:00:00", utc(2024, 12, 10, 7), id="no zone is Danish winter time"),
        pytest.param("2024-07-01T08:00:00", utc(2024, 7, 1, 6), id="no zone is Danish summer time"),
        pytest.param("2024-12-09T24:00:00Z", utc(2024, 12, 10), id="24:00:00 is the next midnight"),
        pytest.param("2023-12-31T24:00:00.000Z", utc(2024, 1, 1), id="24:00:00 at the end of a year"),
        pytest.param("2024-12-10T08:00:00.5Z", utc(2024, 12, 10, 8, 0, 0, 500000), id="one digit is tenths"),
        pytest.param(
            "2024-12-10T08:00:00.123456999Z", utc(2024, 12, 10, 8, 0, 0, 123456), id="nine digits are cut to six"
        ),
        pytest.param("2024-03-31T01:59:59", utc(2024, 3, 31, 0, 59, 59), id="the last second of winter time"),
        pytest.param("2024-03-31T02:30:00", utc(2024, 3, 31, 1, 30), id="in the hour that is skipped"),
        pytest.param("2024-03-31T03:00:00", utc(2024, 3, 31, 1), id="the first second of summer time"),
        pytest.param("2024-10-27T01:59:59", utc(2024, 10, 26, 23, 59, 59), id="before the hour that comes twice"),
        pytest.param("2024-10-27T02:30:00", utc(2024, 10, 27, 0, 30), id="in it: its first time is taken"),
        pytest.param("2024-10-27T03:00:00", utc(2024, 10, 27, 2), id="after it"),
        pytest.param(
            "0001-01-01T00:00:00+14:00",
            datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
            id="the first day there is, in its own zone",
        ),
    ],
)
def test_a_point_in_time_has_its_moment(text: str, moment: datetime) -> None:
    assert Tidspunkt(text).moment - moment == timedelta()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2024-12-09T22:59:59.9999999Z", date(2024, 12, 9), id="the last moment of a Danish winter day"),
        pytest.param("2024-12-09T23:00:00Z", date(2024, 12, 10), id="the first moment of a Danish winter day"),
        pytest.param("2024-06-09T22:00:00Z", date(2024, 6, 10), id="the first moment of a Danish summer day"),
        pytest.param("2024-12-10T00:30:00+02:00", date(2024, 12, 9), id="another zone's day is not the Danish one"),
        pytest.param("2024-12-09T24:00:00", date(2024, 12, 10), id="24:00:00 is the next day"),
        pytest.param("0001-01-01T00:00:00Z", date(1, 1, 1), id="the first year"),
        pytest.param("9999-12-31T22:00:00Z", date(9999, 12, 31), id="the last year"),
    ],
)
def test_a_point_in_time_falls_on_its_danish_day(text: str, day: date) -> None:
    assert Tidspunkt(text).day == day


@pytest.mark.parametrize(
    "text",
    [
        "0000-01-01T00:00:00Z",
        "-0044-03-15T12:00:00Z",
        "10000-01-01T00:00:00Z",
        "2024-02-30T00:00:00Z",
        "2024-01-01T25:00:00Z",
        "2024-01-01T24:00:01Z",
        "2024-01-01T00:00:00+24:00",
        "9999-12-31T24:00:00",
        "2024-01-01",
        "",
    ],
)
def test_a_moment_that_no_calendar_has_is_unmappable(text: str) -> None:
    with pytest.raises(Unmappable) as raised:
        _ = Tidspunkt(text).moment
    assert not text or text not in str(raised.value)


@pytest.mark.parametrize("text", ["9999-12-31T23:30:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_moment_whose_danish_day_is_beyond_the_calendar_is_unmappable(text: str) -> None:
    _ = Tidspunkt(text).moment
    with pytest.raises(Unmappable):
        _ = Tidspunkt(text).day


def test_the_text_of_a_point_in_time_is_kept() -> None:
    assert Tidspunkt("2024-12-10T08:00:00.123456789+05:00") == "2024-12-10T08:00:00.123456789+05:00"


def test_a_moment_is_written_in_its_zone_with_milliseconds() -> None:
    assert Tidspunkt.of(datetime(2024, 7, 1, 8, tzinfo=COPENHAGEN)) == "2024-07-01T08:00:00.000+02:00"


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_survives_being_written(moment: datetime) -> None:
    assert Tidspunkt(moment.isoformat()).moment == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-02-29Z", date(2024, 2, 29)),
        ("2024-02-29+14:00", date(2024, 2, 29)),
        ("2024-02-29-12:00", date(2024, 2, 29)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_a_day_is_the_one_that_is_written_whatever_its_zone(text: str, day: date) -> None:
    assert Dato(text).day == day


@pytest.mark.parametrize("text", ["0000-01-01", "-0044-03-15", "10000-01-01", "2023-02-29", ""])
def test_a_day_that_no_calendar_has_is_unmappable(text: str) -> None:
    with pytest.raises(Unmappable) as raised:
        _ = Dato(text).day
    assert not text or text not in str(raised.value)


def test_nil_is_one_thing_that_is_false_and_stays_itself_when_copied() -> None:
    assert not NIL
    assert copy.copy(NIL) is copy.deepcopy([NIL])[0] is pickle.loads(pickle.dumps(NIL)) is NIL
    assert repr(NIL) == "NIL"
