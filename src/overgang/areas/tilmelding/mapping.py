"""Tilmelding: the old UnemploymentEnrollmentService and what it becomes.

Enrolment's professions live as job wishes in another modern service, so one old enrolment can be two writes.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from overgang.core.area import Operation, Placed
from overgang.core.errors import CallerFault, Fault
from overgang.core.fields import BOOLEAN, GUID, NUMBER, TEXT, TIDSPUNKT, Field, Table, code, each
from overgang.core.flow import Flow, Step, once, partly
from overgang.core.messages import RestRequest, SoapCall
from overgang.core.paths import path
from overgang.core.values import Tidspunkt

CITIZEN = {"PersonCivilRegistrationIdentifier": "the header x-civilRegistrationIdentifier"}

ENROLLMENT = Table(
    Field("ClientCategoryTypeIdentifier", "Klientkategori", code("ClientCategoryType", unknown=4313)),
    Field("EnrollmentDate", "Tilmeldingsdato", TIDSPUNKT),
    Field(
        "CurrentUnemploymentStatusTypeIdentifier",
        "Ledighedsgrad",
        code("CurrentUnemploymentStatusType", unknown=4314),
    ),
    Field("EmailAddressIdentifier", "EmailAdresse", TEXT),
    elsewhere=CITIZEN | {"Profession": "a request of its own, CreateJoboensker"},
)

PROFESSION = Table(
    Field("ConceptUriDa", "conceptUriDa", TEXT),
    Field("AliasIdentifier", "aliasIdentifier", GUID),
    Field("HasEducation", "harUddannelse", BOOLEAN),
    Field("YearLastUsed", "aarSidstBrugt", NUMBER),
    Field("MonthsOfExperience", "maanedersErfaring", NUMBER),
)

PROFESSIONS = each("ProfessionType", PROFESSION)

CANCELLATION = Table(
    Field("CancellationDate", "afmeldingsdato", TIDSPUNKT),
    Field("CauseTypeIdentifier", "afmeldeaarsag", code("CauseType", unknown=4340)),
    elsewhere=CITIZEN,
)


def unemployment_enrollment(call: SoapCall) -> Flow:
    """UnemploymentEnrollment = CreateTilmelding; with Profession also CreateJoboensker (case: tilmelding_joboensker).

    The two may be allowed to different organisations, so the second can be refused after the first took effect; then
    the fault says so, and a repeat writes only the missing part (case: tilmelding_joboensker_afvist).
    """
    enrollment = call.body["UnemploymentEnrollment"]
    citizen = enrollment["PersonCivilRegistrationIdentifier"]
    tilmelding_id = call.new_id("tilmelding")
    wishes = _wishes(citizen, enrollment)
    if wishes:
        yield replace(wishes, rehearsed=True)

    item = yield from once(
        call,
        "CreateTilmelding",
        RestRequest(
            "POST",
            path("/visiteringogstatus/v1/Tilmelding/{tilmeldingId}", tilmeldingId=tilmelding_id),
            citizen=citizen,
            json=ENROLLMENT.to_new(enrollment),
        ),
        lambda: _tilmelding(citizen, tilmelding_id),
    )
    if wishes:
        try:
            yield from once(call, "CreateJoboensker", wishes, lambda: _same_wishes(wishes))
        except Fault as fault:
            raise partly("the enrolment (tilmelding)", "the professions (joboensker)", fault) from fault
    return {"CreatedItemIdentifier": tilmelding_id, "ServiceReceipt": {"EventDate": _event_date(call, item)}}


def unemployment_cancellation(call: SoapCall) -> Flow:
    """UnemploymentCancellation = GetTilmeldinger, then AfmeldTilmelding on the open enrolment.

    A repeat finds the enrolment already closed by the first call; it asks again under the same request id, and the
    modern side's 412 says that it was this caller's (case: afmelding_gentaget).
    """
    citizen = call.body["PersonCivilRegistrationIdentifier"]
    end = CANCELLATION.to_new(call.body)
    ending = _to_end((yield from _tilmeldinger(citizen)), end, call.caller.registered)
    if ending is None:
        raise CallerFault(4317, "tilmelding.none-open")

    tilmelding_id = ending["tilmeldingId"]
    item = yield from once(
        call,
        "AfmeldTilmelding",
        RestRequest(
            "PUT",
            path("/visiteringogstatus/v1/Tilmelding/action/Afmeld/{tilmeldingId}", tilmeldingId=tilmelding_id),
            citizen=citizen,
            json=end,
        ),
        lambda: _tilmelding(citizen, tilmelding_id, end),
    )
    receipt = {"EventDate": _event_date(call, item), "MessageIdentifier": call.new_id("AfmeldTilmelding")}
    return {"ServiceReceipt": receipt}


def get_profession_collection(call: SoapCall) -> Flow:
    """GetProfessionCollection = GetJoboensker; no job wishes, no ProfessionCollection (case: ingen_joboensker)."""
    reply = yield RestRequest(
        "GET", path("/jobsearch/v2/Joboenske"), citizen=call.body["PersonCivilRegistrationIdentifier"]
    )
    wishes = reply.json["joboensker"]
    return {"ProfessionCollection": PROFESSIONS.to_old(wishes)} if wishes else {}


def _wishes(citizen: str, enrollment: dict[str, Any]) -> RestRequest | None:
    """The request that makes the professions the citizen's job wishes; None without any.

    CreateJoboensker replaces the whole collection, and serialisers write an empty Profession for "nothing entered";
    so an empty one leaves the job wishes alone (case: tilmelding_uden_stillinger).
    """
    professions = PROFESSIONS.to_new(enrollment.get("Profession", {}))
    if not professions:
        return None
    return RestRequest(
        "POST",
        path("/jobsearch/v2/Joboenske"),
        citizen=citizen,
        json={"joboensker": professions},
    )


def _same_wishes(wanted: RestRequest) -> Step:
    """The citizen's job wishes where they are the wanted ones, else None."""
    reply = yield RestRequest("GET", path("/jobsearch/v2/Joboenske"), citizen=wanted.citizen)
    there = PROFESSIONS.to_old(reply.json["joboensker"])
    return reply.json if there == PROFESSIONS.to_old(wanted.json["joboensker"]) else None


