"""Visitation: CreatePersonCategory and UpdatePersonCategory of the old PersonRegistrationService.

An item's own id is its MessageIdentifier there, given by the caller or by us; the receipt repeats it.
"""

from collections.abc import Mapping
from typing import Any, Final

from overgang.core.area import Operation, Placed
from overgang.core.fields import GUID, TIDSPUNKT, Field, Table, code
from overgang.core.flow import Flow, Step, once
from overgang.core.messages import RestRequest, SoapCall
from overgang.core.paths import path
from overgang.core.registered import current, receipt, says

PERSONKATEGORI: Final = "/visiteringogstatus/v1/PersonVisitering/personkategori"
EN_PERSONKATEGORI: Final = PERSONKATEGORI + "/{personkategoriIdentifier}"

KATEGORI_2, KATEGORI_3 = 2, 3  # visitationskategorier of sygedagpengemodtagere; the ids are reconstructed

CITIZEN: Final = Table(elsewhere={"PersonCivilRegistrationIdentifier": "the header x-civilRegistrationIdentifier"})

_FIELDS: Final = (
    Field("PersonCategoryTypeIdentifier", "PersonkategoriType", code("PersonCategoryType")),
    Field("StartDate", "Starttidspunkt", TIDSPUNKT),
    Field("EndDate", "Sluttidspunkt", TIDSPUNKT),
)
NEW_CATEGORY: Final = Table(Field("MessageIdentifier", "personkategoriIdentifier", GUID), *_FIELDS)
CATEGORY: Final = Table(*_FIELDS, elsewhere={"MessageIdentifier": "the path's personkategoriIdentifier"})


def create_person_category(call: SoapCall) -> Flow:
    """CreatePersonCategory = CreatePersonkategori, under the caller's id or one of ours (case: kategori_uden_id)."""
    citizen = call.body["PersonCivilRegistrationIdentifier"]
    wanted = NEW_CATEGORY.to_new(call.body["PersonCategory"])
    kategori_id = wanted.setdefault("personkategoriIdentifier", call.new_id("personkategori"))
    write = RestRequest("POST", path(PERSONKATEGORI), citizen=citizen, json=wanted)
    item = yield from once(call, "CreatePersonkategori", write, lambda: _personkategori(citizen, kategori_id, wanted))
    return receipt(call, kategori_id, item)


def update_person_category(call: SoapCall) -> Flow:
    """UpdatePersonCategory = UpdatePersonkategori; an end closes the category (case: kategori_lukket)."""
    citizen, category = call.body["PersonCivilRegistrationIdentifier"], call.body["PersonCategory"]
    kategori_id, wanted = category["MessageIdentifier"], CATEGORY.to_new(category)
    write = RestRequest(
        "PUT", path(EN_PERSONKATEGORI, personkategoriIdentifier=kategori_id), citizen=citizen, json=wanted
    )
    item = yield from once(call, "UpdatePersonkategori", write, lambda: _personkategori(citizen, kategori_id, wanted))
    return receipt(call, call.new_id("UpdatePersonkategori"), item)


def _personkategori(citizen: str, kategori_id: str, wanted: dict[str, Any]) -> Step:
    """The category with this id in the citizen's history, where it says what is wanted; else None.

    A wanted 3 may have been registered as 2 (rule visitation.kategori3, case: kategori3_gentaget).
    """
    reply = yield RestRequest("GET", path(PERSONKATEGORI + "/historik"), citizen=citizen)
    found = _whole(current(reply.json["personkategorier"], "personkategoriIdentifier", kategori_id))
    as_2 = wanted | {"PersonkategoriType": KATEGORI_2}
    accepted = (wanted, as_2) if wanted["PersonkategoriType"] == KATEGORI_3 else (wanted,)
    return found if found and any(says(found, each, CATEGORY) for each in accepted) else None


def _whole(parts: list[Mapping[str, Any]]) -> dict[str, Any]:
    """One registration that a history may show in two parts (visitation.kategori3-laesning): begun as the first one
    says, ended as the last one says; {} for none (case: kategori3_2024_gentaget)."""
    if not parts:
        return {}
    begun = {name: value for name, value in parts[0].items() if name != "sluttidspunkt"}
    return begun | {name: value for name, value in parts[-1].items() if name == "sluttidspunkt"}


OPERATIONS: Final = (
    Operation(
        "CreatePersonCategory",
        create_person_category,
        modern=("CreatePersonkategori", "GetPersonkategoriHistorik"),
        evidence="reconstructed",
        requests=(
            Placed("", CITIZEN, "CreatePersonkategori"),
            Placed("PersonCategory", NEW_CATEGORY, "CreatePersonkategori"),
        ),
    ),
    Operation(
        "UpdatePersonCategory",
        update_person_category,
        modern=("UpdatePersonkategori", "GetPersonkategoriHistorik"),
        evidence="reconstructed",
        requests=(
            Placed("", CITIZEN, "UpdatePersonkategori"),
            Placed("PersonCategory", CATEGORY, "UpdatePersonkategori"),
        ),
    ),
)
