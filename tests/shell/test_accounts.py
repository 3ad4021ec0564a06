"""What a record tells of a call, and what it never does."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from overgang.core.audit import Kind
from overgang.core.messages import Caller, Face, Organisation, Sent
from overgang.core.rules import Context
from overgang.core.values import Tidspunkt
from overgang.shell.accounts import Account, Peer

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CITIZEN, USER = "1203852326", "CVR:12345678-RID:87654321"
OWN = Organisation(8, "10111")


def account(user: str = USER, kind: int = 2, **changed: Any) -> Account:
    caller = Caller(OWN, user, "Test Testesen", kind, OWN, Tidspunkt("2026-11-25T12:00:00+01:00"))
    context = Context(Face.SOAP, caller, NOW.date(), {}, cited=["visitation.kategori3-laesning"])
    context.sent.append(Sent("GET", "/visiteringogstatus/v1/Fravaer", 200, 3.5))
    made = Account(Face.SOAP, "AbsenceRegistrationService/7", NOW, operation="CreateAbsence", caller=caller)
    made.context, made.organisation, made.asked = context, "8/10111", ("Absence/StartDate",)
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def test_a_record_tells_who_for_whom_what_and_what_came_of_it() -> None:
    said = account().draft(Kind.READ, "read", status=200).said
    told = {name: said[name] for name in ("operation", "organisation", "asked", "calls", "rules", "status")}
    assert told == {
        "operation": "CreateAbsence",
        "organisation": "8/10111",
        "asked": ["Absence/StartDate"],
        "calls": [["GET", "/visiteringogstatus/v1/Fravaer", 200, 3.5]],
        "rules": ["visitation.kategori3-laesning"],
        "status": 200,
    }
    assert said["ms"] >= 0


def test_an_intent_tells_nothing_of_what_is_to_come() -> None:
    assert not {"calls", "rules", "ms"} & account().draft(Kind.WRITE, "intent").said.keys()


def test_all_records_of_a_call_have_its_own_id() -> None:
    one, other = account(), account()
    assert one.draft(Kind.WRITE, "intent").said["id"] == one.draft(Kind.WRITE, "outcome").said["id"]
    assert one.id != other.id


def test_what_is_personal_stands_apart_and_is_not_shown() -> None:
    made = account(citizen=CITIZEN).draft(Kind.READ, "read")
    assert (made.citizen, made.user) == (CITIZEN, USER)
    assert not any(value in json.dumps(dict(made.said)) for value in (CITIZEN, USER, "Testesen"))
    assert CITIZEN not in repr(made)
    assert CITIZEN not in repr(account(citizen=CITIZEN))


def test_a_citizen_that_only_the_modern_calls_name_is_found_there() -> None:
    known = account()
    assert known.context is not None
    known.context.citizens.add(CITIZEN)
    assert known.draft(Kind.READ, "read").citizen == CITIZEN


@pytest.mark.parametrize("user", [USER, CITIZEN])
def test_who_asked_is_told_whatever_kind_of_user_the_caller_says(user: str) -> None:
    made = account(user, kind=1).draft(Kind.READ, "read")
    assert made.user == user
    assert user not in json.dumps(dict(made.said))


@pytest.mark.parametrize("purpose", ["call", "comparison"])
def test_what_a_call_is_made_for_is_told(purpose: str) -> None:
    said = account(peer=Peer("NTRDK-12345678", purpose)).draft(Kind.READ, "read").said
    assert (said["who"], said["purpose"]) == ("NTRDK-12345678", purpose)