def _tilmeldinger(citizen: str) -> Step:
    reply = yield RestRequest("GET", path("/visiteringogstatus/v1/Tilmelding"), citizen=citizen)
    return reply.json["tilmeldinger"]


def _tilmelding(citizen: str, tilmelding_id: str, end: dict[str, Any] | None = None) -> Step:
    """The citizen's enrolment with this id, and, where `end` is given, ended so; else None."""
    enrolments = yield from _tilmeldinger(citizen)
    same = (e for e in enrolments if e["tilmeldingId"].lower() == tilmelding_id.lower())
    return next((e for e in same if end is None or _ended_so(e, end)), None)


def _to_end(enrolments: list[dict[str, Any]], end: dict[str, Any], registered: Tidspunkt) -> dict[str, Any] | None:
    """The enrolment that a cancellation means: the open one, or on a repeat the one that it has already ended.

    Where both are there, an open one that is younger than the call can't be meant (case: afmelding_gentaget_efter_ny).
    """
    still_open = next((e for e in enrolments if "afmeldingsdato" not in e), None)
    ended = next((e for e in enrolments if _ended_so(e, end)), None)
    if still_open and ended and registered.moment < Tidspunkt(still_open["dfdgRegistreringstidspunkt"]).moment:
        return ended
    return still_open or ended


def _ended_so(enrolment: dict[str, Any], end: dict[str, Any]) -> bool:
    return "afmeldingsdato" in enrolment and (_day(enrolment), enrolment.get("afmeldeaarsag")) == (
        _day(end),
        end["afmeldeaarsag"],
    )


def _day(ended: dict[str, Any]) -> date:
    return Tidspunkt(ended["afmeldingsdato"]).day


def _event_date(call: SoapCall, item: Any) -> Tidspunkt:
    """When it was registered: the modern side's own time on a read-back, else the time of this call."""
    if isinstance(item, dict) and "dfdgRegistreringstidspunkt" in item:
        return Tidspunkt(item["dfdgRegistreringstidspunkt"])
    return call.event_date


OPERATIONS = (
    Operation(
        "UnemploymentEnrollment",
        unemployment_enrollment,
        modern=("CreateTilmelding", "GetTilmeldinger", "CreateJoboensker", "GetJoboensker"),
        evidence="documented",
        requests=(
            Placed("UnemploymentEnrollment", ENROLLMENT, "CreateTilmelding"),
            Placed("UnemploymentEnrollment/Profession/ProfessionType", PROFESSION, "CreateJoboensker", "joboensker"),
        ),
    ),
    Operation(
        "UnemploymentCancellation",
        unemployment_cancellation,
        modern=("GetTilmeldinger", "AfmeldTilmelding"),
        evidence="partly",
        requests=(Placed("", CANCELLATION, "AfmeldTilmelding"),),
    ),
    Operation(
        "GetProfessionCollection",
        get_profession_collection,
        modern=("GetJoboensker",),
        evidence="partly",
        requests=(Placed("", Table(elsewhere=CITIZEN), "GetJoboensker"),),
        replies=(Placed("ProfessionCollection/ProfessionType", PROFESSION, "GetJoboensker", "joboensker"),),
    ),
)
