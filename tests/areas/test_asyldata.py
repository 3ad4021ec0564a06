from datetime import UTC, date, datetime
from typing import Any

import pytest
from ruling import CITIZEN, VIRKSOMHED, context, request, ruled

from overgang.areas.asyldata.area import AREA
from overgang.areas.asyldata.mapping import get_asylum_data
from overgang.core.errors import CallerFault, UpstreamFault
from overgang.core.flow import play
from overgang.core.messages import RestReply, SoapCall
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.values import Dato

TODAY = date(2024, 12, 10)
ASKED = request("GET", "/eksternedata/v1/AsylData")
PERSON = {"koen": "female", "fornavn": "Test", "efternavn": "", "foedselsdato": "1993-09-03"}
DATA = {"civilregistrationIdentifier": CITIZEN, "asylPersonId": "TEST-0001", "personoplysninger": PERSON}


def answer(reply: Any) -> Any:
    """The old answer to a modern reply; the flow asks nothing else."""
    caller = context(day=TODAY).caller
    body = {"PersonCivilRegistrationIdentifier": CITIZEN}
    received = datetime(2024, 12, 10, 11, tzinfo=UTC)
    call = SoapCall("AsylumService", 1, "GetAsylumData", body, caller, received, TODAY, b"a call")
    played = play(get_asylum_data(call), RestReply(200, reply))
    assert played.requests == (ASKED,)
    return played.answer


def test_absent_stays_absent_and_empty_stays_empty_also_within_the_person() -> None:
    assert answer({}) == {}
    assert answer({"asylData": DATA}) == {
        "AsylumData": {
            "PersonCivilRegistrationIdentifier": CITIZEN,
            "PersonalID": "TEST-0001",
            "PersonInformationStructure": {
                "PersonGenderCode": "female",
                "PersonGivenName": "Test",
                "PersonSurname": "",
                "DateOfBirth": "1993-09-03",
            },
        }
    }


def test_a_day_becomes_a_day_of_the_old_contract() -> None:
    person = answer({"asylData": DATA})["AsylumData"]["PersonInformationStructure"]
    assert type(person["DateOfBirth"]) is Dato


def test_what_the_old_contract_has_no_element_for_stays_behind() -> None:
    more = DATA | {"ny": 1, "personoplysninger": PERSON | {"ny": 1}}
    assert answer({"asylData": more}) == answer({"asylData": DATA})


def test_a_value_of_another_kind_is_the_modern_sides_fault_and_is_not_told() -> None:
    with pytest.raises(UpstreamFault) as raised:
        answer({"asylData": DATA | {"personoplysninger": PERSON | {"fornavn": ["secret"]}}})
    assert (raised.value.element, "secret" in raised.value.text) == ("fornavn", False)


@pytest.mark.parametrize("organisation", [JOBCENTER, ANDEN_AKTOER, KOMMUNE])
def test_those_who_may_read_asylum_data_may(organisation: int) -> None:
    assert ruled(AREA, "GetAsylData", ASKED, context(organisation, day=TODAY), RestReply(200, {})).sent == (ASKED,)


@pytest.mark.parametrize("organisation", [A_KASSE, STAR, VIRKSOMHED])
def test_others_may_not_and_nothing_is_asked_for_them(organisation: int) -> None:
    with pytest.raises(CallerFault) as raised:
        ruled(AREA, "GetAsylData", ASKED, context(organisation, day=TODAY))
    assert raised.value.number == 4575
