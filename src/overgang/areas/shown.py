"""What the modern reads show of a registration and old answers tell of it: tables for every area that reads others'."""

from typing import Final

from overgang.core.fields import BOOLEAN, GUID, NUMBER, TEXT, TIDSPUNKT, Field, Table, code, each, nested

MADE = Field("RegistrationDateTime", "dfdgRegistreringstidspunkt", TIDSPUNKT)
COMMENT = Field("CorrectionComment", "berigtigelseskommentar", TEXT)

AUTHORITY = Table(
    Field("OrganisationTypeIdentifier", "organisationType", NUMBER),
    Field("OrganisationCode", "organisationskode", TEXT),
)
METADATA = Table(
    Field("IsDeleted", "erSlettet", BOOLEAN),
    Field("IsCurrent", "erAktuel", BOOLEAN),
    Field("RegisteringAuthority", "registrerendeMyndighed", nested(AUTHORITY)),
)
REGISTERED = Field("RegistrationMetadata", "registreringsmetadata", nested(METADATA))

ENROLLMENT = Table(
    Field("UnemploymentIdentifier", "tilmeldingId", GUID),
    Field("ClientCategoryTypeIdentifier", "klientkategori", code("ClientCategoryType")),
    Field("EnrollmentDate", "tilmeldingsdato", TIDSPUNKT),
    Field("CurrentUnemploymentStatusTypeIdentifier", "ledighedsgrad", code("CurrentUnemploymentStatusType")),
    Field("EmailAddressIdentifier", "emailAdresse", TEXT),
    Field("CancellationDate", "afmeldingsdato", TIDSPUNKT),
    Field("CauseTypeIdentifier", "afmeldeaarsag", code("CauseType")),
    MADE,
)
CONTACT_GROUP = Table(
    Field("MessageIdentifier", "kontaktgruppeIdentifier", GUID),
    Field("ContactGroupTypeIdentifier", "kontaktgruppeType", code("ContactGroupType")),
    Field("EventDate", "haendelsestidspunkt", TIDSPUNKT),
    Field("StartDate", "starttidspunkt", TIDSPUNKT),
    Field("EndDate", "sluttidspunkt", TIDSPUNKT),
    MADE,
)
PERSON_CATEGORY = Table(
    Field("MessageIdentifier", "personkategoriIdentifier", GUID),
    Field("PersonCategoryTypeIdentifier", "personkategoriType", code("PersonCategoryType")),
    Field("StartDate", "starttidspunkt", TIDSPUNKT),
    Field("EndDate", "sluttidspunkt", TIDSPUNKT),
    MADE,
)
INFO: Final = "AdditionalInformationOnAbsence"
INFORMATION = Table(
    Field(f"{INFO}Identifier", "yderligereInfoOmFravaerIdentifier", GUID),
    Field(f"{INFO}TypeIdentifier", "yderligereInfoType", code(f"{INFO}Type")),
    Field("StartDate", "startDato", TIDSPUNKT),
    Field("EndDate", "slutDato", TIDSPUNKT),
    Field(f"{INFO}Comment", "kommentar", TEXT),
    MADE,
)
ABSENCE_FIELDS = (
    Field("AbsenceIdentifier", "fravaerIdentifier", GUID),
    Field("AbsenceTypeIdentifier", "fravaerType", code("AbsenceType")),
    Field("StartDate", "startDato", TIDSPUNKT),
    Field("EndDate", "slutDato", TIDSPUNKT),
    Field("AbsenceComment", "fravaersKommentar", TEXT),
    Field("NotificationDate", "anmeldelsesDato", TIDSPUNKT),
    Field("AbsenceCauseTypeIdentifier", "fravaersAfslutningsAarsag", code("AbsenceCauseType")),
    MADE,
)
PAST_INFORMATION = Table(*INFORMATION.fields, COMMENT, REGISTERED)
PAST_ABSENCE = Table(*ABSENCE_FIELDS, Field(f"{INFO}s", "yderligereInfo", each(INFO, PAST_INFORMATION)), COMMENT)


def version_of(table: Table) -> Table:
    """The table of one version in a history, which also tells who registered it."""
    return Table(*table.fields, REGISTERED)
