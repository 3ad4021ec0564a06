"""Fravær: who may do what, and the rules on absence with their dates and sources."""

from calendar import monthrange
from collections.abc import Generator
from dataclasses import replace
from datetime import date
from typing import Any

from overgang.areas.fravaer.mapping import ABSENCE, INFORMATION
from overgang.core.errors import CallerFault
from overgang.core.messages import Face, RestReply, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.paths import path
from overgang.core.registered import runs
from overgang.core.rules import (
    Context,
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
)
from overgang.core.timeline import Source, Timeline, Version
from overgang.core.values import Tidspunkt

JOBRETTET_UDDANNELSE = (31, 32)  # deltid, fuldtid; the ids are reconstructed
FRA_BESKAEFTIGELSE = 1  # a value of SustenanceSystemCaseType; the id is reconstructed
FULDT_TILBAGE_INDEN_13_UGER = 4  # a value of AdditionalInformationOnAbsenceType; the id is reconstructed

JOBRETTET: Law[int | None] = Law(
    "fravaer.jobrettet-uddannelse",
    "An a-kasse may register 'Jobrettet uddannelse' while it has the contact responsibility: from 2024-01-01 the first "
    "3 months of unemployment, from 2025-01-01 the whole unemployment period. The municipality's rights are unchanged.",
    Timeline(
        "Months of unemployment in which an a-kasse may register it (None: all of them)",
        Version(date(2024, 1, 1), 3, Source("Lov nr. 727 af 13. juni 2023")),
        Version(
            date(2025, 1, 1),
            None,
            Source(
                "IT-Nyhedsbrev til jobcentre & a-kasser nr. 34, 2024 (release 2024-4), "
                "A-kasserne registrerer jobrettet uddannelse som en aktivitet i Min plan"
            ),
        ),
    ),
    concerns=("CreateFravaer", "UpdateFravaer"),
)
TRETTEN_UGER: Law[None] = Law(
    "sygemelding.13-uger",
    "That the citizen can return fully within the 13th week after the first follow-up conversation may be registered "
    "on a sickness absence from employment, not on one from unemployment.",
    Timeline(
        "It may be registered",
        Version(
            date(2025, 1, 1),
            None,
            Source(
                "IT-Nyhedsbrev til jobcentre & a-kasser nr. 34, 2024 (release 2024-4), Sygedagpenge – forenklinger, "
                "Færre samtaler til sygemeldte fra beskæftigelse"
            ),
        ),
    ),
    concerns=("CreateYderligereInfo", "UpdateYderligereInfo"),
)

FRITAGELSE: Law[tuple[str, ...]] = Law(
    "fravaer.jobrettet-fritagelse",
    "While an absence for jobrettet uddannelse runs, the citizen is exempt from booking conversations and from keeping "
    "a joblog; an absence that is read says so.",
    Timeline(
        "Exemptions during jobrettet uddannelse",
        Version(
            date(2000, 1, 1),  # assumed: the newsletter says "as hitherto"
            ("Selvbooking", "Joblog"),
            Source(
                "IT-Nyhedsbrev til jobcentre & a-kasser nr. 34, 2024 (release 2024-4), "
                "A-kasserne registrerer jobrettet uddannelse som en aktivitet i Min plan"
            ),
        ),
    ),
    concerns=("GetAlleFravaer", "GetFravaer", "GetPersonVisiteringOgStatusStatus"),
)


def jobrettet_uddannelse(request: RestRequest, context: Context) -> Generator[RestRequest, RestReply, RestRequest]:
    """fravaer.jobrettet-uddannelse: looks up since when the citizen is unemployed, where the law asks for it."""
    if context.caller.organisation.type != A_KASSE or request.json["fravaerType"] not in JOBRETTET_UDDANNELSE:
        return request
    if JOBRETTET.id in context.switched_off:
        return request
    JOBRETTET.cite(context)
    start = day_of(request, ABSENCE.field("startDato"), context)
    law = JOBRETTET.on(start, context)
    since = (yield from _unemployed_since(request, start)) if law is not None else None
    if law is None or since is None or (law.value is not None and start >= _months_later(since, law.value)):
        element = name_of(ABSENCE.field("fravaerType"), context)
        raise CallerFault(4575, JOBRETTET.id, element=element, expected="another type, or the contact responsibility")
    return request


def _unemployed_since(request: RestRequest, day: date) -> Generator[RestRequest, RestReply, date | None]:
    """The day from which the enrolment that covers `day` counts; None when no enrolment does."""
    found: Any = yield from look_up(
        RestRequest("GET", path("/visiteringogstatus/v1/Tilmelding"), citizen=request.citizen)
    )
    counts = [
        Tidspunkt(enrolment.get("haendelsesdato") or enrolment["tilmeldingsdato"]).day
        for enrolment in found["tilmeldinger"]
        if "afmeldingsdato" not in enrolment or day <= Tidspunkt(enrolment["afmeldingsdato"]).day
    ]
    return max((since for since in counts if since <= day), default=None)


