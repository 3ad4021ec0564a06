"""zeep over real HTTP: a client that knows nothing but the address of the WSDL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import zeep
from zeep.transports import Transport

from answer_schema import check_answer
from modern_calls import FRAVAER, REST_CALLER, TILMELDING
from running import Process, citizen, midnight

STRICT = zeep.Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
ENROLLED = citizen("langtidsledig")
NEW = citizen("sygedagpenge fra beskæftigelse")
UDDANNELSE = 2  # a value of CauseType


_CLIENT: Any = zeep.Client  # zeep has no annotations
_TRANSPORT: Any = Transport


class Client:
    """A service's client; `raw` is the body of the last answer."""

    def __init__(self, trial: Process, service: str, version: int) -> None:
        wsdl = f"{trial.address('gateway')}/PjakTassWCF/{version}/{service}.svc?wsdl"
        self.wsdl = httpx.get(wsdl, trust_env=False).content
        self.raw = b""
        transport: Any = _TRANSPORT(timeout=30, operation_timeout=30)
        transport.session.trust_env = False
        transport.session.hooks["response"].append(self._keep)
        self._client: Any = _CLIENT(wsdl, settings=STRICT, transport=transport)
        self._transport = transport

    def _keep(self, response: Any, **_: object) -> None:
        self.raw = response.content

    def call(self, operation: str, **arguments: object) -> Any:
        """The typed answer, whose bytes are valid under the served WSDL."""
        answer = self._client.service[operation](**arguments, _soapheaders=headers())
        check_answer(self.wsdl, self.raw)
        return answer

    @property
    def operations(self) -> set[str]:
        return set(self._client.service._operations)

    def close(self) -> None:
        self._transport.session.close()


def headers(code: str = "10101") -> dict[str, object]:
    """Both header blocks, as values."""
    return {
        "ActiveOrganisationHeader": {"OrganisationTypeIdentifier": 8, "OrganisationCode": code},
        "RequestUserMetadataHeader": {
            "RequestUserStructure": {
                "UserFullName": "Åse Testesen",
                "RequestUserTypeIdentifier": {"CodeListItemIdentifier": 2},
                "UserIdentifier": "CVR:12345678-FID:1234567890123",
            },
            "RequestOrganisationStructure": {
                "OrganisationTypeIdentifier": {"CodeListItemIdentifier": 8},
                "OrganisationCode": code,
            },
            "RegistrationDateTime": datetime.now(UTC),
        },
    }


@pytest.fixture(scope="module")
def absences(trial: Process) -> Iterator[Client]:
    client = Client(trial, "AbsenceRegistrationService", 7)
    yield client
    client.close()


@pytest.fixture(scope="module")
def active(trial: Process) -> Iterator[Client]:
    client = Client(trial, "AbsenceActiveStatusService", 9)
    yield client
    client.close()


@pytest.fixture(scope="module")
def enrollments(trial: Process) -> Iterator[Client]:
    client = Client(trial, "UnemploymentEnrollmentService", 8)
    yield client
    client.close()


def code(value: int) -> dict[str, int]:
    return {"CodeListItemIdentifier": value}


def absence(start: datetime, **more: object) -> dict[str, object]:
    return {
        "PersonCivilRegistrationIdentifier": ENROLLED,
        "AbsenceTypeIdentifier": code(3),
        "StartDate": start,
        "EndDate": start + timedelta(days=2),
        "AbsenceComment": "Ærligt & <kort>",
        "NotificationDate": midnight(),
        **more,
    }


def seen(trial: Process, path: str, number: str) -> Any:
    """What a migrated system sees of a citizen."""
    answer = httpx.get(
        f"{trial.address('gateway')}{path}",
        headers={**REST_CALLER, "x-civilRegistrationIdentifier": number},
        trust_env=False,
    )
    assert answer.status_code == 200
    return answer.json()


def registered(trial: Process, number: str, kind: str) -> list[Any]:
    """The current registrations of a kind, as the modern side itself has them."""
    answer = httpx.get(
        f"{trial.address('modern side')}/reference/registrations",
        headers={"x-civilRegistrationIdentifier": number},
        trust_env=False,
    )
    found = answer.json()["registrations"]
    return [each for each in found if each["kind"] == kind and each["newest"] and not each["deleted"]]


def test_an_absence_is_registered_and_seen_on_the_rest_face_and_on_the_modern_side(
    trial: Process, absences: Client
) -> None:
    start = midnight() + timedelta(days=30)

    fravaer_id = receipt(absences.call("CreateAbsence", Absence=absence(start)))

    (shown,) = [each for each in seen(trial, FRAVAER, ENROLLED)["fravaer"] if each["fravaerIdentifier"] == fravaer_id]
    assert (shown["fravaerType"], shown["fravaersKommentar"]) == (3, "Ærligt & <kort>")
    assert datetime.fromisoformat(shown["startDato"]) == start
    assert fravaer_id in [each["id"] for each in registered(trial, ENROLLED, "fravaer")]


