"""AsylumService: what the asylum system has of a citizen."""

from collections.abc import Mapping
from typing import Any, Final

from overgang.standin import kinds
from overgang.standin.calls import CITIZEN, JOBCENTRE, MUNICIPALITY, OTHER_ACTOR, Answer, Call, Operation


def _asylum_data(call: Call) -> Answer:
    """Empty where the asylum system has nothing."""
    known = call.live(kinds.ASYLUM)
    if not known:
        return {}
    said = known[-1].content
    person = _person(said["personoplysninger"])
    return {
        "AsylumData": {
            CITIZEN: call.citizen,
            "PersonalID": said["asylPersonId"],
            "PersonInformationStructure": person,
        }
    }


def _person(said: Mapping[str, str]) -> dict[str, Any]:
    return {
        "PersonGenderCode": said["koen"],
        "PersonGivenName": said["fornavn"],
        "PersonSurname": said["efternavn"],
        "PhoneNumber": said.get("telefonnummer"),
        "EmailAddress": said.get("emailadresse"),
        "DateOfBirth": said["foedselsdato"],
        "Nationality": said.get("nationalitet"),
        "MotherTongue": said.get("modersmaal"),
        "DateOfEntryToDK": said.get("indrejsedato"),
    }


OPERATIONS: Final = {
    "GetAsylumData": Operation(_asylum_data, allowed=frozenset({JOBCENTRE, OTHER_ACTOR, MUNICIPALITY})),
}
