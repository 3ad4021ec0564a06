from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ruling import VIRKSOMHED, WRITTEN, Ruled, context, midnight, request, ruled

from overgang.areas.kontaktgrupper.area import AREA
from overgang.core.errors import CallerFault, Fault
from overgang.core.messages import Face, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.rules import Context
from overgang.core.values import Tidspunkt

TODAY = date(2024, 12, 20)
ID = "b3a1f0c2-5d6e-4f70-8a91-2c3d4e5f6071"
KONTAKTGRUPPE = "/visiteringogstatus/v1/PersonVisitering/kontaktgruppe"
WRITES = ("CreateKontaktgruppe", "UpdateKontaktgruppe")
READS = ("GetKontaktgrupper", "GetKontaktgruppeHistorik")


def group(start: date | str = TODAY, kind: int = 2, **more: Any) -> RestRequest:
    sent = start if isinstance(start, str) else midnight(start)
    return request("POST", KONTAKTGRUPPE, {"KontaktgruppeType": kind, "Starttidspunkt": sent} | more)


def changed(start: date = TODAY, kind: int = 2, **more: Any) -> RestRequest:
    template = KONTAKTGRUPPE + "/{kontaktgruppeIdentifier}"
    return request("PUT", template, group(start, kind, **more).json, kontaktgruppeIdentifier=ID)


def register(asked: RestRequest, where: Context, operation: str = "CreateKontaktgruppe") -> Ruled:
    return ruled(AREA, operation, asked, where, WRITTEN)


def refused(asked: RestRequest, where: Context, operation: str = "CreateKontaktgruppe") -> Fault:
    """The fault of a request that never reaches the modern side."""
    with pytest.raises(CallerFault) as raised:
        ruled(AREA, operation, asked, where)
    return raised.value


# ---- the start


@pytest.mark.parametrize(
    "start",
    [
        pytest.param("2024-12-20T00:00:00", id="its first moment"),
        pytest.param("2024-12-20T23:59:59.999", id="its last moment"),
        pytest.param("2024-12-19T23:00:00Z", id="its first moment in another zone"),
    ],
)
def test_a_new_contact_group_begins_today(start: str) -> None:
    asked = group(start)
    done = register(asked, context(day=TODAY))
    assert (done.sent, done.cited) == ((asked,), ())


@pytest.mark.parametrize("start", ["2024-12-19T23:59:59.999", "2024-12-21T00:00:00", "2024-12-20T23:00:00Z"])
@pytest.mark.parametrize(("face", "element"), [(Face.SOAP, "StartDate"), (Face.REST, "Starttidspunkt")])
def test_another_day_is_4703_on_both_faces(start: str, face: Face, element: str) -> None:
    where = context(day=TODAY, face=face)
    fault = refused(group(start), where)
    assert (fault.number, fault.key, fault.element) == (4703, "kontaktgruppe.start", element)
    assert where.cited == ["kontaktgruppe.start"]


def test_a_call_of_yesterday_that_is_sent_again_after_midnight_is_left_to_the_modern_side() -> None:
    yesterday, where = date(2024, 12, 19), context(day=TODAY)
    caller = replace(where.caller, registered=Tidspunkt("2024-12-19T23:59:59+01:00"))
    asked = group(yesterday)
    assert register(asked, replace(where, caller=caller)).sent == (asked,)
    assert refused(group(date(2024, 12, 18)), replace(where, caller=caller)).number == 4703


def test_a_correction_may_keep_an_earlier_start() -> None:
    asked = changed(date(2024, 11, 1))
    assert register(asked, context(day=TODAY), "UpdateKontaktgruppe").sent == (asked,)


def test_the_event_may_have_been_earlier() -> None:
    asked = group(Haendelsestidspunkt="2024-12-01T00:00:00")
    assert register(asked, context(day=TODAY)).sent == (asked,)


def test_a_caller_for_whom_the_rule_is_switched_off_begins_on_any_day() -> None:
    assert register(group(date(2024, 12, 1)), context(day=TODAY, switched_off=["kontaktgruppe.start"])).sent


# ---- durations and codes


@pytest.mark.parametrize("end", [None, "2024-12-20T00:00:00", "2024-12-19T23:00:00Z"])
def test_an_end_that_is_not_before_the_start(end: str | None) -> None:
    assert register(group(Sluttidspunkt=end), context(day=TODAY)).sent


@pytest.mark.parametrize("operation", WRITES)
def test_an_end_before_the_start_is_1003(operation: str) -> None:
    fault = refused(group(Sluttidspunkt="2024-12-19T23:59:59"), context(day=TODAY), operation)
    assert (fault.number, fault.key, fault.element) == (1003, "kontaktgruppe.varighed", "EndDate")


@pytest.mark.parametrize("operation", WRITES)
def test_an_unknown_contact_group_is_4675(operation: str) -> None:
    fault = refused(group(kind=9), context(day=TODAY), operation)
    assert (fault.number, fault.element) == (4675, "ContactGroupTypeIdentifier")


def test_a_start_that_no_calendar_has_is_refused() -> None:
    fault = refused(group("0000-01-01T00:00:00"), context(day=TODAY))
    assert (fault.number, fault.key, fault.element) == (1014, "value.unmappable", "StartDate")


# ---- who may call


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("organisation", [JOBCENTER, KOMMUNE, ANDEN_AKTOER, STAR])
def test_organisations_that_may_write(operation: str, organisation: int) -> None:
    assert register(group(), context(organisation, day=TODAY), operation).sent


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("organisation", [A_KASSE, VIRKSOMHED])
@pytest.mark.parametrize("face", list(Face))
def test_organisations_that_may_not_write(operation: str, organisation: int, face: Face) -> None:
    fault = refused(group(), context(organisation, day=TODAY, face=face), operation)
    assert (fault.number, fault.key) == (4575, "permission.organisation")


@pytest.mark.parametrize("operation", READS)
def test_an_a_kasse_may_read_and_a_company_may_not(operation: str) -> None:
    asked = request("GET", KONTAKTGRUPPE)
    assert register(asked, context(A_KASSE, day=TODAY), operation).sent == (asked,)
    assert refused(asked, context(VIRKSOMHED, day=TODAY), operation).number == 4575
