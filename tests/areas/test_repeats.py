"""What makes a repeat of an old call safe: its ids, and how a registration that is there already is recognised."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from overgang.areas.fravaer.mapping import create_absence
from overgang.areas.tilmelding.mapping import unemployment_cancellation, unemployment_enrollment
from overgang.core.errors import CallerFault
from overgang.core.flow import Played, play
from overgang.core.messages import Caller, Organisation, RestReply, RestRequest, SoapCall
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


CANCELLATION = {
    "PersonCivilRegistrationIdentifier": "2202683387",
    "CancellationDate": Tidspunkt("2024-12-16T00:00:00+01:00"),
    "CauseTypeIdentifier": {"CodeListItemIdentifier": 1},
}
CURRENT, REPLACED = {"erAktuel": True, "erSlettet": False}, {"erAktuel": False, "erSlettet": False}
WISHES = [{"conceptUriDa": "u", "harUddannelse": True, "aarSidstBrugt": 2023, "maanedersErfaring": 1}]


def call(
    body: dict[str, Any],
    *,
    later: timedelta = timedelta(0),
    identity: bytes = b"one call",
    registered: str = "2024-12-10T10:00:00+01:00",
) -> SoapCall:
    own = Organisation(8, "10111")
    caller = Caller(own, "u", "Test Testesen", 2, own, Tidspunkt(registered))
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


# ---- made on an earlier day than it arrives


def wishes(made: str, state: dict[str, bool], concept: str = "u") -> dict[str, Any]:
    content = [WISHES[0] | {"conceptUriDa": concept}]
    return {"joboensker": content, "dfdgRegistreringstidspunkt": made, "registreringsmetadata": state}


def written(played: Played) -> list[str]:
    """The paths of the writes that were sent; what is only rehearsed is not sent."""
    asked = [request for request in played.requests if isinstance(request, RestRequest)]
    unsent = {id(request) for request in asked if request.rehearsed or request.settled}
    return [request.path.template for request in asked if request.writes and id(request) not in unsent]


def late_enrolment(*replies: RestReply) -> Played:
    """ENROLLMENT, made on 9 December and arriving on the 10th, where a rule about today refuses its first write.

    Its enrolment was registered on the 9th and has been ended since.
    """
    late = call(ENROLLMENT, registered="2024-12-09T23:58:00+01:00")
    id_ = late.new_id("tilmelding")
    versions = [
        {"tilmeldingId": id_, "dfdgRegistreringstidspunkt": "2024-12-09T23:58:04+01:00"},
        {"tilmeldingId": id_, "dfdgRegistreringstidspunkt": "2024-12-10T08:00:00+01:00", "afmeldeaarsag": 1},
    ]
    of_today = CallerFault(4338, "tilmelding.dato")
    return play(
        unemployment_enrollment(late),
        RestReply(204),
        of_today,
        RestReply(200, {"tilmeldinger": versions}),
        RestReply(412),
        *replies,
    )


@pytest.mark.parametrize(
    ("history", "missing"),
    [
        pytest.param([wishes("2024-12-09T23:58:05+01:00", CURRENT)], False, id="they stand"),
        pytest.param(
            [wishes("2024-12-09T23:58:05+01:00", REPLACED), wishes("2024-12-10T08:00:00+01:00", CURRENT, "v")],
            False,
            id="others replaced them since",
        ),
        pytest.param([wishes("2024-12-01T08:00:00+01:00", CURRENT)], False, id="equal ones stood before the call"),
        pytest.param([], True, id="there never were any"),
        pytest.param([wishes("2024-12-09T23:58:05+01:00", CURRENT, "v")], True, id="others stand"),
        pytest.param(
            [wishes("2024-12-01T08:00:00+01:00", REPLACED), wishes("2024-12-02T08:00:00+01:00", CURRENT, "v")],
            True,
            id="equal ones were replaced before the call",
        ),
    ],
)
def test_a_late_repeat_of_an_enrolment_writes_the_professions_again_only_where_they_were_never_registered(
    history: list[dict[str, Any]], missing: bool
) -> None:
    there = RestReply(200, {"joboenskehistorik": history})
    played = late_enrolment(there, *([WRITTEN] if missing else []))
    assert written(played).count("/jobsearch/v2/Joboenske") == (1 if missing else 0)
    assert played.answer["ServiceReceipt"] == {"EventDate": "2024-12-09T23:58:04+01:00"}


def test_a_late_call_that_was_never_registered_is_written() -> None:
    late = call(ABSENCE, registered="2024-12-09T23:58:00+01:00")
    assert written(play(create_absence(late), WRITTEN)) == ["/visiteringogstatus/v1/Fravaer"]


# ---- which enrolment a cancellation means

OLD, NEW = "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7d01", "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7d99"


def enrolment(id_: str, made: str, ends: int | None = None, cause: int = 1) -> dict[str, Any]:
    """A version registered at `made` on 10 December, where `ends` is given ended on that day of December."""
    end = {"afmeldingsdato": f"2024-12-{ends}T00:00:00+01:00", "afmeldeaarsag": cause} if ends else {}
    state = {"erAktuel": True, "erSlettet": False}
    made = f"2024-12-10T{made}+01:00"
    return {"tilmeldingId": id_, "dfdgRegistreringstidspunkt": made, "registreringsmetadata": state} | end


def cancelled(current: list[dict[str, Any]], history: list[dict[str, Any]] | None) -> str:
    """The id of the enrolment that the cancellation (made at 10:00) ends; `history` is None where it is not read."""
    replies = [RestReply(200, {"tilmeldinger": there}) for there in (current, history) if there is not None]
    played = play(unemployment_cancellation(call(CANCELLATION)), *replies, WRITTEN)
    return str(played.requests[-1].path.text).rpartition("/")[2]  # type: ignore[union-attr]


def test_an_open_enrolment_that_is_older_than_the_call_is_ended_without_a_look_at_the_history() -> None:
    assert cancelled([enrolment(OLD, "11:00:00", ends=16), enrolment(NEW, "09:59:59")], None) == NEW


@pytest.mark.parametrize(
    ("ended", "meant"),
    [
        pytest.param(enrolment(OLD, "09:59:59", ends=16), NEW, id="ended so before the call"),
        pytest.param(enrolment(OLD, "10:00:00", ends=16), OLD, id="ended so at the call"),
        pytest.param(enrolment(OLD, "10:30:00", ends=16), OLD, id="ended so since the call"),
        pytest.param(enrolment(OLD, "10:30:00", ends=17), NEW, id="ended on another day since the call"),
        pytest.param(enrolment(OLD, "10:30:00", ends=16, cause=2), NEW, id="ended for another reason since the call"),
    ],
)
def test_an_open_enrolment_that_is_younger_than_the_call_is_meant_unless_one_was_ended_so_since(
    ended: dict[str, Any], meant: str
) -> None:
    young = enrolment(NEW, "11:00:00")
    assert cancelled([ended, young], [enrolment(OLD, "08:00:00"), ended, young]) == meant


@pytest.mark.parametrize(
    "history",
    [
        pytest.param([], id="never enrolled"),
        pytest.param([enrolment(OLD, "10:30:00", ends=17)], id="ended otherwise"),
    ],
)
def test_nothing_to_end_is_4367(history: list[dict[str, Any]]) -> None:
    replies = RestReply(200, {"tilmeldinger": []}), RestReply(200, {"tilmeldinger": history})
    with pytest.raises(CallerFault) as raised:
        play(unemployment_cancellation(call(CANCELLATION)), *replies)
    assert (raised.value.number, raised.value.key) == (4367, "tilmelding.none-open")


def test_with_none_open_one_that_was_ended_so_is_asked_about_whatever_the_clocks_say() -> None:
    ended = enrolment(OLD, "09:59:59", ends=16)
    assert cancelled([], [enrolment(OLD, "08:00:00"), ended]) == OLD


def test_one_that_was_ended_so_and_is_deleted_is_not_asked_about() -> None:
    ended = enrolment(OLD, "09:59:59", ends=16) | {"registreringsmetadata": {"erAktuel": True, "erSlettet": True}}
    with pytest.raises(CallerFault) as raised:
        cancelled([], [ended])
    assert raised.value.number == 4367
