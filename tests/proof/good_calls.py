"""For each bridged operation calls about demo citizens that meet every rule: generated calls may all be refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from overgang.core.beskeder import KINDS
from running import CITIZENS, citizen

Body: TypeAlias = dict[str, Any]
JOBCENTER, KOMMUNE = (8, "10111"), (7, "101")
TILMELDT, FRAVAERENDE, NY = citizen("tilmeldt"), citizen("løbende fravær"), citizen("uden ydelse")
SYG = citizen("sygedagpenge fra ledighed")


@dataclass(frozen=True, slots=True)
class Good:
    """`body` makes the call of a day, given the id that the call before it was answered with ("" for the first)."""

    operation: str
    body: Callable[[datetime, str], Body]
    caller: tuple[int, str] = JOBCENTER


def code(number: int) -> Mapping[str, int]:
    return {"CodeListItemIdentifier": number}


def registered(number: str, kind: str) -> str:
    """The id of a demo citizen's registration."""
    (person,) = [each for each in CITIZENS if each.number == number]
    return next(each.id for each in person.registrations if each.kind == kind)


def enrolment(today: datetime, _: str) -> Body:
    return {
        "UnemploymentEnrollment": {
            "PersonCivilRegistrationIdentifier": NY,
            "ClientCategoryTypeIdentifier": code(2),
            "EnrollmentDate": today.isoformat(),
            "CurrentUnemploymentStatusTypeIdentifier": code(1),
        }
    }


def cancellation(today: datetime, _: str) -> Body:
    day = {"CancellationDate": today.isoformat(), "CauseTypeIdentifier": code(2)}
    return {"PersonCivilRegistrationIdentifier": TILMELDT, **day}


def contact_group(today: datetime, _: str) -> Body:
    group = {"ContactGroupTypeIdentifier": code(2), "EventDate": today.isoformat(), "StartDate": today.isoformat()}
    return {"PersonCivilRegistrationIdentifier": NY, "ContactGroup": group}


def changed_contact_group(today: datetime, identifier: str) -> Body:
    made = contact_group(today, "")
    end = (today + timedelta(days=30)).isoformat()
    return {**made, "ContactGroup": {**made["ContactGroup"], "MessageIdentifier": identifier, "EndDate": end}}


def category(today: datetime, _: str) -> Body:
    given = {"PersonCategoryTypeIdentifier": code(5), "StartDate": today.isoformat()}
    return {"PersonCivilRegistrationIdentifier": citizen("kontanthjælp"), "PersonCategory": given}


def changed_category(today: datetime, identifier: str) -> Body:
    made = category(today, "")
    end = (today + timedelta(days=30)).isoformat()
    return {**made, "PersonCategory": {**made["PersonCategory"], "MessageIdentifier": identifier, "EndDate": end}}


def absence(today: datetime, identifier: str) -> Body:
    given = {
        "PersonCivilRegistrationIdentifier": FRAVAERENDE,
        "AbsenceTypeIdentifier": code(3),
        "StartDate": (today + timedelta(days=30)).isoformat(),
        "EndDate": (today + timedelta(days=32)).isoformat(),
        "NotificationDate": today.isoformat(),
        **({"AbsenceIdentifier": identifier} if identifier else {}),
    }
    return {"Absence": given}


def _about_absence(identifier: str = "") -> Body:
    about = {
        "PersonCivilRegistrationIdentifier": FRAVAERENDE,
        "AbsenceIdentifier": registered(FRAVAERENDE, "fravaer"),
    }
    return {**about, "AdditionalInformationOnAbsenceIdentifier": identifier} if identifier else about


def information(today: datetime, identifier: str) -> Body:
    kind = {"AdditionalInformationOnAbsenceTypeIdentifier": code(1), "StartDate": today.isoformat()}
    return {**_about_absence(identifier), **kind}


def deleted_information(_: datetime, identifier: str) -> Body:
    return {**_about_absence(identifier), "CorrectionComment": "Fejl"}


def deleted_absence(_: datetime, __: str) -> Body:
    return {"AbsenceActiveStatus": {**_about_absence(), "Active": False}}


