"""Parity: shares, Wilson's interval against known values, and readiness."""

from math import isclose

import pytest

from overgang.core.compare.parity import Parity, Readiness, wilson

KNOWN = [  # successes, trials, lower, upper: 95 %, from the formula's literature and by hand
    (0, 10, 0.0, 0.277533),
    (1, 10, 0.017876, 0.404150),
    (5, 10, 0.236593, 0.763407),
    (10, 10, 0.722467, 1.0),
    (81, 263, 0.255271, 0.366184),  # Newcombe 1998, table I, row (a): 0.2553, 0.3662
    (15, 148, 0.062386, 0.160499),  # row (b): 0.0624, 0.1605
    (0, 20, 0.0, 0.161125),  # row (c): 0.0000, 0.1611
    (1, 29, 0.006113, 0.171755),  # row (d): 0.0061, 0.1718
]


@pytest.mark.parametrize(("successes", "trials", "lower", "upper"), KNOWN)
def test_the_interval_has_the_known_bounds(successes: int, trials: int, lower: float, upper: float) -> None:
    found = wilson(successes, trials)
    assert isclose(found[0], lower, abs_tol=5e-5)
    assert isclose(found[1], upper, abs_tol=5e-5)


def test_without_a_trial_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("trials", [1, 7, 1000, 10**9])
def test_none_and_all_have_exact_bounds(trials: int) -> None:
    none, every = wilson(0, trials), wilson(trials, trials)
    assert none[0] == 0.0
    assert every[1] == 1.0
    z = 1.959963984540054
    assert isclose(none[1], z * z / (trials + z * z))
    assert isclose(every[0], trials / (trials + z * z))


@pytest.mark.parametrize(("successes", "trials"), [(-1, 3), (4, 3), (1, 0)])
def test_counts_that_can_not_be_are_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError):
        wilson(successes, trials)


def test_expected_differences_count_as_agreement_and_undecided_ones_not_at_all() -> None:
    parity = Parity(compared=100, agreeing=70, expected=10, undecided=15)
    assert (parity.different, parity.decided) == (5, 85)
    assert parity.share == 80 / 85
    assert parity.bounds == wilson(80, 85) == (parity.lower, parity.upper)


def test_nothing_decided_has_no_share() -> None:
    parity = Parity(compared=3, agreeing=0, undecided=3)
    assert parity.share is None
    assert parity.bounds == (0.0, 1.0)
    assert parity.readiness(0.0, least=4) is Readiness.TOO_FEW
    assert parity.readiness(0.0, least=3) is Readiness.CHECKED


def test_counts_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError):
        Parity(compared=3, agreeing=2, expected=2)
    with pytest.raises(ValueError):
        Parity(compared=3, agreeing=-1)


@pytest.mark.parametrize(
    ("parity", "readiness"),
    [
        pytest.param(Parity(29, 29), Readiness.TOO_FEW, id="one below the least sample"),
        pytest.param(Parity(30, 30), Readiness.NOT_YET, id="all of 30 agree, which proves 88.6 %"),
        pytest.param(Parity(380, 380), Readiness.NOT_YET, id="all of 380 agree, which proves 98.99 %"),
        pytest.param(Parity(381, 381), Readiness.READY, id="all of 381 agree, which proves 99.00 %"),
        pytest.param(Parity(381, 380), Readiness.NOT_YET, id="one of 381 differs"),
        pytest.param(Parity(30, 0, undecided=30), Readiness.CHECKED, id="30 that could only be checked"),
        pytest.param(Parity(29, 0, undecided=29), Readiness.TOO_FEW, id="29 that could only be checked"),
        pytest.param(Parity(31, 0, undecided=30), Readiness.TOO_FEW, id="one that differs beside them"),
        pytest.param(Parity(411, 381, undecided=30), Readiness.READY, id="undecided ones don't count"),
    ],
)
def test_readiness_goes_by_the_lower_bound(parity: Parity, readiness: Readiness) -> None:
    assert parity.readiness(0.99) is readiness


def test_parities_add_up() -> None:
    assert Parity(10, 5, 2, 1) + Parity(20, 10, 4, 2) == Parity(30, 15, 6, 3)
