"""VisiteringOgStatus, Fravaer/YderligereInfo: additional information on an absence."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from starlette.routing import Route

from overgang.reference.bodies import code, text, tidspunkt, uuid
from overgang.reference.moments import day_of
from overgang.reference.problems import Refusal
from overgang.reference.protocol import Call, write_route
from overgang.reference.store import Registration, Store, Transaction

KIND: Final = "yderligereInfo"
_ID: Final = "yderligereInfoOmFravaerIdentifier"
_ABSENCE: Final = "fravaer"
_UPDATE: Final = (
    code("yderligereInfoType"),
    tidspunkt("startDato"),
    tidspunkt("slutDato", required=False),
    text("kommentar", 0, 1500),
)
_CREATE: Final = (uuid(_ID, required=False), *_UPDATE)


def routes(store: Store, absence: str) -> list[Route]:
    """The three operations below the path of one absence."""
    path = f"{absence}/YderligereInfo"
    return [
        write_route(store, "POST", path, _create, body=_CREATE, unknown=4404),
        write_route(store, "PUT", f"{path}/{{{_ID}}}", _update, body=_UPDATE, unknown=4404),
        write_route(store, "DELETE", f"{path}/{{{_ID}}}", _delete, unknown=4404),
    ]


def known_absence(transaction: Transaction, call: Call) -> Registration:
    """The citizen's absence that the path names; 4632."""
    return _known(transaction.live(_ABSENCE, call.citizen), call, "fravaerIdentifier")


def of_absence(infos: Iterable[Registration], absence: str) -> list[Registration]:
    """Those that belong to the absence of this id."""
    return [each for each in infos if each.parent == absence]


def require_period(content: Mapping[str, Any]) -> None:
    """1003 when the last day is before the first; the same day is a day."""
    if "slutDato" in content and day_of(content["slutDato"]) < day_of(content["startDato"]):
        raise Refusal(1003, element="slutDato", expected="a day not before startDato")


def dto(info: Registration) -> dict[str, Any]:
    """As the contract shows it within its absence."""
    return {_ID: info.id, **info.content, "dfdgRegistreringstidspunkt": info.registered_at}


def _create(transaction: Transaction, call: Call) -> str:
    """4632 no such absence of this citizen; 4977 an id used before; 1003."""
    absence = known_absence(transaction, call)
    id_ = str(call.body.get(_ID) or uuid4()).lower()
    if transaction.exists(KIND, id_):
        raise Refusal(4977, element=_ID)
    require_period(call.body)
    content = {name: value for name, value in call.body.items() if name != _ID}
    return transaction.put(Registration(KIND, id_, call.citizen, content, call.caller, parent=absence.id))


def _update(transaction: Transaction, call: Call) -> str:
    """4632 no such absence, or no such information on it; 1003."""
    info = _known_info(transaction, call)
    require_period(call.body)
    return transaction.put(replace(info, content=call.body, caller=call.caller))


def _delete(transaction: Transaction, call: Call) -> str:
    """4632 no such absence, or no such information on it."""
    info = _known_info(transaction, call)
    comment = call.query.get("berigtigelseskommentar")
    return transaction.put(replace(info, deleted=True, comment=comment, caller=call.caller))


def _known_info(transaction: Transaction, call: Call) -> Registration:
    absence = known_absence(transaction, call)
    return _known(of_absence(transaction.live(KIND, call.citizen), absence.id), call, _ID)


def _known(live: Iterable[Registration], call: Call, name: str) -> Registration:
    found = next((each for each in live if each.id == call.path[name]), None)
    if found is None:
        raise Refusal(4632, element=name)
    return found
