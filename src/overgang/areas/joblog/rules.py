"""Joblog: who may do what, and the exemption from keeping a joblog."""

from collections.abc import Generator
from dataclasses import replace
from datetime import date
from typing import Any, Final

from overgang.core.messages import Face, RestReply, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.paths import path
from overgang.core.registered import runs
from overgang.core.rules import Context, Law, ReplyRule, Rule, look_up, permission
from overgang.core.timeline import Source, Timeline, Version

JOBRETTET_UDDANNELSE: Final = (31, 32)  # values of AbsenceType: deltid, fuldtid; the ids are reconstructed
SUSPENDERET: Final = "Suspenderet"

FRITAGELSE: Law[None] = Law(
    "fravaer.jobrettet-fritagelse",
    "While an absence for jobrettet uddannelse runs, the citizen is exempt from keeping a joblog: the requirement is "
    "shown as suspended. The old contract has no place for it.",
    Timeline(
        "Exemption from keeping a joblog during jobrettet uddannelse",
        Version(
            date(2000, 1, 1),  # assumed: the newsletter says "as hitherto"
            None,
            Source(
                "IT-Nyhedsbrev til jobcentre & a-kasser nr. 34, 2024 (release 2024-4), "
                "A-kasserne registrerer jobrettet uddannelse som en aktivitet i Min plan"
            ),
        ),
    ),
    concerns=("GetJoblogJobsoegninger",),
    faces=(Face.REST,),
)


def fritagelse(
    request: RestRequest, reply: RestReply, context: Context
) -> Generator[RestRequest, RestReply, RestReply]:
    """fravaer.jobrettet-fritagelse: looks up whether such an absence runs on the day of the call."""
    if FRITAGELSE.on(context.day, context) is None:
        return reply
    found: Any = yield from look_up(RestRequest("GET", path("/visiteringogstatus/v1/Fravaer"), citizen=request.citizen))
    if not any(_exempts(absence, context.day) for absence in found["fravaer"]):
        return reply
    FRITAGELSE.cite(context)
    return replace(reply, json=reply.json | {"joblogkrav": SUSPENDERET}, raw=None)


def _exempts(absence: dict[str, Any], day: date) -> bool:
    """Whether it is jobrettet uddannelse and runs on `day`; its first and its last day are within."""
    return absence["fravaerType"] in JOBRETTET_UDDANNELSE and runs(absence, day, "startDato", "slutDato")


# No matrix is documented for the joblog: whoever has a part in a citizen's case may ask, the rest is decided upstream.
_ALLE = permission(A_KASSE, JOBCENTER, ANDEN_AKTOER, KOMMUNE, STAR)

RULES: dict[str, tuple[Rule, ...]] = {
    "GetJoblogJobsoegning": (_ALLE,),
    "GetJoblogJobsoegninger": (_ALLE,),
    "GetJoblogJobsoegningHistorik": (_ALLE,),
    "CreateJoblogJobsoegning": (_ALLE,),
    "UpdateJoblogJobsoegning": (_ALLE,),
    "DeleteJoblogJobsoegning": (_ALLE,),
}

REPLY_RULES: dict[str, tuple[ReplyRule, ...]] = {"GetJoblogJobsoegninger": (fritagelse,)}

LAWS = (FRITAGELSE,)
