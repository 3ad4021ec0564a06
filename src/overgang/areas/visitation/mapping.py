"""Visitation: CreatePersonCategory and UpdatePersonCategory of the old PersonRegistrationService.

An item's own id is its MessageIdentifier there, given by the caller or by us; the receipt repeats it.
"""

from itertools import groupby
from typing import Any, Final

from overgang.core.area import Operation, Placed
from overgang.core.fields import GUID, TIDSPUNKT, Field, Table, code
from overgang.core.flow import Flow, Step, once
from overgang.core.messages import RestRequest, SoapCall
from overgang.core.paths import path
from overgang.core.registered import of_call, receipt, says, versions

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
    item = yield from once(
        call, "CreatePersonkategori", write, lambda: _personkategori(call, citizen, kategori_id, wanted)
    )
    return receipt(call, kategori_id, item)


def update_person_category(call: SoapCall) -> Flow:
    """UpdatePersonCategory = UpdatePersonkategori; an end closes the category (case: kategori_lukket)."""
    citizen, category = call.body["PersonCivilRegistrationIdentifier"], call.body["PersonCategory"]
    kategori_id, wanted = category["MessageIdentifier"], CATEGORY.to_new(category)
    write = RestRequest(
        "PUT", path(EN_PERSONKATEGORI, personkategoriIdentifier=kategori_id), citizen=citizen, json=wanted
    )
    item = yield from once(
        call, "UpdatePersonkategori", write, lambda: _personkategori(call, citizen, kategori_id, wanted)
    )
    return receipt(call, call.new_id("UpdatePersonkategori"), item)


def _personkategori(call: SoapCall, citizen: str, kategori_id: str, wanted: dict[str, Any]) -> Step:
    """The version of the category that this call registered; else None.

    A correction that was itself corrected since is found too (case: kategori_rettet_gentaget_efter_nyere), and a
    wanted 3 may have been registered as 2 (rule visitation.kategori3, case: kategori3_gentaget). What was wanted of the
    2 that an open 3 is shown as stands in its second part (case: kategori3_vist_lukket_gentaget).
    """
    reply = yield RestRequest("GET", path(PERSONKATEGORI + "/historik"), citizen=citizen)
    parts = versions(reply.json["personkategorier"], "personkategoriIdentifier", kategori_id)
    shown = [list(same) for _, same in groupby(parts, key=_version)]
    found = [item for same in shown for item in (_whole(same), same[-1])]
    as_2 = wanted | {"PersonkategoriType": KATEGORI_2}
    accepted = (wanted, as_2) if wanted["PersonkategoriType"] == KATEGORI_3 else (wanted,)
    return next(
        (item for item in found if of_call(call, item) and any(says(item, each, CATEGORY) for each in accepted)), None
    )


def _version(part: dict[str, Any]) -> tuple[Any, ...]:
    """What the parts of one version have in common."""
    return part["dfdgRegistreringstidspunkt"], part["registreringsmetadata"]


def _whole(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """A version that a history may show in two parts (rule visitation.kategori3-laesning): it began as the first one
    says and ended as the last one says (case: kategori3_2024_gentaget)."""
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
