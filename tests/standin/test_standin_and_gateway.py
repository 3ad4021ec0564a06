"""The old side and the gateway, on the same registrations: every read agrees but for what new rules change."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from both_sides import post_both
from standin_side import CITIZENS, JOBCENTRE, SAMPLES, Side, citizen, code, envelope, sample

from overgang.core.compare.values import Difference, Kind
from overgang.standin.codes import CodeLists
from running import Site, midnight

FULL, UNKNOWN = citizen("tilmeldt"), "0000000000"
CPR = "PersonCivilRegistrationIdentifier"
READS = {
    "PersonStatusService": ("GetVariablePersonStatus",),
    "PersonHistoryService": ("GetPersonHistory",),
    "AsylumService": ("GetAsylumData",),
    "JoblogService": ("PersonSearch", "GetJobSearchEntry"),
    "UnemploymentEnrollmentService": ("GetProfessionCollection",),
}
EXPLAINED = {
    # visitation.kategori3-laesning: category 3 is read as 2 from 2025 on, and its history says since when
    (Kind.CHANGED, "PersonCategoryInfo/PersonCategory/PersonCategoryTypeIdentifier/CodeListItemIdentifier"),
    (Kind.CHANGED, "PersonCategoryInfo/PersonCategory/StartDate"),
    (Kind.EXTRA, "PersonCategoryHistory/PersonCategory"),
    (Kind.EXTRA, "PersonCategoryHistory/PersonCategory/EndDate"),
    (Kind.LENGTH, "PersonCategoryHistory/PersonCategory"),
    # fravaer.jobrettet-fritagelse and sygemelding.min-plan
    (Kind.EXTRA, "AbsenceInfo/Absence/Exemptions"),
    (Kind.EXTRA, "IllnessInfo/Illness/Exemptions"),
    # the gateway's faults also name the element and a stable key
    (Kind.FAULT_DETAIL, "/Fault/Detail/FaultDetails/Message"),
}


@pytest.fixture(scope="module")
def side(site: Site) -> Side:
    """An old side on the registrations of the site's modern side."""
    return Side(store=site.modern.store)


def reads() -> Iterator[tuple[str, str, bytes]]:
    """Every read of every demo citizen, of one that nobody knows, and by one who may not; and each collection alone."""
    for service, operations in READS.items():
        for operation in operations:
            for number in (*(each.number for each in CITIZENS), UNKNOWN):
                for by in (JOBCENTRE, (24, "12345678")):
                    yield service, operation, sample(service, operation, number, by)
    yield from one_by_one(FULL)


def one_by_one(number: str) -> Iterator[tuple[str, str, bytes]]:
    """The two reads that choose among collections, with one at a time."""
    for service in ("PersonStatusService", "PersonHistoryService"):
        (operation,) = READS[service]
        body = sample(service, operation, number)
        for flag in re.findall(rb"<(\w+)>true<", body):
            none = body.replace(b">true<", b">false<")
            yield service, operation, none.replace(b"<%s>false<" % flag, b"<%s>true<" % flag)


def unexplained(differences: Iterable[tuple[str, Difference]]) -> list[str]:
    """What no rule accounts for, without any value."""
    return [
        f"{operation}: {each.kind} {each.path} {each.cause}"
        for operation, each in differences
        if (each.kind, each.place) not in EXPLAINED
    ]


def all_differences(site: Site, side: Side) -> Iterator[tuple[str, Difference]]:
    for service, operation, body in reads():
        for each in post_both(site, side, service, operation, body):
            yield operation, each


def test_every_read_of_every_demo_citizen_agrees_but_for_the_rules(site: Site, side: Side) -> None:
    site.modern.store.reset()

    found = list(all_differences(site, side))

    assert unexplained(found) == []
    assert {(each.kind, each.place) for _, each in found} == EXPLAINED


def test_nobody_is_known_to_either_side_whatever_is_asked_for(site: Site, side: Side) -> None:
    """The gateway passes on 1010 or 4404, by the collection; both are documented, and the old side has one: 1010."""
    for service, operation, body in one_by_one(UNKNOWN):
        found = post_both(site, side, service, operation, body)
        assert {each.place for each in found} <= {
            "/Fault/Reason",
            "/Fault/Detail/FaultDetails/ErrorCode",
            "/Fault/Detail/FaultDetails/Message",
        }
        assert {each.new for each in found if each.place.endswith("ErrorCode")} <= {"4404"}


def test_every_code_list_agrees_as_of_any_day(site: Site, side: Side, lists: CodeLists) -> None:
    text = (SAMPLES / "CodeListService.GetCodeList.xml").read_bytes()
    for name in (*lists, "Nonsense"):
        for day in (b"2009-12-31", b"2010-01-01", b"2024-12-31", b"2025-01-01"):
            body = text.replace(b">AbsenceType<", b">%s<" % name.encode()).replace(b"2024-12-09<", b"%s<" % day)
            found = post_both(site, side, "CodeListService", "GetCodeList", body)
            assert unexplained(("GetCodeList", each) for each in found) == []


