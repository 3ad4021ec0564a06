"""What makes a repeat of an old call safe: its ids, and how a registration that is there already is recognised."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from overgang.areas.fravaer.mapping import create_absence
from overgang.areas.tilmelding.mapping import unemployment_enrollment
from overgang.core.flow import Played, play
from overgang.core.messages import Caller, Organisation, RestReply, SoapCall
from overgang.core.values import Tidspunkt

NOON = datetime(2024, 12, 10, 11, tzinfo=UTC)
SEEN_BEFORE = RestReply(412)
WRITTEN = RestReply(200, "5b6f1f3e-8a1d-4c8e-9b5a-2f6d7c8e9a01")
REGISTERED = "2024-12-10T11:59:58.250+01:00"
ENROLLMENT = {
    "UnemploymentEnrollment": {
        "PersonCivilRegistrationIdentifier": "0506912617",
        "ClientCategoryTypeIdentifier": {"CodeListItemIdentifier": 2},
        "EnrollmentDate": Tidspunkt("2024-12-10T00:00:00+01:00"),
        "CurrentUnemploymentStatusTypeIdentifier": {"CodeListItemIdentifier": 1},
        "Profession": {
            "ProfessionType": [
                {"ConceptUriDa": "u", "HasEducation": True, "YearLastUsed": 2023, "MonthsOfExperience": 1}
            ]
        },
    }
}
ABSENCE = {
    "Absence": {
        "PersonCivilRegistrationIdentifier": "1411901237",
        "AbsenceTypeIdentifier": {"CodeListItemIdentifier": 10},
        "StartDate": Tidspunkt("2024-12-16T00:00:00+01:00"),
        "NotificationDate": Tidspunkt("2024-12-09T09:30:00+01:00"),
    }
}


def call(body: dict[str, Any], *, later: timedelta = timedelta(0), identity: bytes = b"one call") -> SoapCall:
    own = Organisation(8, "10111")
    caller = Caller(own, "u", "Test Testesen", 2, own, Tidspunkt("2024-12-10T10:00:00+01:00"))
    return SoapCall("S", 1, "O", body, caller, NOON + later, date(2024, 12, 10), identity)


def enrol(sent: SoapCall, *replies: RestReply) -> Played:
    return play(unemployment_enrollment(sent), RestReply(204), *replies)


def test_a_repeat_asks_under_the_same_ids() -> None:
    first = enrol(call(ENROLLMENT), WRITTEN, WRITTEN)
    repeat = enrol(call(ENROLLMENT, later=timedelta(days=1)), WRITTEN, WRITTEN)
    assert repeat.requests == first.requests
    assert repeat.answer["CreatedItemIdentifier"] == first.answer["CreatedItemIdentifier"]


def test_another_call_asks_under_other_ids() -> None:
    first = enrol(call(ENROLLMENT), WRITTEN, WRITTEN)
    other = enrol(call(ENROLLMENT, identity=b"another call"), WRITTEN, WRITTEN)
    assert other.answer["CreatedItemIdentifier"] != first.answer["CreatedItemIdentifier"]
    ids = [request.request_id for played in (first, other) for request in played.requests[1:]]  # type: ignore[union-attr]
    assert len(set(ids)) == 4


def test_the_second_try_of_a_repeat_has_an_id_of_its_own_arrival() -> None:
    nothing = RestReply(200, {"fravaer": []})
    tries = [
        play(create_absence(call(ABSENCE, later=later)), SEEN_BEFORE, nothing, WRITTEN).requests
        for later in (timedelta(0), timedelta(seconds=1))
    ]
    (first, _, again), (same, _, later) = tries
    assert first == same
    assert len({request.request_id for request in (first, again, later)}) == 3  # type: ignore[union-attr]
    assert first.json == again.json == later.json  # type: ignore[union-attr]


def test_an_enrolment_is_recognised_whatever_the_case_of_its_id() -> None:
    ours = enrol(call(ENROLLMENT), WRITTEN, WRITTEN).answer["CreatedItemIdentifier"]
    there = RestReply(200, {"tilmeldinger": [{"tilmeldingId": ours.upper(), "dfdgRegistreringstidspunkt": REGISTERED}]})
    played = enrol(call(ENROLLMENT), SEEN_BEFORE, there, WRITTEN)
    assert played.answer["ServiceReceipt"] == {"EventDate": REGISTERED}


def test_an_absence_is_recognised_whatever_the_case_of_its_id() -> None:
    ours = play(create_absence(call(ABSENCE)), WRITTEN).answer["ServiceReceipt"]["MessageIdentifier"]
    current = {"erAktuel": True, "erSlettet": False}
    item = {
        "fravaerIdentifier": ours.upper(),
        "dfdgRegistreringstidspunkt": REGISTERED,
        "registreringsmetadata": current,
    }
    played = play(create_absence(call(ABSENCE)), SEEN_BEFORE, RestReply(200, {"fravaer": [item]}))
    assert played.answer["ServiceReceipt"] == {"EventDate": REGISTERED, "MessageIdentifier": ours}
