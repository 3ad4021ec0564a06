"""Noise: learnt from pairs of old answers, with counts, and never for what must not be ignored."""

from math import sqrt

import pytest

from overgang.core.compare.noise import MOST, Counts, Noise, Row, Spot, Total, of_rows
from overgang.core.compare.values import Difference, Kind

OPERATION = "PersonStatusService/20/GetVariablePersonStatus"
STAMP = Difference(Kind.CHANGED, "A[1]/Stamp", "A/Stamp", "1", "2", "dateTime", "instant")
OTHER = Difference(Kind.CHANGED, "A[1]/Other", "A/Other", "1", "2", "int", "value")


def learnt(pairs: int, differed: int, found: Difference = STAMP) -> Noise:
    noise = Noise()
    for number in range(pairs):
        noise.learn(OPERATION, [found] if number < differed else [])
    return noise


@pytest.mark.parametrize(
    ("pairs", "differed", "is_noise"),
    [
        pytest.param(19, 19, False, id="one pair too few"),
        pytest.param(20, 20, True, id="enough pairs, always different"),
        pytest.param(20, 1, True, id="exactly 5 %"),
        pytest.param(21, 1, False, id="just below 5 %"),
        pytest.param(100, 0, False, id="never different"),
    ],
)
def test_noise_needs_enough_pairs_and_a_share_of_them(pairs: int, differed: int, is_noise: bool) -> None:
    found = learnt(pairs, differed).explains(OPERATION, STAMP)
    assert (found is not None) is is_noise


def test_noise_is_told_with_its_counts() -> None:
    found = learnt(40, 10).explains(OPERATION, STAMP)
    assert found is not None
    assert found.reason == "differs in 10 of 40 pairs of old answers"


def test_noise_holds_for_its_operation_place_and_kind_alone() -> None:
    noise = learnt(20, 20)
    assert noise.explains(OPERATION, OTHER) is None
    assert noise.explains("PersonHistoryService/1/GetPersonHistory", STAMP) is None
    missing = Difference(Kind.MISSING, STAMP.path, STAMP.place)
    assert noise.explains(OPERATION, missing) is None


def test_items_of_a_list_share_their_place() -> None:
    second = Difference(Kind.CHANGED, "A[2]/Stamp", "A/Stamp", "5", "6", "dateTime", "day")
    assert learnt(20, 20).explains(OPERATION, second) is not None


def test_a_pair_counts_once_however_many_items_differ() -> None:
    noise = Noise()
    noise.learn(OPERATION, [STAMP] * 50)
    assert noise.counts(Spot(OPERATION, "A/Stamp", Kind.CHANGED)) == Counts(1, 1, 0, 0)


@pytest.mark.parametrize("kind", [Kind.UNREADABLE, Kind.VERSION, Kind.FAULT])
def test_no_answer_or_a_fault_is_never_noise(kind: Kind) -> None:
    found = Difference(kind, "/Envelope", "/Envelope", cause="timeout")
    assert learnt(100, 100, found).explains(OPERATION, found) is None


def test_what_differs_significantly_more_often_from_the_new_side_is_no_noise() -> None:
    noise = learnt(100, 10)
    for number in range(100):
        noise.saw(OPERATION, [STAMP] if number < 15 else [])
    assert noise.explains(OPERATION, STAMP) is not None  # 15 % against 10 %: z = 1.07
    for _ in range(10):
        noise.saw(OPERATION, [STAMP])
    assert noise.explains(OPERATION, STAMP) is None  # 25 of 110: z = 2.46


def test_a_few_comparisons_say_nothing_against_it() -> None:
    noise = learnt(100, 10)
    for _ in range(19):
        noise.saw(OPERATION, [STAMP])
    assert noise.explains(OPERATION, STAMP) is not None
    noise.saw(OPERATION, [STAMP])
    assert noise.explains(OPERATION, STAMP) is None


def test_the_excess_is_the_two_proportion_statistic() -> None:
    counts = Counts(pairs=200, differed=20, beside_pairs=100, beside_differed=18)
    pooled = 38 / 300
    assert counts.excess() == (0.18 - 0.1) / sqrt(pooled * (1 - pooled) * (1 / 200 + 1 / 100))
    assert Counts(20, 20, 20, 20).excess() == 0.0


def test_what_always_differs_on_both_is_noise() -> None:
    noise = learnt(30, 30)
    for _ in range(30):
        noise.saw(OPERATION, [STAMP])
    assert noise.explains(OPERATION, STAMP) is not None


def test_what_was_learnt_is_kept_as_rows() -> None:
    noise = learnt(25, 5)
    noise.learn(OPERATION, [OTHER])
    noise.saw(OPERATION, [OTHER])
    totals, rows = noise.rows()
    assert totals == (Total(OPERATION, 26, 1),)
    assert rows == (Row(OPERATION, "A/Other", "changed", 1, 1), Row(OPERATION, "A/Stamp", "changed", 5, 0))
    again = of_rows([*totals, Total(OPERATION, 4)], [*rows, Row(OPERATION, "A/Stamp", "changed", 1)])
    assert again.counts(Spot(OPERATION, "A/Stamp", Kind.CHANGED)) == Counts(30, 6, 1, 0)


def test_no_more_spots_are_counted_than_there_is_room_for() -> None:
    noise = Noise()
    strange = [Difference(Kind.EXTRA, f"A/x{number}", f"A/x{number}") for number in range(MOST + 10)]
    for _ in range(2):
        noise.learn(OPERATION, strange)
    _, rows = noise.rows()
    assert len(rows) == MOST
    assert {row.differed for row in rows} == {2}


def test_a_row_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError):
        of_rows([], [Row(OPERATION, "A", "strange", 1)])
