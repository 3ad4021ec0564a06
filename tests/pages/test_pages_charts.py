"""The geometry of what is drawn."""

from datetime import date, timedelta

import pytest

from overgang.pages.charts import Scale, bars, halved, trend
from overgang.pages.standing import Gate
from overgang.shell.store.values import DayRow, Latency, Verdicts

TODAY = date(2025, 2, 10)
GATE = Gate(0.95, 30)


def day(back: int, equal: int, different: int) -> DayRow:
    return DayRow((TODAY - timedelta(days=back)).isoformat(), Verdicts(equal, 0, 0, different))


def test_a_trend_goes_from_left_to_right_over_thirty_days() -> None:
    found = trend([day(29, 90, 10), day(0, 100, 0)], GATE, TODAY)

    assert found is not None
    assert [point.x for point in found.points] == [0, 100]
    assert (found.first, found.last) == (date(2025, 1, 12), TODAY)
    assert found.points[1].y == 0  # parity 1 lies at the top
    assert found.points[0].top < found.points[0].y < found.points[0].bottom <= 100


def test_days_without_a_decided_comparison_and_days_outside_are_left_out() -> None:
    undecided = DayRow(TODAY.isoformat(), Verdicts(0, 0, 9, 0))

    assert trend([undecided, day(30, 9, 0), day(-1, 9, 0)], GATE, TODAY) is None
    assert trend([], GATE, TODAY) is None


@pytest.mark.parametrize(("different", "floor"), [(0, 0.9), (12, 0.8), (25, 0.6), (70, 0.0)])
def test_the_scale_begins_at_a_round_share_below_everything(different: int, floor: float) -> None:
    found = trend([day(1, 1000 - 10 * different, 10 * different)], GATE, TODAY)

    assert found is not None
    assert found.floor == floor
    assert found.points[0].bottom <= 100
    assert found.ticks[0] == (floor, 100)
    assert found.ticks[-1] == (1, 0)


def test_the_band_goes_there_along_the_upper_bound_and_back_along_the_lower() -> None:
    found = trend([day(29, 90, 10), day(0, 95, 5)], GATE, TODAY)

    assert found is not None
    corners = [tuple(map(float, corner.split(","))) for corner in found.band.split()]
    assert [across for across, _ in corners] == [0, 100, 100, 0]
    assert corners[0][1] < corners[3][1]


@pytest.mark.parametrize(("share", "at"), [(1.0, 100), (0.75, 50), (0.5, 0), (0.2, 0)])
def test_a_short_line_begins_at_a_half(share: float, at: float) -> None:
    assert halved(share) == at


def test_the_slower_side_of_each_percentile_fills_the_line() -> None:
    found = bars([Latency("old", 9, 0.02, 0.04, 0.3), Latency("new", 9, 0.01, 0.08, 0.0)])

    assert [(bar.name, bar.side, bar.width) for bar in found] == [
        ("p50", "old", 100),
        ("p50", "new", 50),
        ("p90", "old", 50),
        ("p90", "new", 100),
        ("p99", "old", 100),
        ("p99", "new", 0),
    ]
    assert [bar.width for bar in bars([Latency("old", 1, 0, 0, 0)])] == [0, 0, 0]
    assert bars([]) == []


SCALE = Scale(date(2024, 1, 1), date(2025, 12, 31))


def test_a_span_holds_from_its_first_day_until_the_next_ones_eve() -> None:
    days = [date(2024, 7, 1), date(2025, 1, 1)]

    for on, holds in ((date(2024, 12, 31), [True, False]), (date(2025, 1, 1), [False, True])):
        assert [span.holds for span in SCALE.spans(days, None, on)] == holds
    first, last = SCALE.spans(days, None, TODAY)
    assert first.until == date(2025, 1, 1)
    assert first.start + first.width == pytest.approx(last.start)
    assert last.start + last.width == pytest.approx(100)


def test_a_last_day_still_holds_and_the_next_one_does_not() -> None:
    ends = date(2025, 6, 30)

    assert [span.holds for span in SCALE.spans([date(2024, 7, 1)], ends, ends)] == [True]
    assert [span.holds for span in SCALE.spans([date(2024, 7, 1)], ends, ends + timedelta(days=1))] == [False]


def test_what_began_before_the_axis_begins_at_its_edge() -> None:
    (span,) = SCALE.spans([date(2000, 1, 1)], None, TODAY)

    assert (span.start, span.width) == (0, 100)


def test_the_years_within_are_named() -> None:
    assert [year for year, _ in SCALE.years] == [2024, 2025]
    assert [year for year, _ in Scale(date(2024, 1, 2), date(2025, 1, 1)).years] == [2025]
