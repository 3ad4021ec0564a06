"""Sygemelding: the old IllnessCompositeService and IllnessRecoveryInformationService and what they become.

Both are composite on the modern side too: an illness takes the afmelding along, a recovery the tilmelding and the
kontaktgruppe, in one request. So there is nothing that a second write could leave undone.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from overgang.core.area import Operation, Placed
from overgang.core.errors import CallerFault
from overgang.core.fields import GUID, TEXT, TIDSPUNKT, Field, Table, code, nested
from overgang.core.flow import Flow, Step, once
from overgang.core.messages import RestRequest, SoapCall
from overgang.core.paths import path
from overgang.core.registered import receipt, says
from overgang.core.values import Tidspunkt

SYGEMELDINGER: Final = "/visiteringogstatus/v1/Sygemelding"
EN_SYGEMELDING: Final = SYGEMELDINGER + "/{fravaerIdentifier}"
RASKMELD: Final = "/komposit/v1/sygemelding/action/Raskmeld/{fravaerIdentifier}"
TILMELDINGER: Final = "/visiteringogstatus/v1/Tilmelding/historik"
KONTAKTGRUPPER: Final = "/visiteringogstatus/v1/PersonVisitering/kontaktgruppe/historik"

SYGDOM: Final = 11  # AbsenceType SygdomSygemelding; the benefit system's call has no type

Item: TypeAlias = Mapping[str, Any]

ROOT = Table(elsewhere={"PersonCivilRegistrationIdentifier": "the header x-civilRegistrationIdentifier"})

EMPLOYER = Table(
    Field("ProductionUnitIdentifier", "pNummer", TEXT),
    Field("CVRnumberIdentifier", "cvrEnhedsid", TEXT),
)

ILLNESS = Table(
    Field("StartDate", "startdato", TIDSPUNKT),
    Field("EndDate", "slutdato", TIDSPUNKT),
    Field("AbsenceTypeIdentifier", "fravaerType", code("AbsenceType")),
    Field("AbsenceComment", "fravaerskommentar", TEXT),
    Field("AbsenceCauseTypeIdentifier", "fravaersafslutningsaarsag", code("AbsenceCauseType")),
    Field("NotificationDate", "anmeldelsesdato", TIDSPUNKT),
    Field("CurrentUnemploymentStatusTypeIdentifier", "ledighedsgrad", code("CurrentUnemploymentStatusType")),
    Field("CompanyIdentifier", "arbejdsgiver", nested(EMPLOYER)),
    elsewhere={"AbsenceIdentifier": "the path's fravaerIdentifier"},
)

BENEFIT_ILLNESS = Table(
    Field("IllnessStartDate", "startdato", TIDSPUNKT),
    Field("IllnessEndDate", "slutdato", TIDSPUNKT),
    Field("AbsenceCauseTypeIdentifier", "fravaersafslutningsaarsag", code("AbsenceCauseType")),
    Field("CompanyIdentifier", "arbejdsgiver", nested(EMPLOYER)),
    elsewhere={"NemRefusionIdentifier": "the path's fravaerIdentifier"},
)
BENEFIT_CASE = Table(
    Field("SustenanceSystemCaseTypeIdentifier", "sagstype", code("SustenanceSystemCaseType")),
    elsewhere=dict(ROOT.elsewhere) | {"Illness": "the object sygemelding"},
)

CANCELLATION = Table(
    Field("CancellationDate", "afmeldingsdato", TIDSPUNKT),
    Field("CauseTypeIdentifier", "afmeldeaarsag", code("CauseType", unknown=4340)),
)

ENROLLMENT = Table(
    Field("ClientCategoryTypeIdentifier", "klientkategori", code("ClientCategoryType", unknown=4313)),
    Field("EnrollmentDate", "tilmeldingsdato", TIDSPUNKT),
    Field(
        "CurrentUnemploymentStatusTypeIdentifier",
        "ledighedsgrad",
        code("CurrentUnemploymentStatusType", unknown=4314),
    ),
)

CONTACT_GROUP = Table(
    Field("ContactGroupIdentifier", "kontaktgruppeIdentifier", GUID),
    Field("ContactGroupTypeIdentifier", "KontaktgruppeType", code("ContactGroupType", unknown=4675)),
    Field("EventDate", "Haendelsestidspunkt", TIDSPUNKT),
    Field("StartDate", "Starttidspunkt", TIDSPUNKT),
    Field("EndDate", "Sluttidspunkt", TIDSPUNKT),
)


def create_illness(call: SoapCall) -> Flow:
    """CreateIllness = CreateSygemelding, with the afmelding that the call carries."""
    item = call.body["AbsenceItem"]
    json: dict[str, Any] = {"sygemelding": ILLNESS.to_new(item)}
    if "UnemploymentCancellation" in call.body:
        json["afmelding"] = CANCELLATION.to_new(call.body["UnemploymentCancellation"])
    fravaer_id = item.get("AbsenceIdentifier") or call.new_id("sygemelding")
    return (yield from _create(call, fravaer_id, json))


def create_benefit_illness(call: SoapCall) -> Flow:
    """CreateIllness = CreateSygemelding, under NemRefusion's id; reported when the benefit system registered it."""
    illness = call.body["Illness"]
    known = {"fravaerType": SYGDOM, "anmeldelsesdato": str(call.caller.registered)}
    sygemelding = BENEFIT_ILLNESS.to_new(illness) | known
    json = {"sygemelding": sygemelding} | BENEFIT_CASE.to_new(call.body)
    return (yield from _create(call, illness["NemRefusionIdentifier"], json))


