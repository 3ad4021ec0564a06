"""Sygemelding: who may do what, and the rules on illness and recovery with their dates and sources."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from overgang.areas.sygemelding.mapping import BENEFIT_CASE, CANCELLATION, CONTACT_GROUP, ENROLLMENT, ILLNESS
from overgang.core.errors import ERRORS, CallerFault, Fault
from overgang.core.fields import Field, Table
from overgang.core.flow import partly
from overgang.core.messages import Face, RestReply, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.paths import path
from overgang.core.registered import runs
from overgang.core.rules import (
    Afterwards,
    Context,
    Governed,
    Law,
    ReplyRule,
    Rule,
    code_values,
    day_of,
    duration,
    exempting,
    look_up,
    name_of,
    permission,
    refusal,
)
from overgang.core.timeline import Source, Timeline, Version
from overgang.core.values import Tidspunkt

IKKE_LEDIG = 3  # values of CurrentUnemploymentStatusType and ClientCategoryType; the ids are reconstructed
UDEN_YDELSE = 3
FRA_BESKAEFTIGELSE = 1  # a value of SustenanceSystemCaseType; the id is reconstructed
FULDT_TILBAGE_INDEN_13_UGER = 4  # a value of AdditionalInformationOnAbsenceType; the id is reconstructed

BEFORE_RECORDS = date(2000, 1, 1)  # assumed: the pages give no first day for the old windows
ERROR_TABLE = Source(
    "CreateSygemelding, error table",
    "https://starwiki.atlassian.net/wiki/pages/diffpages.action?originalId=4444487801&pageId=4444291384",
)

STARTDATO = ILLNESS.field("startdato")
SLUTDATO = ILLNESS.field("slutdato")
AARSAG = ILLNESS.field("fravaersafslutningsaarsag")
AFMELDINGSDATO = CANCELLATION.field("afmeldingsdato")
AFMELDEAARSAG = CANCELLATION.field("afmeldeaarsag")

VINDUE: Law[int] = Law(
    "sygemelding.vindue",
    "The first day of an illness that is reported is at most 4 weeks in the past (4966).",
    Timeline("Days before today", Version(BEFORE_RECORDS, 28, ERROR_TABLE)),
    concerns=("CreateSygemelding",),
)
AFMELDING: Law[int] = Law(
    "sygemelding.afmelding",
    "The afmelding that comes with an illness is of today or at most 30 days after, 60 in case of a less intensive "
    "effort (4322). Whether the effort is less intensive is known upstream only, so here the wider window holds.",
    Timeline("Days after today", Version(BEFORE_RECORDS, 60, ERROR_TABLE)),
    concerns=("CreateSygemelding",),
)
OPHOER: Law[int] = Law(
    "sygemelding.13-uger-ophoer",
    "The information that a citizen can return fully within the 13th week after the first follow-up conversation ends "
    "by itself on the day of recovery, where that is within those weeks; the last day of the 13th is.",
    Timeline(
        "Weeks from the day of the first follow-up conversation to the last day within",
        Version(
            date(2025, 1, 1),
            13,
            Source(
                "IT-Nyhedsbrev til jobcentre & a-kasser nr. 34, 2024 (release 2024-4), Sygedagpenge – forenklinger, "
                "Færre samtaler til sygemeldte fra beskæftigelse"
            ),
        ),
    ),
    concerns=("Raskmeld",),
)
MIN_PLAN: Law[str] = Law(
    "sygemelding.min-plan",
    "A person with sickness benefit from employment who has a job to return to needs no Min plan: it is never "
    "demanded, and still allowed. An illness that is read says so.",
    Timeline(
        "Exemption during such an illness",
        Version(
            date(2025, 1, 1),
            "MinPlan",
            Source(
                "IT-Nyhedsbrev til jobcentre & a-kasser nr. 34, 2024 (release 2024-4), Sygedagpenge – forenklinger, "
                "Min plan for sygedagpengemodtagere fra beskæftigelse"
            ),
        ),
    ),
    concerns=("GetSygemeldinger", "GetPersonVisiteringOgStatusStatus"),
)
TILMELDING_DATO: Law[None] = Law(
    "tilmelding.dato",
    "The date of an enrolment that comes with a recovery can't be in the past. It has no hændelsesdato, so an old past "
    "date can't be converted.",
    Timeline(
        "Enrolment date not in the past",
        Version(
            date(2024, 12, 8),
            None,
            Source(
                "IT-Nyhedsbrev til jobcentre & a-kasser nr. 34, 2024 (release 2024-4), Hændelsesdato for tilmelding"
            ),
        ),
    ),
    concerns=("Raskmeld",),
)

_FRAVAER = "/visiteringogstatus/v1/Fravaer"
_INFO = _FRAVAER + "/{fravaerIdentifier}/YderligereInfo/{yderligereInfoOmFravaerIdentifier}"
_UPDATE_INFO = Governed("UpdateYderligereInfo", frozenset(ERRORS))


def within(part: str, rule: Rule) -> Rule:
    """A rule that refuses or lets pass, for the object `part` of the body, where there is one."""

    def on_part(request: RestRequest, context: Context) -> RestRequest:
        if part in request.json:
            rule(replace(request, json=request.json | request.json[part]), context)
        return request

    return on_part


def vindue(request: RestRequest, context: Context) -> RestRequest:
    """sygemelding.vindue: 4 weeks back is within."""
    start = day_of(request, STARTDATO, context)
    law = VINDUE.on(start, context)
    if law is not None and (context.day - start).days > law.value:
        VINDUE.cite(context)
        raise CallerFault(4966, VINDUE.id, element=_element(STARTDATO, context), expected="at most 4 weeks ago")
    return request


def aarsag(request: RestRequest, context: Context) -> RestRequest:
    """4980: an end needs its reason."""
    if request.json.get("slutdato") is not None and request.json.get("fravaersafslutningsaarsag") is None:
        raise CallerFault(4980, "sygemelding.aarsag", element=_element(AARSAG, context))
    return request


def afmelding(request: RestRequest, context: Context) -> RestRequest:
    """sygemelding.afmelding (4322); 9118 and 9298: reasons that only a-kasser, or no a-kasser, may give."""
    ends = day_of(request, AFMELDINGSDATO, context)
    law = AFMELDING.on(ends, context)
    if law is not None and not 0 <= (ends - context.day).days <= law.value:
        AFMELDING.cite(context)
        element = name_of(AFMELDINGSDATO, context)
        raise CallerFault(4322, AFMELDING.id, element=element, expected=f"today or at most {law.value} days after")
    value = context.codelists["CauseType"].values[request.json["afmeldeaarsag"]]
    organisation, element = context.caller.organisation.type, name_of(AFMELDEAARSAG, context)
    if value.only and organisation not in value.only:
        raise CallerFault(9118, "afmelding.aarsag", element=element)
    if organisation in value.barred:
        raise CallerFault(9298, "afmelding.aarsag", element=element)
    return request


def tilmeldingsdato(request: RestRequest, context: Context) -> RestRequest:
    """tilmelding.dato, dated by the day of registration as in an enrolment of its own."""
    field = ENROLLMENT.field("tilmeldingsdato")
    if TILMELDING_DATO.on(context.day, context) is not None and day_of(request, field, context) < context.day:
        TILMELDING_DATO.cite(context)
        raise CallerFault(4338, TILMELDING_DATO.id, element=name_of(field, context), expected="today or later")
    return request


def ledighedsgrad(request: RestRequest, context: Context) -> RestRequest:
    """4339: 'Ikke ledig' goes with 'Uden ydelse' only. An illness does not say as what the citizen is enrolled."""
    if request.json["ledighedsgrad"] == IKKE_LEDIG and request.json["klientkategori"] != UDEN_YDELSE:
        element = name_of(ENROLLMENT.field("ledighedsgrad"), context)
        raise CallerFault(4339, "raskmelding.ledighedsgrad", element=element)
    return request


def ophoer(request: RestRequest, reply: RestReply, context: Context) -> Generator[RestRequest, RestReply, None]:
    """sygemelding.13-uger-ophoer: ends the information where the modern side has not done it with the recovery."""
    ended = request.json["sygemelding"].get("slutdato")
    if OPHOER.on(Tidspunkt(ended).day if ended else context.day, context) is None:
        return
    known = reply.status < 400  # on 412, what the first request did shows only in what is looked up
    try:
        found = yield from look_up(RestRequest("GET", path(_FRAVAER + "/historik"), citizen=request.citizen))
        for info, end in _to_end(found["fravaer"], request.path.values["fravaerIdentifier"], context):
            known = True
            OPHOER.cite(context)
            yield from _end(request, info, end, context)
    except Fault as fault:
        if not known:
            raise
        missing = "the end of the additional information on return within 13 weeks"
        raise partly("the recovery (raskmelding)", missing, fault) from fault


def _to_end(versions: Any, fravaer_id: str, context: Context) -> Iterator[tuple[dict[str, Any], str]]:
    """The information that runs on after the end of its illness, and the end that it is to have."""
    own = [version for version in versions if version["fravaerIdentifier"].lower() == fravaer_id.lower()]
    ended = next((v["slutDato"] for v in own if v.get("slutDato") is not None and _stands(v)), None)
    if ended is None or (law := OPHOER.on(Tidspunkt(ended).day, context)) is None:
        return
    for info in (info for version in own for info in version["yderligereInfo"]):
        first, last = Tidspunkt(info["startDato"]), info.get("slutDato")
        if info["yderligereInfoType"] != FULDT_TILBAGE_INDEN_13_UGER or not _stands(info):
            continue
        runs_on = last is None or Tidspunkt(last).day > max(first.day, Tidspunkt(ended).day)
        if runs_on and Tidspunkt(ended).day - first.day <= timedelta(weeks=law.value):
            yield info, str(max(first, Tidspunkt(ended), key=lambda end: end.moment))


def _end(
    request: RestRequest, info: dict[str, Any], end: str, context: Context
) -> Generator[RestRequest, RestReply, None]:
    """One piece of information with its new end.

    412 on an end that does not show was refused before: it is asked again under a request id of the day.
    """
    info_id = info["yderligereInfoOmFravaerIdentifier"]
    kept = {name: info[name] for name in ("yderligereInfoType", "startDato", "kommentar") if name in info}
    write = RestRequest(
        "PUT",
        path(_INFO, yderligereInfoOmFravaerIdentifier=info_id, **request.path.values),
        citizen=request.citizen,
        json=kept | {"slutDato": end},
    )
    for attempt in ("", context.day.isoformat()):
        reply = yield replace(write, request_id=str(uuid5(UUID(info_id), f"{request.request_id} {attempt}")))
        if reply.status != 412:
            break
    if reply.status not in write.expects:
        raise refusal(_UPDATE_INFO, reply)


def min_plan(request: RestRequest, reply: RestReply, context: Context) -> RestReply:
    """sygemelding.min-plan: on each illness that gives the exemption on the day of the call."""
    law = MIN_PLAN.on(context.day, context)
    if law is None:
        return reply
    exempt = {"fritagelser": [{"fritagelsestype": law.value}]}
    illnesses = reply.json["sygemeldinger"]
    shown = [illness | exempt if _exempts(illness, context.day) else illness for illness in illnesses]
    if shown == illnesses:
        return reply
    MIN_PLAN.cite(context)
    return replace(reply, json=reply.json | {"sygemeldinger": shown}, raw=None)


def min_plan_i_status(
    request: RestRequest, reply: RestReply, context: Context
) -> Generator[RestRequest, RestReply, RestReply]:
    """sygemelding.min-plan on the citizen's status: looks up the illnesses. An old status shows it on those."""
    law = MIN_PLAN.on(context.day, context)
    if law is None or context.face is not Face.REST:
        return reply
    found: Any = yield from look_up(
        RestRequest("GET", path("/visiteringogstatus/v1/Sygemelding"), citizen=request.citizen)
    )
    if not any(_exempts(illness, context.day) for illness in found["sygemeldinger"]):
        return reply
    MIN_PLAN.cite(context)
    return exempting(reply, law.value)


