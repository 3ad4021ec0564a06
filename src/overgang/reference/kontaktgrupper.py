"""VisiteringOgStatus, PersonVisitering: contact groups. A citizen has at most one open at a time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import uuid4

from starlette.routing import Route

from overgang.reference import personvisitering
from overgang.reference.bodies import code, tidspunkt, uuid
from overgang.reference.history import with_metadata
from overgang.reference.moments import day_of
from overgang.reference.problems import Refusal
from overgang.reference.protocol import Call, read_route, write_route
from overgang.reference.store import Registration, Store, Transaction

KIND: Final = personvisitering.KONTAKTGRUPPE
_PATH: Final = "/visiteringogstatus/v1/PersonVisitering/kontaktgruppe"
_ID: Final = "kontaktgruppeIdentifier"
_UPDATE: Final = (
    code("KontaktgruppeType"),
    tidspunkt("Haendelsestidspunkt", required=False),
    tidspunkt("Starttidspunkt"),
    tidspunkt("Sluttidspunkt", required=False),
)
_CREATE: Final = (uuid(_ID, required=False), *_UPDATE)


def routes(store: Store) -> list[Route]:
    """The operations on contact groups."""
    return [
        read_route(store, f"{_PATH}/historik", _historik, unknown=4404),
        read_route(store, _PATH, _current, unknown=4404),
        write_route(store, "POST", _PATH, _create, body=_CREATE, unknown=4404),
        write_route(store, "PUT", f"{_PATH}/{{{_ID}}}", _update, body=_UPDATE, unknown=4404),
    ]


def current(transaction: Transaction, citizen: str) -> list[dict[str, Any]]:
    """Contact groups that run or begin later; the last day is within."""
    return personvisitering.current(transaction, KIND, _ID, citizen)


def _create(transaction: Transaction, call: Call) -> str:
    """4977 an id used before; 4703; 1003; 4644 another one is open; 4731."""
    id_ = str(call.body.get(_ID) or uuid4()).lower()
    if transaction.exists(KIND, id_):
        raise Refusal(4977, element=_ID)
    if day_of(call.body["Starttidspunkt"]) != transaction.today:
        raise Refusal(4703, element="Starttidspunkt", expected="today")
    return _put(transaction, Registration(KIND, id_, call.citizen, personvisitering.content(call, _ID), call.caller))


def _update(transaction: Transaction, call: Call) -> str:
    """1014 no such contact group of this citizen; 8096 it has ended; 1003; 4644; 4731."""
    group = personvisitering.known(transaction, KIND, _ID, call)
    if personvisitering.last_day(group.content) < transaction.today:
        raise Refusal(8096, element=_ID)
    return _put(transaction, replace(group, content=personvisitering.content(call, _ID), caller=call.caller))


def _put(transaction: Transaction, group: Registration) -> str:
    personvisitering.require_period(group.content)
    for other in transaction.live(KIND, group.citizen):
        if other.id != group.id and personvisitering.last_day(other.content) == date.max:
            raise Refusal(4644)
    personvisitering.require_combination(transaction, group)
    return transaction.put(group)


def _current(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    return {"kontaktgrupper": current(transaction, call.citizen)}


def _historik(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    versions = transaction.versions(KIND, call.citizen)
    return {"kontaktgrupper": [with_metadata(personvisitering.dto(_ID, each), each) for each in versions]}
