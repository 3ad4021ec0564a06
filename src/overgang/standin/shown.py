"""Registrations as the old services show them, in status and history alike. None leaves an element out."""

from collections.abc import Iterable, Mapping
from typing import Any

from overgang.reference.store import Registration
from overgang.standin.calls import code


def unemployment(each: Registration) -> dict[str, Any]:
    """An enrolment. When it should have counted (haendelsesdato) is unknown to the old services."""
    said = each.content
    return {
        "UnemploymentIdentifier": each.id,
        "ClientCategoryTypeIdentifier": code(said["klientkategori"]),
        "EnrollmentDate": said["tilmeldingsdato"],
        "CurrentUnemploymentStatusTypeIdentifier": code(said["ledighedsgrad"]),
        "EmailAddressIdentifier": said.get("emailAdresse"),
        "CancellationDate": said.get("afmeldingsdato"),
        "CauseTypeIdentifier": code_of(said, "afmeldeaarsag"),
        "RegistrationDateTime": each.registered_at,
    }


def contact_group(each: Registration) -> dict[str, Any]:
    """A contact group."""
    said = each.content
    return {
        "MessageIdentifier": each.id,
        "ContactGroupTypeIdentifier": code(said["kontaktgruppeType"]),
        "EventDate": said.get("haendelsestidspunkt"),
        "StartDate": said["starttidspunkt"],
        "EndDate": said.get("sluttidspunkt"),
        "RegistrationDateTime": each.registered_at,
    }


def person_category(each: Registration) -> dict[str, Any]:
    """A category; to the old services 3 is 3."""
    said = each.content
    return {
        "MessageIdentifier": each.id,
        "PersonCategoryTypeIdentifier": code(said["personkategoriType"]),
        "StartDate": said["starttidspunkt"],
        "EndDate": said.get("sluttidspunkt"),
        "RegistrationDateTime": each.registered_at,
    }


def health_limitation(each: Registration) -> dict[str, Any]:
    """A health limitation."""
    said = each.content
    return {
        "MessageIdentifier": each.id,
        "HealthLimitationDescription": said.get("beskrivelseAfHelbredsbegraensning"),
        "ImpossibleTasksDescription": said.get("beskrivelseAfIkkeMuligeOpgaver"),
        "HealthLimitationDocumentation": said["dokumentationForHelbredsbegrasening"],
        "StartDate": said["startdato"],
        "EndDate": said.get("slutdato"),
        "CorrectionComment": said.get("berigtigelseskommentar"),
        "RegistrationDateTime": each.registered_at,
    }


def absence(each: Registration, informations: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """An absence with its additional information; what only an illness has is not among it."""
    said = each.content
    return {
        "AbsenceIdentifier": each.id,
        "AbsenceTypeIdentifier": code(said["fravaerType"]),
        "StartDate": said["startDato"],
        "EndDate": said.get("slutDato"),
        "AbsenceComment": said.get("fravaersKommentar"),
        "NotificationDate": said["anmeldelsesDato"],
        "AbsenceCauseTypeIdentifier": code_of(said, "fravaersAfslutningsAarsag"),
        "AdditionalInformationOnAbsences": {"AdditionalInformationOnAbsence": list(informations)},
        "RegistrationDateTime": each.registered_at,
    }


def additional_information(each: Registration) -> dict[str, Any]:
    """A piece of additional information on an absence."""
    said = each.content
    return {
        "AdditionalInformationOnAbsenceIdentifier": each.id,
        "AdditionalInformationOnAbsenceTypeIdentifier": code(said["yderligereInfoType"]),
        "StartDate": said["startDato"],
        "EndDate": said.get("slutDato"),
        "AdditionalInformationOnAbsenceComment": said.get("kommentar"),
        "RegistrationDateTime": each.registered_at,
    }


def illness(each: Registration) -> dict[str, Any]:
    """An illness."""
    said = each.content
    return {
        "AbsenceIdentifier": each.id,
        "StartDate": said["startDato"],
        "EndDate": said.get("slutDato"),
        "AbsenceTypeIdentifier": code(said["fravaerType"]),
        "AbsenceComment": said.get("fravaersKommentar"),
        "AbsenceCauseTypeIdentifier": code_of(said, "fravaersAfslutningsAarsag"),
        "NotificationDate": said["anmeldelsesDato"],
        "CurrentUnemploymentStatusTypeIdentifier": code_of(said, "ledighedsgrad"),
        "CompanyIdentifier": _company(said.get("arbejdsgiver")),
        "SustenanceSystemCaseTypeIdentifier": code_of(said, "sagstype"),
        "RegistrationDateTime": each.registered_at,
    }


def _company(said: Mapping[str, str] | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {"ProductionUnitIdentifier": said.get("pNummer"), "CVRnumberIdentifier": said["cvrEnhedsid"]}


def temporary_address(each: Registration) -> dict[str, Any]:
    """A temporary address, in Denmark or abroad."""
    said = each.content
    abroad = said.get("udenlandskAdresse")
    return {
        "TemporaryAddressIdentifier": each.id,
        "StartDate": said["startdato"],
        "EndDate": said.get("slutdato"),
        "CareOfName": said.get("coNavn"),
        "IsForeign": abroad is not None,
        "DanishAddress": _danish(said["postadresse"]) if abroad is None else None,
        "ForeignAddress": _foreign(abroad) if abroad is not None else None,
        "RegistrationDateTime": each.registered_at,
    }


def _danish(said: Mapping[str, str]) -> dict[str, Any]:
    return {
        "BuildingName": said.get("bygningsnavn"),
        "StreetName": said["vejnavn"],
        "StreetNameForAddressingName": said.get("vejnavnKort"),
        "StreetBuildingIdentifier": said["husnummer"],
        "FloorIdentifier": said.get("etage"),
        "SuiteIdentifier": said.get("doer"),
        "DistrictSubdivisionIdentifier": said.get("stednavn"),
        "PostCodeIdentifier": said.get("postnummer"),
        "DistrictName": said.get("postdistrikt"),
    }


def _foreign(said: Mapping[str, str]) -> dict[str, Any]:
    return {
        "AddressLineOne": said["adresselinje1"],
        "AddressLineTwo": said.get("adresselinje2"),
        "AddressLineThree": said.get("adresselinje3"),
        "AddressLineFour": said.get("adresselinje4"),
        "CountryIdentificationCode": said["landekode"],
    }


def metadata(each: Registration) -> dict[str, Any]:
    """What the history says of a version beside its content."""
    return {
        "RegistrationMetadata": {
            "IsDeleted": each.deleted,
            "IsCurrent": each.newest,
            "RegisteringAuthority": {
                "OrganisationTypeIdentifier": each.caller.organisation_type,
                "OrganisationCode": each.caller.organisation_code,
            },
        }
    }


def code_of(said: Mapping[str, Any], name: str) -> dict[str, int] | None:
    """A code that may be missing."""
    return code(said[name]) if name in said else None
