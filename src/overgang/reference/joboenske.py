"""JobSearch, Joboenske: one collection of job wishes per citizen, replaced as a whole."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from starlette.routing import Route

from overgang.reference.bodies import flag, int32, items, text, uuid
from overgang.reference.history import with_metadata
from overgang.reference.problems import Refusal
from overgang.reference.protocol import Call, read_route, write_route
from overgang.reference.store import Registration, Store, Transaction

KIND: Final = "joboensker"
_PATH: Final = "/jobsearch/v2/Joboenske"
_CREATE: Final = (
    items(
        "joboensker",
        (
            text("conceptUriDa", 1, 2000, required=True),
            uuid("aliasIdentifier", required=False),
            flag("harUddannelse"),
            int32("aarSidstBrugt"),
            int32("maanedersErfaring"),
        ),
    ),
)


def routes(store: Store) -> list[Route]:
    """The operations on the whole collection."""
    return [
        write_route(store, "POST", _PATH, _replace, body=_CREATE, unknown=1010),
        read_route(store, _PATH, _current, unknown=1010),
        read_route(store, f"{_PATH}/historik", _history, unknown=1010),
    ]


def _replace(transaction: Transaction, call: Call) -> str:
    """4698 a negative number. The collection keeps its id; the one before stays in the history."""
    for number, wish in enumerate(call.body["joboensker"], start=1):
        for name in ("aarSidstBrugt", "maanedersErfaring"):
            if wish[name] < 0:
                raise Refusal(4698, element=f"joboensker[{number}]/{name}")
    before = transaction.live(KIND, call.citizen)
    id_ = before[0].id if before else str(uuid4())
    return transaction.put(Registration(KIND, id_, call.citizen, call.body, call.caller))


def _current(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    return {
        "joboensker": [
            {**wish, "dfdgRegistreringstidspunkt": collection.registered_at}
            for collection in transaction.live(KIND, call.citizen)
            for wish in collection.content["joboensker"]
        ]
    }


def _history(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    return {
        "joboenskehistorik": [
            with_metadata({**version.content, "dfdgRegistreringstidspunkt": version.registered_at}, version)
            for version in transaction.versions(KIND, call.citizen)
        ]
    }
