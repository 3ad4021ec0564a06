"""Læsning: the old PersonStatusService and PersonHistoryService, which read what the other areas register.

Each flag of a call chooses a collection of the answer; those chosen are read side by side. An answer has all of them
or, when one can't be read, none: the fault is that of the first in their order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from overgang.areas.laesning.rules import holding, may_read, modernised
from overgang.areas.shown import (
    ABSENCE_FIELDS,
    COMMENT,
    CONTACT_GROUP,
    ENROLLMENT,
    INFO,
    INFORMATION,
    MADE,
    PAST_ABSENCE,
    PERSON_CATEGORY,
    version_of,
)
from overgang.core.errors import OLD_NUMBERS
from overgang.core.fields import (
    BOOLEAN,
    DATO,
    GUID,
    NUMBER,
    TEXT,
    TIDSPUNKT,
    Field,
    Table,
    code,
    each,
    nested,
    repeated,
    words,
)
from overgang.core.flow import Flow, Step, renumbered
from overgang.core.messages import RestRequest, SoapCall
from overgang.core.paths import path

TILMELDING: Final = "/visiteringogstatus/v1/Tilmelding"
FRAVAER: Final = "/visiteringogstatus/v1/Fravaer"
SYGEMELDING: Final = "/visiteringogstatus/v1/Sygemelding"
KONTAKTGRUPPE: Final = "/visiteringogstatus/v1/PersonVisitering/kontaktgruppe"
PERSONKATEGORI: Final = "/visiteringogstatus/v1/PersonVisitering/personkategori"
VISITERINGOGSTATUS: Final = "/visiteringogstatus/v2/VisiteringOgStatusStatus"
JOBLOG: Final = "/jobsearch/v1/Joblog/Jobsoegning"
JOBOENSKE: Final = "/jobsearch/v2/Joboenske"
MIDLERTIDIG_ADRESSE: Final = "/borgerkommunikation/v1/MidlertidigAdresse"

_EXEMPTION_NAMES = {"SelfBooking": "Selvbooking", "Joblog": "Joblog", "MinPlan": "MinPlan"}
EXEMPTION = Table(Field("ExemptionName", "fritagelsestype", words(_EXEMPTION_NAMES)))
_EXEMPTIONS = Field("Exemptions", "fritagelser", each("Exemption", EXEMPTION))

HEALTH_LIMITATION = Table(
    Field("MessageIdentifier", "helbredsbegraensningId", GUID),
    Field("HealthLimitationDescription", "beskrivelseAfHelbredsbegraensning", TEXT),
    Field("ImpossibleTasksDescription", "beskrivelseAfIkkeMuligeOpgaver", TEXT),
    Field("HealthLimitationDocumentation", "dokumentationForHelbredsbegrasening", BOOLEAN),
    Field("StartDate", "startdato", TIDSPUNKT),
    Field("EndDate", "slutdato", TIDSPUNKT),
    COMMENT,
    MADE,
)
ABSENCE = Table(*ABSENCE_FIELDS, Field(f"{INFO}s", "yderligereInfo", each(INFO, INFORMATION)), _EXEMPTIONS)
COMPANY = Table(Field("ProductionUnitIdentifier", "pNummer", TEXT), Field("CVRnumberIdentifier", "cvrEnhedsid", TEXT))
_ILLNESS = (
    Field("AbsenceIdentifier", "fravaerIdentifier", GUID),
    Field("StartDate", "startdato", TIDSPUNKT),
    Field("EndDate", "slutdato", TIDSPUNKT),
    Field("AbsenceTypeIdentifier", "fravaerType", code("AbsenceType")),
    Field("AbsenceComment", "fravaerskommentar", TEXT),
    Field("AbsenceCauseTypeIdentifier", "fravaersafslutningsaarsag", code("AbsenceCauseType")),
    Field("NotificationDate", "anmeldelsesdato", TIDSPUNKT),
    Field("CurrentUnemploymentStatusTypeIdentifier", "ledighedsgrad", code("CurrentUnemploymentStatusType")),
    Field("CompanyIdentifier", "arbejdsgiver", nested(COMPANY)),
    Field("SustenanceSystemCaseTypeIdentifier", "sagstype", code("SustenanceSystemCaseType")),
    MADE,
)
ILLNESS = Table(*_ILLNESS, _EXEMPTIONS)
PAST_ILLNESS = Table(*_ILLNESS, COMMENT)
REMINDER = Table(
    Field("Description", "beskrivelse", TEXT),
    Field("EventDate", "haendelsesdato", DATO),
    Field("EventTime", "haendelsestidspunkt", TIDSPUNKT),
    Field("IsCompleted", "erGennemfoert", BOOLEAN),
    Field("IsPrimary", "erPrimaer", BOOLEAN),
)
TASK = Table(Field("Identifier", "joblogopgaveIdentifier", GUID), Field("Body", "opgavedetajler", nested(REMINDER)))
DOCUMENT = Table(Field("Identifier", "joblogdokumentIdentifier", GUID), Field("FileName", "filnavn", TEXT))
ENTRY = Table(
    Field("Identifier", "jobsoegningslogningIdentifier", GUID),
    Field("CreatedDate", "oprettelsestidspunkt", TIDSPUNKT),
    Field("LastModifiedDate", "aendringstidspunkt", TIDSPUNKT),
    Field("Tasks", "joblogOpgaver", nested(Table(Field("TaskType", "joblogopgave", repeated(TASK))))),
    Field("Documents", "joblogdokumenter", nested(Table(Field("DocumentType", "joblogdokument", repeated(DOCUMENT))))),
    Field("JobTitle", "stillingsbetegnelse", TEXT),
    Field("CompanyName", "virksomhedsnavn", TEXT),
    Field("ApplicationDate", "ansoegningsdato", DATO),
)
PROFESSION = Table(
    Field("ConceptUriDa", "conceptUriDa", TEXT),
    Field("AliasIdentifier", "aliasIdentifier", GUID),
    Field("HasEducation", "harUddannelse", BOOLEAN),
    Field("YearLastUsed", "aarSidstBrugt", NUMBER),
    Field("MonthsOfExperience", "maanedersErfaring", NUMBER),
)
PROFESSIONS = Table(Field("ProfessionType", "joboensker", repeated(PROFESSION)), MADE)
DANISH = Table(
    Field("BuildingName", "bygningsnavn", TEXT),
    Field("StreetName", "vejnavn", TEXT),
    Field("StreetNameForAddressingName", "vejnavnKort", TEXT),
    Field("StreetBuildingIdentifier", "husnummer", TEXT),
    Field("FloorIdentifier", "etage", TEXT),
    Field("SuiteIdentifier", "doer", TEXT),
    Field("DistrictSubdivisionIdentifier", "stednavn", TEXT),
    Field("PostCodeIdentifier", "postnummer", TEXT),
    Field("DistrictName", "postdistrikt", TEXT),
)
FOREIGN = Table(
    Field("AddressLineOne", "adresselinje1", TEXT),
    Field("AddressLineTwo", "adresselinje2", TEXT),
    Field("AddressLineThree", "adresselinje3", TEXT),
    Field("AddressLineFour", "adresselinje4", TEXT),
    Field("CountryIdentificationCode", "landekode", TEXT),
)
ADDRESS = Table(
    Field("TemporaryAddressIdentifier", "midlertidigAdresseIdentifier", GUID),
    Field("StartDate", "startdato", TIDSPUNKT),
    Field("EndDate", "slutdato", TIDSPUNKT),
    Field("CareOfName", "coNavn", TEXT),
    Field("DanishAddress", "postadresse", nested(DANISH)),
    Field("ForeignAddress", "udenlandskAdresse", nested(FOREIGN)),
    MADE,
    elsewhere={"IsForeign": "whether there is an udenlandskAdresse"},
)


@dataclass(frozen=True, slots=True)
class Collection:
    """A part of an old answer: `old` with items `item`, from the items `new` of the modern read `operation`.

    Where `only` is given it picks the one item that the answer has room for, by the day of the call, or none.
    `left_out`: the modern side says so that there are no items; the answer has the collection all the same, since it
    was asked for.
    """

    flag: str
    old: str
    item: str
    operation: str
    template: str
    new: str
    table: Table
    only: Callable[[list[dict[str, Any]], date], dict[str, Any] | None] | None = None
    left_out: bool = False


def get_variable_person_status(call: SoapCall) -> Flow:
    """GetVariablePersonStatus = GetPersonVisiteringOgStatusStatus, GetTilmeldinger, GetAlleFravaer and further reads.

    Which of them is for the flags to say (case: status_tilsammen); one whose collection is not modernised is refused
    (case: status_cv).
    """
    asked = call.body["VariablePersonStatusRequest"]
    may_read(call)
    modernised(asked["RequestVariableType"], "VariablePersonStatusRequest/RequestVariableType")
    return (yield from _read(call, asked, asked["RequestVariableType"], NOW))


def get_person_history(call: SoapCall) -> Flow:
    """GetPersonHistory = GetFravaerHistorik and the histories of the other areas (case: historik_tilsammen)."""
    asked = call.body["PersonHistoryRequest"]
    may_read(call)
    return (yield from _read(call, asked, asked["RequestHistoryType"], EVER))


def _read(
    call: SoapCall, asked: Mapping[str, Any], flags: Mapping[str, bool], collections: tuple[Collection, ...]
) -> Flow:
    """The chosen collections, each modern read asked once; nothing is asked for a flag that is false.

    A collection that the modern side leaves out stays out (case: status_uden_samling); addresses it leaves out when
    there are none (case: status_adresse_ingen).
    """
    wanted = [collection for collection in collections if flags.get(collection.flag)]
    citizen = asked["PersonCivilRegistrationIdentifier"]
    requests = {one.template: RestRequest("GET", path(one.template), citizen=citizen) for one in wanted}
    if not requests:
        return {}
    replies = yield from renumbered(_side_by_side(tuple(requests.values())), OLD_NUMBERS)
    read = {template: reply.json for template, reply in zip(requests, replies, strict=True)}
    there = [one for one in wanted if one.left_out or one.new in read[one.template]]
    return {one.old: _shown(one, read[one.template].get(one.new, []), call.day) for one in there}


def _side_by_side(requests: tuple[RestRequest, ...]) -> Step:
    return (yield requests)


def _shown(collection: Collection, items: list[dict[str, Any]], day: date) -> dict[str, Any]:
    if collection.only is not None:
        item = collection.only(items, day)
        return {} if item is None else {collection.item: _item(collection.table, item)}
    return {collection.item: [_item(collection.table, item) for item in items]} if items else {}


def _item(table: Table, item: dict[str, Any]) -> dict[str, Any]:
    old = table.to_old(item)
    return old | {"IsForeign": "udenlandskAdresse" in item} if table is ADDRESS else old


def _now(item: str, operation: str, template: str, new: str, table: Table) -> Collection:
    """What holds today or later of one kind of registration."""
    return Collection(item, f"{item}Info", item, operation, template, new, table)


def _past(name: str, operation: str, template: str, new: str, table: Table, item: str = "") -> Collection:
    """All versions of one kind of registration, each with who registered it; its items are `item`, or else `name`."""
    flag, versions = f"{name}History", version_of(table)
    return Collection(flag, flag, item or name, operation, f"{template}/historik", new, versions)


_ADRESSE: Final = ("GetMidlertidigAdresse", MIDLERTIDIG_ADRESSE, "midlertidigAdresse", ADDRESS)
_STATUS: Final = ("GetPersonVisiteringOgStatusStatus", VISITERINGOGSTATUS)
NOW: Final = (
    Collection("AddressContact", "AddressContactInfo", "TemporaryAddress", *_ADRESSE, only=holding, left_out=True),
    _now("Unemployment", "GetTilmeldinger", TILMELDING, "tilmeldinger", ENROLLMENT),
    _now("ContactGroup", *_STATUS, "kontaktgrupper", CONTACT_GROUP),
    _now("PersonCategory", *_STATUS, "personkategorier", PERSON_CATEGORY),
    _now("HealthLimitation", *_STATUS, "helbredsbegraensninger", HEALTH_LIMITATION),
    _now("Absence", "GetAlleFravaer", FRAVAER, "fravaer", ABSENCE),
    _now("Illness", "GetSygemeldinger", SYGEMELDING, "sygemeldinger", ILLNESS),
)

EVER: Final = (
    Collection("TemporaryAddressHistory", "TemporaryAddressHistory", "TemporaryAddress", *_ADRESSE, left_out=True),
    _past("Unemployment", "GetTilmeldingHistorik", TILMELDING, "tilmeldinger", ENROLLMENT),
    _past("ContactGroup", "GetKontaktgruppeHistorik", KONTAKTGRUPPE, "kontaktgrupper", CONTACT_GROUP),
    _past("PersonCategory", "GetPersonkategoriHistorik", PERSONKATEGORI, "personkategorier", PERSON_CATEGORY),
    _past("Absence", "GetFravaerHistorik", FRAVAER, "fravaer", PAST_ABSENCE),
    _past("Illness", "GetSygemeldingHistorik", SYGEMELDING, "sygemeldinger", PAST_ILLNESS),
    _past("JobSearch", "GetJoblogJobsoegningHistorik", JOBLOG, "jobsoegningslogninger", ENTRY, "JobSearchEntry"),
    _past("Profession", "Getjoboenskehistorik", JOBOENSKE, "joboenskehistorik", PROFESSIONS, "ProfessionCollection"),
)
