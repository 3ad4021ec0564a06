"""Fravær: the old AbsenceRegistrationService and AbsenceActiveStatusService and what they become.

The old create knows no id, its receipt's MessageIdentifier is the registration's: here the fravaerIdentifier that
the gateway gives, so an old system can name the absence in its next call.
"""

from typing import Any, Final

from overgang.core.area import Operation, Placed
from overgang.core.errors import CallerFault
from overgang.core.fields import GUID, TEXT, TIDSPUNKT, Field, Table, code
from overgang.core.flow import Flow, Found, Step, once
from overgang.core.messages import RestRequest, SoapCall
from overgang.core.paths import path, segment
from overgang.core.registered import of_call, receipt, says, versions

FRAVAER: Final = "/visiteringogstatus/v1/Fravaer"
ET_FRAVAER: Final = FRAVAER + "/{fravaerIdentifier}"
SLET: Final = ET_FRAVAER + "/{Berigtigelseskommentar}"
YDERLIGERE_INFO: Final = ET_FRAVAER + "/YderligereInfo"
EN_YDERLIGERE_INFO: Final = YDERLIGERE_INFO + "/{yderligereInfoOmFravaerIdentifier}"

UDEN_KOMMENTAR: Final = "Ingen kommentar"  # the comment is a part of the address and can't be empty there

CITIZEN = {"PersonCivilRegistrationIdentifier": "the header x-civilRegistrationIdentifier"}
IN_PATH = {"AbsenceIdentifier": "the path's fravaerIdentifier"}

ABSENCE = Table(
    Field("AbsenceTypeIdentifier", "fravaerType", code("AbsenceType")),
    Field("StartDate", "startDato", TIDSPUNKT),
    Field("EndDate", "slutDato", TIDSPUNKT),
    Field("AbsenceComment", "fravaersKommentar", TEXT),
    Field("NotificationDate", "anmeldelsesDato", TIDSPUNKT),
    Field("AbsenceCauseTypeIdentifier", "fravaersAfslutningsAarsag", code("AbsenceCauseType")),
    elsewhere=CITIZEN | IN_PATH,
)

_INFORMATION = (
    Field(
        "AdditionalInformationOnAbsenceTypeIdentifier",
        "yderligereInfoType",
        code("AdditionalInformationOnAbsenceType"),
    ),
    Field("StartDate", "startDato", TIDSPUNKT),
    Field("EndDate", "slutDato", TIDSPUNKT),
    Field("AdditionalInformationOnAbsenceComment", "kommentar", TEXT),
)
_INFORMATION_IN_PATH = (
    CITIZEN | IN_PATH | {"AdditionalInformationOnAbsenceIdentifier": "the path's yderligereInfoOmFravaerIdentifier"}
)

NEW_INFORMATION = Table(
    Field("AdditionalInformationOnAbsenceIdentifier", "yderligereInfoOmFravaerIdentifier", GUID),
    *_INFORMATION,
    elsewhere=CITIZEN | IN_PATH,
)
INFORMATION = Table(*_INFORMATION, elsewhere=_INFORMATION_IN_PATH)
DELETED_INFORMATION = Table(Field("CorrectionComment", "berigtigelseskommentar", TEXT), elsewhere=_INFORMATION_IN_PATH)

ACTIVE_STATUS = Table(
    elsewhere=CITIZEN
    | IN_PATH
    | {
        "Active": "false is DeleteFravaer; true has no modern counterpart",
        "CorrectionComment": "the path's Berigtigelseskommentar",
    },
)


def create_absence(call: SoapCall) -> Flow:
    """CreateAbsence = CreateFravaer, with an id of ours: its outcome is known even when its answer is lost."""
    absence = call.body["Absence"]
    citizen = absence["PersonCivilRegistrationIdentifier"]
    fravaer_id = call.new_id("fravaer")
    write = RestRequest(
        "POST",
        path(FRAVAER),
        citizen=citizen,
        json={"fravaerIdentifier": fravaer_id} | ABSENCE.to_new(absence),
    )
    item = yield from once(call, "CreateFravaer", write, lambda: _fravaer(call, citizen, fravaer_id))
    return receipt(call, fravaer_id, item)


def update_absence(call: SoapCall) -> Flow:
    """UpdateAbsence = UpdateFravaer."""
    absence = call.body["Absence"]
    citizen, fravaer_id = absence["PersonCivilRegistrationIdentifier"], absence["AbsenceIdentifier"]
    wanted = ABSENCE.to_new(absence)
    write = RestRequest(
        "PUT",
        path(ET_FRAVAER, fravaerIdentifier=fravaer_id),
        citizen=citizen,
        json=wanted,
    )
    item = yield from once(call, "UpdateFravaer", write, lambda: _fravaer(call, citizen, fravaer_id, wanted))
    return receipt(call, call.new_id("UpdateFravaer"), item)


def update_absence_active_status(call: SoapCall) -> Flow:
    """UpdateAbsenceActiveStatus with Active=false = DeleteFravaer; true is refused (case: fravaer_genaktiver)."""
    status = call.body["AbsenceActiveStatus"]
    if status["Active"]:
        raise CallerFault(
            1014,
            "fravaer.genaktivering",
            element="AbsenceActiveStatus/Active",
            expected="false: the modern service has no way to make an absence active again",
        )
    citizen, fravaer_id = status["PersonCivilRegistrationIdentifier"], status["AbsenceIdentifier"]
    comment = status.get("CorrectionComment") or UDEN_KOMMENTAR
    segment("AbsenceActiveStatus/CorrectionComment", comment)  # refused here, it has the name that the caller knows
    write = RestRequest(
        "DELETE",
        path(SLET, fravaerIdentifier=fravaer_id, Berigtigelseskommentar=comment),
        citizen=citizen,
    )
    item = yield from once(call, "DeleteFravaer", write, lambda: _fravaer(call, citizen, fravaer_id, deleted=True))
    return receipt(call, call.new_id("DeleteFravaer"), item)


