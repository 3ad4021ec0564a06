"""The register: for which operation, day and difference an entry holds."""

from dataclasses import replace
from datetime import date

import pytest

from overgang.core.compare.expected import Entry, Register
from overgang.core.compare.values import Difference, Kind

OPERATION = "PersonStatusService/20/GetVariablePersonStatus"
PLACE = "AbsenceInfo/Absence/AbsenceTypeIdentifier"
FOUND = Difference(Kind.CHANGED, "AbsenceInfo/Absence[2]/AbsenceTypeIdentifier", PLACE, "3", "02", "int", "code")
ENTRY = Entry(
    since=date(2025, 1, 1),
    until=date(2025, 6, 30),
    services=("PersonStatusService/20",),
    operations=("GetVariablePersonStatus",),
    place=PLACE,
    kinds=frozenset({Kind.CHANGED}),
    rule="some.rule",
)


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2024, 12, 31), False),
        (date(2025, 1, 1), True),
        (date(2025, 6, 30), True),
        (date(2025, 7, 1), False),
    ],
)
def test_an_entry_holds_from_its_first_to_its_last_day(day: date, holds: bool) -> None:
    assert ENTRY.holds(OPERATION, day) is holds
    assert replace(ENTRY, until=None).holds(OPERATION, day) is (holds or day > date(2025, 6, 30))


def test_an_entry_holds_for_its_services_operations_and_faces() -> None:
    day = date(2025, 2, 1)
    assert not ENTRY.holds("PersonStatusService/19/GetVariablePersonStatus", day)
    assert not ENTRY.holds("PersonStatusService/20/Other", day)
    assert replace(ENTRY, operations=()).holds("PersonStatusService/20/Other", day)
    assert not ENTRY.holds(OPERATION, day, "rest")
    assert replace(ENTRY, faces=("rest",)).holds(OPERATION, day, "rest")


@pytest.mark.parametrize(
    ("entry", "matches"),
    [
        (ENTRY, True),
        (replace(ENTRY, kinds=frozenset({Kind.MISSING})), False),
        (replace(ENTRY, cause="code"), True),
        (replace(ENTRY, cause="value"), False),
        (replace(ENTRY, old="3"), True),
        (replace(ENTRY, old="+3", new="2"), True),
        (replace(ENTRY, new="3"), False),
        (replace(ENTRY, new="0*"), True),
        (replace(ENTRY, new="1*"), False),
        (replace(ENTRY, place="AbsenceInfo/*/AbsenceTypeIdentifier"), True),
        (replace(ENTRY, place="*/*/*"), True),
        (replace(ENTRY, place="AbsenceInfo/Abs*/*TypeIdentifier"), True),
        (replace(ENTRY, place="*"), False),
        (replace(ENTRY, place="*/*"), False),
        (replace(ENTRY, place="absenceInfo/*/*"), False),
        (replace(ENTRY, place="AbsenceInfo/[A-Z]bsence/?bsenceTypeIdentifier"), False),
    ],
)
def test_an_entry_matches_by_kind_cause_place_and_values(entry: Entry, matches: bool) -> None:
    assert entry.matches(FOUND) is matches


def test_a_value_that_is_not_there_matches_none_that_is_asked_for() -> None:
    lone = replace(FOUND, kind=Kind.EXTRA, old=None)
    assert not replace(ENTRY, kinds=frozenset({Kind.EXTRA}), old="3").matches(lone)
    assert replace(ENTRY, kinds=frozenset({Kind.EXTRA}), new="2").matches(lone)


def test_the_first_entry_that_fits_explains() -> None:
    other = replace(ENTRY, rule="", owner="the owner", reason="because")
    register = Register((replace(ENTRY, cause="value"), other, ENTRY))
    assert register.find(FOUND, OPERATION, date(2025, 2, 1)) is other
    assert register.find(FOUND, OPERATION, date(2026, 2, 1)) is None
    assert [*register.of(OPERATION, date(2025, 2, 1))] == [*register.entries]


def test_an_explanation_is_the_rule_or_the_owner_and_the_reason() -> None:
    assert ENTRY.explanation == "some.rule"
    assert replace(ENTRY, rule="", owner="the owner", reason="because").explanation == "the owner: because"
