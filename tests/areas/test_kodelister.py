"""The code lists as old systems fetch them, and that no value needs a translation."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruling import VIRKSOMHED, context

from overgang.areas import AREAS
from overgang.areas.kodelister.area import AREA
from overgang.areas.kodelister.mapping import get_code_list
from overgang.core.codelists import CodeList
from overgang.core.errors import CallerFault
from overgang.core.fields import code
from overgang.core.flow import play
from overgang.core.messages import CodeLists, SoapCall
from overgang.core.values import Dato
from overgang.shell.loading import load_openapi
from overgang.wire import codelists
from overgang.wire.cases import pretty

LISTS: Mapping[str, CodeList] = codelists.load(Path(__file__).parents[2] / "config" / "codelists")
TODAY = date(2024, 12, 9)

each_list = pytest.mark.parametrize("name", LISTS)


def asked(name: str, day: str | None = None, today: date = TODAY) -> Any:
    """The answer's CodeList."""
    call = SoapCall(
        service="CodeListService",
        version=1,
        operation="GetCodeList",
        body={"CodeListName": name} | ({"Date": Dato(day)} if day else {}),
        caller=context(VIRKSOMHED, day=today).caller,
        received=datetime(today.year, today.month, today.day, 11, tzinfo=UTC),
        day=today,
        identity=bytes(32),
    )
    played = play(get_code_list(call), LISTS)
    assert played.requests == (CodeLists(),)
    return played.answer["CodeList"]


def ids(answer: Any) -> list[int]:
    return [item["CodeListItemIdentifier"] for item in answer["CodeListItems"].get("CodeListItem", [])]


@each_list
def test_every_list_is_answered_with_each_value_that_is_valid_on_the_day(name: str) -> None:
    answer = asked(name, "2025-01-01")
    assert answer["CodeListName"] == name
    assert ids(answer) == sorted(id for id, value in LISTS[name].values.items() if value.holds(date(2025, 1, 1)))
    assert ids(answer)


@each_list
def test_a_value_is_there_from_its_first_day_to_its_last_and_says_them(name: str) -> None:
    for id, value in LISTS[name].values.items():
        first = asked(name, value.since.isoformat())
        (item,) = [item for item in first["CodeListItems"]["CodeListItem"] if item["CodeListItemIdentifier"] == id]
        assert item["CodeListItemName"] == value.name
        assert item["ValidFrom"] == value.since.isoformat()
        assert item.get("ValidTo") == (value.ends.isoformat() if value.ends else None)
        assert id not in ids(asked(name, (value.since - timedelta(days=1)).isoformat()))
        if value.ends:
            assert id in ids(asked(name, value.ends.isoformat()))
            assert id not in ids(asked(name, (value.ends + timedelta(days=1)).isoformat()))


def test_without_a_day_it_is_the_day_of_the_call() -> None:
    ended = next(value for value in LISTS["CauseType"].values.values() if value.ends)
    assert ended.ends
    assert ended.id in ids(asked("CauseType", today=ended.ends))
    assert ended.id not in ids(asked("CauseType", today=ended.ends + timedelta(days=1)))


def test_a_day_is_the_one_that_is_written_whatever_its_zone() -> None:
    assert asked("CauseType", "2022-12-31-11:00") == asked("CauseType", "2022-12-31+13:00")


def test_a_list_without_a_valid_value_is_empty() -> None:
    assert asked("AbsenceType", "1999-12-31") == {"CodeListName": "AbsenceType", "CodeListItems": {}}


@pytest.mark.parametrize("name", ["Nothing", "absencetype", "AbsenceTypeCodeList", ""])
def test_an_unknown_list_is_2001_and_the_name_that_was_sent_is_not_said(name: str) -> None:
    with pytest.raises(CallerFault) as raised:
        asked(name)
    assert (raised.value.number, raised.value.element) == (2001, "CodeListName")
    assert name == "" or name not in raised.value.text


@pytest.mark.parametrize("day", ["0000-01-01", "12024-01-01", "-2024-01-01"])
def test_a_day_outside_every_calendar_here_is_1014(day: str) -> None:
    with pytest.raises(CallerFault) as raised:
        asked("AbsenceType", day)
    assert (raised.value.number, raised.value.element) == (1014, "Date")


# ---- old and new values


@each_list
def test_every_value_is_the_same_number_on_both_sides_and_back(name: str) -> None:
    codec = code(name)
    for id in LISTS[name].values:
        assert codec.to_new({"CodeListItemIdentifier": id}) == id
        assert codec.to_old(id) == {"CodeListItemIdentifier": id}


def test_no_two_lists_share_a_modern_name_and_each_old_one_has_one() -> None:
    assert len({codelist.modern for codelist in LISTS.values()}) == len(LISTS)
    assert all(codelist.modern for codelist in LISTS.values())


def test_every_list_that_a_modern_contract_names_can_be_fetched() -> None:
    named = {
        line.partition('"x-codelist": "')[2].partition('"')[0]
        for area in AREAS
        for line in pretty(load_openapi(area).document).splitlines()
        if '"x-codelist"' in line
    }
    assert named
    assert named <= LISTS.keys()


def test_no_modern_operation_is_called_or_served() -> None:
    assert dict(load_openapi(AREA).operations) == {}
    assert AREA.rules == {}