def _exempts(illness: dict[str, Any], day: date) -> bool:
    """With benefit from employment, an employer to return to, and running on `day`."""
    benefit = illness.get("sagstype") == FRA_BESKAEFTIGELSE and illness.get("arbejdsgiver") is not None
    return benefit and runs(illness, day, "startdato", "slutdato")


def _stands(version: dict[str, Any]) -> bool:
    state: dict[str, bool] = version["registreringsmetadata"]
    return state["erAktuel"] and not state["erSlettet"]


def _element(field: Field, context: Context) -> str:
    """The field's name as this caller knows it: the two old services name the parts of an illness differently."""
    return context.names.get(f"sygemelding.{field.new}", name_of(field, context))


# Komposit.SygemeldingService v1, permission matrix of Raskmeld; CreateSygemelding names the same organisations, and the
# reads are reconstructed alike.
_ALLE = permission(A_KASSE, JOBCENTER, ANDEN_AKTOER, KOMMUNE, STAR)
_CODES = Table(*ILLNESS.fields, *BENEFIT_CASE.fields)
_ILLNESS = (
    _ALLE,
    within("sygemelding", code_values(_CODES, "startdato")),
    within("sygemelding", duration(ILLNESS, "startdato", "slutdato", "sygemelding.varighed")),
    within("sygemelding", aarsag),
)

