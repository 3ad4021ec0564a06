"""An invented call, caller and context for the tests of core."""

from datetime import UTC, date, datetime
from typing import Any

from overgang.core.codelists import CodeList, CodeValue
from overgang.core.messages import Caller, Face, Organisation, SoapCall
from overgang.core.rules import Context
from overgang.core.values import Tidspunkt

CITIZEN = "0506912617"
DAY = date(2024, 12, 10)
RECEIVED = datetime(2024, 12, 10, 9, 30, 0, 123456, tzinfo=UTC)
CALLER = Caller(
    organisation=Organisation(8, "101"),
    user_identifier="u-17",
    user_full_name="Test Testesen",
    user_type=2,
    user_organisation=Organisation(8, "101"),
    registered=Tidspunkt("2024-12-10T10:00:00+01:00"),
)


def a_call(body: dict[str, Any] | None = None, *, identity: bytes = b"one", received: datetime = RECEIVED) -> SoapCall:
    return SoapCall(
        service="UnemploymentEnrollmentService",
        version=8,
        operation="UnemploymentEnrollment",
        body=body or {},
        caller=CALLER,
        received=received,
        day=DAY,
        identity=identity,
    )


def a_context(face: Face = Face.SOAP, *lists: CodeList, **more: Any) -> Context:
    return Context(face=face, caller=CALLER, day=DAY, codelists={one.name: one for one in lists}, **more)


def a_value(id: int, since: date, ends: date | None = None, *, internal: bool = False) -> CodeValue:
    return CodeValue(
        id=id,
        name="a value",
        since=since,
        ends=ends,
        internal=internal,
        only=frozenset(),
        barred=frozenset(),
        documented=True,
        source="a page",
    )


def a_list(name: str, *values: CodeValue) -> CodeList:
    return CodeList(name, "Modern", "A list", {value.id: value for value in values})
