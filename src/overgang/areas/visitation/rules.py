"""Visitation: who may do what, and the end of visitationskategori 3, on writes and on what is read."""

from collections.abc import Generator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from overgang.areas.visitation.mapping import CATEGORY, KATEGORI_2, KATEGORI_3, PERSONKATEGORI
from overgang.core.errors import CallerFault
from overgang.core.messages import Face, Notice, RestReply, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.paths import path
from overgang.core.registered import day_read, says, versions
from overgang.core.rules import (
    Afterwards,
    Context,
    Law,
    ReplyRule,
    Rule,
    code_values,
    day_of,
    duration,
    look_up,
    name_of,
    permission,
)
from overgang.core.timeline import Source, Timeline, Version
from overgang.core.values import COPENHAGEN, Tidspunkt

SOURCE = Source(
    "IT-Nyhedsbrev til jobcentre & a-kasser nr. 34, 2024 (release 2024-4), visitationskategori 3 udgår; lovforslag "
    "L 74 (2024-25), which repeals § 12(1) no. 3 of sygedagpengeloven"
)
ENDS = date(2025, 1, 1)

KATEGORI3: Law[int] = Law(
    "visitation.kategori3",
    "Visitationskategori 3 of sygedagpengemodtagere is gone. An old call that registers it from that day on registers "
    "2 instead; where that is switched off for the caller, and for modern callers, it is refused (2003). Whoever "
    "registers a 3 that is or becomes a 2 gets a technical message about it.",
    Timeline("The category that 3 becomes", Version(ENDS, KATEGORI_2, SOURCE)),
    concerns=("CreatePersonkategori", "UpdatePersonkategori"),
)
LAESNING: Law[int] = Law(
    "visitation.kategori3-laesning",
    "A registration of category 3 that is open when it is read on or after that day is shown as 2 from that day on; "
    "up to and including the eve the history shows 3. A change of what is shown so leaves what it was until then.",
    Timeline("The category that an open 3 is shown as", Version(ENDS, KATEGORI_2, SOURCE)),
    concerns=(
        "GetPersonkategorier",
        "GetPersonkategoriHistorik",
        "GetPersonVisiteringOgStatusStatus",
        "UpdatePersonkategori",
    ),
)

TYPE = CATEGORY.field("PersonkategoriType")
STARTTIDSPUNKT = CATEGORY.field("Starttidspunkt")
SLUTTIDSPUNKT = CATEGORY.field("Sluttidspunkt")


def kategori3(request: RestRequest, context: Context) -> RestRequest:
    """visitation.kategori3: 3 becomes 2 for an old caller, and is an expired code value for any other."""
    start = day_of(request, STARTTIDSPUNKT, context)
    if request.json[TYPE.new] != KATEGORI_3 or not KATEGORI3.timeline.holds(start):
        return request
    KATEGORI3.cite(context)
    version = KATEGORI3.on(start, context)
    if version is None or context.face is Face.REST:
        codelist = context.codelists["PersonCategoryType"]
        validity = codelist.values[KATEGORI_3].validity
        expected = f"a value of code list {codelist.name} valid on the day; this one is {validity}"
        raise CallerFault(2003, KATEGORI3.id, element=name_of(TYPE, context), expected=expected)
    return replace(request, json=request.json | {TYPE.new: version.value})


def vist_som_2(request: RestRequest, context: Context) -> Generator[RestRequest, RestReply, RestRequest]:
    """visitation.kategori3-laesning: a change of the 2 that an open 3 is shown as changes that 3.

    Else the start that was shown would replace the registered one, and with it what the citizen was before the law.
    """
    start = day_of(request, STARTTIDSPUNKT, context)
    version = LAESNING.on(context.day, context)
    if version is None or start != version.since or request.json[TYPE.new] != version.value:
        return request
    found: Any = yield from look_up(RestRequest("GET", path(f"{PERSONKATEGORI}/historik"), citizen=request.citizen))
    own = versions(found["personkategorier"], "personkategoriIdentifier", _entity(request))
    current = next((item for item in own if item["registreringsmetadata"]["erAktuel"]), None)
    if current is None or len(_parts(current, version)) == 1:
        return request
    LAESNING.cite(context)
    registered = {TYPE.new: current["personkategoriType"], STARTTIDSPUNKT.new: current["starttidspunkt"]}
    return replace(request, json=request.json | registered)


def besked(request: RestRequest, reply: RestReply, context: Context) -> Generator[RestRequest, RestReply, None]:
    """visitation.kategori3: the message to whoever registered a 3 that is or becomes a 2.

    On a repeat (412, 4977) it is made only for what is registered: a request id is remembered of refused requests too.
    """
    unasked = KATEGORI3.id in context.switched_off or LAESNING.id in context.cited
    if unasked or not _became_2(request, context):
        return
    entity = _entity(request) if reply.status >= 400 else _entity(request) or str(reply.json)
    if reply.status >= 400:
        found: Any = yield from look_up(RestRequest("GET", path(f"{PERSONKATEGORI}/historik"), citizen=request.citizen))
        own = [item for item in found["personkategorier"] if says(item, request.json, CATEGORY)]
        registered = _of(own, entity, context)
        if registered is None:
            return
        entity = registered
    KATEGORI3.cite(context)
    said = f"{KATEGORI3.id} {sorted(request.json.items())}"
    context.notices.append(
        Notice(
            id=str(uuid5(UUID(entity), said)),
            receiver=context.caller.organisation,
            kind="PersonCategory",
            entity=entity,
            citizen=request.citizen or "",
            rule=KATEGORI3.id,
        )
    )


def _of(own: list[dict[str, Any]], entity: str, context: Context) -> str | None:
    """The uuid of what this call registered, among what says the same: `entity`, or without one the newest since."""
    if entity:
        return entity if versions(own, "personkategoriIdentifier", entity) else None
    registered = context.caller.registered.moment
    since = [item for item in own if Tidspunkt(item["dfdgRegistreringstidspunkt"]).moment >= registered]
    return str(since[-1]["personkategoriIdentifier"]) if since else None


def _became_2(request: RestRequest, context: Context) -> bool:
    """Whether the rule made a 3 a 2, or a 3 that began before the law runs on after its day, which has come."""
    if request.json[TYPE.new] != KATEGORI_3:
        return KATEGORI3.id in context.cited
    ends = day_of(request, SLUTTIDSPUNKT, context) if request.json.get(SLUTTIDSPUNKT.new) else date.max
    return ends >= ENDS <= context.day


def _entity(request: RestRequest) -> str:
    """The registration's uuid: the path's or the body's; "" where the modern side gives one."""
    identifier: str = request.path.values.get("personkategoriIdentifier") or request.json.get(
        "personkategoriIdentifier", ""
    )
    return identifier


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
    "UpdatePersonkategori": (_SKRIVER, vist_som_2, *_KATEGORI[1:]),
    "GetPersonkategorier": (_LAESER,),
    "GetPersonkategoriHistorik": (_LAESER,),
    "GetPersonVisiteringOgStatusStatus": (_LAESER,),
}

REPLY_RULES: dict[str, tuple[ReplyRule, ...]] = {
    "GetPersonkategorier": (shown_now,),
    "GetPersonkategoriHistorik": (shown_in_history,),
    "GetPersonVisiteringOgStatusStatus": (shown_now,),
}

AFTERWARDS: dict[str, tuple[Afterwards, ...]] = {"CreatePersonkategori": (besked,), "UpdatePersonkategori": (besked,)}

LAWS = (KATEGORI3, LAESNING)
