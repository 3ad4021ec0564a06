"""Øvrige asyldata: the old AsylumService and what it becomes, a read."""

from overgang.core.area import Operation, Placed
from overgang.core.fields import DATO, TEXT, Field, Table, nested
from overgang.core.flow import Flow
from overgang.core.messages import RestRequest, SoapCall
from overgang.core.paths import path

CITIZEN = Table(elsewhere={"PersonCivilRegistrationIdentifier": "the header x-civilRegistrationIdentifier"})

PERSON = Table(
    Field("PersonGenderCode", "koen", TEXT),
    Field("PersonGivenName", "fornavn", TEXT),
    Field("PersonSurname", "efternavn", TEXT),
    Field("PhoneNumber", "telefonnummer", TEXT),
    Field("EmailAddress", "emailadresse", TEXT),
    Field("DateOfBirth", "foedselsdato", DATO),
    Field("Nationality", "nationalitet", TEXT),
    Field("MotherTongue", "modersmaal", TEXT),
    Field("DateOfEntryToDK", "indrejsedato", DATO),
)

ASYLUM_DATA = Table(
    Field("PersonCivilRegistrationIdentifier", "civilregistrationIdentifier", TEXT),
    Field("PersonalID", "asylPersonId", TEXT),
    Field("PersonInformationStructure", "personoplysninger", nested(PERSON)),
)

ANSWER = Table(Field("AsylumData", "asylData", nested(ASYLUM_DATA)))


def get_asylum_data(call: SoapCall) -> Flow:
    """GetAsylumData = GetAsylData; a citizen without asylum data has none, which is no fault (case: ingen_asyldata)."""
    reply = yield RestRequest(
        "GET", path("/eksternedata/v1/AsylData"), citizen=call.body["PersonCivilRegistrationIdentifier"]
    )
    return ANSWER.to_old(reply.json)


OPERATIONS = (
    Operation(
        "GetAsylumData",
        get_asylum_data,
        modern=("GetAsylData",),
        evidence="partly",
        requests=(Placed("", CITIZEN, "GetAsylData"),),
        replies=(
            Placed("", ANSWER, "GetAsylData"),
            Placed("AsylumData", ASYLUM_DATA, "GetAsylData", "asylData"),
            Placed("AsylumData/PersonInformationStructure", PERSON, "GetAsylData", "asylData.personoplysninger"),
        ),
    ),
)
