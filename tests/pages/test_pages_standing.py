"""How ready something is."""

from datetime import date

import pytest

from invented_source import NOW, Invented
from overgang.core.compare.values import Use
from overgang.pages.standing import Gate, Traffic, recent, standing, summed, traffic
from overgang.shell.store.values import ParityRow, Verdicts

GATE = Gate(0.9, 30)


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        (Verdicts(), "none"),
        (Verdicts(undecided=29), "too-few"),
        (Verdicts(undecided=500), "checked"),
        (Verdicts(undecided=500, different=1), "too-few"),
        (Verdicts(equal=29), "too-few"),
        (Verdicts(equal=30), "not-yet"),
        (Verdicts(equal=35), "ready"),
        (Verdicts(equal=30, expected=5), "ready"),
        (Verdicts(equal=29, undecided=99), "checked"),
        (Verdicts(equal=900, different=100), "not-yet"),
    ],
)
def test_ready_is_a_lower_bound_at_the_gate_on_a_large_enough_sample(verdicts: Verdicts, state: str) -> None:
    assert standing(verdicts, GATE).state == state


def test_a_gate_that_is_just_reached_is_reached() -> None:
    low = standing(Verdicts(equal=200, different=3), GATE).low

    assert standing(Verdicts(equal=200, different=3), Gate(low, 203)).state == "ready"
    assert standing(Verdicts(equal=200, different=3), Gate(low, 204)).state == "too-few"


def test_undecided_comparisons_are_no_part_of_the_sample() -> None:
    found = standing(Verdicts(equal=8, expected=1, undecided=7, different=1), GATE)

    assert (found.sample, found.share) == (10, 0.9)
    assert found.low < 0.9 < found.high


def test_verdicts_are_added_up_by_what_is_asked() -> None:
    rows = [
        ParityRow(Verdicts(1, 2, 3, 4), "a", "S/1", "Op", "8/1"),
        ParityRow(Verdicts(10, 20, 30, 40), "a", "S/1", "Op", "8/2"),
        ParityRow(Verdicts(5), "a", "S/1", "Other", "8/1"),
    ]

    assert summed(rows, lambda row: row.operation) == {"Op": Verdicts(11, 22, 33, 44), "Other": Verdicts(5)}
    assert summed([], lambda row: row.operation) == {}


def use(day: str, face: str, calls: int) -> Use:
    return Use(day, "8/1", face, "a", "S/1", "Op", calls, 0, NOW)


def test_the_last_thirty_days_count() -> None:
    source = Invented(used=[use("2025-01-11", "soap", 1), use("2025-01-10", "soap", 2)])

    assert [one.calls for one in recent(source, date(2025, 2, 10))] == [1]
    assert recent(source, date(2025, 2, 10), "8/2") == ()


def test_the_share_that_moved_is_that_of_calls() -> None:
    found = traffic([use("d", "soap", 30), use("d", "rest", 60), use("e", "rest", 30)], lambda one: one.service)

    assert found == {"S/1": Traffic(30, 90)}
    assert found["S/1"].moved == 0.75
    assert Traffic().moved is None
    assert Traffic(5).moved == 0
