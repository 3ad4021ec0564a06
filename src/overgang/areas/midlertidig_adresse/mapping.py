"""Midlertidig adresse: the old PersonTemporaryAddressService and what it becomes.

One old save creates or changes; it knows no id, because a citizen has at most one temporary address. So the addresses
there are decide which modern write it is. An address holds from its start until the day of its end, which is no part
of it: an address that ends on the day it starts never holds, and has been removed.
"""

from datetime import date
from typing import Any, Final

from overgang.core.area import Operation, Placed
from overgang.core.errors import OLD_NUMBERS, CallerFault
from overgang.core.fields import TEXT, TIDSPUNKT, Field, Table, nested
from overgang.core.flow import Flow, Step, once, renumbered
from overgang.core.messages import RestRequest, SoapCall
from overgang.core.paths import path
from overgang.core.registered import receipt
from overgang.core.values import Tidspunkt, Unmappable

ADRESSER: Final = "/borgerkommunikation/v1/MidlertidigAdresse"
EN_ADRESSE: Final = ADRESSER + "/{midlertidigAdresseIdentifier}"

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
    Field("StartDate", "startdato", TIDSPUNKT),
    Field("EndDate", "slutdato", TIDSPUNKT),
    Field("CareOfName", "coNavn", TEXT),
    Field("DanishAddress", "postadresse", nested(DANISH)),
    Field("ForeignAddress", "udenlandskAdresse", nested(FOREIGN)),
    elsewhere={
        "PersonCivilRegistrationIdentifier": "the header x-civilRegistrationIdentifier",
        "IsForeign": "which of postadresse and udenlandskAdresse there is",
    },
)


def save_person_temporary_address(call: SoapCall) -> Flow:
    """SavePersonTemporaryAddress = GetMidlertidigAdresse, then CreateMidlertidigAdresse or UpdateMidlertidigAdresse.

    This domain's numbers for an unknown or a dead citizen become the old ones (case: adresse_doed).
    """
    answer: dict[str, Any] = yield from renumbered(_save(call), OLD_NUMBERS)
    return answer


def _save(call: SoapCall) -> Flow:
    sent = call.body["PersonTemporaryAddress"]
    if sent["IsForeign"] != ("ForeignAddress" in sent):
        raise CallerFault(
            1014,
            "adresse.art",
            element="PersonTemporaryAddress/IsForeign",
            expected="true with ForeignAddress, false with DanishAddress",
        )
    citizen, wanted = sent["PersonCivilRegistrationIdentifier"], ADDRESS.to_new(sent)
    address_id = call.new_id("midlertidigAdresse")
    known = _to_change((yield from _addresses(citizen)), wanted, address_id, call)
    if known is not None:
        address_id = known["midlertidigAdresseIdentifier"]
    write = RestRequest(
        "POST" if known is None else "PUT",
        path(EN_ADRESSE, midlertidigAdresseIdentifier=address_id),
        citizen=citizen,
        json=wanted,
    )
    item = yield from once(call, "MidlertidigAdresse", write, lambda: _saved(call, citizen, write))
    return receipt(call, address_id, item)


def _addresses(citizen: str) -> Step:
    reply = yield RestRequest("GET", path(ADRESSER), citizen=citizen)
    return reply.json.get("midlertidigAdresse", [])


def _saved(call: SoapCall, citizen: str, write: RestRequest) -> Step:
    """The address that this call has created before, or has changed before and that still says so; else None.

    Both writes have the same request id, so a repeat is known also when it would now be the other one. Where an address
    is younger than the call, it is not shown whether the call has taken effect: rather than undo what is newer, a
    fault says so (cases: adresse_aendret_gentaget_efter_nyere, adresse_aendret_gentaget_efter_fjernelse).
    """
    address_id = write.path.values["midlertidigAdresseIdentifier"]
    addresses: list[dict[str, Any]] = yield from _addresses(citizen)
    for address in addresses:
        if _is(address, address_id) and (write.method == "POST" or _says(address, write.json)):
            return address
    if any(_is_younger(address, call) for address in addresses):
        note = "the citizen's address was changed after this call; read it, and save what is to hold"
        raise CallerFault(1014, "adresse.nyere", note=note, status=409)
    return None


def _to_change(
    addresses: list[dict[str, Any]], wanted: dict[str, Any], new_id: str, call: SoapCall
) -> dict[str, Any] | None:
    """The address that a save changes; None when it is a new one, or one that this call has created before.

    It is the one that holds or is to come; on the repeat of a removal, when that is no more there, the one that says
    what is wanted. Where both are there, one that is younger than the call can't be meant (case:
    adresse_fjernet_gentaget_efter_ny).
    """
    if any(_is(address, new_id) for address in addresses):
        return None
    current = next((address for address in addresses if _lasts(address, call.day)), None)
    same = next((address for address in addresses if _says(address, wanted)), None)
    if current and same and _is_younger(current, call):
        return same
    return current or same


def _is(address: dict[str, Any], address_id: str) -> bool:
    return bool(address["midlertidigAdresseIdentifier"].lower() == address_id.lower())


def _is_younger(address: dict[str, Any], call: SoapCall) -> bool:
    registered = Tidspunkt(address["dfdgRegistreringstidspunkt"])
    return registered.moment > call.caller.registered.moment


def _lasts(address: dict[str, Any], today: date) -> bool:
    """Whether it holds today or is to come; one that was removed never does."""
    if "slutdato" not in address:
        return True
    end = Tidspunkt(address["slutdato"]).day
    return end > today and end > Tidspunkt(address["startdato"]).day


def _says(address: dict[str, Any], wanted: dict[str, Any]) -> bool:
    try:
        return _values(address) == _values(wanted)
    except Unmappable:  # a wanted time that no calendar has; the write is refused for it
        return False


def _values(address: dict[str, Any]) -> dict[str, Any]:
    """What an address says in the old terms, whatever zone its times are written in."""
    old = ADDRESS.to_old(address)
    return {name: value.moment if isinstance(value, Tidspunkt) else value for name, value in old.items()}


OPERATIONS = (
    Operation(
        "SavePersonTemporaryAddress",
        save_person_temporary_address,
        modern=("GetMidlertidigAdresse", "CreateMidlertidigAdresse", "UpdateMidlertidigAdresse"),
        evidence="partly",
        requests=(
            Placed("PersonTemporaryAddress", ADDRESS, "CreateMidlertidigAdresse"),
            Placed("PersonTemporaryAddress/DanishAddress", DANISH, "CreateMidlertidigAdresse", "postadresse"),
            Placed("PersonTemporaryAddress/ForeignAddress", FOREIGN, "CreateMidlertidigAdresse", "udenlandskAdresse"),
        ),
    ),
)
