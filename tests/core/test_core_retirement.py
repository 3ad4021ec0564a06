from datetime import UTC, date, datetime, timedelta

import pytest

from overgang.core.errors import CallerFault, GatewayFault
from overgang.core.retirement import Brownout, Release, Retirement

NOW_EXISTS = Release("2024-4", date(2024, 12, 8))
REPLACED = Release("2025-1", date(2025, 3, 16), assumed=True)
SUNSET = date(2025, 6, 30)
LAST_MOMENT = datetime(2025, 6, 30, 22, 0, tzinfo=UTC)  # midnight after the day, Danish summer time
START = datetime(2025, 5, 1, 8, 0, tzinfo=UTC)
BROWNOUT = Brownout(START, START + timedelta(minutes=15))


def test_deprecation_is_a_structured_date_at_the_beginning_of_the_danish_day() -> None:
    said = dict(Retirement(NOW_EXISTS, REPLACED).headers("https://x/openapi.json"))

    assert said == {
        "Deprecation": "@1733612400",
        "Link": '<https://x/openapi.json>; rel="successor-version"; type="application/json"',
    }
    assert datetime.fromtimestamp(1733612400, UTC) == datetime(2024, 12, 7, 23, 0, tzinfo=UTC)


def test_sunset_is_said_once_it_is_decided_and_is_the_end_of_that_day() -> None:
    assert dict(Retirement(NOW_EXISTS, REPLACED, SUNSET).headers("x"))["Sunset"] == "Mon, 30 Jun 2025 22:00:00 GMT"


def test_without_a_decision_a_service_is_answered_for_ever() -> None:
    Retirement(NOW_EXISTS, REPLACED).check(datetime(2099, 1, 1, tzinfo=UTC), "POST /x")


def test_a_service_is_answered_until_its_last_day_is_over() -> None:
    Retirement(NOW_EXISTS, REPLACED, SUNSET).check(LAST_MOMENT - timedelta(microseconds=1), "POST /x")


def test_after_its_last_day_the_fault_names_the_modern_call() -> None:
    with pytest.raises(CallerFault, match=r"service\.ended") as ended:
        Retirement(NOW_EXISTS, REPLACED, SUNSET).check(LAST_MOMENT, "POST /visiteringogstatus/v1/Fravaer")

    assert (ended.value.number, ended.value.status) == (1100, 410)
    assert "ended on 2025-06-30; its modern call is POST /visiteringogstatus/v1/Fravaer" in ended.value.text


@pytest.mark.parametrize("moment", [START - timedelta(microseconds=1), BROWNOUT.end])
def test_outside_of_a_brownout_the_service_is_answered(moment: datetime) -> None:
    Retirement(NOW_EXISTS, REPLACED, brownouts=(BROWNOUT,)).check(moment, "POST /x")


@pytest.mark.parametrize(("moment", "wait"), [(START, 901), (BROWNOUT.end - timedelta(seconds=1), 2)])
def test_a_brownout_says_when_to_come_back(moment: datetime, wait: int) -> None:
    with pytest.raises(GatewayFault, match=r"service\.brownout") as refused:
        Retirement(NOW_EXISTS, REPLACED, brownouts=(BROWNOUT,)).check(moment, "POST /x")

    assert (refused.value.status, refused.value.retry_after) == (503, wait)
    assert "POST /x" in refused.value.text
