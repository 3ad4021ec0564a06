"""The golden cases, and every error that the modern contracts declare, played through the whole pipeline."""

import asyncio
import inspect
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from overgang.areas import AREAS
from overgang.core.errors import ERRORS, CallerFault, Fault
from overgang.core.messages import Caller, Face, Organisation, RestReply, RestRequest
from overgang.core.organisations import JOBCENTER
from overgang.core.paths import path
from overgang.core.rules import Context
from overgang.core.values import Tidspunkt
from overgang.shell.casebook import Casebook, load_cases
from overgang.shell.driver import Driver
from overgang.shell.loading import Loaded, load, load_openapi
from overgang.wire.cases import Case

ROOT = Path(__file__).parents[2]
CASES = {case.name: case for case in load_cases(AREAS)}
MODERN = {operation.id: operation for area in AREAS for operation in load_openapi(area).operations.values()}

CANARY = "Navn Navnesen"
OLD_NUMBERS = {60006: 1010, 60007: 4405}  # the Borgerkommunikation domain's own, which old callers don't know
# What is read back after 4977, in the words of every area.
NOTHING_THERE = (
    '200 {"tilmeldinger": [], "fravaer": [], "jobsoegningslogninger": [], "midlertidigAdresse": [], '
    '"kontaktgrupper": [], "personkategorier": [], "sygemeldinger": []}'
)


def _asked_in() -> dict[str, tuple[str, int]]:
    """For each modern operation that an answered case asks: the case, and the step in which it is asked."""
    found: dict[str, tuple[str, int]] = {}
    for case in CASES.values():
        for step, block in enumerate(case.rest_out if not case.soap_out.startswith("Fault") else ()):
            method, _, address = block.split("\n")[0].partition(" ")
            asked = [
                operation
                for operation in MODERN.values()
                if method == operation.method
                and re.fullmatch(
                    re.sub(r"\\{.*?\\}", "[^/]+", re.escape(operation.template)), address.partition("?")[0]
                )
            ]
            for operation in sorted(asked, key=lambda each: each.template.count("{"))[:1]:  # historik is nobody's id
                found.setdefault(operation.id, (case.name, step))
    return found


ASKED_IN = _asked_in()
ASKED_BY_NO_CASE = MODERN.keys() - ASKED_IN.keys()


BODIES: dict[str, Any] = {"KvitterBeskeder": {"tilOgMed": 1}}


def _errors(operations: Iterable[str]) -> Iterator[tuple[str, int]]:
    for operation in operations:
        for number in sorted(MODERN[operation].error_codes):
            yield operation, number


def _side(number: int) -> str:
    """Whose fault it is, by the status that the number comes with."""
    return "Client" if ERRORS[number].status < 500 else "Server"


def _problem(number: int) -> dict[str, Any]:
    """A refusal whose texts must stay behind."""
    return {"title": CANARY, "status": ERRORS[number].status, "detail": CANARY, "errorCode": number}


def _refused(case: Case, step: int, number: int) -> Case:
    """The case up to `step`, where the modern side refuses; what is read back after 4977 is empty."""
    replies = [*case.rest_in[:step], f"{ERRORS[number].status} {json.dumps(_problem(number))}"]
    if number == 4977:
        replies.append(NOTHING_THERE)
    return replace(case, rest_out=("not compared",) * len(replies), rest_in=tuple(replies), soap_out="Fault")


class _Refuses:
    """A modern side that refuses everything with one number."""

    def __init__(self, number: int) -> None:
        self._number = number

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        return RestReply(ERRORS[self._number].status, _problem(self._number))


def _jobcenter(loaded: Loaded) -> Context:
    own = Organisation(JOBCENTER, "10111")
    caller = Caller(own, "u", "Test Testesen", 2, own, Tidspunkt("2024-12-10T10:00:00+01:00"))
    return Context(Face.REST, caller, date(2024, 12, 10), loaded.codelists)


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    return load(ROOT / "wsdl", ROOT / "config" / "codelists")


@pytest.fixture(scope="session")
def book(loaded: Loaded) -> Casebook:
    return Casebook(loaded)


@pytest.mark.parametrize("name", CASES)
def test_a_case_holds(name: str, book: Casebook) -> None:
    played = book.play(CASES[name])
    assert played.holds, "\n".join(played.difference)


@pytest.mark.parametrize(("operation", "number"), list(_errors(ASKED_IN)))
def test_every_declared_error_reaches_the_old_caller_as_its_own_number(
    operation: str, number: int, book: Casebook
) -> None:
    name, step = ASKED_IN[operation]
    played = book.play(_refused(CASES[name], step, number))
    asked = sum(block == "rest out" for block, _ in played.transcript)
    answer = next(text for block, text in played.transcript if block == "soap out")
    assert asked == step + (2 if number == 4977 else 1)
    old = OLD_NUMBERS.get(number, number)
    side = "CreateSequenceRefused" if number == 19006 else _side(number)  # WS-ReliableMessaging has its own code there
    assert answer.startswith(f"Fault {side} {old}\n{ERRORS[old].text}")
    assert not any(secret in answer for secret in (CANARY, *re.findall(r"[0-9]{10}", CASES[name].soap_in)))


@pytest.mark.parametrize(("operation", "number"), list(_errors(sorted(ASKED_BY_NO_CASE))))
def test_every_declared_error_of_a_read_for_migrated_systems_keeps_its_number(
    operation: str, number: int, loaded: Loaded
) -> None:
    asked = MODERN[operation]
    places = dict.fromkeys(re.findall(r"\{([^{}]+)\}", asked.template), "b3a1f0c2-5d6e-4f70-8a91-2c3d4e5f6071")
    driver = Driver(loaded.modern, _Refuses(number))
    request = RestRequest(asked.method, path(asked.template, **places), json=BODIES.get(operation))
    with pytest.raises(Fault) as raised:
        asyncio.run(driver.exchange(request, _jobcenter(loaded)))
    assert raised.value.number == number
    assert isinstance(raised.value, CallerFault) is (_side(number) == "Client")
    assert CANARY not in raised.value.text


def test_every_modern_operation_that_an_old_one_declares_is_asked_in_a_case() -> None:
    declared = {name for area in AREAS for s in area.services for o in s.operations for name in o.modern}
    assert declared == ASKED_IN.keys()


def test_every_operation_has_a_case_with_an_answer_and_one_with_a_fault(loaded: Loaded) -> None:
    bridges = (bridge for service in loaded.services for bridge in service.bridges.values())
    operations = {bridge.request.name for bridge in bridges if bridge.area is not None}
    answered: set[str] = set()
    faulted: set[str] = set()
    for case in CASES.values():
        (faulted if case.soap_out.startswith("Fault") else answered).add(case.element.rpartition("}")[2])
    assert answered == operations
    assert faulted == operations


def test_every_kind_of_organisation_calls_in_some_case() -> None:
    assert {case.caller[0] for case in CASES.values()} >= {1, 2, 4, 7, 8, 24}


def test_every_case_says_what_is_true_and_where_it_comes_from() -> None:
    for case in CASES.values():
        assert case.title.endswith("."), case.name
        assert case.seen, case.name


@pytest.mark.parametrize("area", [area.name for area in AREAS])
def test_a_case_that_a_docstring_names_exists(area: str) -> None:
    mapping = inspect.getsource(import_module(f"overgang.areas.{area}.mapping"))
    assert {f"{area}/{case}" for case in re.findall(r"\(case:\s+(\w+)\)", mapping)} <= CASES.keys()
