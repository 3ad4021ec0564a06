"""In the trial, from a registration to the acknowledgement: by an unmodified old client, and by a migrated system."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import zeep
from zeep.transports import Transport

from modern_calls import REST_CALLER
from overgang.core.values import COPENHAGEN
from overgang.shell.example import header_values
from running import CITIZENS, Process, citizen, demo, midnight

JOBCENTER, OTHER_JOBCENTER, A_KASSE = (8, "10101"), (8, "10111"), (2, "81")
INSURED, WITHOUT = "dagpengemodtager", "uden ydelse"
ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous"


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One of its own: others register too."""
    with demo(tmp_path_factory.mktemp("messages")) as process:
        yield process


class Old:
    """An old system of an organisation, with zeep and nothing of ours."""

    def __init__(self, trial: Process, organisation: tuple[int, str], version: int = 10) -> None:
        base = f"{trial.address('gateway')}/PjakTassWCF"
        transport: Any = Transport(timeout=20, operation_timeout=20)  # type: ignore[no-untyped-call]
        transport.session.trust_env = False
        client: Any = zeep.Client
        self.queue = client(f"{base}/1/WsrmService.svc?wsdl", transport=transport).service
        self.messages = client(f"{base}/{version}/WsrmMessageService.svc?wsdl", transport=transport).service
        self._organisation = organisation
        self.sequence = self.queue.CreateSequence(AcksTo={"Address": ANONYMOUS}, _soapheaders=self.headers).Identifier

    @property
    def headers(self) -> dict[str, Any]:
        return header_values(self._organisation, datetime.now(COPENHAGEN).isoformat())

    def waiting(self, least: int = 0) -> list[Any]:
        """What it is handed, once that are `least`."""
        end = time.monotonic() + 20
        while True:
            answer = self.queue.Sequence(Identifier=self.sequence, _soapheaders=self.headers)
            found = list(answer.SequenceMessage or [])
            if len(found) >= least or time.monotonic() > end:
                return found
            time.sleep(0.1)

    def fetched(self, message: Any) -> list[Any]:
        operation = getattr(self.messages, message.OperationName)
        return list(operation(MessageIdentifier=[message.MessageIdentifier], _soapheaders=self.headers) or [])

    def acknowledge(self, *messages: Any) -> None:
        ranges = [{"Lower": one.MessageNumber, "Upper": one.MessageNumber} for one in messages]
        self.queue.SequenceAcknowledgement(
            Identifier=self.sequence, AcknowledgementRange=ranges, _soapheaders=self.headers
        )

    def emptied(self, least: int = 1) -> list[tuple[str, list[Any]]]:
        """Operation and content of each message that waits, all of them acknowledged."""
        found = self.waiting(least)
        contents = [(one.OperationName, self.fetched(one)) for one in found]
        if found:
            self.acknowledge(*found)
        return contents


