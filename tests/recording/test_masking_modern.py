"""What was asked of the modern side is kept without a personal value, and with the pseudonyms of the old messages."""

import json
from decimal import Decimal

import pytest
from planted import KEY, loaded

from overgang.core.messages import RestReply, RestRequest
from overgang.core.paths import path
from overgang.wire.envelope import Version, wrap
from overgang.wire.masking import Masker
from overgang.wire.masking.modern import ModernMasker

CITIZEN, NAME, GUID = "1203852326", "Hansen-Jensen", "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7e10"
PROPERTIES = ("fravaerType", "startDato", "kommentar", "krav", "aar", "foedselsdato")
DOCUMENT = {
    "components": {
        "schemas": {
            "A": {
                "type": "object",
                "properties": {name: {} for name in PROPERTIES},
            },
            "B": {"enum": ["Gaelder", "Suspenderet"]},
        }
    }
}
MASKER = ModernMasker(KEY, [DOCUMENT])


def test_what_may_stay_stays() -> None:
    said = {
        "fravaerType": 11,
        "startDato": "2024-12-09T10:15:30.1234567+01:00",
        "krav": ["Gaelder", None, True],
    }
    assert MASKER.value(said) == said


@pytest.mark.parametrize(
    "said",
    [
        {"kommentar": NAME},
        {"kommentar": CITIZEN},
        {"kommentar": f"ring til {CITIZEN[:6]}-{CITIZEN[6:]}"},
        {"aar": 1203852326},
        {"fravaerType": 1203852326},
        {"aar": Decimal("1203852326.5")},
        {NAME: "Gaelder"},
        {"foedselsdato": "1985-03-12"},
        {"kommentar": {"kommentar": [[NAME]]}},
    ],
)
def test_what_may_be_personal_is_replaced(said: object) -> None:
    masked = json.dumps(MASKER.value(said), default=str)
    assert not any(canary in masked for canary in (CITIZEN, CITIZEN[:6], NAME, "1985-03-12"))


def test_paths_headers_and_queries_are_replaced() -> None:
    request = RestRequest(
        "PUT",
        path("/visiteringogstatus/v1/Fravaer/{fravaerIdentifier}", fravaerIdentifier=GUID),
        citizen=CITIZEN,
        json={"kommentar": NAME},
        request_id=GUID,
        query={"navn": NAME},
        raw=NAME.encode(),
    )
    ((out, back),) = MASKER.blocks([(request, RestReply(200, {"kommentar": CITIZEN}))]) or ()
    assert not any(canary in out + back for canary in (CITIZEN, NAME, GUID))
    assert out.startswith("PUT /visiteringogstatus/v1/Fravaer/")
    assert back.startswith("200 {")


def test_the_pseudonyms_are_those_of_the_old_messages() -> None:
    service = "AbsenceRegistrationService/7"
    content = f"<x><PersonCivilRegistrationIdentifier>{CITIZEN}</PersonCivilRegistrationIdentifier></x>"
    old = Masker(loaded()[service], KEY).envelope(wrap(Version.SOAP11, content), "text/xml").decode()
    assert MASKER.value(CITIZEN) in old


@pytest.mark.parametrize(("reply", "told"), [("timeout", "timeout"), ("open", "unavailable"), (RestReply(204), "204")])
def test_a_reply_that_did_not_come_or_has_no_body_is_told(reply: RestReply | str, told: str) -> None:
    request = RestRequest("GET", path("/visiteringogstatus/v1/Fravaer"), citizen=CITIZEN)
    ((_, back),) = MASKER.blocks([(request, reply)]) or ()
    assert back == told


def test_more_than_is_kept_is_not_kept_at_all() -> None:
    request = RestRequest("GET", path("/visiteringogstatus/v1/Fravaer"))
    assert MASKER.blocks([(request, RestReply(200, ["x" * 300_000]))]) is None
