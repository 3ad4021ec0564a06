"""Kontaktgrupper: CreateContactGroup and UpdateContactGroup of the old PersonRegistrationService.

An item's own id is its MessageIdentifier there, given by the caller or by us; the receipt repeats it.
"""

from typing import Any, Final

from overgang.core.area import Operation, Placed
from overgang.core.fields import GUID, TIDSPUNKT, Field, Table, code
from overgang.core.flow import Flow, Step, once
from overgang.core.messages import RestRequest, SoapCall
from overgang.core.paths import path
from overgang.core.registered import of_call, receipt, says, versions

KONTAKTGRUPPE: Final = "/visiteringogstatus/v1/PersonVisitering/kontaktgruppe"
EN_KONTAKTGRUPPE: Final = KONTAKTGRUPPE + "/{kontaktgruppeIdentifier}"

CITIZEN: Final = Table(elsewhere={"PersonCivilRegistrationIdentifier": "the header x-civilRegistrationIdentifier"})

_FIELDS: Final = (
    Field("ContactGroupTypeIdentifier", "KontaktgruppeType", code("ContactGroupType", unknown=4675)),
    Field("EventDate", "Haendelsestidspunkt", TIDSPUNKT),
    Field("StartDate", "Starttidspunkt", TIDSPUNKT),
    Field("EndDate", "Sluttidspunkt", TIDSPUNKT),
)
NEW_CONTACT_GROUP: Final = Table(Field("MessageIdentifier", "kontaktgruppeIdentifier", GUID), *_FIELDS)
CONTACT_GROUP: Final = Table(*_FIELDS, elsewhere={"MessageIdentifier": "the path's kontaktgruppeIdentifier"})


def create_contact_group(call: SoapCall) -> Flow:
    """CreateContactGroup = CreateKontaktgruppe, under the caller's id or one of ours (case: kontaktgruppe_uden_id)."""
    citizen = call.body["PersonCivilRegistrationIdentifier"]
    wanted = NEW_CONTACT_GROUP.to_new(call.body["ContactGroup"])
    group_id = wanted.setdefault("kontaktgruppeIdentifier", call.new_id("kontaktgruppe"))
    write = RestRequest("POST", path(KONTAKTGRUPPE), citizen=citizen, json=wanted)
    item = yield from once(call, "CreateKontaktgruppe", write, lambda: _kontaktgruppe(call, citizen, group_id, wanted))
    return receipt(call, group_id, item)


def update_contact_group(call: SoapCall) -> Flow:
    """UpdateContactGroup = UpdateKontaktgruppe; an end closes the group (case: kontaktgruppe_lukket)."""
    citizen, group = call.body["PersonCivilRegistrationIdentifier"], call.body["ContactGroup"]
    group_id, wanted = group["MessageIdentifier"], CONTACT_GROUP.to_new(group)
    write = RestRequest("PUT", path(EN_KONTAKTGRUPPE, kontaktgruppeIdentifier=group_id), citizen=citizen, json=wanted)
    item = yield from once(call, "UpdateKontaktgruppe", write, lambda: _kontaktgruppe(call, citizen, group_id, wanted))
    return receipt(call, call.new_id("UpdateKontaktgruppe"), item)


def _kontaktgruppe(call: SoapCall, citizen: str, group_id: str, wanted: dict[str, Any]) -> Step:
    """The version of the contact group that this call registered; else None.

    A correction that was itself corrected since is found too (case: kontaktgruppe_rettet_gentaget_efter_nyere).
    """
    reply = yield RestRequest("GET", path(KONTAKTGRUPPE + "/historik"), citizen=citizen)
    found = versions(reply.json["kontaktgrupper"], "kontaktgruppeIdentifier", group_id)
    return next((item for item in found if of_call(call, item) and says(item, wanted, CONTACT_GROUP)), None)


OPERATIONS: Final = (
    Operation(
        "CreateContactGroup",
        create_contact_group,
        modern=("CreateKontaktgruppe", "GetKontaktgruppeHistorik"),
        evidence="partly",
        requests=(
            Placed("", CITIZEN, "CreateKontaktgruppe"),
            Placed("ContactGroup", NEW_CONTACT_GROUP, "CreateKontaktgruppe"),
        ),
    ),
    Operation(
        "UpdateContactGroup",
        update_contact_group,
        modern=("UpdateKontaktgruppe", "GetKontaktgruppeHistorik"),
        evidence="reconstructed",
        requests=(
            Placed("", CITIZEN, "UpdateKontaktgruppe"),
            Placed("ContactGroup", CONTACT_GROUP, "UpdateKontaktgruppe"),
        ),
    ),
)

FORWARDED: Final = (
    "CreatePersonInterview",
    "UpdatePersonInterview",
    "AddInterviewParticipant",
    "UpdateInterviewParticipant",
    "DeleteInterviewParticipant",
    "CreatePersonCategoryAndInterview",
    "CreateHealthLimitation",
    "UpdateHealthLimitation",
    "DeleteHealthLimitation",
    "CreatePersonGroupMarking",
    "UpdatePersonGroupMarking",
    "DeletePersonGroupMarking",
    "CreateCivicConsent",
    "DeleteCivicConsent",
    "UpdatePersonJobcenter",
    "RegisterUnemploymentFundParticipation",
    "RegisterUnemploymentFundParticipationCv",
    "RegisterUnemploymentFundParticipationChoice",
)