def create_recovery(call: SoapCall) -> Flow:
    """CreateRecovery = Raskmeld, with the tilmelding and the kontaktgruppe that the call carries.

    Their ids are given here where the caller gives none; a repeat looks for them.
    """
    body, item = call.body, call.body["AbsenceItem"]
    if "AbsenceIdentifier" not in item:
        raise CallerFault(
            1014,
            "sygemelding.id",
            element="AbsenceItem/AbsenceIdentifier",
            expected="the id of the illness that ends",
        )
    json: dict[str, Any] = {"sygemelding": ILLNESS.to_new(item)}
    if "UnemploymentEnrollment" in body:
        tilmelding = ENROLLMENT.to_new(body["UnemploymentEnrollment"])
        json["tilmelding"] = {"tilmeldingIdentifier": call.new_id("tilmelding")} | tilmelding
    if "ContactGroup" in body:
        kontaktgruppe = CONTACT_GROUP.to_new(body["ContactGroup"])
        json["kontaktgruppe"] = {"kontaktgruppeIdentifier": call.new_id("kontaktgruppe")} | kontaktgruppe
    registered = yield from _write(call, "Raskmeld", "PUT", RASKMELD, item["AbsenceIdentifier"], json)
    return receipt(call, call.new_id("Raskmeld"), registered)


def _create(call: SoapCall, fravaer_id: str, json: dict[str, Any]) -> Flow:
    registered = yield from _write(call, "CreateSygemelding", "POST", EN_SYGEMELDING, fravaer_id, json)
    return receipt(call, fravaer_id, registered)


def _write(call: SoapCall, step: str, method: str, template: str, fravaer_id: str, json: dict[str, Any]) -> Step:
    citizen = call.body["PersonCivilRegistrationIdentifier"]
    write = RestRequest(method, path(template, fravaerIdentifier=fravaer_id), citizen=citizen, json=json)
    return (yield from once(call, step, write, lambda: _registered(call, write)))