def test_an_enrolment_with_professions_is_registered_and_seen(trial: Process, enrollments: Client) -> None:
    one = {"ConceptUriDa": "https://example.invalid/esco/1", "HasEducation": True, "YearLastUsed": 2020}
    professions = [{**one, "MonthsOfExperience": months} for months in (0, 12)]

    answer = enrollments.call(
        "UnemploymentEnrollment",
        UnemploymentEnrollment={
            "PersonCivilRegistrationIdentifier": NEW,
            "ClientCategoryTypeIdentifier": code(2),
            "EnrollmentDate": midnight(),
            "CurrentUnemploymentStatusTypeIdentifier": code(1),
            "Profession": {"ProfessionType": professions},
            "EmailAddressIdentifier": "borger@example.invalid",
        },
    )

    assert UUID(answer.CreatedItemIdentifier)
    assert isinstance(answer.ServiceReceipt.EventDate, datetime)
    (shown,) = seen(trial, TILMELDING, NEW)["tilmeldinger"]
    assert shown["tilmeldingId"] == answer.CreatedItemIdentifier
    assert [each["id"] for each in registered(trial, NEW, "tilmelding")] == [answer.CreatedItemIdentifier]

    read = enrollments.call("GetProfessionCollection", PersonCivilRegistrationIdentifier=NEW)
    assert [each.MonthsOfExperience for each in read] == [0, 12]

    enrollments.call(
        "UnemploymentCancellation",
        PersonCivilRegistrationIdentifier=NEW,
        CancellationDate=midnight(),
        CauseTypeIdentifier=code(UDDANNELSE),
    )
    (ended,) = seen(trial, TILMELDING, NEW)["tilmeldinger"]
    assert ended["afmeldeaarsag"] == UDDANNELSE


def test_the_life_of_an_absence_from_its_creation_to_its_deletion(
    trial: Process, absences: Client, active: Client
) -> None:
    start = midnight() + timedelta(days=60)
    fravaer_id = receipt(absences.call("CreateAbsence", Absence=absence(start)))
    changed = absence(start, AbsenceIdentifier=fravaer_id, AbsenceComment="Rettet")
    receipt(absences.call("UpdateAbsence", Absence=changed))

    about = {"PersonCivilRegistrationIdentifier": ENROLLED, "AbsenceIdentifier": fravaer_id}
    kind = {"AdditionalInformationOnAbsenceTypeIdentifier": code(1), "StartDate": start}
    info_id = receipt(absences.call("CreateAdditionalInformationOnAbsence", **about, **kind))
    named = {**about, "AdditionalInformationOnAbsenceIdentifier": info_id}
    receipt(
        absences.call(
            "UpdateAdditionalInformationOnAbsence", **named, **kind, AdditionalInformationOnAbsenceComment="Mere"
        )
    )
    (shown,) = [each for each in seen(trial, FRAVAER, ENROLLED)["fravaer"] if each["fravaerIdentifier"] == fravaer_id]
    assert shown["fravaersKommentar"] == "Rettet"
    assert [each["kommentar"] for each in shown["yderligereInfo"]] == ["Mere"]

    receipt(absences.call("DeleteAdditionalInformationOnAbsence", **named, CorrectionComment="Fejl"))
    receipt(active.call("UpdateAbsenceActiveStatus", AbsenceActiveStatus={**about, "Active": False}))
    left = seen(trial, FRAVAER, ENROLLED)["fravaer"]
    assert fravaer_id not in [each["fravaerIdentifier"] for each in left]


def receipt(answer: Any) -> str:
    """MessageIdentifier of the receipt, which zeep hands over without its wrapper."""
    assert isinstance(answer.EventDate, datetime)
    identifier: str = answer.MessageIdentifier
    return identifier


def test_every_operation_of_the_contracts_is_driven_here(absences: Client, active: Client, enrollments: Client) -> None:
    assert absences.operations | active.operations | enrollments.operations == {
        "CreateAbsence",
        "UpdateAbsence",
        "CreateAdditionalInformationOnAbsence",
        "UpdateAdditionalInformationOnAbsence",
        "DeleteAdditionalInformationOnAbsence",
        "UpdateAbsenceActiveStatus",
        "UnemploymentEnrollment",
        "UnemploymentCancellation",
        "GetProfessionCollection",
    }


def test_a_refusal_is_a_typed_fault(absences: Client) -> None:
    unknown = absence(midnight(), PersonCivilRegistrationIdentifier="0203040506")

    with pytest.raises(zeep.exceptions.Fault) as caught:
        absences.call("CreateAbsence", Absence=unknown)

    fault = caught.value
    assert fault.code.endswith(":Client")
    assert fault.message == "The person with specified cpr does not exist"
    details = {element.tag.rpartition("}")[2]: element.text for element in fault.detail[0]}
    assert details["ErrorCode"] == "4404"
    assert details["Message"].startswith("The person with specified cpr does not exist")
    check_answer(absences.wsdl, absences.raw)