def illness(today: datetime, _: str) -> Body:
    item = {
        "StartDate": today.isoformat(),
        "AbsenceTypeIdentifier": code(11),
        "NotificationDate": today.isoformat(),
        "CurrentUnemploymentStatusTypeIdentifier": code(1),
    }
    return {"PersonCivilRegistrationIdentifier": TILMELDT, "AbsenceItem": item}


def recovery(today: datetime, _: str) -> Body:
    item = {
        "AbsenceIdentifier": registered(SYG, "fravaer"),
        "StartDate": (today - timedelta(days=30)).isoformat(),
        "EndDate": today.isoformat(),
        "AbsenceTypeIdentifier": code(11),
        "AbsenceCauseTypeIdentifier": code(1),
        "NotificationDate": (today - timedelta(days=30)).isoformat(),
    }
    return {"PersonCivilRegistrationIdentifier": SYG, "AbsenceItem": item}


def address(today: datetime, _: str) -> Body:
    place = {
        "StreetName": "Opdigtet Allé",
        "StreetBuildingIdentifier": "12B",
        "PostCodeIdentifier": "9999",
        "DistrictName": "Teststad",
    }
    given = {
        "PersonCivilRegistrationIdentifier": NY,
        "StartDate": (today + timedelta(days=1)).isoformat(),
        "EndDate": (today + timedelta(days=20)).isoformat(),
        "IsForeign": False,
        "DanishAddress": place,
    }
    return {"PersonTemporaryAddress": given}


def job(_: datetime, identifier: str) -> Body:
    entry = {"Tasks": {}, "JobTitle": "Tømrer", **({"Identifier": identifier} if identifier else {})}
    return {"PersonCivilRegistrationIdentifier": NY, "JobSearchEntry": entry}


def deleted_job(_: datetime, identifier: str) -> Body:
    return {"PersonCivilRegistrationIdentifier": NY, "Identifier": identifier}


def benefit_illness(today: datetime, _: str) -> Body:
    return {
        "PersonCivilRegistrationIdentifier": NY,
        "Illness": {
            "NemRefusionIdentifier": "b3a1f0c2-5d6e-4f70-8a91-2c3d4e5f6071",
            "IllnessStartDate": today.isoformat(),
        },
        "SustenanceSystemCaseTypeIdentifier": code(1),
    }


def person(number: str) -> Callable[[datetime, str], Body]:
    return lambda _, __: {"PersonCivilRegistrationIdentifier": number}


def found_job(_: datetime, __: str) -> Body:
    number = citizen("nytilmeldt")
    return {"PersonCivilRegistrationIdentifier": number, "Identifier": registered(number, "jobsoegningslogning")}


def status(_: datetime, __: str) -> Body:
    parts = (
        "AddressContact",
        "Unemployment",
        "ContactGroup",
        "PersonCategory",
        "HealthLimitation",
        "Absence",
        "Illness",
    )
    asked = dict.fromkeys((*parts, "Absence", "Illness"), True) | dict.fromkeys(("Core", "Authority", "CV"), False)
    about = {"PersonCivilRegistrationIdentifier": TILMELDT, "RequestVariableType": asked}
    return {"VariablePersonStatusRequest": about}


def history(_: datetime, __: str) -> Body:
    older = ("TemporaryAddress", "Unemployment", "ContactGroup", "PersonCategory", "Absence", "Illness")
    asked = {f"{name}History": True for name in (*older, "JobSearch", "Profession")}
    return {"PersonHistoryRequest": {"PersonCivilRegistrationIdentifier": TILMELDT, "RequestHistoryType": asked}}


def codes(today: datetime, _: str) -> Body:
    return {"CodeListName": "AbsenceType", "Date": today.date().isoformat()}


def queue(_: datetime, __: str) -> Body:
    return {"AcksTo": {"Address": "http://www.w3.org/2005/08/addressing/anonymous"}}


def sequence(_: datetime, identifier: str) -> Body:
    return {"Identifier": identifier}


def ack_requested(_: datetime, identifier: str) -> Body:
    return {"AckRequested": {"Identifier": identifier}}


def messages(_: datetime, __: str) -> Body:
    """One that there is none of: what is there has tests of its own."""
    return {"MessageIdentifier": ["0f1e2d3c-4b5a-4697-8877-665544332211"]}


