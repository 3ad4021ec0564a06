from datetime import date

import pytest
from core_side import a_list, a_value

from overgang.core.errors import CallerFault

LIST = a_list(
    "AbsenceType",
    a_value(1, date(2024, 1, 1), date(2024, 12, 31)),
    a_value(2, date(2024, 1, 1)),
    a_value(9, date(2024, 1, 1), internal=True),
)


@pytest.mark.parametrize(
    ("code", "day"),
    [
        pytest.param(1, date(2024, 1, 1), id="its first day"),
        pytest.param(1, date(2024, 12, 31), id="its last day"),
        pytest.param(2, date(9999, 12, 31), id="no end"),
    ],
)
def test_a_value_may_be_used_from_its_first_day_to_its_last(code: int, day: date) -> None:
    assert LIST.check(code, day, "AbsenceTypeIdentifier").id == code


@pytest.mark.parametrize(
    ("code", "day", "number", "key"),
    [
        pytest.param(1, date(2023, 12, 31), 2003, "code.expired", id="the eve of its first day"),
        pytest.param(1, date(2025, 1, 1), 2003, "code.expired", id="the day after its last"),
        pytest.param(9, date(2023, 12, 31), 2003, "code.expired", id="internal and not yet valid"),
        pytest.param(9, date(2024, 1, 1), 6052, "code.internal", id="internal"),
        pytest.param(3, date(2024, 1, 1), 2002, "code.unknown", id="not on the list"),
    ],
)
def test_any_other_is_refused_with_its_number_the_element_and_the_list(
    code: int, day: date, number: int, key: str
) -> None:
    with pytest.raises(CallerFault) as raised:
        LIST.check(code, day, "AbsenceTypeIdentifier")
    fault = raised.value
    assert (fault.number, fault.key, fault.element) == (number, key, "AbsenceTypeIdentifier")
    assert "AbsenceType" in (fault.expected or "")


def test_a_list_may_have_its_own_number_for_an_unknown_value() -> None:
    with pytest.raises(CallerFault) as raised:
        LIST.check(3, date(2024, 1, 1), "ClientCategoryTypeIdentifier", unknown=4313)
    assert raised.value.number == 4313
