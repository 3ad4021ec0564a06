"""AbsenceRegistrationService and AbsenceActiveStatusService.

Whether an absence fits the citizen's contact group and category (4591, 4592) is not refused: of the table that says so
the cells are not public.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import uuid4

from overgang.standin import kinds
from overgang.standin.calls import Answer, Call, Operation, receipt
from overgang.standin.moments import day, ends, kept
from overgang.standin.refusal import Refused

_SHOWN: Final = frozenset(
    {"fravaerType", "startDato", "slutDato", "fravaersKommentar", "anmeldelsesDato", "fravaersAfslutningsAarsag"}
)


def _create(call: Call) -> Answer:
    """The id of the absence is the receipt's MessageIdentifier."""
    content = content_of(call, call.body["Absence"])
    id_ = str(uuid4())
    require_free(call, content, id_)
    return receipt(call.put(kinds.ABSENCE, id_, content))


def _update(call: Call) -> Answer:
    """What is left out is removed; what only an illness has stays."""
    asked = call.body["Absence"]
    absence = call.known(kinds.ABSENCE, asked["AbsenceIdentifier"], 4632)
    content = content_of(call, asked)
    require_free(call, content, absence.id)
    own = {name: value for name, value in absence.content.items() if name not in _SHOWN}
    return receipt(call.put(kinds.ABSENCE, absence.id, own | content))


def content_of(call: Call, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What an absence says, as it is registered: 2002, 2003 and 6052 for its codes."""
    start = kept(asked["StartDate"])
    content: dict[str, Any] = {
        "fravaerType": call.code(asked["AbsenceTypeIdentifier"], "AbsenceType", day(start)),
        "startDato": start,
        "anmeldelsesDato": kept(asked["NotificationDate"]),
    }
    if "EndDate" in asked:
        content["slutDato"] = kept(asked["EndDate"])
    if "AbsenceComment" in asked:
        content["fravaersKommentar"] = asked["AbsenceComment"]
    if "AbsenceCauseTypeIdentifier" in asked:
        cause = call.code(asked["AbsenceCauseTypeIdentifier"], "AbsenceCauseType", day(start))
        content["fravaersAfslutningsAarsag"] = cause
    return content


def require_free(call: Call, content: Mapping[str, Any], id_: str) -> None:
    """1003 an end before its start; 4637 a day on which the citizen has another absence of the type."""
    first, last = _period(content)
    for other in call.live(kinds.ABSENCE):
        if other.id != id_ and other.content["fravaerType"] == content["fravaerType"]:
            start, end = day(other.content["startDato"]), ends(other.content, "slutDato")
            if first <= end and start <= last:
                raise Refused(4637)


def _period(content: Mapping[str, Any]) -> tuple[date, date]:
    first, last = day(content["startDato"]), ends(content, "slutDato")
    if last < first:
        raise Refused(1003)
    return first, last


# additional information -----------------------------------------------------------------------------------------------


def _create_information(call: Call) -> Answer:
    absence = call.known(kinds.ABSENCE, call.body["AbsenceIdentifier"], 4632)
    id_ = call.unused(kinds.INFORMATION, call.body.get("AdditionalInformationOnAbsenceIdentifier", str(uuid4())))
    return receipt(call.put(kinds.INFORMATION, id_, _information(call), parent=absence.id))


def _update_information(call: Call) -> Answer:
    id_, parent = _known_information(call)
    return receipt(call.put(kinds.INFORMATION, id_, _information(call), parent=parent))


def _delete_information(call: Call) -> Answer:
    id_, _ = _known_information(call)
    found = call.known(kinds.INFORMATION, id_, 4632)
    return receipt(call.delete(found, call.body.get("CorrectionComment")))


def _known_information(call: Call) -> tuple[str, str]:
    """The ids of the information and of its absence; 4632 where the citizen has no such, or not on that absence."""
    absence = call.known(kinds.ABSENCE, call.body["AbsenceIdentifier"], 4632)
    found = call.known(kinds.INFORMATION, call.body["AdditionalInformationOnAbsenceIdentifier"], 4632)
    if found.parent != absence.id:
        raise Refused(4632)
    return found.id, absence.id


def _information(call: Call) -> dict[str, Any]:
    asked, start = call.body, kept(call.body["StartDate"])
    kind = call.code(
        asked["AdditionalInformationOnAbsenceTypeIdentifier"], "AdditionalInformationOnAbsenceType", day(start)
    )
    content: dict[str, Any] = {"yderligereInfoType": kind, "startDato": start}
    if "EndDate" in asked:
        content["slutDato"] = kept(asked["EndDate"])
    if "AdditionalInformationOnAbsenceComment" in asked:
        content["kommentar"] = asked["AdditionalInformationOnAbsenceComment"]
    _period(content)
    return content


# active or not --------------------------------------------------------------------------------------------------------


def _active(call: Call) -> Answer:
    """false deletes the absence with its additional information; true takes a deletion back, with what went along."""
    asked = call.body["AbsenceActiveStatus"]
    id_ = asked["AbsenceIdentifier"].lower()
    if not asked["Active"]:
        return _delete(call, id_, asked.get("CorrectionComment"))
    versions = call.transaction.versions(kinds.ABSENCE, call.citizen)
    newest = next((each for each in versions if each.id == id_ and each.newest), None)
    if newest is None:
        raise Refused(4632)
    if newest.deleted:
        _revive(call, id_, newest.registered_at)
    return receipt(call.newest(kinds.ABSENCE, id_))


def _delete(call: Call, id_: str, comment: str | None) -> Answer:
    absence = call.known(kinds.ABSENCE, id_, 4632)
    for part in call.live(kinds.INFORMATION):
        if part.parent == id_:
            call.delete(part, comment)
    return receipt(call.delete(absence, comment))


def _revive(call: Call, id_: str, deleted_at: str) -> None:
    for kind in (kinds.ABSENCE, kinds.INFORMATION):
        for each in call.transaction.versions(kind, call.citizen):
            mine = id_ in (each.id, each.parent) and each.newest and each.deleted
            if mine and each.registered_at == deleted_at:
                call.transaction.put(replace(each, deleted=False, comment=None, caller=call.caller))


REGISTRATION: Final = {
    "CreateAbsence": Operation(_create, refuses_dead=True),
    "UpdateAbsence": Operation(_update, refuses_dead=True),
    "CreateAdditionalInformationOnAbsence": Operation(_create_information, refuses_dead=True),
    "UpdateAdditionalInformationOnAbsence": Operation(_update_information, refuses_dead=True),
    "DeleteAdditionalInformationOnAbsence": Operation(_delete_information),
}
ACTIVE_STATUS: Final = {"UpdateAbsenceActiveStatus": Operation(_active)}