def walked(operation: str, body: Callable[[datetime, str], Body] = sequence) -> tuple[Good, ...]:
    return (Good("CreateSequence", queue), Good(operation, body))


_INFORMATION = "AdditionalInformationOnAbsence"
# By "Service Operation": the calls one after the other, the last of them of that operation.
GOOD: Mapping[str, tuple[Good, ...]] = {
    "UnemploymentEnrollmentService UnemploymentEnrollment": (Good("UnemploymentEnrollment", enrolment),),
    "UnemploymentEnrollmentService UnemploymentCancellation": (Good("UnemploymentCancellation", cancellation),),
    "PersonRegistrationService CreateContactGroup": (Good("CreateContactGroup", contact_group, KOMMUNE),),
    "PersonRegistrationService UpdateContactGroup": (
        Good("CreateContactGroup", contact_group, KOMMUNE),
        Good("UpdateContactGroup", changed_contact_group, KOMMUNE),
    ),
    "PersonRegistrationService CreatePersonCategory": (Good("CreatePersonCategory", category),),
    "PersonRegistrationService UpdatePersonCategory": (
        Good("CreatePersonCategory", category),
        Good("UpdatePersonCategory", changed_category),
    ),
    "AbsenceRegistrationService CreateAbsence": (Good("CreateAbsence", absence),),
    "AbsenceRegistrationService UpdateAbsence": (Good("CreateAbsence", absence), Good("UpdateAbsence", absence)),
    f"AbsenceRegistrationService Create{_INFORMATION}": (Good(f"Create{_INFORMATION}", information),),
    f"AbsenceRegistrationService Update{_INFORMATION}": (
        Good(f"Create{_INFORMATION}", information),
        Good(f"Update{_INFORMATION}", information),
    ),
    f"AbsenceRegistrationService Delete{_INFORMATION}": (
        Good(f"Create{_INFORMATION}", information),
        Good(f"Delete{_INFORMATION}", deleted_information),
    ),
    "AbsenceActiveStatusService UpdateAbsenceActiveStatus": (Good("UpdateAbsenceActiveStatus", deleted_absence),),
    "IllnessCompositeService CreateIllness": (Good("CreateIllness", illness),),
    "IllnessCompositeService CreateRecovery": (Good("CreateRecovery", recovery),),
    "PersonTemporaryAddressService SavePersonTemporaryAddress": (Good("SavePersonTemporaryAddress", address),),
    "CitizenJoblogService CreateJobSearchEntry": (Good("CreateJobSearchEntry", job),),
    "CitizenJoblogService UpdateJobSearchEntry": (
        Good("CreateJobSearchEntry", job),
        Good("UpdateJobSearchEntry", job),
    ),
    "CitizenJoblogService DeleteJobSearchEntry": (
        Good("CreateJobSearchEntry", job),
        Good("DeleteJobSearchEntry", deleted_job),
    ),
    "IllnessRecoveryInformationService CreateIllness": (Good("CreateIllness", benefit_illness, KOMMUNE),),
    "UnemploymentEnrollmentService GetProfessionCollection": (Good("GetProfessionCollection", person(TILMELDT)),),
    "AsylumService GetAsylumData": (Good("GetAsylumData", person(citizen("asylsag"))),),
    "JoblogService PersonSearch": (Good("PersonSearch", person(citizen("nytilmeldt"))),),
    "JoblogService GetJobSearchEntry": (Good("GetJobSearchEntry", found_job),),
    "PersonStatusService GetVariablePersonStatus": (Good("GetVariablePersonStatus", status),),
    "PersonHistoryService GetPersonHistory": (Good("GetPersonHistory", history),),
    "CodeListService GetCodeList": (Good("GetCodeList", codes),),
    "WsrmService CreateSequence": walked("CreateSequence", queue)[:1],
    "WsrmService AckRequested": walked("AckRequested", ack_requested),
    **{
        f"WsrmService {operation}": walked(operation)
        for operation in ("Sequence", "SequenceAcknowledgement", "CloseSequence", "TerminateSequence")
    },
    **{f"WsrmMessageService {kind.operation}": (Good(kind.operation, messages),) for kind in KINDS},
}
