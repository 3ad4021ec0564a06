"""Judging: expected before noise, and one unexplained difference decides."""

from datetime import date

import pytest

from overgang.core.compare.expected import Entry, Register
from overgang.core.compare.judging import judge
from overgang.core.compare.noise import Noise
from overgang.core.compare.values import Difference, Judged, Kind, Label, Verdict

OPERATION = "AbsenceService/7/GetAbsence"
DAY = date(2025, 1, 1)
EXPECTED = Difference(Kind.EXTRA, "A[2]/Exemptions", "A/Exemptions", None, "x", "", "absent")
NOISY = Difference(Kind.CHANGED, "A/Stamp", "A/Stamp", "1", "2", "dateTime", "instant")
STRANGE = Difference(Kind.CHANGED, "A/Code", "A/Code", "3", "4", "int", "code")
ENTRY = Entry(DAY, ("AbsenceService/7",), "A/Exemptions", frozenset({Kind.EXTRA}), rule="fravaer.fritagelse")
REGISTER = Register((ENTRY,))


@pytest.fixture
def noise() -> Noise:
    made = Noise()
    for _ in range(20):
        made.learn(OPERATION, [NOISY, EXPECTED])
    return made


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([], Verdict.EQUAL),
        ([NOISY], Verdict.EQUAL),
        ([EXPECTED], Verdict.EXPECTED),
        ([NOISY, EXPECTED], Verdict.EXPECTED),
        ([STRANGE], Verdict.DIFFERENT),
        ([EXPECTED, STRANGE, NOISY], Verdict.DIFFERENT),
    ],
)
def test_the_worst_difference_decides(noise: Noise, differences: list[Difference], verdict: Verdict) -> None:
    found, judged = judge(differences, operation=OPERATION, day=DAY, register=REGISTER, noise=noise)
    assert found is verdict
    assert [one.difference for one in judged] == differences


def test_each_difference_has_its_label_and_reason(noise: Noise) -> None:
    _, judged = judge([EXPECTED, NOISY, STRANGE], operation=OPERATION, day=DAY, register=REGISTER, noise=noise)
    assert judged == (
        Judged(EXPECTED, Label.EXPECTED, "fravaer.fritagelse"),
        Judged(NOISY, Label.NOISE, "differs in 20 of 20 pairs of old answers"),
        Judged(STRANGE, Label.UNEXPLAINED, ""),
    )


def test_on_the_eve_nothing_is_expected() -> None:
    verdict, _ = judge([EXPECTED], operation=OPERATION, day=date(2024, 12, 31), register=REGISTER, noise=Noise())
    assert verdict is Verdict.DIFFERENT
