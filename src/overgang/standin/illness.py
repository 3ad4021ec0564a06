"""IllnessCompositeService and IllnessRecoveryInformationService: an illness is registered as an absence of its type.

Not refused here: 4686 (an active contact group is required; of whom is not public), 4685 and 4963 (which contradict the
four weeks of 4966). That DFDG switches the contact group by itself with an illness from the benefit system is not done.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

from overgang.reference.store import Registration
from overgang.standin import absence, contact_group, enrolment, kinds
from overgang.standin.calls import STAR, Answer, Call, Operation, code, receipt
from overgang.standin.moments import day, kept
from overgang.standin.refusal import Refused

_BACK: Final = timedelta(weeks=4)
_RECOVERED: Final = 1  # AbsenceCauseType


def _create(call: Call) -> Answer:
    asked = call.body["AbsenceItem"]
    id_ = call.unused(kinds.ABSENCE, asked.get("AbsenceIdentifier", str(uuid4())))
    content = _content(call, asked)
    _require_recent(call, content)
    absence.require_free(call, content, id_)
    if "UnemploymentCancellation" in call.body:
        enrolment.cancel(call, call.body["UnemploymentCancellation"])
    return receipt(call.put(kinds.ABSENCE, id_, content))


def _recover(call: Call) -> Answer:
    asked = call.body["AbsenceItem"]
    illness = _known(call, asked.get("AbsenceIdentifier", ""))
    content = _content(call, asked)
    if day(content["startDato"]) != day(illness.content["startDato"]):
        raise Refused(4647)
    absence.require_free(call, content, illness.id)
    if "UnemploymentEnrollment" in call.body:
        enrolment.enrol(call, call.body["UnemploymentEnrollment"], str(uuid4()))
    if "ContactGroup" in call.body:
        contact_group.switch(call, call.body["ContactGroup"])
    case = {name: illness.content[name] for name in ("sagstype",) if name in illness.content}
    return receipt(call.put(kinds.ABSENCE, illness.id, content | case))


def _known(call: Call, id_: str) -> Registration:
    """4632 no such illness of this citizen."""
    illness = call.known(kinds.ABSENCE, id_, 4632)
    if illness.content["fravaerType"] != kinds.ILLNESS_TYPE:
        raise Refused(4632)
    return illness


def _content(call: Call, asked: Mapping[str, Any]) -> dict[str, Any]:
    """1014 another kind of absence; 4980 an end without its cause."""
    content = absence.content_of(call, asked)
    if content["fravaerType"] != kinds.ILLNESS_TYPE:
        raise Refused(1014)
    status = "CurrentUnemploymentStatusTypeIdentifier"
    if status in asked:
        content["ledighedsgrad"] = call.code(asked[status], "CurrentUnemploymentStatusType", day(content["startDato"]))
    return _completed(content, asked)


def _completed(content: dict[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    if "slutDato" in content and "fravaersAfslutningsAarsag" not in content:
        raise Refused(4980)
    if "CompanyIdentifier" in asked:
        content["arbejdsgiver"] = _company(asked["CompanyIdentifier"])
    return content


def _company(asked: Mapping[str, str]) -> dict[str, str]:
    """1014 for numbers that are no digits: the contract only has their length."""
    company = {"cvrEnhedsid": asked["CVRnumberIdentifier"]}
    if "ProductionUnitIdentifier" in asked:
        company["pNummer"] = asked["ProductionUnitIdentifier"]
    if not all(text.isascii() and text.isdecimal() for text in company.values()):
        raise Refused(1014)
    return company


def _require_recent(call: Call, content: Mapping[str, str]) -> None:
    if day(content["startDato"]) < call.today - _BACK:
        raise Refused(4966)


def _book(call: Call) -> Answer:
    """The illness ends on the day of its registration; the interview is registered as CreatePersonInterview's are."""
    illness = _known(call, call.body["IllnessIdentifier"])
    end = {"slutDato": kept(call.body["RegistrationDate"]), "fravaersAfslutningsAarsag": _RECOVERED}
    content = {**illness.content, **end}
    absence.require_free(call, content, illness.id)
    interview = {"begins": kept(call.body["BookingStartTime"]), "option": call.body["InterviewOptionID"]}
    call.put(kinds.INTERVIEW, str(uuid4()), interview)
    ended = call.put(kinds.ABSENCE, illness.id, content)
    return {
        "IllnessReceipt": {
            "EventDate": ended.registered_at,
            "IllnessIdentifier": ended.id,
            "PersonNameStructure": _name(call),
        }
    }


def _name(call: Call) -> dict[str, str]:
    """The name as the asylum system has it; of other citizens no name is registered, and it is empty."""
    known = call.live(kinds.ASYLUM)
    person = known[-1].content["personoplysninger"] if known else {"fornavn": "", "efternavn": ""}
    return {"PersonGivenName": person["fornavn"], "PersonSurnameName": person["efternavn"]}


def _from_benefit_system(call: Call) -> Answer:
    """NemRefusion's id is the illness's; it was reported when the benefit system registered it."""
    asked = call.body["Illness"]
    start = kept(asked["IllnessStartDate"])
    renamed = {
        "StartDate": start,
        "AbsenceTypeIdentifier": code(kinds.ILLNESS_TYPE),
        "NotificationDate": call.registered,
        **({"EndDate": asked["IllnessEndDate"]} if "IllnessEndDate" in asked else {}),
        **{name: asked[name] for name in ("AbsenceCauseTypeIdentifier", "CompanyIdentifier") if name in asked},
    }
    id_ = call.unused(kinds.ABSENCE, asked["NemRefusionIdentifier"])
    content = _content(call, renamed) | {"sagstype": _case(call, day(start))}
    _require_recent(call, content)
    absence.require_free(call, content, id_)
    return receipt(call.put(kinds.ABSENCE, id_, content))


def _case(call: Call, start: date) -> int:
    return call.code(call.body["SustenanceSystemCaseTypeIdentifier"], "SustenanceSystemCaseType", start)


COMPOSITE: Final = {
    "CreateIllness": Operation(_create, refuses_dead=True),
    "CreateRecovery": Operation(_recover, refuses_dead=True),
    "ReportIllnessRecoveryAndBook": Operation(_book, allowed=frozenset({STAR}), refuses_dead=True),
}
INFORMATION: Final = {"CreateIllness": Operation(_from_benefit_system, refuses_dead=True)}
