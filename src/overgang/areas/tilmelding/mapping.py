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
from overgang.core.registered import made_since, of_call, versions
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
        lambda: _registered(citizen, tilmelding_id),
    )
    if wishes:
        try:
            yield from _write_wishes(call, wishes)
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
    ending = yield from _to_end(call, citizen, end)
    if ending is None:
        raise CallerFault(4367, "tilmelding.none-open")

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
        lambda: _ended(citizen, end, tilmelding_id),
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


def _write_wishes(call: SoapCall, wishes: RestRequest) -> Step:
    """Write the job wishes once. A late call looks first: its request id may be forgotten, others may have written."""
    if not (call.late and (yield from _registered_wishes(call, wishes))):
        yield from once(call, "CreateJoboensker", wishes, lambda: _registered_wishes(call, wishes))


def _registered_wishes(call: SoapCall, wanted: RestRequest) -> Step:
    """The version of the citizen's job wishes that this call made, also when others have replaced it since."""
    reply = yield RestRequest("GET", path("/jobsearch/v2/Joboenske/historik"), citizen=wanted.citizen)
    content = PROFESSIONS.to_old(wanted.json["joboensker"])
    same = (v for v in reply.json["joboenskehistorik"] if PROFESSIONS.to_old(v["joboensker"]) == content)
    return next((version for version in same if of_call(call, version)), None)


def _history(citizen: str) -> Step:
    reply = yield RestRequest("GET", path("/visiteringogstatus/v1/Tilmelding/historik"), citizen=citizen)
    return reply.json["tilmeldinger"]


def _registered(citizen: str, tilmelding_id: str) -> Step:
    """The enrolment with this id, in whatever state; else None."""
    found = versions((yield from _history(citizen)), "tilmeldingId", tilmelding_id)
    return found[0] if found else None


def _ended(citizen: str, end: dict[str, Any], tilmelding_id: str) -> Step:
    """The version in which this enrolment was ended as the call wants; else None."""
    found = versions((yield from _history(citizen)), "tilmeldingId", tilmelding_id)
    return next((version for version in found if _ended_so(version, end)), None)


def _to_end(call: SoapCall, citizen: str, end: dict[str, Any]) -> Step:
    """The enrolment that a cancellation means: the open one, or on a repeat the one that it has already ended.

    An open one that is younger than the call is meant only when nothing was ended so since the call
    (case: afmelding_gentaget_efter_ny). With none open, one that was ended so is asked about again under the same
    request id, whatever the two sides' clocks say.
    """
    reply = yield RestRequest("GET", path("/visiteringogstatus/v1/Tilmelding"), citizen=citizen)
    still_open = next((e for e in reply.json["tilmeldinger"] if "afmeldingsdato" not in e), None)
    if still_open is not None and not made_since(call, still_open):
        return still_open
    ended = [version for version in (yield from _history(citizen)) if _ended_so(version, end) and _kept(version)]
    since = next((version for version in ended if made_since(call, version)), None)
    return since or still_open or (ended[-1] if ended else None)


def _kept(version: dict[str, Any]) -> bool:
    return not version["registreringsmetadata"]["erSlettet"]


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
        modern=("CreateTilmelding", "GetTilmeldingHistorik", "CreateJoboensker", "Getjoboenskehistorik"),
        evidence="documented",
        requests=(
            Placed("UnemploymentEnrollment", ENROLLMENT, "CreateTilmelding"),
            Placed("UnemploymentEnrollment/Profession/ProfessionType", PROFESSION, "CreateJoboensker", "joboensker"),
        ),
    ),
    Operation(
        "UnemploymentCancellation",
        unemployment_cancellation,
        modern=("GetTilmeldinger", "AfmeldTilmelding", "GetTilmeldingHistorik"),
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
