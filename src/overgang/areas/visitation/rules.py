"""Visitation: who may do what, and the end of visitationskategori 3, on writes and on what is read."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from overgang.areas.visitation.mapping import CATEGORY, KATEGORI_2, KATEGORI_3
from overgang.core.errors import CallerFault
from overgang.core.messages import Face, RestReply, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.registered import day_read
from overgang.core.rules import Context, Law, ReplyRule, Rule, code_values, day_of, duration, name_of, permission
from overgang.core.timeline import Source, Timeline, Version
from overgang.core.values import COPENHAGEN

SOURCE = Source(
    "IT-Nyhedsbrev til jobcentre & a-kasser nr. 34, 2024 (release 2024-4), visitationskategori 3 udgår; lovforslag "
    "L 74 (2024-25), which repeals § 12(1) no. 3 of sygedagpengeloven"
)
ENDS = date(2025, 1, 1)

KATEGORI3: Law[int] = Law(
    "visitation.kategori3",
    "Visitationskategori 3 of sygedagpengemodtagere is gone. An old call that registers it from that day on registers "
    "2 instead; where that is switched off for the caller, and for modern callers, it is refused (2003).",
    Timeline("The category that 3 becomes", Version(ENDS, KATEGORI_2, SOURCE)),
    concerns=("CreatePersonkategori", "UpdatePersonkategori"),
)
LAESNING: Law[int] = Law(
    "visitation.kategori3-laesning",
    "A registration of category 3 that is open when it is read on or after that day is shown as 2 from that day on; "
    "up to and including the eve the history shows 3.",
    Timeline("The category that an open 3 is shown as", Version(ENDS, KATEGORI_2, SOURCE)),
    concerns=("GetPersonkategorier", "GetPersonkategoriHistorik", "GetPersonVisiteringOgStatusStatus"),
)

TYPE = CATEGORY.field("PersonkategoriType")
STARTTIDSPUNKT = CATEGORY.field("Starttidspunkt")


def kategori3(request: RestRequest, context: Context) -> RestRequest:
    """visitation.kategori3: 3 becomes 2 for an old caller, and is an expired code value for any other."""
    start = day_of(request, STARTTIDSPUNKT, context)
    if request.json[TYPE.new] != KATEGORI_3 or not KATEGORI3.timeline.holds(start):
        return request
    KATEGORI3.cite(context)
    version = KATEGORI3.on(start, context)
    if version is None or context.face is Face.REST:
        expected = f"another category: 3 can't begin after {ENDS - timedelta(days=1)}"
        raise CallerFault(2003, KATEGORI3.id, element=name_of(TYPE, context), expected=expected)
    return replace(request, json=request.json | {TYPE.new: version.value})


def shown_now(request: RestRequest, reply: RestReply, context: Context) -> RestReply:
    """visitation.kategori3-laesning on what holds: an open 3 is a 2 that began on the day of the law."""
    return _shown(reply, context, history=False)


def shown_in_history(request: RestRequest, reply: RestReply, context: Context) -> RestReply:
    """visitation.kategori3-laesning in a history: an open 3 is a 3 until the eve, and a 2 from the day on."""
    return _shown(reply, context, history=True)


def _shown(reply: RestReply, context: Context, *, history: bool) -> RestReply:
    version = LAESNING.on(context.day, context)
    if version is None:
        return reply
    registered = reply.json.get("personkategorier", [])
    shown = [part for item in registered for part in _parts(item, version)[0 if history else -1 :]]
    if shown == registered:
        return reply
    LAESNING.cite(context)
    return RestReply(reply.status, reply.json | {"personkategorier": shown})


def _parts(item: dict[str, Any], version: Version[int]) -> list[dict[str, Any]]:
    """A category as it is shown: one that reached the day of the law as 3 is cut in two there."""
    open_3 = item["personkategoriType"] == KATEGORI_3 and day_read(item, "sluttidspunkt", date.max) >= version.since
    if not open_3:
        return [item]
    as_2 = item | {"personkategoriType": version.value}
    if day_read(item, "starttidspunkt", date.min) >= version.since:
        return [as_2]
    turn = datetime.combine(version.since, time(), COPENHAGEN)
    eve = (turn - timedelta(seconds=1)).isoformat()
    return [item | {"sluttidspunkt": eve}, as_2 | {"starttidspunkt": turn.isoformat()}]


# CreateKontaktgruppe's permissions name no a-kasse; those on personkategori are reconstructed alike. The status service
# may be read by a-kasser too; the other reads are reconstructed after it.
_SKRIVER = permission(JOBCENTER, ANDEN_AKTOER, KOMMUNE, STAR)
_LAESER = permission(A_KASSE, JOBCENTER, ANDEN_AKTOER, KOMMUNE, STAR)
_KATEGORI = (
    _SKRIVER,
    kategori3,
    code_values(CATEGORY, "Starttidspunkt"),
    duration(CATEGORY, "Starttidspunkt", "Sluttidspunkt", "personkategori.varighed"),
)

RULES: dict[str, tuple[Rule, ...]] = {
    "CreatePersonkategori": _KATEGORI,
    "UpdatePersonkategori": _KATEGORI,
    "GetPersonkategorier": (_LAESER,),
    "GetPersonkategoriHistorik": (_LAESER,),
    "GetPersonVisiteringOgStatusStatus": (_LAESER,),
}

REPLY_RULES: dict[str, tuple[ReplyRule, ...]] = {
    "GetPersonkategorier": (shown_now,),
    "GetPersonkategoriHistorik": (shown_in_history,),
    "GetPersonVisiteringOgStatusStatus": (shown_now,),
}

LAWS = (KATEGORI3, LAESNING)