def create_additional_information(call: SoapCall) -> Flow:
    """CreateAdditionalInformationOnAbsence = CreateYderligereInfo, under the caller's id or one of ours."""
    body = call.body
    info = NEW_INFORMATION.to_new(body)
    info_id = info.setdefault("yderligereInfoOmFravaerIdentifier", call.new_id("yderligereInfo"))
    return (yield from _write_information(call, "CreateYderligereInfo", "POST", YDERLIGERE_INFO, info_id, info))


def update_additional_information(call: SoapCall) -> Flow:
    """UpdateAdditionalInformationOnAbsence = UpdateYderligereInfo."""
    info, info_id = INFORMATION.to_new(call.body), call.body["AdditionalInformationOnAbsenceIdentifier"]
    return (yield from _write_information(call, "UpdateYderligereInfo", "PUT", EN_YDERLIGERE_INFO, info_id, info))


def delete_additional_information(call: SoapCall) -> Flow:
    """DeleteAdditionalInformationOnAbsence = DeleteYderligereInfo; the comment is a query value, not a path part."""
    query = DELETED_INFORMATION.to_new(call.body)
    info_id = call.body["AdditionalInformationOnAbsenceIdentifier"]
    return (
        yield from _write_information(call, "DeleteYderligereInfo", "DELETE", EN_YDERLIGERE_INFO, info_id, None, query)
    )


def _write_information(
    call: SoapCall,
    operation: str,
    method: str,
    template: str,
    info_id: str,
    info: dict[str, Any] | None,
    query: dict[str, str] | None = None,
) -> Flow:
    citizen, fravaer_id = call.body["PersonCivilRegistrationIdentifier"], call.body["AbsenceIdentifier"]
    places = {"fravaerIdentifier": fravaer_id}
    if template == EN_YDERLIGERE_INFO:
        places["yderligereInfoOmFravaerIdentifier"] = info_id
    write = RestRequest(
        method,
        path(template, **places),
        citizen=citizen,
        json=info,
        query=query or {},
    )
    item = yield from once(call, operation, write, _information(call, citizen, fravaer_id, info_id, info))
    return receipt(call, info_id, item)


def _versions(citizen: str, fravaer_id: str) -> Step:
    """All versions of the absence with this id in the citizen's history."""
    reply = yield RestRequest("GET", path(FRAVAER + "/historik"), citizen=citizen)
    return versions(reply.json["fravaer"], "fravaerIdentifier", fravaer_id)


def _fravaer(
    call: SoapCall, citizen: str, fravaer_id: str, wanted: dict[str, Any] | None = None, *, deleted: bool = False
) -> Step:
    """The version of the absence that this call registered, in the wanted state; else None.

    A correction that was itself corrected since is found too (case: fravaer_rettet_gentaget_efter_nyere).
    """
    there = yield from _versions(citizen, fravaer_id)
    same = (
        item
        for item in there
        if of_call(call, item, deleted=deleted) and (wanted is None or says(item, wanted, ABSENCE))
    )
    return next(same, None)


def _information(call: SoapCall, citizen: str, fravaer_id: str, info_id: str, wanted: dict[str, Any] | None) -> Found:
    """Reads back one piece of additional information; `wanted` None means that it is to be gone."""

    def found() -> Step:
        absences = yield from _versions(citizen, fravaer_id)
        infos = [info for item in absences for info in item["yderligereInfo"]]
        same = versions(infos, "yderligereInfoOmFravaerIdentifier", info_id)
        gone = wanted is None
        return next(
            (
                info
                for info in same
                if of_call(call, info, deleted=gone) and (wanted is None or says(info, wanted, INFORMATION))
            ),
            None,
        )

    return found


REGISTRATION = (
    Operation(
        "CreateAbsence",
        create_absence,
        modern=("CreateFravaer", "GetFravaerHistorik"),
        evidence="documented",
        requests=(Placed("Absence", ABSENCE, "CreateFravaer"),),
    ),
    Operation(
        "UpdateAbsence",
        update_absence,
        modern=("UpdateFravaer", "GetFravaerHistorik"),
        evidence="reconstructed",
        requests=(Placed("Absence", ABSENCE, "UpdateFravaer"),),
    ),
    Operation(
        "CreateAdditionalInformationOnAbsence",
        create_additional_information,
        modern=("CreateYderligereInfo", "GetFravaerHistorik"),
        evidence="reconstructed",
        requests=(Placed("", NEW_INFORMATION, "CreateYderligereInfo"),),
    ),
    Operation(
        "UpdateAdditionalInformationOnAbsence",
        update_additional_information,
        modern=("UpdateYderligereInfo", "GetFravaerHistorik"),
        evidence="reconstructed",
        requests=(Placed("", INFORMATION, "UpdateYderligereInfo"),),
    ),
    Operation(
        "DeleteAdditionalInformationOnAbsence",
        delete_additional_information,
        modern=("DeleteYderligereInfo", "GetFravaerHistorik"),
        evidence="reconstructed",
        requests=(Placed("", DELETED_INFORMATION, "DeleteYderligereInfo"),),
    ),
)

ACTIVE = (
    Operation(
        "UpdateAbsenceActiveStatus",
        update_absence_active_status,
        modern=("DeleteFravaer", "GetFravaerHistorik"),
        evidence="documented",
        requests=(Placed("AbsenceActiveStatus", ACTIVE_STATUS, "DeleteFravaer"),),
    ),
)
