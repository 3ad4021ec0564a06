"""Tilmelding: who may do what, and the rules on enrolment and cancellation with their dates and sources.

The rules on the enrolment date are dated by the day of the registration, which is the day their data belongs to: they
say what may be registered. By the enrolment date itself, any date before the rule would be free for ever.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time

from overgang.areas.tilmelding.mapping import CANCELLATION, ENROLLMENT, PROFESSION
from overgang.core.errors import CallerFault
from overgang.core.fields import TIDSPUNKT, Field
from overgang.core.messages import Face, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.rules import Context, Law, code_values, day_of, name_of, permission
from overgang.core.timeline import Source, Timeline, Version
from overgang.core.values import COPENHAGEN

DAGPENGEMODTAGER = 1  # values of ClientCategoryType and CurrentUnemploymentStatusType; the ids are reconstructed
UDEN_YDELSE = 3
IKKE_LEDIG = 3

NEWSLETTER = Source(
    "IT-Nyhedsbrev til jobcentre & a-kasser nr. 34, 2024 (release 2024-4), Hændelsesdato for tilmelding"
)
ENROLLMENT_PAGE = Source(
    "UnemploymentEnrollmentService (Version 8 [UDV], 2021-2), error tables",
    "https://starwiki.atlassian.net/wiki/spaces/ISB/pages/2394423423",
)
RELEASE_2024_4 = date(2024, 12, 8)
BEFORE_RECORDS = date(2000, 1, 1)  # assumed: the pages give no first day for the old windows

TILMELDINGSDATO = ENROLLMENT.field("Tilmeldingsdato")
HAENDELSESDATO = Field("Haendelsesdato", "Haendelsesdato", TIDSPUNKT)  # the old contract has no such element
AFMELDINGSDATO = CANCELLATION.field("afmeldingsdato")


def _maa_give_haendelsesdato(organisation_type: int, klientkategori: int) -> bool:
    """Jobcenter: all but dagpengemodtagere; a-kasse: dagpengemodtagere and 'Uden ydelse'; STAR: anyone."""
    if organisation_type == JOBCENTER:
        return klientkategori != DAGPENGEMODTAGER
    if organisation_type == A_KASSE:
        return klientkategori in (DAGPENGEMODTAGER, UDEN_YDELSE)
    return organisation_type == STAR


DATO: Law[None] = Law(
    "tilmelding.dato",
    "The enrolment date can't be in the past.",
    Timeline("Enrolment date not in the past", Version(RELEASE_2024_4, None, NEWSLETTER)),
    concerns=("CreateTilmelding",),
)
HAENDELSE: Law[None] = Law(
    "tilmelding.haendelsesdato",
    "An optional hændelsesdato says from when the enrolment should have counted; not later than the enrolment date.",
    Timeline("Hændelsesdato may be given", Version(RELEASE_2024_4, None, NEWSLETTER)),
    concerns=("CreateTilmelding",),
)
AKTOER: Law[Callable[[int, int], bool]] = Law(
    "tilmelding.haendelsesdato-aktoer",
    "A hændelsesdato may be given by the jobcenter for other groups than dagpengemodtagere, by an a-kasse for "
    "dagpengemodtagere and 'Uden ydelse', and by STAR for anyone.",
    Timeline("Who may give a hændelsesdato", Version(RELEASE_2024_4, _maa_give_haendelsesdato, NEWSLETTER)),
    concerns=("CreateTilmelding",),
)
FORTID: Law[None] = Law(
    "tilmelding.fortid",
    "An old call with a past enrolment date becomes an enrolment today with that date as hændelsesdato, where the "
    "caller may give one for that citizen; otherwise 4338.",
    Timeline("A past old enrolment date is converted", Version(RELEASE_2024_4, None, NEWSLETTER)),
    concerns=("CreateTilmelding",),
    faces=(Face.SOAP,),
)
VINDUE: Law[int] = Law(
    "tilmelding.vindue",
    "An old enrolment date is today or at most 10 days before today (4338).",
    Timeline("Days before today", Version(BEFORE_RECORDS, 10, ENROLLMENT_PAGE)),
    concerns=("CreateTilmelding",),
    faces=(Face.SOAP,),
)
AFMELDING: Law[int] = Law(
    "afmelding.vindue",
    "The cancellation date is today or at most 30 days after, 60 in case of a less intensive effort (4322). Whether "
    "the effort is less intensive is known upstream only, so here the wider window holds.",
    Timeline("Days after today", Version(BEFORE_RECORDS, 60, ENROLLMENT_PAGE)),
    concerns=("AfmeldTilmelding",),
)


def fortid(request: RestRequest, context: Context) -> RestRequest:
    """tilmelding.vindue and tilmelding.fortid: what becomes of an old enrolment date that is not today."""
    sent = day_of(request, TILMELDINGSDATO, context)
    back = (context.day - sent).days
    window = VINDUE.on(context.day, context)
    if window is not None and not 0 <= back <= window.value:
        VINDUE.cite(context)
        raise _outside(context, "today or at most 10 days before today")
    if back == 0 or FORTID.on(context.day, context) is None:
        return request
    FORTID.cite(context)
    actor = AKTOER.on(context.day, context)
    if actor is None or not actor.value(context.caller.organisation.type, request.json["Klientkategori"]):
        raise _outside(context, "today: the caller may not give a hændelsesdato for this citizen")
    today = datetime.combine(context.day, time(), COPENHAGEN)
    moved = {"Tilmeldingsdato": today.isoformat(), "Haendelsesdato": request.json["Tilmeldingsdato"]}
    return replace(request, json=request.json | moved)


def dato(request: RestRequest, context: Context) -> RestRequest:
    """tilmelding.dato: not in the past."""
    sent = day_of(request, TILMELDINGSDATO, context)
    if DATO.on(context.day, context) is not None and sent < context.day:
        DATO.cite(context)
        raise _outside(context, "today or later")
    return request


def haendelsesdato(request: RestRequest, context: Context) -> RestRequest:
    """tilmelding.haendelsesdato and -aktoer: when one may be given, by whom, and how late it may be."""
    if request.json.get("Haendelsesdato") is None:
        return request
    tilmeldt = day_of(request, TILMELDINGSDATO, context)
    if HAENDELSE.on(context.day, context) is None:
        raise CallerFault(
            1014, "tilmelding.haendelsesdato", element="Haendelsesdato", expected="none before 2024-12-08"
        )
    HAENDELSE.cite(context)
    if day_of(request, HAENDELSESDATO, context) > tilmeldt:
        raise CallerFault(
            1014, "tilmelding.haendelsesdato", element="Haendelsesdato", expected="not later than the enrolment date"
        )
    actor = AKTOER.on(context.day, context)
    if actor is not None:
        AKTOER.cite(context)
        if not actor.value(context.caller.organisation.type, request.json["Klientkategori"]):
            raise CallerFault(4575, "tilmelding.haendelsesdato-aktoer", element="Haendelsesdato")
    return request


def ledighedsgrad(request: RestRequest, context: Context) -> RestRequest:
    """6014: 'Ikke ledig' goes with 'Uden ydelse' only (the combination is spelt out by error 4339)."""
    if request.json["Ledighedsgrad"] == IKKE_LEDIG and request.json["Klientkategori"] != UDEN_YDELSE:
        element = name_of(ENROLLMENT.field("Ledighedsgrad"), context)
        raise CallerFault(6014, "tilmelding.ledighedsgrad", element=element)
    return request


def erfaring(request: RestRequest, context: Context) -> RestRequest:
    """4710 and 4698: a year of last use that has been, and months that are not negative."""
    for wish in request.json["joboensker"]:
        year, months = wish.get("aarSidstBrugt"), wish.get("maanedersErfaring")
        if year is not None and not 1900 <= year <= context.day.year:
            element = name_of(PROFESSION.field("aarSidstBrugt"), context)
            raise CallerFault(4710, "joboenske.aar", element=element, expected="a year from 1900 to this year")
        if months is not None and months < 0:
            element = name_of(PROFESSION.field("maanedersErfaring"), context)
            raise CallerFault(4698, "joboenske.maaneder", element=element, expected="0 or more")
    return request


def afmeldingsvindue(request: RestRequest, context: Context) -> RestRequest:
    """afmelding.vindue: from today on, and not further ahead than any effort allows."""
    ends = day_of(request, AFMELDINGSDATO, context)
    window = AFMELDING.on(ends, context)
    if window is not None and not 0 <= (ends - context.day).days <= window.value:
        AFMELDING.cite(context)
        raise CallerFault(
            4322,
            "afmelding.vindue",
            element=name_of(AFMELDINGSDATO, context),
            expected=f"today or at most {window.value} days after",
        )
    return request


def afmeldeaarsag(request: RestRequest, context: Context) -> RestRequest:
    """9118 and 9298: reasons that only a-kasser, or no a-kasser, may give."""
    value = context.codelists["CauseType"].values[request.json["afmeldeaarsag"]]
    element = name_of(CANCELLATION.field("afmeldeaarsag"), context)
    if value.only and context.caller.organisation.type not in value.only:
        raise CallerFault(9118, "afmelding.aarsag", element=element)
    if context.caller.organisation.type in value.barred:
        raise CallerFault(9298, "afmelding.aarsag", element=element)
    return request


def _outside(context: Context, expected: str) -> CallerFault:
    return CallerFault(4338, "tilmelding.dato", element=name_of(TILMELDINGSDATO, context), expected=expected)


# UnemploymentEnrollmentService v8 and JoboenskeService v2, permission matrices; the reads are reconstructed alike.
_ALLE = permission(A_KASSE, JOBCENTER, ANDEN_AKTOER, KOMMUNE, STAR)

RULES = {
    "CreateTilmelding": (
        _ALLE,
        code_values(ENROLLMENT, "Tilmeldingsdato"),
        fortid,
        dato,
        haendelsesdato,
        ledighedsgrad,
    ),
    "AfmeldTilmelding": (_ALLE, code_values(CANCELLATION, "afmeldingsdato"), afmeldingsvindue, afmeldeaarsag),
    "GetTilmeldinger": (_ALLE,),
    "GetTilmeldingHistorik": (_ALLE,),
    "CreateJoboensker": (_ALLE, erfaring),
    "GetJoboensker": (_ALLE,),
    "Getjoboenskehistorik": (_ALLE,),
}

LAWS = (DATO, HAENDELSE, AKTOER, FORTID, VINDUE, AFMELDING)
