"""VisiteringOgStatus, Tilmelding: a citizen has at most one enrolment at a time."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from starlette.routing import Route

from overgang.reference.bodies import code, flag, int32, items, text, tidspunkt, uuid
from overgang.reference.history import with_metadata
from overgang.reference.moments import day_of
from overgang.reference.problems import Refusal
from overgang.reference.protocol import Call, read_route, write_route
from overgang.reference.store import Registration, Store, Transaction

KIND: Final = "tilmelding"
_PATH: Final = "/visiteringogstatus/v1/Tilmelding"
_EMAIL: Final = re.compile(r"[^>()\[\]\\,;:@\s]{0,191}@[^>()\[\]\\,;:@\s]{1,64}")
_CREATE: Final = (
    code("Klientkategori"),
    tidspunkt("Tilmeldingsdato"),
    code("Ledighedsgrad"),
    tidspunkt("Haendelsesdato", required=False),
    text("EmailAdresse", 2, 256, form=_EMAIL),
    items(
        "Stillingsbetegnelser",
        (
            text("ConceptUriDa", 1, 2000, required=True),
            uuid("AliasIdentifier", required=False),
            flag("HarUddannelse", required=False),
            int32("AarSidstBrugt", required=False),
            int32("MaanedersErfaring", required=False),
        ),
        most=200,
        required=False,
    ),
)
_AFMELD: Final = (tidspunkt("afmeldingsdato"), code("afmeldeaarsag"))


def routes(store: Store) -> list[Route]:
    """The four operations of Tilmelding."""
    return [
        read_route(store, f"{_PATH}/historik", _historik, unknown=1010),
        read_route(store, _PATH, _current, unknown=1010),
        write_route(store, "PUT", f"{_PATH}/action/Afmeld/{{tilmeldingId}}", _afmeld, body=_AFMELD, unknown=1010),
        write_route(store, "POST", f"{_PATH}/{{tilmeldingId}}", _create, body=_CREATE, unknown=1010),
    ]


def enrolled(transaction: Transaction, citizen: str) -> bool:
    """Whether the citizen has an enrolment that runs today."""
    return any(_runs_on(each, transaction.today) for each in transaction.live(KIND, citizen))


def _create(transaction: Transaction, call: Call) -> str:
    # Job wishes have their own service; the documented property is taken and not kept.
    content = {_camel(name): value for name, value in call.body.items() if name != "Stillingsbetegnelser"}
    return enrol(transaction, call, call.path["tilmeldingId"], content)


def enrol(transaction: Transaction, call: Call, id_: str, content: Mapping[str, Any]) -> str:
    """4977 an id used before; 4316 an open enrolment, or a day before another's end (the day it ends is free)."""
    if transaction.exists(KIND, id_):
        raise Refusal(4977, element="tilmeldingId")
    start = day_of(content["tilmeldingsdato"])
    for earlier in transaction.live(KIND, call.citizen):
        end = earlier.content.get("afmeldingsdato")
        if end is None or start < day_of(end):
            raise Refusal(4316, element="Tilmeldingsdato")
    return transaction.put(Registration(KIND, id_, call.citizen, content, call.caller))


def _afmeld(transaction: Transaction, call: Call) -> str:
    """4367 no such enrolment of this citizen; 4317 it is ended already; 1003 an end before its start."""
    id_ = call.path["tilmeldingId"]
    enrolment = next((each for each in transaction.live(KIND, call.citizen) if each.id == id_), None)
    if enrolment is None:
        raise Refusal(4367, element="tilmeldingId")
    if "afmeldingsdato" in enrolment.content:
        raise Refusal(4317, element="tilmeldingId")
    if day_of(call.body["afmeldingsdato"]) < day_of(enrolment.content["tilmeldingsdato"]):
        raise Refusal(1003, element="afmeldingsdato", expected="a day not before the enrolment")
    return transaction.put(replace(enrolment, content={**enrolment.content, **call.body}, caller=call.caller))


def _current(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    """Open enrolments and those that end today or later."""
    live = transaction.live(KIND, call.citizen)
    return {"tilmeldinger": [_dto(each) for each in live if _runs_on(each, transaction.today)]}


def _historik(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    versions = transaction.versions(KIND, call.citizen)
    return {"tilmeldinger": [with_metadata(_dto(each), each) for each in versions]}


def _runs_on(enrolment: Registration, day: date) -> bool:
    end = enrolment.content.get("afmeldingsdato")
    return end is None or day_of(end) >= day


def _dto(enrolment: Registration) -> dict[str, Any]:
    return {"tilmeldingId": enrolment.id, **enrolment.content, "dfdgRegistreringstidspunkt": enrolment.registered_at}


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]
