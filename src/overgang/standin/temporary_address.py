"""PersonTemporaryAddressService: one save that registers a temporary address, or changes the one there is.

An address holds from its start until the day of its end, which is no part of it. One that has not begun is removed by
an end on the day of its start.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from overgang.reference.store import Registration
from overgang.standin import kinds
from overgang.standin.calls import STAR, Answer, Call, Operation, receipt
from overgang.standin.moments import day, ends, kept
from overgang.standin.refusal import Refused

_MOST: Final = 90  # days
_ON_CASH_BENEFIT: Final = frozenset({2, 4, 6, 7, 8, 9})  # ClientCategoryType
_DANISH: Final = {
    "BuildingName": "bygningsnavn",
    "StreetName": "vejnavn",
    "StreetNameForAddressingName": "vejnavnKort",
    "StreetBuildingIdentifier": "husnummer",
    "FloorIdentifier": "etage",
    "SuiteIdentifier": "doer",
    "DistrictSubdivisionIdentifier": "stednavn",
    "PostCodeIdentifier": "postnummer",
    "DistrictName": "postdistrikt",
}
_FOREIGN: Final = {
    "AddressLineOne": "adresselinje1",
    "AddressLineTwo": "adresselinje2",
    "AddressLineThree": "adresselinje3",
    "AddressLineFour": "adresselinje4",
    "CountryIdentificationCode": "landekode",
}


def _save(call: Call) -> Answer:
    content = _content(call.body["PersonTemporaryAddress"])
    lasting = next((each for each in call.live(kinds.ADDRESS) if _lasts(call, each)), None)
    _require_period(call, content, lasting)
    _require_fit(call, content)
    return receipt(call.put(kinds.ADDRESS, lasting.id if lasting else str(uuid4()), content))


def _lasts(call: Call, each: Registration) -> bool:
    """Whether it holds today or is to come."""
    return ends(each.content, "slutdato") > max(call.today, day(each.content["startdato"]))


def _content(asked: Mapping[str, Any]) -> dict[str, Any]:
    """1014 unless it has the one address that IsForeign says; 4403 without both days."""
    if asked["IsForeign"] != ("ForeignAddress" in asked) or asked["IsForeign"] == ("DanishAddress" in asked):
        raise Refused(1014)
    if "StartDate" not in asked or "EndDate" not in asked:
        raise Refused(4403)
    content: dict[str, Any] = {"startdato": kept(asked["StartDate"]), "slutdato": kept(asked["EndDate"])}
    if "CareOfName" in asked:
        content["coNavn"] = asked["CareOfName"]
    if asked["IsForeign"]:
        content["udenlandskAdresse"] = _renamed(asked["ForeignAddress"], _FOREIGN)
    else:
        content["postadresse"] = _renamed(asked["DanishAddress"], _DANISH)
    return content


def _renamed(asked: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {names[name]: value for name, value in asked.items()}


def _require_period(call: Call, content: Mapping[str, Any], lasting: Registration | None) -> None:
    """4401 an end that is not after the start; 4402 or not after today; 4376 more than 90 days."""
    start, end = day(content["startdato"]), day(content["slutdato"])
    removes = lasting is not None and start == end and start > call.today
    if end <= start and not removes:
        raise Refused(4401)
    if end <= call.today:
        raise Refused(4402)
    if (end - start).days > _MOST:
        raise Refused(4376)


def _require_fit(call: Call, content: Mapping[str, Any]) -> None:
    """4406 Denmark is not abroad; 4378 abroad while enrolled in a category on cash benefit."""
    abroad = content.get("udenlandskAdresse")
    if abroad is None:
        return
    if abroad["landekode"] == "DK":
        raise Refused(4406)
    first = max(day(content["startdato"]), call.today)
    for enrolment in call.live(kinds.ENROLMENT):
        covers = day(enrolment.content["tilmeldingsdato"]) <= first <= ends(enrolment.content, "afmeldingsdato")
        if covers and enrolment.content["klientkategori"] in _ON_CASH_BENEFIT:
            raise Refused(4378)


OPERATIONS: Final = {
    "SavePersonTemporaryAddress": Operation(_save, refuses_dead=True),
    "SavePersonTemporaryAddressCV": Operation(_save, allowed=frozenset({STAR}), refuses_dead=True),
}