def register(trial: Process, who: str, path: str, body: dict[str, Any], by: tuple[int, str] = JOBCENTER) -> Any:
    headers = REST_CALLER | {
        "x-civilRegistrationIdentifier": citizen(who),
        "x-requestId": str(uuid4()),
        "x-activeOrganisationTypeIdentifier": str(by[0]),
        "x-activeOrganisationCode": by[1],
    }
    answer = httpx.post(f"{trial.address('gateway')}{path}", json=body, headers=headers, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.json()


def absence(days: int, kind: int = 3) -> dict[str, Any]:
    day = (midnight() + timedelta(days=days)).isoformat()
    return {
        "fravaerType": kind,
        "startDato": day,
        "slutDato": day,
        "fravaersKommentar": "",
        "anmeldelsesDato": midnight().isoformat(),
    }


@pytest.mark.parametrize("version", [10, 11])
def test_a_registration_over_rest_is_fetched_from_the_old_queue_and_acknowledged(trial: Process, version: int) -> None:
    jobcenter, other = Old(trial, JOBCENTER, version), Old(trial, OTHER_JOBCENTER, version)
    jobcenter.emptied(0)
    id_ = register(trial, WITHOUT, "/visiteringogstatus/v1/Fravaer", absence(version))
    ((operation, (item,)),) = jobcenter.emptied()
    assert operation == "GetAbsenceVersion1"
    assert item.Absence.AbsenceIdentifier == id_
    assert item.PersonCivilRegistrationIdentifier == citizen(WITHOUT)
    assert item.RequestUserMetadata.RegisteringAuthority.OrganisationCode == "10101"
    assert jobcenter.waiting() == []
    assert other.waiting() == []


def test_an_a_kasse_gets_what_it_is_entitled_to_and_no_other(trial: Process) -> None:
    fund, jobcenter = Old(trial, A_KASSE), Old(trial, JOBCENTER)
    fund.emptied(0), jobcenter.emptied(0)
    register(trial, WITHOUT, "/visiteringogstatus/v1/Fravaer", absence(20))  # of no a-kasse
    id_ = register(trial, INSURED, "/visiteringogstatus/v1/Fravaer", absence(21))
    info = {"yderligereInfoType": 1, "startDato": midnight().isoformat()}
    register(trial, INSURED, f"/visiteringogstatus/v1/Fravaer/{id_}/YderligereInfo", info)
    assert [operation for operation, _ in jobcenter.emptied(3)] == [
        "GetAbsenceVersion1",
        "GetAbsenceVersion1",
        "GetAdditionalInformationOnAbsenceVersion1",
    ]
    ((operation, (item,)),) = fund.emptied()
    assert (operation, item.Absence.AbsenceIdentifier) == ("GetAbsenceVersion1", id_)


def test_a_citizen_who_moved_is_no_longer_shown_to_the_former_jobcenter(trial: Process) -> None:
    jobcenter, other = Old(trial, JOBCENTER), Old(trial, OTHER_JOBCENTER)
    jobcenter.emptied(0), other.emptied(0)
    who = "nytilmeldt"
    register(trial, who, "/visiteringogstatus/v1/Fravaer", absence(30))
    (message,) = jobcenter.waiting(1)
    moved = {"x-civilRegistrationIdentifier": citizen(who)}
    url = f"{trial.address('modern side')}/reference/tilknytning"
    assert httpx.post(url, json={"jobcenter": "10111"}, headers=moved, trust_env=False).status_code == 204
    assert jobcenter.fetched(message) == []
    jobcenter.acknowledge(message)
    register(trial, who, "/visiteringogstatus/v1/Fravaer", absence(31), OTHER_JOBCENTER)
    assert [operation for operation, _ in other.emptied()] == ["GetAbsenceVersion1"]
    assert jobcenter.waiting() == []
    back = {"jobcenter": "10101"}
    assert httpx.post(url, json=back, headers=moved, trust_env=False).status_code == 204


def test_the_rules_own_message_arrives_the_same_way(trial: Process) -> None:
    """visitation.kategori3: whoever registers a 3 gets a message about the 2 that it became."""
    jobcenter = Old(trial, JOBCENTER)
    jobcenter.emptied(0)
    base = f"{trial.address('gateway')}/PjakTassWCF/9/PersonRegistrationService.svc?wsdl"
    client: Any = zeep.Client
    registration = client(base).service
    registration.CreatePersonCategory(
        PersonCivilRegistrationIdentifier=citizen(WITHOUT),
        PersonCategory={
            "PersonCategoryTypeIdentifier": {"CodeListItemIdentifier": 3},
            "StartDate": midnight().isoformat(),
        },
        _soapheaders=jobcenter.headers,
    )
    contents = jobcenter.emptied(2)
    assert [operation for operation, _ in contents] == ["GetPersonCategoryVersion1"] * 2  # the rule's, and the event's
    for _, (item,) in contents:
        assert item.PersonCategory.PersonCategoryTypeIdentifier.CodeListItemIdentifier == 2


def test_job_oriented_education_that_an_a_kasse_registers_is_told_to_the_jobcenter(trial: Process) -> None:
    own = next(str(one.state["jobcenter"]) for one in CITIZENS if one.label == "nytilmeldt")
    jobcenter, fund = Old(trial, (8, own)), Old(trial, A_KASSE)
    jobcenter.emptied(0), fund.emptied(0)
    id_ = register(trial, "nytilmeldt", "/visiteringogstatus/v1/Fravaer", absence(40, 31), A_KASSE)
    for who in (jobcenter, fund):
        contents = dict(who.emptied(2))
        assert contents.keys() == {"GetAbsenceVersion1", "GetJobOrientedEducationVersion1"}
        (item,) = contents["GetJobOrientedEducationVersion1"]
        assert item.Absence.AbsenceIdentifier == id_
        assert item.RequestUserMetadata.RegisteringAuthority.OrganisationTypeIdentifier == 2


def test_a_migrated_system_reads_the_same_over_rest(trial: Process) -> None:
    gateway = trial.address("gateway")
    headers = REST_CALLER | {"x-activeOrganisationTypeIdentifier": "2", "x-activeOrganisationCode": "81"}

    def read(after: int) -> list[dict[str, Any]]:
        url = f"{gateway}/beskeder/v1/Besked?efter={after}"
        answer = httpx.get(url, headers=headers, trust_env=False)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["beskeder"]
        return found

    last = 0
    while found := read(last):
        last = found[-1]["beskednummer"]
    id_ = register(trial, INSURED, "/visiteringogstatus/v1/Fravaer", absence(50))
    end = time.monotonic() + 20
    while not (found := read(last)):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert [(one["entitetNavn"], one["eksternIdentifier"], one["aendringstype"]) for one in found] == [
        ("Fravaer", id_, 1)
    ]


def test_the_page_and_the_metrics_tell_of_it_and_of_no_citizen(trial: Process) -> None:
    pages = trial.address("pages")
    page = httpx.get(f"{pages}/beskeder", trust_env=False).text
    metrics = httpx.get(f"{pages}/metrics", trust_env=False).text
    assert "8/10101" in page
    assert 'overgang_webhooks_received_total{entity="Fravaer",outcome="kept"}' in metrics
    assert 'overgang_messages{receiver="8/10101",state="acknowledged"}' in metrics
    for number in (citizen(INSURED), citizen(WITHOUT)):
        assert number not in page
        assert number not in metrics
