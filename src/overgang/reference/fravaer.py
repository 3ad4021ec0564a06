"""VisiteringOgStatus, Fravaer: absences. A citizen has at most one of each type on a day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import uuid4

from starlette.routing import Route

from overgang.reference import yderligere_info
from overgang.reference.bodies import code, text, tidspunkt, uuid
from overgang.reference.history import with_metadata
from overgang.reference.moments import day_of
from overgang.reference.problems import Refusal
from overgang.reference.protocol import Call, read_route, write_route
from overgang.reference.store import Registration, Store, Transaction

KIND: Final = "fravaer"
_PATH: Final = "/visiteringogstatus/v1/Fravaer"
_UPDATE: Final = (
    code("fravaerType"),
    tidspunkt("startDato"),
    tidspunkt("slutDato", required=False),
    text("fravaersKommentar", 0, 1500),
    tidspunkt("anmeldelsesDato"),
    code("fravaersAfslutningsAarsag", required=False),
)
_CREATE: Final = (uuid("fravaerIdentifier", required=False), *_UPDATE)
_SHOWN: Final = frozenset(each.name for each in _UPDATE)


def routes(store: Store) -> list[Route]:
    """The operations on absences and on their additional information."""
    one = f"{_PATH}/{{fravaerIdentifier}}"
    return [
        *yderligere_info.routes(store, one),
        read_route(store, f"{_PATH}/historik", _historik, unknown=4404),
        read_route(store, _PATH, _current, unknown=4404),
        write_route(store, "POST", _PATH, _create, body=_CREATE, unknown=4404),
        write_route(store, "PUT", one, _update, body=_UPDATE, unknown=4404),
        write_route(store, "DELETE", f"{one}/{{Berigtigelseskommentar}}", _delete, unknown=4404),
        read_route(store, f"{_PATH}/{{civilRegistrationIdentifier}}/{{fravaerIdentifier}}", _one, unknown=4404),
    ]


def _create(transaction: Transaction, call: Call) -> str:
    """4977 an id used before; 1003; 4637 a day on which the citizen has an absence of the type already."""
    id_ = str(call.body.get("fravaerIdentifier") or uuid4()).lower()
    if transaction.exists(KIND, id_):
        raise Refusal(4977, element="fravaerIdentifier")
    content = {name: value for name, value in call.body.items() if name != "fravaerIdentifier"}
    require_free_period(transaction, call.citizen, id_, content)
    return transaction.put(Registration(KIND, id_, call.citizen, content, call.caller))


def _update(transaction: Transaction, call: Call) -> str:
    """4632 no such absence of this citizen; 1003; 4637."""
    absence = yderligere_info.known_absence(transaction, call)
    require_free_period(transaction, call.citizen, absence.id, call.body)
    own = {name: value for name, value in absence.content.items() if name not in _SHOWN}
    return transaction.put(replace(absence, content={**own, **call.body}, caller=call.caller))


def _delete(transaction: Transaction, call: Call) -> str:
    """4632 no such absence of this citizen. Its additional information goes with it."""
    absence = yderligere_info.known_absence(transaction, call)
    comment = call.path["Berigtigelseskommentar"]
    for part in (
        *yderligere_info.of_absence(transaction.live(yderligere_info.KIND, call.citizen), absence.id),
        absence,
    ):
        transaction.put(replace(part, deleted=True, comment=comment, caller=call.caller))
    return absence.id


def _one(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    """1001 when path and header name two citizens; 4632."""
    if call.path["civilRegistrationIdentifier"] != call.citizen:
        raise Refusal(1001, element="x-civilRegistrationIdentifier", expected="the same citizen in path and header")
    return _dto(yderligere_info.known_absence(transaction, call), transaction.live(yderligere_info.KIND, call.citizen))


def _current(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    """Running and future absences; the last day is within."""
    infos = transaction.live(yderligere_info.KIND, call.citizen)
    absences = [each for each in transaction.live(KIND, call.citizen) if _last_day(each.content) >= transaction.today]
    return {"fravaer": [_dto(each, infos) for each in absences]}


def _historik(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    """Every version; an absence's newest one carries every version of its additional information."""
    infos = transaction.versions(yderligere_info.KIND, call.citizen)
    shown = []
    for version in transaction.versions(KIND, call.citizen):
        parts = yderligere_info.of_absence(infos, version.id) if version.newest else []
        details = {"yderligereInfo": [with_metadata(yderligere_info.dto(each), each) for each in parts]}
        shown.append(with_metadata(_dto(version, []) | details, version))
    return {"fravaer": shown}


def require_free_period(transaction: Transaction, citizen: str, id_: str, content: Mapping[str, Any]) -> None:
    """1003; 4637 a day on which the citizen has another absence of the type."""
    yderligere_info.require_period(content)
    first, last = day_of(content["startDato"]), _last_day(content)
    for other in transaction.live(KIND, citizen):
        same = other.id != id_ and other.content["fravaerType"] == content["fravaerType"]
        if same and first <= _last_day(other.content) and day_of(other.content["startDato"]) <= last:
            raise Refusal(4637, element="startDato")


def _last_day(content: Mapping[str, Any]) -> date:
    """An absence without an end is taken to last for ever."""
    return day_of(content["slutDato"]) if "slutDato" in content else date.max


def _dto(absence: Registration, infos: list[Registration]) -> dict[str, Any]:
    return {
        "fravaerIdentifier": absence.id,
        **{name: value for name, value in absence.content.items() if name in _SHOWN},  # an illness has more
        "yderligereInfo": [yderligere_info.dto(each) for each in yderligere_info.of_absence(infos, absence.id)],
        "dfdgRegistreringstidspunkt": absence.registered_at,
    }
