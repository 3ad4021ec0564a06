"""VisiteringOgStatus, PersonVisitering and VisiteringOgStatusStatus: categories, and the state as a whole."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from starlette.routing import Route

from overgang.reference import kontaktgrupper, personvisitering, tilmelding
from overgang.reference.bodies import code, tidspunkt, uuid
from overgang.reference.history import with_metadata
from overgang.reference.problems import Refusal
from overgang.reference.protocol import Call, read_route, write_route
from overgang.reference.store import Registration, Store, Transaction

KIND: Final = personvisitering.PERSONKATEGORI
HELBREDSBEGRAENSNING: Final = "helbredsbegraensning"
AKTIVITETSTILLAEG: Final = "aktivitetstillaeg"
_PATH: Final = "/visiteringogstatus/v1/PersonVisitering/personkategori"
_STATUS: Final = "/visiteringogstatus/v2/VisiteringOgStatusStatus"
_ID: Final = "personkategoriIdentifier"
_UPDATE: Final = (
    code("PersonkategoriType"),
    tidspunkt("Starttidspunkt"),
    tidspunkt("Sluttidspunkt", required=False),
)
_CREATE: Final = (uuid(_ID, required=False), *_UPDATE)
_JOBPARAT, _AKTIVITETSPARAT = 4, 5


def routes(store: Store) -> list[Route]:
    """The operations on categories, and the status."""
    return [
        read_route(store, f"{_PATH}/historik", _historik, unknown=4404),
        read_route(store, _PATH, _current, unknown=4404),
        write_route(store, "POST", _PATH, _create, body=_CREATE, unknown=4404),
        write_route(store, "PUT", f"{_PATH}/{{{_ID}}}", _update, body=_UPDATE, unknown=4404),
        read_route(store, _STATUS, _status, unknown=4404),
    ]


def _create(transaction: Transaction, call: Call) -> str:
    """4977 an id used before; 1003; 4655; 4656; 4731."""
    id_ = str(call.body.get(_ID) or uuid4()).lower()
    if transaction.exists(KIND, id_):
        raise Refusal(4977, element=_ID)
    return _put(transaction, Registration(KIND, id_, call.citizen, personvisitering.content(call, _ID), call.caller))


def _update(transaction: Transaction, call: Call) -> str:
    """1014 no such category of this citizen; 1003; 4655; 4656; 4731."""
    category = personvisitering.known(transaction, KIND, _ID, call)
    return _put(transaction, replace(category, content=personvisitering.content(call, _ID), caller=call.caller))


def _put(transaction: Transaction, category: Registration) -> str:
    personvisitering.require_period(category.content)
    if personvisitering.last_day(category.content) >= transaction.today:
        _require_enrolment(transaction, category)
    personvisitering.require_combination(transaction, category)
    return transaction.put(category)


def _require_enrolment(transaction: Transaction, category: Registration) -> None:
    """Jobparat goes with an enrolment (4656), aktivitetsparat without one (4655)."""
    enrolled = tilmelding.enrolled(transaction, category.citizen)
    kind = category.content["personkategoriType"]
    if kind == _JOBPARAT and not enrolled:
        raise Refusal(4656, element="PersonkategoriType")
    if kind == _AKTIVITETSPARAT and enrolled:
        raise Refusal(4655, element="PersonkategoriType")


def _current(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    """Categories that run or begin later; the last day is within."""
    return {"personkategorier": personvisitering.current(transaction, KIND, _ID, call.citizen)}


def _historik(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    versions = transaction.versions(KIND, call.citizen)
    return {"personkategorier": [with_metadata(personvisitering.dto(_ID, each), each) for each in versions]}


def _status(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    """All four collections; what has no write here is only there from the start."""
    limitations = transaction.live(HELBREDSBEGRAENSNING, call.citizen)
    supplements = transaction.live(AKTIVITETSTILLAEG, call.citizen)
    return {
        "helbredsbegraensninger": [personvisitering.dto("helbredsbegraensningId", each) for each in limitations],
        "aktivitetstillaeg": [personvisitering.dto("aktivitetstillaegId", each) for each in supplements],
        "kontaktgrupper": kontaktgrupper.current(transaction, call.citizen),
        **_current(transaction, call),
    }