RULES: dict[str, tuple[Rule, ...]] = {
    "CreateSygemelding": (
        *_ILLNESS,
        within("sygemelding", vindue),
        within("afmelding", code_values(CANCELLATION, "afmeldingsdato")),
        within("afmelding", afmelding),
    ),
    "Raskmeld": (
        *_ILLNESS,
        within("tilmelding", code_values(ENROLLMENT, "tilmeldingsdato")),
        within("tilmelding", tilmeldingsdato),
        within("tilmelding", ledighedsgrad),
        within("kontaktgruppe", code_values(CONTACT_GROUP, "Starttidspunkt")),
        within("kontaktgruppe", duration(CONTACT_GROUP, "Starttidspunkt", "Sluttidspunkt", "kontaktgruppe.varighed")),
    ),
    "GetSygemeldinger": (_ALLE,),
    "GetSygemeldingHistorik": (_ALLE,),
}

REPLY_RULES: dict[str, tuple[ReplyRule, ...]] = {
    "GetSygemeldinger": (min_plan,),
    "GetPersonVisiteringOgStatusStatus": (min_plan_i_status,),  # of the area visitation
}

AFTERWARDS: dict[str, tuple[Afterwards, ...]] = {"Raskmeld": (ophoer,)}

LAWS = (VINDUE, AFMELDING, OPHOER, MIN_PLAN, TILMELDING_DATO)
