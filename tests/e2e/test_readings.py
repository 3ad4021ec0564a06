"""Status and history over real HTTP: what an old client reads is what a migrated one reads."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from test_zeep import Client

from modern_calls import FRAVAER, REST_CALLER
from running import Process, citizen

EDUCATED = citizen("jobrettet uddannelse")
ILL = citizen("sygedagpenge fra beskæftigelse")
NOT_MODERNISED = ("Core", "Authority", "CV")
FLAGS = ("AddressContact", "Unemployment", "ContactGroup", "PersonCategory", "HealthLimitation", "Absence", "Illness")
HISTORIES = ("TemporaryAddress", "Unemployment", "ContactGroup", "PersonCategory", "Absence", "Illness")
NEW = citizen("nytilmeldt")


@pytest.fixture(scope="module")
def now(trial: Process) -> Iterator[Client]:
    client = Client(trial, "PersonStatusService", 20)
    yield client
    client.close()


@pytest.fixture(scope="module")
def ever(trial: Process) -> Iterator[Client]:
    client = Client(trial, "PersonHistoryService", 1)
    yield client
    client.close()


def status(client: Client, number: str) -> Any:
    flags = {name: name not in NOT_MODERNISED for name in (*NOT_MODERNISED, *FLAGS)}
    asked = {"PersonCivilRegistrationIdentifier": number, "RequestVariableType": flags}
    return client.call("GetVariablePersonStatus", VariablePersonStatusRequest=asked)


def exemptions(item: Any) -> list[str]:
    return [exemption.ExemptionName for exemption in item.Exemptions.Exemption]


def test_all_that_holds_for_a_citizen_is_read_at_once(now: Client) -> None:
    answer = status(now, EDUCATED)
    (absence,) = answer.AbsenceInfo.Absence
    assert exemptions(absence) == ["SelfBooking", "Joblog"]
    assert [each.ClientCategoryTypeIdentifier.CodeListItemIdentifier for each in answer.UnemploymentInfo.Unemployment]
    assert b"IllnessInfo" in now.raw  # there, and empty: zeep does not tell that from absent
    assert b"CVInfo" not in now.raw


def test_an_illness_from_a_job_needs_no_min_plan(now: Client) -> None:
    (illness,) = status(now, ILL).IllnessInfo.Illness
    assert exemptions(illness) == ["MinPlan"]


def test_a_migrated_client_reads_the_same_exemptions(trial: Process) -> None:
    asked = {**REST_CALLER, "x-civilRegistrationIdentifier": EDUCATED}
    answer = httpx.get(f"{trial.address('gateway')}{FRAVAER}", headers=asked, trust_env=False)
    (absence,) = answer.json()["fravaer"]
    assert [each["fritagelsestype"] for each in absence["fritagelser"]] == ["Selvbooking", "Joblog"]
    assert answer.headers["overgang-regel"] == "fravaer.jobrettet-fritagelse"


def test_a_history_says_who_registered_each_version(ever: Client) -> None:
    flags = {f"{name}History": True for name in HISTORIES}
    asked = {"PersonCivilRegistrationIdentifier": EDUCATED, "RequestHistoryType": flags}
    answer = ever.call("GetPersonHistory", PersonHistoryRequest=asked)
    metadata = answer.AbsenceHistory.Absence[0].RegistrationMetadata
    assert (metadata.IsDeleted, metadata.IsCurrent) == (False, True)
    assert metadata.RegisteringAuthority.OrganisationTypeIdentifier == 2


def test_a_history_of_the_joblog_has_the_documents_of_its_entries(ever: Client) -> None:
    flags = dict.fromkeys((f"{name}History" for name in HISTORIES), False)
    flags |= {"JobSearchHistory": True, "ProfessionHistory": True}
    asked = {"PersonCivilRegistrationIdentifier": NEW, "RequestHistoryType": flags}
    answer = ever.call("GetPersonHistory", PersonHistoryRequest=asked)
    (entry,) = answer.JobSearchHistory.JobSearchEntry
    assert [document.FileName for document in entry.Documents.DocumentType] == ["Ansøgning.pdf"]
    assert entry.RegistrationMetadata.IsCurrent
    assert b"ProfessionHistory" in ever.raw  # there, and empty
