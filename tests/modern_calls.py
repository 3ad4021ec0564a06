"""Modern calls: the caller's headers and the paths."""

from typing import Any

import httpx

from old_calls import CITIZEN

FRAVAER = "/visiteringogstatus/v1/Fravaer"
TILMELDING = "/visiteringogstatus/v1/Tilmelding"
JOBOENSKE = "/jobsearch/v2/Joboenske"
REST_CALLER = {
    "x-activeOrganisationTypeIdentifier": "8",
    "x-activeOrganisationCode": "10101",
    "x-requestUserFullName": "Test Testesen",
    "x-requestUserTypeIdentifier": "2",
    "x-requestUserIdentifier": "CVR:12345678-FID:1234567890123",
    "x-requestOrganisationTypeIdentifier": "8",
    "x-requestOrganisationCode": "10101",
    "x-registrationDateTime": "2026-01-05T10:15:30.1234567+01:00",
}
ABOUT = {**REST_CALLER, "x-civilRegistrationIdentifier": CITIZEN}


def fravaer(**changes: Any) -> dict[str, Any]:
    """A good body of CreateFravaer; a change to None leaves the property out."""
    good = {
        "fravaerIdentifier": "0a3c6f52-6a1b-4b0e-8f7d-3d2c1b0a9f01",
        "fravaerType": 3,
        "startDato": "2026-04-01T00:00:00+02:00",
        "slutDato": "2026-04-02T00:00:00+02:00",
        "fravaersKommentar": "En dag",
        "anmeldelsesDato": "2026-01-05T00:00:00+01:00",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def problem(answer: httpx.Response) -> tuple[int, int, str]:
    """HTTP status, errorCode and key of a refusal, which is RFC 9457 and agrees with itself."""
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"]
    return answer.status_code, told["errorCode"], told["key"]
