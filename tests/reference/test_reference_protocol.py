"""What every modern service has in common: headers, request ids, problems."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from reference_side import FRAVAER, JOBOENSKE, NOBODYS, NUMBERS, TILMELDING, UNKNOWN, Side, fravaer, fresh, tilmelding


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


@pytest.mark.parametrize(
    "name", ["x-activeOrganisationTypeIdentifier", "x-activeOrganisationCode", "x-requestUserIdentifier"]
)
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_call_without_organisation_or_user_is_1100(side: Side, verb: str, name: str) -> None:
    assert side.refusal(verb, FRAVAER, body=fravaer(), headers={name: None}) == (400, 1100)
    assert side.refusal(verb, FRAVAER, body=fravaer(), headers={name: "1" * 256}) == (400, 1100)


@pytest.mark.parametrize("kind", ["0", "101", "x", "%C2%B2", "-1"])
def test_an_organisation_type_is_a_number_from_1_to_100(side: Side, kind: str) -> None:
    assert side.refusal("GET", FRAVAER, headers={"x-activeOrganisationTypeIdentifier": kind}) == (400, 1100)


def test_metadata_that_is_no_percent_encoded_utf_8_is_1014(side: Side) -> None:
    assert side.refusal("GET", FRAVAER, headers={"x-requestUserIdentifier": "%FF"}) == (400, 1014)


@pytest.mark.parametrize("number", [None, "", "1203852", "3202852326", "12038523261", "120385232a", "1203852326 1"])
def test_a_citizen_number_of_another_form_is_1001(side: Side, number: str | None) -> None:
    assert side.refusal("GET", TILMELDING, citizen=number) == (400, 1001)


def test_the_number_for_a_required_but_unknown_citizen_is_well_formed(side: Side) -> None:
    assert side.refusal("GET", TILMELDING, citizen="0000000000") == (404, 1010)


@pytest.mark.parametrize("request_id", [None, "a" * 47, " ", "a\tb"])
@pytest.mark.parametrize(
    ("verb", "path"), [("POST", FRAVAER), ("PUT", f"{FRAVAER}/{NOBODYS}"), ("DELETE", f"{FRAVAER}/{NOBODYS}/fejl")]
)
def test_every_write_needs_a_request_id_of_at_most_46_characters(
    side: Side, verb: str, path: str, request_id: str | None
) -> None:
    assert side.refusal(verb, path, body=fravaer(), request_id=request_id) == (400, 1014)


def test_a_repeated_request_id_is_412_and_registers_nothing(side: Side) -> None:
    request_id = "a" * 46
    assert side.send("POST", f"{TILMELDING}/{uuid4()}", body=tilmelding(), request_id=request_id).status_code == 200
    assert side.refusal("POST", FRAVAER, citizen="uden ydelse", body=fravaer(), request_id=request_id) == (412, None)
    assert side.send("GET", FRAVAER, citizen="uden ydelse").json() == {"fravaer": []}


def test_a_request_id_counts_as_seen_also_when_the_request_was_refused(side: Side) -> None:
    assert side.refusal("POST", FRAVAER, citizen=UNKNOWN, body=fravaer(), request_id="one") == (404, 4404)
    assert side.refusal("POST", FRAVAER, body=fravaer(), request_id="one") == (412, None)


def test_a_request_id_is_free_again_when_its_request_was_not_well_formed(side: Side) -> None:
    assert side.refusal("POST", FRAVAER, body={}, request_id="one") == (400, 1014)
    assert side.refusal("PUT", f"{FRAVAER}/x", body=fravaer(), request_id="one") == (400, 1014)
    assert side.refusal(
        "POST", FRAVAER, body=fravaer(), request_id="one", headers={"x-activeOrganisationCode": ""}
    ) == (400, 1100)
    assert side.send("POST", FRAVAER, body=fravaer(), request_id="one").status_code == 200


@pytest.mark.parametrize(
    ("later", "status"),
    [(timedelta(days=7), 412), (timedelta(days=7, milliseconds=1), 200)],
    ids=["after seven days", "after more than seven days"],
)
def test_a_request_id_is_remembered_for_seven_days(side: Side, later: timedelta, status: int) -> None:
    side.send("POST", FRAVAER, body=fravaer(), request_id="one")
    side.now += later
    assert side.send("POST", FRAVAER, body=fravaer(fravaerType=2), request_id="one").status_code == status


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"fravaerType": NaN}',
        b"[" * 100_000,
        b'{"fravaerType": 1' + b"0" * 9_000 + b"}",
    ],
)
def test_what_is_no_json_object_of_the_contract_is_1014(side: Side, content: bytes) -> None:
    assert side.refusal("POST", FRAVAER, content=content) == (400, 1014)


def test_a_problem_never_repeats_what_was_sent(side: Side) -> None:
    secret = NUMBERS["dagpengemodtager"]
    calls = [
        side.send("POST", FRAVAER, body=fravaer(fravaersKommentar=secret * 151)),
        side.send("POST", FRAVAER, body={**fravaer(), secret: secret}),
        side.send("POST", FRAVAER, body=fravaer(startDato=secret)),
        side.send("PUT", f"{FRAVAER}/{secret}", body=fravaer()),
        side.send("GET", f"{FRAVAER}/{secret}/{uuid4()}"),
        side.send("GET", f"{FRAVAER}/{secret}/{uuid4()}/more/than/that"),
        side.send("GET", FRAVAER, citizen=secret + "x"),
    ]
    assert all(reply.status_code >= 400 for reply in calls)
    assert not any(secret in reply.text for reply in calls)


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [("GET", "/visiteringogstatus/v1/Andet", 404), ("PATCH", JOBOENSKE, 405), ("GET", f"{FRAVAER}/", 404)],
)
def test_an_operation_that_does_not_exist_is_a_problem_without_a_number(
    side: Side, verb: str, path: str, status: int
) -> None:
    assert side.refusal(verb, path) == (status, None)


def test_organisation_and_user_are_kept_with_each_registration(side: Side) -> None:
    before = side.send("GET", "/reference/registrations").json()["counts"]
    side.send("POST", FRAVAER, body=fravaer())
    headers = {"x-civilRegistrationIdentifier": NUMBERS["dagpengemodtager"]}
    answer = side.send("GET", "/reference/registrations", headers=headers).json()
    (registration,) = answer["registrations"]
    assert registration["caller"] == {"organisation_type": 8, "organisation_code": "10111", "user_identifier": "Søren"}
    assert answer["counts"] == before | {"fravaer": before["fravaer"] + 1}


def test_a_reset_brings_the_first_registrations_back_and_forgets_request_ids(side: Side) -> None:
    before = side.send("GET", "/reference/registrations", citizen=None).json()
    side.send("POST", FRAVAER, body=fravaer(), request_id="one")
    assert side.send("GET", "/reference/registrations", citizen=None).json() != before
    assert side.send("POST", "/reference/reset").status_code == 204
    assert side.send("GET", "/reference/registrations", citizen=None).json() == before
    assert side.send("POST", FRAVAER, body=fravaer(), request_id="one").status_code == 200
