"""Who calls what over which face."""

from datetime import timedelta

import pytest

from invented_source import NOW, Invented
from overgang.core.compare.values import Use
from pages_client import ask, filled, pages, tree, words


def use(caller: str, face: str, calls: int, faults: int = 0, *, days: int = 1, operation: str = "CreateAbsence") -> Use:
    last = NOW - timedelta(days=days)
    service = "AbsenceRegistrationService/7" if face == "soap" else "visiteringogstatus"
    return Use(last.date().isoformat(), caller, face, "fravaer", service, operation, calls, faults, last)


SOURCE = Invented(
    used=[
        use("8/101", "soap", 30, 2),
        use("8/101", "soap", 10, days=3, operation="UpdateAbsence"),
        use("8/101", "rest", 120, 1),
        use("2/81", "rest", 7),
        use("4/5501", "soap", 99, days=31),
        use("7/101", "soap", 5, days=30),
    ]
)
APP = pages(SOURCE)


def rows(query: str = "") -> list[str]:
    return [words(row) for row in tree(ask(APP, f"/callers{query}")).xpath("//tbody/tr")]


def test_callers_with_most_left_over_soap_stand_first_and_old_calls_do_not_count() -> None:
    assert rows() == [
        "8/101 Jobcenter 75% 40 120 3 2 9 Feb 2025 13:30",
        "7/101 Kommune 0% 5 0 0 1 11 Jan 2025 13:30",
        "2/81 A-kasse 100% 0 7 0 0 –",
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?face=soap", ["8/101", "7/101"]),
        ("?face=rest", ["2/81"]),
        ("?q=kommune", ["7/101"]),
        ("?q=/101", ["8/101", "7/101"]),
        ("?area=joblog", []),
        ("?area=fravaer&q=81", ["2/81"]),
    ],
)
def test_callers_are_filtered_by_area_face_code_and_kind(query: str, expected: list[str]) -> None:
    assert [row.split()[0] for row in rows(query)] == expected


def test_the_share_that_has_moved_is_told_over_all_of_them() -> None:
    shown = words(tree(ask(APP, "/callers")).xpath("//*[@id='found']/p")[0])

    assert shown == "73.8% of the calls go over REST (127 against 45 over SOAP)."


def test_a_caller_has_what_it_uses_over_each_face() -> None:
    page = tree(ask(APP, "/callers/8/101"))

    uses = [words(row) for row in page.xpath("//section[@aria-labelledby='h-uses']//tbody/tr")]
    assert uses == [
        "CreateAbsence AbsenceRegistrationService/7 SOAP fravaer 30 2 9 Feb 2025 13:30",
        "UpdateAbsence AbsenceRegistrationService/7 SOAP fravaer 10 0 7 Feb 2025 13:30",
        "CreateAbsence visiteringogstatus REST fravaer 120 1 9 Feb 2025 13:30",
    ]


def test_a_caller_has_the_readiness_of_each_operation_it_uses() -> None:
    page = tree(ask(pages(filled()), "/callers/8/101"))

    shown = {
        words(row.find("th")): words(row) for row in page.xpath("//section[@aria-labelledby='h-parity']//tbody/tr")
    }
    assert "new + compare" in shown["CreateAbsence AbsenceRegistrationService/7"]
    assert len(shown) >= 20


def test_a_caller_that_never_called_is_not_there() -> None:
    assert ask(APP, "/callers/8/999").status_code == 404
    assert ask(APP, "/callers/4/5501").status_code == 404  # its last call is too long ago
