from datetime import UTC, datetime

import pytest

from overgang.core.compare.values import Use
from overgang.core.messages import Face
from overgang.shell.telemetry import unheard, used

EVENING = datetime(2026, 1, 4, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(("status", "faults"), [(200, 0), (204, 0), (399, 0), (400, 1), (500, 1)])
def test_a_call_counts_once_on_its_danish_day_and_as_a_fault_by_its_status(status: int, faults: int) -> None:
    use = used(Face.SOAP, "8/101", "fravaer", "AbsenceRegistrationService/7", "CreateAbsence", status, EVENING)
    assert use == Use(
        "2026-01-05", "8/101", "soap", "fravaer", "AbsenceRegistrationService/7", "CreateAbsence", 1, faults, EVENING
    )
    unheard(use)


def test_a_caller_who_can_not_be_read_is_a_question_mark() -> None:
    assert used(Face.REST, "", "", "jobsearch", "GetJoboensker", 200, EVENING).caller == "?"
