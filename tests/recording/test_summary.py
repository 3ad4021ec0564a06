"""core/compare/summary: verdicts, clusters and times added up; thresholds at, below and above."""

from datetime import UTC, datetime, timedelta

import pytest

from overgang.core.compare.summary import Cluster, Latency, Row, Summary, Tally, checked, quantile
from overgang.core.compare.values import Compared, Difference, Judged, Kind, Label, Mode, Verdict

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
LOST = Judged(Difference(Kind.CHANGED, "A[1]/B", "A/B", "1", "2", "int", "value"))
OTHER = Judged(Difference(Kind.CHANGED, "A[2]/B", "A/B", "3", "4", "int", "value"))
RULED = Judged(Difference(Kind.MISSING, "C", "C", "x", None, "", "absent"), Label.EXPECTED, "rule.one")


def compared(number: int, caller: str, verdict: Verdict, *judged: Judged, operation: str = "Read") -> Compared:
    at = AT + timedelta(minutes=number)
    return Compared(
        str(number), at, "area", "S/1", operation, caller, Mode.COMPARE_OLD, verdict, judged, number / 100, None
    )


def test_a_tally_adds_up_verdicts_clusters_times_and_what_was_left_out() -> None:
    tally = Tally("test")
    tally.add(compared(2, "8/1", Verdict.DIFFERENT, LOST, OTHER, RULED))
    tally.add(compared(1, "8/2", Verdict.DIFFERENT, LOST))
    tally.add(compared(3, "8/2", Verdict.EQUAL))
    tally.add(compared(4, "8/2", Verdict.UNDECIDED, operation="Write"))
    tally.leave_out("write")
    tally.leave_out("write", 2)
    assert tally.summary() == Summary(
        "test",
        (
            Row("area", "S/1", "Read", "8/1", different=1),
            Row("area", "S/1", "Read", "8/2", equal=1, different=1),
            Row("area", "S/1", "Write", "8/2", undecided=1),
        ),
        (
            Cluster("S/1", "Read", "A/B", Kind.CHANGED, "value", Label.UNEXPLAINED, "", 2, 2),
            Cluster("S/1", "Read", "C", Kind.MISSING, "absent", Label.EXPECTED, "rule.one", 1, 1),
        ),
        (Latency("S/1", "Read", "old", 3, 0.02, 0.03, 0.03), Latency("S/1", "Write", "old", 1, 0.04, 0.04, 0.04)),
        {"write": 3},
        AT + timedelta(minutes=1),
        AT + timedelta(minutes=4),
    )


def test_nothing_counted_is_an_empty_summary() -> None:
    empty = Tally("test").summary()
    assert empty == Summary("test", ())
    assert empty.parity.share is None


def test_parity_of_an_operation_is_that_of_all_its_callers() -> None:
    summary = Summary("t", (Row("a", "S/1", "R", "8/1", 3, 1, 2, 4), Row("a", "S/1", "R", "8/2", 1, 0, 0, 0)))
    parity = summary.operations["S/1", "R"]
    assert (parity.compared, parity.agreeing, parity.expected, parity.undecided, parity.different) == (11, 4, 1, 2, 4)
    assert summary.parity == parity


@pytest.mark.parametrize(
    ("equal", "different", "threshold", "least", "expected"),
    [
        (29, 1, 0.9, 31, "too_few"),
        (29, 1, 0.9, 30, "reached"),
        (27, 3, 0.9, 30, "reached"),
        (26, 4, 0.9, 30, "below"),
        (999, 1, 0.999, 30, "reached"),
        (998, 2, 0.999, 30, "below"),
        (0, 0, 0.0, 1, "too_few"),
        (0, 1, 0.0, 1, "reached"),
    ],
)
def test_an_operation_is_held_to_a_threshold_when_it_has_enough_comparisons(
    equal: int, different: int, threshold: float, least: int, expected: str
) -> None:
    found = checked(Summary("t", (Row("a", "S/1", "R", "8/1", equal, different=different),)), threshold, least)
    assert getattr(found, expected) == (("S/1", "R"),)
    assert len(found.reached) + len(found.below) + len(found.too_few) == 1


def test_undecided_comparisons_are_no_sample() -> None:
    rows = (Row("a", "S/1", "R", "8/1", 10, undecided=100),)
    assert checked(Summary("t", rows), 0.5, 11).too_few == (("S/1", "R"),)


def test_confidence_takes_more_than_a_good_share() -> None:
    summary = Summary("t", (Row("a", "S/1", "R", "8/1", 30),))
    assert checked(summary, 0.9, 30).reached
    assert checked(summary, 0.9, 30, confident=True).below  # Wilson's lower bound of 30 in 30 is 88.6 %
    assert checked(summary, 0.88, 30, confident=True).reached


@pytest.mark.parametrize(
    ("share", "value"), [(0.01, 1.0), (0.25, 1.0), (0.26, 2.0), (0.5, 2.0), (0.99, 4.0), (1.0, 4.0)]
)
def test_a_quantile_is_the_least_value_that_so_many_do_not_exceed(share: float, value: float) -> None:
    assert quantile([1.0, 2.0, 3.0, 4.0], share) == value
