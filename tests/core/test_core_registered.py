"""What flows read of registrations: which one stands, what it says, when it was made."""

from datetime import date
from typing import Any

import pytest
from core_side import a_call

from overgang.core.errors import UpstreamFault
from overgang.core.fields import NUMBER, TIDSPUNKT, Field, Table
from overgang.core.registered import day_read, made_since, of_call, read_as, receipt, runs, says, versions

ID = "0e9d8c7b-6a59-4847-b635-241302f1e0dc"
TABLE = Table(Field("Type", "Kind", NUMBER), Field("Start", "Starttidspunkt", TIDSPUNKT))
WANTED = {"Kind": 2, "Starttidspunkt": "2024-12-09T00:00:00+01:00"}


BEFORE, SINCE = "2024-12-10T09:59:59.999+01:00", "2024-12-10T09:00:00Z"  # the call was registered at 10:00


def version(made: str, *, aktuel: bool = True, slettet: bool = False) -> dict[str, Any]:
    return {
        "dfdgRegistreringstidspunkt": made,
        "registreringsmetadata": {"erAktuel": aktuel, "erSlettet": slettet},
    }


def test_the_versions_of_a_registration_are_found_whatever_the_case_of_its_id() -> None:
    history = [{"id": ID}, {"id": "another"}, {"id": ID.upper()}]
    assert versions(history, "id", ID) == [history[0], history[2]]


@pytest.mark.parametrize(
    ("made", "aktuel", "counts"),
    [
        pytest.param(BEFORE, True, True, id="the current one"),
        pytest.param(SINCE, False, True, id="one made since and replaced again"),
        pytest.param(BEFORE, False, False, id="one replaced that was there before the call"),
    ],
)
def test_a_version_can_be_what_the_call_registered(made: str, aktuel: bool, counts: bool) -> None:
    assert of_call(a_call(), version(made, aktuel=aktuel)) is counts


@pytest.mark.parametrize(
    ("made", "aktuel", "counts"),
    [(SINCE, True, True), (SINCE, False, True), (BEFORE, True, True), (BEFORE, False, False)],
)
def test_a_deletion_is_the_calls_where_it_stands_or_was_made_since(made: str, aktuel: bool, counts: bool) -> None:
    assert of_call(a_call(), version(made, aktuel=aktuel, slettet=True), deleted=True) is counts


@pytest.mark.parametrize(
    ("made", "since"),
    [(BEFORE, False), (SINCE, True), ("2024-12-10T10:00:00", True), ("2024-12-10T10:00:00.001+01:00", True)],
)
def test_a_version_was_made_since_the_call_from_the_very_moment_of_the_call_on(made: str, since: bool) -> None:
    assert made_since(a_call(), version(made)) is since


def test_a_deleted_version_counts_where_a_deletion_is_asked_for_and_nowhere_else() -> None:
    assert not of_call(a_call(), version(SINCE, slettet=True))
    assert not of_call(a_call(), version(SINCE), deleted=True)


@pytest.mark.parametrize(
    ("there", "same"),
    [
        pytest.param({"kind": 2, "starttidspunkt": "2024-12-08T23:00:00Z"}, True, id="the same moment"),
        pytest.param({"kind": 2, "starttidspunkt": "2024-12-08T23:00:01Z"}, False, id="another moment"),
        pytest.param({"kind": 3, "starttidspunkt": "2024-12-08T23:00:00Z"}, False, id="another value"),
        pytest.param({"kind": 2}, False, id="a value missing"),
        pytest.param({"kind": 2, "starttidspunkt": "2024-12-08T23:00:00Z", "id": ID}, True, id="more than the table"),
    ],
)
def test_a_registration_says_what_is_wanted_when_each_field_of_the_table_does(
    there: dict[str, Any], same: bool
) -> None:
    assert says(there, WANTED, TABLE) is same


def test_a_value_that_is_not_wanted_may_not_be_there() -> None:
    assert not says({"kind": 2, "starttidspunkt": "2024-12-08T23:00:00Z"}, {"Kind": 2}, TABLE)


def test_reads_write_names_in_camel_case() -> None:
    assert [read_as(field) for field in TABLE.fields] == ["kind", "starttidspunkt"]


def test_a_receipt_has_the_time_of_a_registration_that_was_read_back() -> None:
    registered = "2024-12-09T11:59:58.250+01:00"
    assert receipt(a_call(), ID, {"dfdgRegistreringstidspunkt": registered}) == {
        "ServiceReceipt": {"EventDate": registered, "MessageIdentifier": ID}
    }


@pytest.mark.parametrize("reply", [ID, None, {}])
def test_a_receipt_of_a_new_registration_has_the_time_of_the_call(reply: object) -> None:
    call = a_call()
    assert receipt(call, ID, reply) == {"ServiceReceipt": {"EventDate": call.event_date, "MessageIdentifier": ID}}


FIRST, LAST = date(2025, 1, 10), date(2025, 1, 20)
PERIOD = {"start": "2025-01-09T23:00:00Z", "slut": "2025-01-20T00:00:00"}  # Danish days


@pytest.mark.parametrize(
    ("item", "day", "within"),
    [
        pytest.param(PERIOD, date(2025, 1, 9), False, id="the eve"),
        pytest.param(PERIOD, FIRST, True, id="the first day"),
        pytest.param(PERIOD, LAST, True, id="the last day"),
        pytest.param(PERIOD, date(2025, 1, 21), False, id="the day after"),
        pytest.param({"start": PERIOD["start"]}, date(2099, 1, 1), True, id="without an end"),
        pytest.param(PERIOD | {"slut": None}, date(2099, 1, 1), True, id="with an end that is null"),
    ],
)
def test_a_registration_runs_from_its_first_day_to_its_last(item: dict[str, Any], day: date, within: bool) -> None:
    assert runs(item, day, "start", "slut") is within


def test_a_read_day_that_no_calendar_has_is_the_modern_sides_fault_and_is_not_told() -> None:
    with pytest.raises(UpstreamFault) as raised:
        day_read({"start": "2025-02-30T00:00:00"}, "start", date.min)
    assert (raised.value.element, "02-30" in raised.value.text) == ("start", False)
