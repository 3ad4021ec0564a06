"""A flow that asks for the gateway's own code lists is given those of its call, and nothing is sent."""

import asyncio
from datetime import date
from typing import Any

import pytest

from overgang.core.codelists import CodeList
from overgang.core.errors import CallerFault
from overgang.core.flow import Flow
from overgang.core.messages import Caller, CodeLists, Face, Organisation, RestReply, RestRequest
from overgang.core.rules import Context
from overgang.core.values import Tidspunkt
from overgang.shell.driver import Driver

OWN = Organisation(8, "101")
CALLER = Caller(OWN, "u", "Test Testesen", 2, OWN, Tidspunkt("2024-12-10T10:00:00"))
LISTS = {"AbsenceType": CodeList("AbsenceType", "AbsenceTypeCodeList", "Fraværstype", {})}


class Nobody:
    """A modern side that must not be asked."""

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        raise AssertionError(request)


def run(flow: Flow) -> dict[str, Any]:
    context = Context(Face.SOAP, CALLER, date(2024, 12, 10), LISTS)
    return asyncio.run(Driver({}, Nobody()).run(flow, context))


def test_the_code_lists_reach_the_yield_that_asked_for_them() -> None:
    def flow() -> Flow:
        lists = yield CodeLists()
        return {"lists": lists}

    assert run(flow())["lists"] is LISTS


def test_a_flow_that_refuses_what_it_finds_in_them_is_not_caught() -> None:
    def flow() -> Flow:
        lists = yield CodeLists()
        raise CallerFault(2001, f"codelist.{len(lists)}")

    with pytest.raises(CallerFault, match="1"):
        run(flow())