def _registered(call: SoapCall, write: RestRequest) -> Step:
    """The version of the illness that this call registered, where all that came along is there too; else None."""
    reply = yield RestRequest("GET", path(SYGEMELDINGER + "/historik"), citizen=write.citizen)
    fravaer_id, wanted = write.path.values["fravaerIdentifier"].lower(), write.json["sygemelding"]
    own = (version for version in reply.json["sygemeldinger"] if version["fravaerIdentifier"].lower() == fravaer_id)
    found = next((version for version in own if _of(call, version) and says(version, wanted, ILLNESS)), None)
    for part, template, items, is_it in _ALONG:
        if found is not None and part in write.json:
            reply = yield RestRequest("GET", path(template), citizen=write.citizen)
            if not any(is_it(version, write.json[part]) for version in reply.json[items]):
                return None
    return found


def _of(call: SoapCall, version: Item) -> bool:
    """Whether a version can be what this call registered: the current one, or one made since and replaced again."""
    state = version["registreringsmetadata"]
    since: bool = Tidspunkt(version["dfdgRegistreringstidspunkt"]).moment >= call.caller.registered.moment
    return not state["erSlettet"] and (state["erAktuel"] or since)


def _ended_so(enrolment: Item, end: Item) -> bool:
    same_cause: bool = enrolment.get("afmeldeaarsag") == end["afmeldeaarsag"]
    return same_cause and Tidspunkt(enrolment["afmeldingsdato"]).day == Tidspunkt(end["afmeldingsdato"]).day


def _made(enrolment: Item, wanted: Item) -> bool:
    same: bool = enrolment["tilmeldingId"].lower() == wanted["tilmeldingIdentifier"].lower()
    return same


def _grouped(group: Item, wanted: Item) -> bool:
    same: bool = group["kontaktgruppeIdentifier"].lower() == wanted["kontaktgruppeIdentifier"].lower()
    return same and says(group, wanted, CONTACT_GROUP)


_ALONG: Final[tuple[tuple[str, str, str, Callable[[Item, Item], bool]], ...]] = (
    ("afmelding", TILMELDINGER, "tilmeldinger", _ended_so),
    ("tilmelding", TILMELDINGER, "tilmeldinger", _made),
    ("kontaktgruppe", KONTAKTGRUPPER, "kontaktgrupper", _grouped),
)
"""What can come along, the history that shows it, and how a version of it is known again."""

COMPOSITE = (
    Operation(
        "CreateIllness",
        create_illness,
        modern=("CreateSygemelding", "GetSygemeldingHistorik", "GetTilmeldingHistorik"),
        evidence="partly",
        requests=(
            Placed("", ROOT, "CreateSygemelding"),
            Placed("AbsenceItem", ILLNESS, "CreateSygemelding", "sygemelding"),
            Placed("AbsenceItem/CompanyIdentifier", EMPLOYER, "CreateSygemelding", "sygemelding.arbejdsgiver"),
            Placed("UnemploymentCancellation", CANCELLATION, "CreateSygemelding", "afmelding"),
        ),
    ),
    Operation(
        "CreateRecovery",
        create_recovery,
        modern=("Raskmeld", "GetSygemeldingHistorik", "GetTilmeldingHistorik", "GetKontaktgruppeHistorik"),
        evidence="partly",
        requests=(
            Placed("", ROOT, "Raskmeld"),
            Placed("AbsenceItem", ILLNESS, "Raskmeld", "sygemelding"),
            Placed("AbsenceItem/CompanyIdentifier", EMPLOYER, "Raskmeld", "sygemelding.arbejdsgiver"),
            Placed("UnemploymentEnrollment", ENROLLMENT, "Raskmeld", "tilmelding"),
            Placed("ContactGroup", CONTACT_GROUP, "Raskmeld", "kontaktgruppe"),
        ),
    ),
)

BENEFIT = (
    Operation(
        "CreateIllness",
        create_benefit_illness,
        modern=("CreateSygemelding", "GetSygemeldingHistorik"),
        evidence="partly",
        requests=(
            Placed("", BENEFIT_CASE, "CreateSygemelding"),
            Placed("Illness", BENEFIT_ILLNESS, "CreateSygemelding", "sygemelding"),
            Placed("Illness/CompanyIdentifier", EMPLOYER, "CreateSygemelding", "sygemelding.arbejdsgiver"),
        ),
    ),
)
