"""Beskeder: who has a queue, and that every kind of message has its old operation in both versions."""

from datetime import date

import pytest

from overgang.areas.beskeder.area import AREA
from overgang.areas.beskeder.mapping import CONTENTS, NOT_BRIDGED
from overgang.areas.beskeder.rules import RULES
from overgang.core import beskeder
from overgang.core.errors import CallerFault
from overgang.core.messages import Caller, Face, Organisation, RestRequest
from overgang.core.paths import path
from overgang.core.rules import Context
from overgang.core.values import Tidspunkt
from overgang.shell.loading import load_openapi

OPERATIONS = load_openapi(AREA).operations


def context(kind: int) -> Context:
    own = Organisation(kind, "101")
    caller = Caller(own, "u", "Test Testesen", 2, own, Tidspunkt("2025-01-15T10:00:00+01:00"))
    return Context(Face.REST, caller, date(2025, 1, 15), {})


@pytest.mark.parametrize("operation", sorted(RULES))
@pytest.mark.parametrize(("kind", "may"), [(8, True), (2, True), (1, False), (4, False), (7, False), (24, False)])
def test_jobcentres_and_a_kasser_have_a_queue_and_nobody_else(operation: str, kind: int, may: bool) -> None:
    request = RestRequest("GET", path("/beskeder/v1/Besked"))
    for rule in RULES[operation]:
        if may:
            assert rule(request, context(kind)) is request
        else:
            with pytest.raises(CallerFault) as refused:
                rule(request, context(kind))
            assert refused.value.number == 4575


def test_every_modern_operation_has_its_rule() -> None:
    assert RULES.keys() == {one.id for one in OPERATIONS.values()}


def test_each_kind_of_message_is_fetched_by_its_operation_in_both_versions() -> None:
    wanted = {one.operation for one in beskeder.KINDS}
    for service in AREA.services:
        if service.name == "WsrmMessageService":
            assert {one.name for one in service.operations} == wanted
            assert service.forwarded == NOT_BRIDGED[service.version]
    assert {one.besked for one in CONTENTS} == set(beskeder.KINDS) - {beskeder.CPR_CHANGED}
