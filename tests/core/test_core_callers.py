from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from core_side import CALLER, DAY, a_list, a_value

from overgang.core.callers import check, from_blocks
from overgang.core.errors import CallerFault
from overgang.core.messages import Caller, Organisation
from overgang.core.values import Tidspunkt

ACTIVE = {"OrganisationTypeIdentifier": 8, "OrganisationCode": "101"}
METADATA: dict[str, Any] = {
    "RequestUserStructure": {
        "UserFullName": "Test Testesen",
        "RequestUserTypeIdentifier": {"CodeListItemIdentifier": 2},
        "UserIdentifier": "u-17",
    },
    "RequestOrganisationStructure": {
        "OrganisationTypeIdentifier": {"CodeListItemIdentifier": 7},
        "OrganisationCode": "0101",
    },
    "RegistrationDateTime": Tidspunkt("2024-12-10T10:00:00.1234567+01:00"),
}
LISTS = {
    "OrganisationType": a_list("OrganisationType", a_value(8, date(2000, 1, 1)), a_value(4, DAY, DAY)),
    "RequestUserType": a_list("RequestUserType", a_value(2, date(2000, 1, 1)), a_value(3, DAY, DAY)),
}


def test_a_caller_is_read_from_both_header_blocks() -> None:
    assert from_blocks(ACTIVE, METADATA) == Caller(
        organisation=Organisation(8, "101"),
        user_identifier="u-17",
        user_full_name="Test Testesen",
        user_type=2,
        user_organisation=Organisation(7, "0101"),
        registered=Tidspunkt("2024-12-10T10:00:00.1234567+01:00"),
        user_email=None,
    )


def test_the_users_address_is_read_where_there_is_one() -> None:
    user = METADATA["RequestUserStructure"] | {"UserEmail": "test@example.invalid"}
    assert from_blocks(ACTIVE, METADATA | {"RequestUserStructure": user}).user_email == "test@example.invalid"


ORGANISATION_4 = Organisation(4, "1")


@pytest.mark.parametrize(
    "caller",
    [
        CALLER,
        replace(CALLER, organisation=ORGANISATION_4),
        replace(CALLER, user_organisation=ORGANISATION_4),
        replace(CALLER, user_type=3),
    ],
)
def test_codes_that_are_valid_on_the_day_pass(caller: Caller) -> None:
    check(caller, LISTS, DAY)


METADATA_NAME = "RequestUserMetadataHeader"


@pytest.mark.parametrize(
    ("caller", "number", "element"),
    [
        (
            replace(CALLER, organisation=Organisation(99, "1")),
            4413,
            "ActiveOrganisationHeader/OrganisationTypeIdentifier",
        ),
        (
            replace(CALLER, user_organisation=Organisation(99, "1")),
            8173,
            f"{METADATA_NAME}/RequestOrganisationStructure/OrganisationTypeIdentifier",
        ),
        (
            replace(CALLER, user_type=99),
            8174,
            f"{METADATA_NAME}/RequestUserStructure/RequestUserTypeIdentifier",
        ),
        (
            replace(CALLER, registered=Tidspunkt("0000-01-01T00:00:00")),
            8235,
            f"{METADATA_NAME}/RegistrationDateTime",
        ),
        (
            replace(CALLER, registered=Tidspunkt("9999-12-31T23:00:00Z")),
            8235,
            f"{METADATA_NAME}/RegistrationDateTime",
        ),
    ],
)
def test_a_header_value_that_is_on_no_list_or_calendar_is_refused_with_its_number(
    caller: Caller, number: int, element: str
) -> None:
    with pytest.raises(CallerFault) as raised:
        check(caller, LISTS, DAY)
    assert (raised.value.number, raised.value.element) == (number, element)


@pytest.mark.parametrize("day", [date(2024, 12, 9), date(2024, 12, 11)], ids=["the eve", "the day after the last"])
@pytest.mark.parametrize(
    ("caller", "number"),
    [
        (replace(CALLER, organisation=ORGANISATION_4), 4413),
        (replace(CALLER, user_organisation=ORGANISATION_4), 8173),
        (replace(CALLER, user_type=3), 8174),
    ],
)
def test_a_code_outside_its_validity_is_refused_like_an_unknown_one(caller: Caller, number: int, day: date) -> None:
    with pytest.raises(CallerFault) as raised:
        check(caller, LISTS, day)
    assert raised.value.number == number
