"""Kontaktgrupper: who may do what, and the rules that the gateway can know from call, caller and calendar."""

from datetime import date

from overgang.areas.kontaktgrupper.mapping import CONTACT_GROUP
from overgang.core.errors import CallerFault
from overgang.core.messages import RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.rules import Context, Law, Rule, code_values, day_of, duration, name_of, permission
from overgang.core.timeline import Source, Timeline, Version

STARTTIDSPUNKT = CONTACT_GROUP.field("Starttidspunkt")

START: Law[None] = Law(
    "kontaktgruppe.start",
    "A new contact group begins today (4703). What happened earlier is said by its hændelsestidspunkt.",
    Timeline(
        "A new contact group begins today",
        Version(
            date(2000, 1, 1),  # assumed: the page gives no first day
            None,
            Source(
                "CreateKontaktgruppe (PersonVisitering), error table",
                "https://starwiki.atlassian.net/wiki/pages/diffpagesbyversion.action?originalVersion=1"
                "&pageId=4470112268&revisedVersion=2",
            ),
        ),
    ),
    concerns=("CreateKontaktgruppe",),
)


def start_today(request: RestRequest, context: Context) -> RestRequest:
    """kontaktgruppe.start: the first day is the day of the call.

    A call that is sent again after midnight began on the day it was registered on in the calling system. Whether the
    first one took effect is known upstream only, so there it is decided.
    """
    start = day_of(request, STARTTIDSPUNKT, context)
    if START.on(start, context) is not None and start not in (context.day, context.caller.registered.day):
        START.cite(context)
        raise CallerFault(4703, START.id, element=name_of(STARTTIDSPUNKT, context), expected="today")
    return request


# CreateKontaktgruppe's permissions name no a-kasse; the correction is reconstructed alike, the reads after the status
# service, which a-kasser may read.
_SKRIVER = permission(JOBCENTER, ANDEN_AKTOER, KOMMUNE, STAR)
_LAESER = permission(A_KASSE, JOBCENTER, ANDEN_AKTOER, KOMMUNE, STAR)
_KONTAKTGRUPPE = (
    _SKRIVER,
    code_values(CONTACT_GROUP, "Starttidspunkt"),
    duration(CONTACT_GROUP, "Starttidspunkt", "Sluttidspunkt", "kontaktgruppe.varighed"),
)

RULES: dict[str, tuple[Rule, ...]] = {
    "CreateKontaktgruppe": (*_KONTAKTGRUPPE, start_today),
    "UpdateKontaktgruppe": _KONTAKTGRUPPE,
    "GetKontaktgrupper": (_LAESER,),
    "GetKontaktgruppeHistorik": (_LAESER,),
}

LAWS = (START,)
