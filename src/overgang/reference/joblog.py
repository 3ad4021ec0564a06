"""JobSearch, Joblog: the entries that a citizen's joblog has, each one job that was sought."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from starlette.routing import Route

from overgang.reference.bodies import dato, flag, items, part, text, tidspunkt, uuid
from overgang.reference.history import with_metadata
from overgang.reference.problems import Refusal
from overgang.reference.protocol import Call, read_route, write_route
from overgang.reference.store import Registration, Store, Transaction

KIND: Final = "jobsoegningslogning"
_PATH: Final = "/jobsearch/v1/Joblog/Jobsoegning"
_ID: Final = "jobsoegningslogningIdentifier"
_UPDATE: Final = (
    part(
        "joblogOpgaver",
        (
            items(
                "joblogopgave",
                (
                    uuid("joblogopgaveIdentifier"),
                    part(
                        "opgavedetajler",
                        (
                            text("beskrivelse", 1, 250, required=True),
                            dato("haendelsesdato"),
                            tidspunkt("haendelsestidspunkt", required=False),
                            flag("erGennemfoert"),
                            flag("erPrimaer"),
                        ),
                        required=True,
                    ),
                ),
                required=False,
            ),
        ),
        required=True,
    ),
    text("stillingsbetegnelse", 1, 250, required=True),
    text("virksomhedsnavn", 1, 250),
    dato("ansoegningsdato", required=False),
)
_CREATE: Final = (uuid(_ID, required=False), *_UPDATE)


def routes(store: Store) -> list[Route]:
    """The operations on one entry, on the joblog in short, and its history."""
    one = f"{_PATH}/{{{_ID}}}"
    return [
        read_route(store, f"{_PATH}/historik", _historik, unknown=1010),
        read_route(store, _PATH, _in_short, unknown=1010),
        read_route(store, one, _one, unknown=1010),
        write_route(store, "POST", _PATH, _create, body=_CREATE, unknown=1010),
        write_route(store, "PUT", one, _update, body=_UPDATE, unknown=1010),
        write_route(store, "DELETE", one, _delete, unknown=1010),
    ]


def _create(transaction: Transaction, call: Call) -> str:
    """4977 an id used before."""
    id_ = str(call.body.get(_ID) or uuid4()).lower()
    if transaction.exists(KIND, id_):
        raise Refusal(4977, element=_ID)
    content = {name: value for name, value in call.body.items() if name != _ID}
    return transaction.put(Registration(KIND, id_, call.citizen, content, call.caller))


def _update(transaction: Transaction, call: Call) -> str:
    """1014 (404) no such entry of this citizen. Its documents stay."""
    entry = _known(transaction, call)
    documents = {name: value for name, value in entry.content.items() if name == "joblogdokumenter"}
    return transaction.put(replace(entry, content={**call.body, **documents}, caller=call.caller))


def _delete(transaction: Transaction, call: Call) -> str:
    """1014 (404) no such entry of this citizen."""
    return transaction.put(replace(_known(transaction, call), deleted=True, caller=call.caller))


def _one(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    """1014 (404) no such entry of this citizen."""
    entry = _known(transaction, call)
    return {"jobsoegningslogning": _dto(entry, _created(transaction, call.citizen))}


def _in_short(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    """Without reminders and documents. That the requirement is suspended is not known here."""
    created = _created(transaction, call.citizen)
    entries = [_dto(entry, created) for entry in transaction.live(KIND, call.citizen)]
    inner = ("joblogOpgaver", "joblogdokumenter")
    return {
        "jobsoegningslogninger": [{name: entry[name] for name in entry if name not in inner} for entry in entries],
        "joblogkrav": "Gaelder",
    }


def _historik(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    created = _created(transaction, call.citizen)
    versions = transaction.versions(KIND, call.citizen)
    return {"jobsoegningslogninger": [with_metadata(_dto(version, created), version) for version in versions]}


def _known(transaction: Transaction, call: Call) -> Registration:
    found = next((entry for entry in transaction.live(KIND, call.citizen) if entry.id == call.path[_ID]), None)
    if found is None:
        raise Refusal(1014, element=_ID, expected="the id of an entry of this citizen's joblog", status=404)
    return found


def _created(transaction: Transaction, citizen: str) -> Mapping[str, str]:
    """When each entry was made: the time of its first version."""
    return {version.id: version.registered_at for version in reversed(transaction.versions(KIND, citizen))}


def _dto(entry: Registration, created: Mapping[str, str]) -> dict[str, Any]:
    return {
        _ID: entry.id,
        "oprettelsestidspunkt": created[entry.id],
        "aendringstidspunkt": entry.registered_at,
        "joblogdokumenter": {},
        **entry.content,
    }
