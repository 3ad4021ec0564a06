"""Borgerkommunikation, MidlertidigAdresse: a citizen has at most one temporary address that holds or is to come.

An address holds from its start until the day of its end, which is no part of it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from starlette.routing import Route

from overgang.reference import tilmelding
from overgang.reference.bodies import part, text, tidspunkt
from overgang.reference.moments import day_of
from overgang.reference.problems import Refusal
from overgang.reference.protocol import Call, read_route, write_route
from overgang.reference.store import Registration, Store, Transaction

KIND: Final = "midlertidig_adresse"
_PATH: Final = "/borgerkommunikation/v1/MidlertidigAdresse"
_UNKNOWN, _DEAD = 60006, 60007  # this domain's numbers for 1010 and 4405
_MOST: Final = 90  # days
_ON_CASH_BENEFIT: Final = frozenset({2, 4, 6, 7, 8, 9})
_HUSNUMMER: Final = re.compile(r"[0-9]{0,6}[a-zA-Z]|([1-9][0-9]{0,2}[a-zA-Z]?)(-[1-9][0-9]{0,2}[a-zA-Z]?)?")
_ETAGE: Final = re.compile(r"[1-9]|[1-9][0-9]|KL|ST|kl|st|k[2-9]|K[2-9]")
_BODY: Final = (
    tidspunkt("startdato", required=False),
    tidspunkt("slutdato", required=False),
    text("coNavn", 0, 75),
    part(
        "postadresse",
        (
            text("bygningsnavn", 1, 34),
            text("vejnavn", 1, 40, required=True),
            text("vejnavnKort", 1, 20),
            text("husnummer", 0, 9, form=_HUSNUMMER, required=True),
            text("etage", 1, 2, form=_ETAGE),
            text("doer", 1, 4),
            text("stednavn", 1, 34),
            text("postnummer", 4, 4, form=re.compile("[0-9]{4}")),
            text("postdistrikt", 1, 20),
        ),
    ),
    part(
        "udenlandskAdresse",
        (
            text("adresselinje1", 1, 40, required=True),
            *(text(f"adresselinje{number}", 1, 40) for number in (2, 3, 4)),
            text("landekode", 2, 2, form=re.compile("[A-Z]{2}"), required=True),
        ),
    ),
)


def routes(store: Store) -> list[Route]:
    """The read and the two writes."""
    one = f"{_PATH}/{{midlertidigAdresseIdentifier}}"
    return [
        read_route(store, _PATH, _all, unknown=_UNKNOWN),
        write_route(store, "POST", one, _create, body=_BODY, unknown=_UNKNOWN, dead=_DEAD),
        write_route(store, "PUT", one, _update, body=_BODY, unknown=_UNKNOWN, dead=_DEAD),
    ]


def _all(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    """What the citizen has and has had, each as it is now; nothing at all when there never was one."""
    addresses = transaction.live(KIND, call.citizen)
    return {"midlertidigAdresse": [_dto(each) for each in addresses]} if addresses else {}


def _create(transaction: Transaction, call: Call) -> str:
    """4977 an id used before; 409 another address that holds or is to come; _require_address; 4378."""
    id_ = call.path["midlertidigAdresseIdentifier"]
    if transaction.exists(KIND, id_):
        raise Refusal(4977, element="midlertidigAdresseIdentifier")
    _require_address(transaction, call, least=1)
    _require_fitting_enrolment(transaction, call)
    if any(_lasts(each, transaction.today) for each in transaction.live(KIND, call.citizen)):
        raise Refusal(
            1014, status=409, element="startdato", expected="no other temporary address"
        )  # no number is public
    return transaction.put(Registration(KIND, id_, call.citizen, call.body, call.caller))


def _update(transaction: Transaction, call: Call) -> str:
    """404 no such address of this citizen; _require_address, where an address to come may end on its start."""
    id_ = call.path["midlertidigAdresseIdentifier"]
    address = next((each for each in transaction.live(KIND, call.citizen) if each.id == id_), None)
    if address is None:
        raise Refusal(1014, status=404, element="midlertidigAdresseIdentifier")  # no number is public
    to_come = "startdato" in call.body and day_of(call.body["startdato"]) > transaction.today
    _require_address(transaction, call, least=0 if to_come else 1)
    return transaction.put(replace(address, content=call.body, caller=call.caller))


def _require_address(transaction: Transaction, call: Call, *, least: int) -> None:
    """1014 one address; 4403 both days; 4401 at least so many days; 4402 not ended; 4376; 4406."""
    body = call.body
    if ("postadresse" in body) == ("udenlandskAdresse" in body):
        raise Refusal(1014, element="udenlandskAdresse", expected="either this or postadresse")
    if "startdato" not in body or "slutdato" not in body:
        raise Refusal(4403)
    days = (day_of(body["slutdato"]) - day_of(body["startdato"])).days
    if days < least:
        raise Refusal(4401, element="slutdato")
    if day_of(body["slutdato"]) <= transaction.today:
        raise Refusal(4402, element="slutdato")
    if days > _MOST:
        raise Refusal(4376, element="slutdato")
    if body.get("udenlandskAdresse", {}).get("landekode") == "DK":
        raise Refusal(4406, element="landekode")


def _require_fitting_enrolment(transaction: Transaction, call: Call) -> None:
    """4378 abroad, while enrolled in a category on cash benefit."""
    if "udenlandskAdresse" not in call.body:
        return
    day = max(day_of(call.body["startdato"]), transaction.today)
    for enrolment in transaction.live(tilmelding.KIND, call.citizen):
        end = enrolment.content.get("afmeldingsdato")
        covers = day_of(enrolment.content["tilmeldingsdato"]) <= day and (end is None or day <= day_of(end))
        if covers and enrolment.content["klientkategori"] in _ON_CASH_BENEFIT:
            raise Refusal(4378, element="udenlandskAdresse")


def _lasts(address: Registration, today: date) -> bool:
    return day_of(address.content["slutdato"]) > max(today, day_of(address.content["startdato"]))


def _dto(address: Registration) -> dict[str, Any]:
    return {
        **address.content,
        "midlertidigAdresseIdentifier": address.id,
        "dfdgRegistreringstidspunkt": address.registered_at,
    }