def test_what_either_side_registers_the_other_shows_alike(site: Site, side: Side) -> None:
    site.modern.store.reset()
    for service, operation, body in writes(citizen("uden ydelse")):
        side.ask(service, operation, body)
    for service, operation, body in writes(citizen("dagpengemodtager")):
        through_the_gateway(site, side, service, operation, body)

    assert unexplained(all_differences(site, side)) == []


@pytest.fixture(scope="module")
def lists(side: Side) -> CodeLists:
    return side.service("CodeListService").lists


def through_the_gateway(site: Site, side: Side, service: str, operation: str, body: dict[str, Any]) -> None:
    contract = side.service(service).contract
    version = contract.namespace.split("/")[-2]
    answer = site.client.post(
        f"/PjakTassWCF/{version}/{service}.svc",
        content=envelope(contract.operations[operation], body),
        headers={"Content-Type": "text/xml; charset=utf-8"},
    )
    assert answer.status_code == 200, answer.text


def writes(who: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Registrations of each kind that both sides take, with empty texts, zones and fractions among them."""
    begun = midnight()
    today, later = begun.isoformat(), (begun + timedelta(days=30)).isoformat()
    profession = {"ConceptUriDa": "urn:x", "HasEducation": True, "YearLastUsed": 2020, "MonthsOfExperience": 5}
    enrolment = {
        CPR: who,
        "ClientCategoryTypeIdentifier": code(3),
        "EnrollmentDate": today,
        "CurrentUnemploymentStatusTypeIdentifier": code(3),
        "EmailAddressIdentifier": "borger@example.invalid",
        "Profession": {"ProfessionType": [profession]},
    }
    yield "UnemploymentEnrollmentService", "UnemploymentEnrollment", {"UnemploymentEnrollment": enrolment}
    cancellation = {CPR: who, "CancellationDate": later, "CauseTypeIdentifier": code(1)}
    yield "UnemploymentEnrollmentService", "UnemploymentCancellation", cancellation
    group = {"ContactGroupTypeIdentifier": code(24), "StartDate": today, "EventDate": today}
    yield "PersonRegistrationService", "CreateContactGroup", {CPR: who, "ContactGroup": group}
    category = {"PersonCategoryTypeIdentifier": code(2), "StartDate": today, "EndDate": later}
    yield "PersonRegistrationService", "CreatePersonCategory", {CPR: who, "PersonCategory": category}
    address = {CPR: who, "StartDate": today, "EndDate": later, "CareOfName": "", "IsForeign": True}
    address |= {"ForeignAddress": {"AddressLineOne": "Exempelgatan 1", "CountryIdentificationCode": "SE"}}
    body = {"PersonTemporaryAddress": address}
    yield "PersonTemporaryAddressService", "SavePersonTemporaryAddress", body
    absence = {
        CPR: who,
        "AbsenceTypeIdentifier": code(10),
        "StartDate": later.replace("00:00:00", "00:00:00.1234567"),
        "AbsenceComment": "",
        "NotificationDate": today[:19],
    }
    yield "AbsenceRegistrationService", "CreateAbsence", {"Absence": absence}
    id_ = str(uuid5(NAMESPACE_URL, who))
    item = {"AbsenceIdentifier": id_, "StartDate": today, "AbsenceTypeIdentifier": code(11)}
    item |= {"AbsenceComment": "Ringet ind; æøå <&>", "NotificationDate": today}
    item |= {"CompanyIdentifier": {"CVRnumberIdentifier": "12345678"}}
    yield "IllnessCompositeService", "CreateIllness", {CPR: who, "AbsenceItem": item}
    information = {
        CPR: who,
        "AbsenceIdentifier": id_,
        "AdditionalInformationOnAbsenceTypeIdentifier": code(1),
        "StartDate": today,
        "AdditionalInformationOnAbsenceComment": "Efter aftale",
    }
    yield "AbsenceRegistrationService", "CreateAdditionalInformationOnAbsence", information
    item |= {"EndDate": today, "AbsenceCauseTypeIdentifier": code(1)}
    yield "IllnessCompositeService", "CreateRecovery", {CPR: who, "AbsenceItem": item}
    reminder = {"Description": "Ring", "EventDate": today[:10], "IsCompleted": False, "IsPrimary": True}
    tasks = {"TaskType": [{"Identifier": id_, "Body": reminder | {"EventTime": today}}]}
    entry = {"Tasks": tasks, "JobTitle": "Opdigtet", "ApplicationDate": today[:10]}
    yield "CitizenJoblogService", "CreateJobSearchEntry", {CPR: who, "JobSearchEntry": entry}
    deleted = {"AbsenceIdentifier": id_, CPR: who, "Active": False, "CorrectionComment": "Ved en fejl"}
    yield "AbsenceActiveStatusService", "UpdateAbsenceActiveStatus", {"AbsenceActiveStatus": deleted}