def tretten_uger(request: RestRequest, context: Context) -> Generator[RestRequest, RestReply, RestRequest]:
    """sygemelding.13-uger: looks up whether the absence is an illness from employment."""
    start = day_of(request, INFORMATION.field("startDato"), context)
    kind = INFORMATION.field("yderligereInfoType")
    if request.json[kind.new] != FULDT_TILBAGE_INDEN_13_UGER or TRETTEN_UGER.on(start, context) is None:
        return request
    TRETTEN_UGER.cite(context)
    absence = request.path.values["fravaerIdentifier"].lower()
    found: Any = yield from look_up(
        RestRequest("GET", path("/visiteringogstatus/v1/Sygemelding/historik"), citizen=request.citizen)
    )
    versions = (each for each in found["sygemeldinger"] if each["fravaerIdentifier"].lower() == absence)
    if not any(_from_employment(each) for each in versions):
        expected = "another type, or a sickness absence from employment"
        raise CallerFault(1014, TRETTEN_UGER.id, element=name_of(kind, context), expected=expected)
    return request


def _from_employment(version: dict[str, Any]) -> bool:
    """Whether the current version of an illness is from employment: by its case type, or else by having an employer."""
    state = version["registreringsmetadata"]
    employed = version["sagstype"] == FRA_BESKAEFTIGELSE if "sagstype" in version else "arbejdsgiver" in version
    return employed and state["erAktuel"] and not state["erSlettet"]


def _months_later(day: date, months: int) -> date:
    """The same day `months` later, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def fritagelser(request: RestRequest, reply: RestReply, context: Context) -> RestReply:
    """fravaer.jobrettet-fritagelse: on each absence that gives an exemption on the day of the call."""
    law = FRITAGELSE.on(context.day, context)
    if law is None:
        return reply
    one = "fravaerIdentifier" in reply.json  # GetFravaer's reply is the absence itself
    absences = [reply.json] if one else reply.json["fravaer"]
    shown = [_with_exemptions(absence, law.value, context.day) for absence in absences]
    if shown == absences:
        return reply
    FRITAGELSE.cite(context)
    return replace(reply, json=shown[0] if one else reply.json | {"fravaer": shown}, raw=None)


def fritagelser_i_status(
    request: RestRequest, reply: RestReply, context: Context
) -> Generator[RestRequest, RestReply, RestReply]:
    """fravaer.jobrettet-fritagelse on the citizen's status: looks up the absences. An old status shows it on those."""
    law = FRITAGELSE.on(context.day, context)
    if law is None or context.face is not Face.REST:
        return reply
    found: Any = yield from look_up(RestRequest("GET", path("/visiteringogstatus/v1/Fravaer"), citizen=request.citizen))
    if all(_with_exemptions(absence, law.value, context.day) is absence for absence in found["fravaer"]):
        return reply
    FRITAGELSE.cite(context)
    return exempting(reply, *law.value)


def _with_exemptions(absence: dict[str, Any], names: tuple[str, ...], day: date) -> dict[str, Any]:
    if absence["fravaerType"] not in JOBRETTET_UDDANNELSE or not runs(absence, day, "startDato", "slutDato"):
        return absence
    return absence | {"fritagelser": [{"fritagelsestype": name} for name in names]}


# FravaerService v1, permission matrix of CreateFravaer; the other operations are reconstructed alike.
_ALLE = permission(A_KASSE, JOBCENTER, ANDEN_AKTOER, KOMMUNE, STAR)
_PERIOD = ("startDato", "slutDato", "fravaer.varighed")
_FRAVAER = (_ALLE, code_values(ABSENCE, "startDato"), duration(ABSENCE, *_PERIOD), jobrettet_uddannelse)
_INFORMATION = (_ALLE, code_values(INFORMATION, "startDato"), duration(INFORMATION, *_PERIOD), tretten_uger)

RULES: dict[str, tuple[Rule, ...]] = {
    "CreateFravaer": _FRAVAER,
    "UpdateFravaer": _FRAVAER,
    "DeleteFravaer": (_ALLE,),
    "GetAlleFravaer": (_ALLE,),
    "GetFravaer": (_ALLE,),
    "GetFravaerHistorik": (_ALLE,),
    "CreateYderligereInfo": _INFORMATION,
    "UpdateYderligereInfo": _INFORMATION,
    "DeleteYderligereInfo": (_ALLE,),
}

REPLY_RULES: dict[str, tuple[ReplyRule, ...]] = {
    "GetAlleFravaer": (fritagelser,),
    "GetFravaer": (fritagelser,),
    "GetPersonVisiteringOgStatusStatus": (fritagelser_i_status,),  # of the area visitation
}

LAWS = (JOBRETTET, TRETTEN_UGER, FRITAGELSE)
