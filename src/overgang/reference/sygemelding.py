"""Sygemelding and Raskmeld: illness, with what is registered together with it.

An illness is an absence of type 11: it is stored as one, so that Fravaer shows it with its additional information.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import uuid4

from starlette.routing import Route

from overgang.reference import fravaer, personvisitering, tilmelding, yderligere_info
from overgang.reference.bodies import code, part, text, tidspunkt, uuid
from overgang.reference.history import with_metadata
from overgang.reference.moments import day_of
from overgang.reference.problems import Refusal
from overgang.reference.protocol import Call, read_route, write_route
from overgang.reference.store import Registration, Store, Transaction

_PATH: Final = "/visiteringogstatus/v1/Sygemelding"
_RASKMELD: Final = "/komposit/v1/sygemelding/action/Raskmeld/{fravaerIdentifier}"
_SYGDOM: Final = 11
_ID: Final = "kontaktgruppeIdentifier"
_AS_ABSENCE: Final[Mapping[str, str]] = {
    "startdato": "startDato",
    "slutdato": "slutDato",
    "fravaerskommentar": "fravaersKommentar",
    "fravaersafslutningsaarsag": "fravaersAfslutningsAarsag",
    "anmeldelsesdato": "anmeldelsesDato",
}
_AS_ILLNESS: Final = {absence: illness for illness, absence in _AS_ABSENCE.items()}

_SYGEMELDING: Final = part(
    "sygemelding",
    (
        tidspunkt("startdato"),
        tidspunkt("slutdato", required=False),
        code("fravaerType"),
        text("fravaerskommentar", 0, 1500),
        code("fravaersafslutningsaarsag", required=False),
        tidspunkt("anmeldelsesdato"),
        code("ledighedsgrad", required=False),
        part(
            "arbejdsgiver",
            (
                text("cvrEnhedsid", 8, 8, form=re.compile("[0-9]{8}"), required=True),
                text("pNummer", 10, 10, form=re.compile("[0-9]{10}")),
            ),
        ),
    ),
    required=True,
)
_CREATE: Final = (
    _SYGEMELDING,
    part("afmelding", (tidspunkt("afmeldingsdato"), code("afmeldeaarsag"))),
    code("sagstype", required=False),
)
_RECOVER: Final = (
    _SYGEMELDING,
    part(
        "tilmelding",
        (
            uuid("tilmeldingIdentifier", required=False),
            code("klientkategori"),
            tidspunkt("tilmeldingsdato"),
            code("ledighedsgrad"),
        ),
    ),
    part(
        "kontaktgruppe",
        (
            uuid(_ID, required=False),
            code("KontaktgruppeType"),
            tidspunkt("Haendelsestidspunkt", required=False),
            tidspunkt("Starttidspunkt"),
            tidspunkt("Sluttidspunkt", required=False),
        ),
    ),
)


def routes(store: Store) -> list[Route]:
    """The operations on illness."""
    return [
        read_route(store, f"{_PATH}/historik", _historik, unknown=1010),
        read_route(store, _PATH, _current, unknown=1010),
        write_route(store, "POST", f"{_PATH}/{{fravaerIdentifier}}", _create, body=_CREATE, unknown=1010),
        write_route(store, "PUT", _RASKMELD, _recover, body=_RECOVER, unknown=1010),
    ]


def _create(transaction: Transaction, call: Call) -> str:
    """4977 an id used before; 4980; 1003; 4637; with an afmelding 4367 and 1003."""
    id_ = call.path["fravaerIdentifier"]
    if transaction.exists(fravaer.KIND, id_):
        raise Refusal(4977, element="fravaerIdentifier")
    content = _content(call) | {name: call.body[name] for name in ("sagstype",) if name in call.body}
    fravaer.require_free_period(transaction, call.citizen, id_, content)
    if "afmelding" in call.body:
        _end_enrolment(transaction, call)
    return transaction.put(Registration(fravaer.KIND, id_, call.citizen, content, call.caller))


def _recover(transaction: Transaction, call: Call) -> str:
    """4632 no such illness of this citizen; 4647 another first day; 4980; 1003; 4637; and what comes along."""
    illness = yderligere_info.known_absence(transaction, call)
    if illness.content["fravaerType"] != _SYGDOM:
        raise Refusal(4632, element="fravaerIdentifier")
    content = _content(call) | {name: illness.content[name] for name in ("sagstype",) if name in illness.content}
    if day_of(content["startDato"]) != day_of(illness.content["startDato"]):
        raise Refusal(4647, element="sygemelding/startdato")
    fravaer.require_free_period(transaction, call.citizen, illness.id, content)
    if "tilmelding" in call.body:
        enrolment = dict(call.body["tilmelding"])
        id_ = str(enrolment.pop("tilmeldingIdentifier", None) or uuid4()).lower()
        tilmelding.enrol(transaction, call, id_, enrolment)
    if "kontaktgruppe" in call.body:
        _switch_group(transaction, call)
    return transaction.put(replace(illness, content=content, caller=call.caller))


def _content(call: Call) -> dict[str, Any]:
    """The illness as an absence; 1014 another kind of absence; 4980 an end without its reason."""
    illness = call.body["sygemelding"]
    if illness["fravaerType"] != _SYGDOM:
        raise Refusal(1014, element="sygemelding/fravaerType", expected="an illness")
    if "slutdato" in illness and "fravaersafslutningsaarsag" not in illness:
        raise Refusal(4980, element="sygemelding/fravaersafslutningsaarsag")
    return {_AS_ABSENCE.get(name, name): value for name, value in illness.items()}


def _end_enrolment(transaction: Transaction, call: Call) -> None:
    live = transaction.live(tilmelding.KIND, call.citizen)
    enrolment = next((each for each in live if "afmeldingsdato" not in each.content), None)
    if enrolment is None:
        raise Refusal(4367, element="afmelding")
    end = call.body["afmelding"]
    if day_of(end["afmeldingsdato"]) < day_of(enrolment.content["tilmeldingsdato"]):
        raise Refusal(1003, element="afmelding/afmeldingsdato", expected="a day not before the enrolment")
    transaction.put(replace(enrolment, content={**enrolment.content, **end}, caller=call.caller))


def _switch_group(transaction: Transaction, call: Call) -> None:
    """The group that is named becomes as it is sent; another that is open ends where a new one begins."""
    asked = replace(call, body=call.body["kontaktgruppe"])
    id_ = str(asked.body.get(_ID) or uuid4()).lower()
    own = transaction.live(personvisitering.KONTAKTGRUPPE, call.citizen)
    if transaction.exists(personvisitering.KONTAKTGRUPPE, id_) and id_ not in {each.id for each in own}:
        raise Refusal(4977, element=f"kontaktgruppe/{_ID}")
    content = personvisitering.content(asked, _ID)
    personvisitering.require_period(content)
    for other in own:
        if other.id != id_ and personvisitering.last_day(other.content) == date.max:
            closed = {**other.content, "sluttidspunkt": content["starttidspunkt"]}
            transaction.put(replace(other, content=closed, caller=call.caller))
    group = Registration(personvisitering.KONTAKTGRUPPE, id_, call.citizen, content, call.caller)
    personvisitering.require_combination(transaction, group)
    transaction.put(group)


def _current(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    """Running and future illnesses; the last day is within."""
    illnesses = (each for each in transaction.live(fravaer.KIND, call.citizen) if _is_illness(each))
    running = [each for each in illnesses if _last_day(each) >= transaction.today]
    return {"sygemeldinger": [_dto(each) for each in running]}


def _historik(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    versions = transaction.versions(fravaer.KIND, call.citizen)
    return {"sygemeldinger": [with_metadata(_dto(each), each) for each in versions if _is_illness(each)]}


def _is_illness(absence: Registration) -> bool:
    return bool(absence.content["fravaerType"] == _SYGDOM)


def _last_day(illness: Registration) -> date:
    """An illness without an end is taken to last for ever."""
    return day_of(illness.content["slutDato"]) if "slutDato" in illness.content else date.max


def _dto(illness: Registration) -> dict[str, Any]:
    shown = {_AS_ILLNESS.get(name, name): value for name, value in illness.content.items()}
    return {"fravaerIdentifier": illness.id, **shown, "dfdgRegistreringstidspunkt": illness.registered_at}
