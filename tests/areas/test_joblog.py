"""The joblog: who may do what, the exemption during jobrettet uddannelse, and what no case shows of the flows."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from ruling import CITIZEN, MAY_CALL, VIRKSOMHED, WRITTEN, context, midnight, request, ruled

from overgang.areas.joblog import mapping
from overgang.areas.joblog.area import AREA
from overgang.core.errors import CallerFault, UpstreamFault
from overgang.core.flow import Flow, play
from overgang.core.messages import Face, RestReply, SoapCall
from overgang.core.organisations import A_KASSE, JOBCENTER

JOBLOG = "/jobsearch/v1/Joblog/Jobsoegning"
ID = "5b1c9a70-2e4d-4f6a-9b8c-0d1e2f3a4b5c"
TODAY = date(2025, 1, 15)
SEARCH = request("GET", JOBLOG)
ABSENCES = request("GET", "/visiteringogstatus/v1/Fravaer")
SHORT = RestReply(200, {"jobsoegningslogninger": [], "joblogkrav": "Gaelder"}, b"as it came")
DELTID, FULDTID, UDDANNELSE = 31, 32, 1


def absent(start: date, end: date | None = None, kind: int = FULDTID) -> RestReply:
    absence: dict[str, Any] = {"fravaerType": kind, "startDato": midnight(start)}
    return RestReply(200, {"fravaer": [absence | ({"slutDato": midnight(end)} if end else {})]})


def shown(*absences: RestReply, face: Face = Face.REST, organisation: int = JOBCENTER) -> tuple[Any, RestReply, Any]:
    """What is sent, the reply as the caller gets it, and the rules that were cited."""
    where = context(organisation, day=TODAY, face=face)
    done = ruled(AREA, "GetJoblogJobsoegninger", SEARCH, where, SHORT, *absences)
    return done.sent, done.answer, done.cited


# ---- the exemption


@pytest.mark.parametrize("kind", [DELTID, FULDTID])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(date(2025, 1, 10), date(2025, 1, 20), id="in the middle"),
        pytest.param(TODAY, date(2025, 1, 20), id="on its first day"),
        pytest.param(date(2025, 1, 10), TODAY, id="on its last day"),
        pytest.param(date(2025, 1, 10), None, id="without an end"),
        pytest.param(date(2023, 1, 10), None, id="since long"),
    ],
)
def test_while_jobrettet_uddannelse_runs_the_requirement_is_shown_as_suspended(
    kind: int, start: date, end: date | None
) -> None:
    sent, reply, cited = shown(absent(start, end, kind))
    assert sent == (SEARCH, ABSENCES)
    assert reply.json == {"jobsoegningslogninger": [], "joblogkrav": "Suspenderet"}
    assert reply.raw is None
    assert cited == ("fravaer.jobrettet-fritagelse",)


@pytest.mark.parametrize(
    "absences",
    [
        pytest.param(absent(date(2025, 1, 16)), id="the eve of its first day"),
        pytest.param(absent(date(2025, 1, 10), date(2025, 1, 14)), id="the day after its last"),
        pytest.param(absent(date(2025, 1, 10), None, UDDANNELSE), id="another kind of absence"),
        pytest.param(RestReply(200, {"fravaer": []}), id="none"),
    ],
)
def test_otherwise_the_reply_goes_on_byte_for_byte(absences: RestReply) -> None:
    _, reply, cited = shown(absences)
    assert reply is SHORT
    assert cited == ()


def test_an_old_call_looks_nothing_up_for_it_has_no_place_to_show_it() -> None:
    sent, reply, cited = shown(face=Face.SOAP)
    assert (sent, reply, cited) == ((SEARCH,), SHORT, ())


def test_a_look_up_that_is_refused_refuses_the_read() -> None:
    with pytest.raises(CallerFault) as raised:
        shown(RestReply(403, {"errorCode": 4575}))
    assert raised.value.number == 4575


def test_a_look_up_that_fails_fails_the_read() -> None:
    with pytest.raises(UpstreamFault):
        shown(RestReply(500))


# ---- permissions


@pytest.mark.parametrize("operation", sorted(AREA.rules))
@pytest.mark.parametrize("organisation", MAY_CALL)
def test_whoever_has_a_part_in_a_case_may_ask(operation: str, organisation: int) -> None:
    asked = request("PUT", JOBLOG + "/{jobsoegningslogningIdentifier}", {}, jobsoegningslogningIdentifier=ID)
    where = context(organisation, day=TODAY)
    assert ruled(AREA, operation, asked, where, WRITTEN).sent == (asked,)


@pytest.mark.parametrize("operation", sorted(AREA.rules))
def test_a_company_may_not(operation: str) -> None:
    with pytest.raises(CallerFault) as raised:
        ruled(AREA, operation, SEARCH, context(VIRKSOMHED, day=TODAY, face=Face.REST))
    assert raised.value.number == 4575


# ---- flows


def call(operation: str, **body: Any) -> SoapCall:
    return SoapCall(
        service="CitizenJoblogService",
        version=2,
        operation=operation,
        body={"PersonCivilRegistrationIdentifier": CITIZEN} | body,
        caller=context(A_KASSE, day=TODAY).caller,
        received=datetime(2025, 1, 15, 11, 0, tzinfo=UTC),
        day=TODAY,
        identity=bytes(32),
    )


def first(flow: Flow) -> Any:
    """The first thing that a flow asks for, when that is all."""
    return play(flow, WRITTEN).requests[0]


def task(text: str) -> dict[str, Any]:
    body = {"Description": text, "EventDate": "2025-01-20", "IsCompleted": False, "IsPrimary": True}
    return {"Body": body}


def test_reminders_without_an_id_get_different_ones_which_a_repeat_gives_again() -> None:
    new = call("CreateJobSearchEntry", JobSearchEntry={"Tasks": {"TaskType": [task("a"), task("a")]}, "JobTitle": "b"})
    sent = [first(mapping.create_job_search_entry(new)) for _ in range(2)]
    assert sent[0] == sent[1]
    ids = [each["joblogopgaveIdentifier"] for each in sent[0].json["joblogOpgaver"]["joblogopgave"]]
    assert len({*ids, sent[0].json["jobsoegningslogningIdentifier"]}) == 3


@pytest.mark.parametrize(
    ("zone", "day"), [("", "2025-01-20"), ("Z", "2025-01-20"), ("+01:00", "2025-01-20"), ("-11:00", "2025-01-20")]
)
def test_a_day_is_the_one_that_is_written_whatever_its_zone(zone: str, day: str) -> None:
    assert mapping.NEW_ENTRY.to_new({"ApplicationDate": f"2025-01-20{zone}"}) == {"ansoegningsdato": day}


@pytest.mark.parametrize("tasks", [{}, {"TaskType": []}])
def test_no_reminders_are_none_however_that_is_written(tasks: Any) -> None:
    changed = call("UpdateJobSearchEntry", JobSearchEntry={"Identifier": ID, "Tasks": tasks, "JobTitle": "b"})
    sent = first(mapping.update_job_search_entry(changed))
    assert sent.json["joblogOpgaver"].get("joblogopgave", []) == []
