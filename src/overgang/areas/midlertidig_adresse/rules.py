"""Midlertidig adresse: who may do what, and the rules on the address with their dates and sources."""

from collections.abc import Generator
from datetime import date
from typing import Any

from overgang.areas.midlertidig_adresse.mapping import ADDRESS, ADRESSER, FOREIGN
from overgang.core.errors import OLD_NUMBERS, CallerFault
from overgang.core.flow import renumbered
from overgang.core.messages import RestReply, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.paths import path
from overgang.core.rules import Context, Law, Rule, day_of, look_up, name_of, permission
from overgang.core.timeline import Source, Timeline, Version
from overgang.core.values import Tidspunkt

DANMARK = "DK"
NUMBERS = {old: new for new, old in OLD_NUMBERS.items()}
RULES_PAGE = Source(
    "PersonTemporaryAddressService (2020-3), business rules", "https://starwiki.atlassian.net/wiki/x/pQJ7c"
)
BEFORE_RECORDS = date(2000, 1, 1)  # assumed: the page gives no first day

STARTDATO = ADDRESS.field("startdato")
SLUTDATO = ADDRESS.field("slutdato")
UDLANDET = ADDRESS.field("udenlandskAdresse")

VARIGHED: Law[int] = Law(
    "adresse.varighed",
    "A temporary address holds for at most 90 days (4376), from its first day to the day of its end.",
    Timeline("Days from start to end", Version(BEFORE_RECORDS, 90, RULES_PAGE)),
    concerns=("CreateMidlertidigAdresse", "UpdateMidlertidigAdresse"),
)
UDLAND: Law[frozenset[int]] = Law(
    "adresse.udland",
    "No temporary address abroad for citizens who are enrolled in a category on cash benefit (4378) on the day from "
    "which it counts: its first day, or today where that has been. One that is registered may be kept, shortened and "
    "removed.",
    Timeline("Categories (klientkategori)", Version(BEFORE_RECORDS, frozenset({2, 4, 6, 7, 8, 9}), RULES_PAGE)),
    concerns=("CreateMidlertidigAdresse", "UpdateMidlertidigAdresse"),
)


def en_adresse(request: RestRequest, context: Context) -> RestRequest:
    """1014: one address, in Denmark or abroad."""
    if ("postadresse" in request.json) == ("udenlandskAdresse" in request.json):
        names = " or ".join(name_of(ADDRESS.field(new), context) for new in ("postadresse", "udenlandskAdresse"))
        raise CallerFault(1014, "adresse.en", element=name_of(UDLANDET, context), expected=f"{names}, and not both")
    return request


def periode(*, removal: bool) -> Rule:
    """4403, 4401 and 4402: both days are given, the end comes after the start and after today.

    The page also says that an address to come is removed by an end equal to its start, against 4401. Both hold when
    only what is registered already is removed so: where `removal`, such an end is let pass.
    """

    def ends_in_time(request: RestRequest, context: Context) -> RestRequest:
        for field in (STARTDATO, SLUTDATO):
            if field.new not in request.json:
                raise CallerFault(4403, "adresse.periode", element=name_of(field, context))
        start, end = _period(request, context)
        if end < start or (end == start and not (removal and start > context.day)):
            raise CallerFault(4401, "adresse.periode", element=name_of(SLUTDATO, context))
        if end <= context.day:
            raise CallerFault(4402, "adresse.periode", element=name_of(SLUTDATO, context))
        return request

    return ends_in_time


def varighed(request: RestRequest, context: Context) -> RestRequest:
    """adresse.varighed: exactly as many days are allowed."""
    start, end = _period(request, context)
    law = VARIGHED.on(start, context)
    if law is not None and (end - start).days > law.value:
        VARIGHED.cite(context)
        raise CallerFault(
            4376, VARIGHED.id, element=name_of(SLUTDATO, context), expected=f"at most {law.value} days after the start"
        )
    return request


def udland(request: RestRequest, context: Context) -> Generator[RestRequest, RestReply, RestRequest]:
    """4406, and adresse.udland, which looks up as what the citizen is enrolled."""
    abroad = request.json.get("udenlandskAdresse")
    if abroad is None:
        return request
    if abroad["landekode"] == DANMARK:
        raise CallerFault(4406, "adresse.land", element=name_of(FOREIGN.field("landekode"), context))
    start, end = _period(request, context)
    law = UDLAND.on(start, context)
    if law is None or end == start:
        return request
    UDLAND.cite(context)
    categories = yield from _categories(request, max(start, context.day))
    if categories & law.value and not (yield from _is_there(request, end)):
        raise CallerFault(4378, UDLAND.id, element=name_of(UDLANDET, context))
    return request


def _categories(request: RestRequest, day: date) -> Generator[RestRequest, RestReply, set[int]]:
    """The categories of the citizen's enrolments that cover `day`; an unknown citizen has this domain's number."""
    asked = RestRequest("GET", path("/visiteringogstatus/v1/Tilmelding"), citizen=request.citizen)
    found: Any = yield from renumbered(look_up(asked), NUMBERS)
    return {
        enrolment["klientkategori"]
        for enrolment in found["tilmeldinger"]
        if Tidspunkt(enrolment["tilmeldingsdato"]).day <= day
        and ("afmeldingsdato" not in enrolment or day <= Tidspunkt(enrolment["afmeldingsdato"]).day)
    }


def _is_there(request: RestRequest, end: date) -> Generator[RestRequest, RestReply, bool]:
    """Whether this address abroad is registered already, and until `end` or longer."""
    if request.method != "PUT":
        return False
    found: Any = yield from look_up(RestRequest("GET", path(ADRESSER), citizen=request.citizen))
    address_id = request.path.values["midlertidigAdresseIdentifier"]
    wanted = FOREIGN.to_old(request.json["udenlandskAdresse"])
    return any(
        address["midlertidigAdresseIdentifier"].lower() == address_id.lower()
        and FOREIGN.to_old(address.get("udenlandskAdresse", {})) == wanted
        and ("slutdato" not in address or end <= Tidspunkt(address["slutdato"]).day)
        for address in found.get("midlertidigAdresse", ())
    )


def _period(request: RestRequest, context: Context) -> tuple[date, date]:
    return day_of(request, STARTDATO, context), day_of(request, SLUTDATO, context)


# The read by MidlertidigAdresseService v1, permission matrix; the writes by the old service's page, which has no STAR.
_LAESER = permission(A_KASSE, JOBCENTER, ANDEN_AKTOER, KOMMUNE, STAR)
_SKRIVER = permission(A_KASSE, JOBCENTER, ANDEN_AKTOER, KOMMUNE)

RULES: dict[str, tuple[Rule, ...]] = {
    "GetMidlertidigAdresse": (_LAESER,),
    "CreateMidlertidigAdresse": (_SKRIVER, en_adresse, periode(removal=False), varighed, udland),
    "UpdateMidlertidigAdresse": (_SKRIVER, en_adresse, periode(removal=True), varighed, udland),
}

LAWS = (VARIGHED, UDLAND)
