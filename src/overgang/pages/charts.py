"""The geometry of the drawn charts; templates turn it into SVG. Coordinates are percentages unless said otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from overgang.pages.standing import Gate, Standing, standing
from overgang.shell.store.values import DayRow, Latency

TREND_DAYS = 30
HALF = 0.5  # where the short line of a parity begins


@dataclass(frozen=True, slots=True)
class Point:
    """A day of the trend: across and down in percent, and the interval's two ends."""

    day: date
    x: float
    y: float
    top: float
    bottom: float
    standing: Standing


@dataclass(frozen=True, slots=True)
class Trend:
    """Parity over time between `floor` and 1; `gate` is how far down the gate's line lies."""

    points: tuple[Point, ...]
    floor: float
    gate: float
    first: date
    last: date

    @property
    def line(self) -> str:
        """The points of a polyline in a 100 × 100 field."""
        return " ".join(f"{point.x:.2f},{point.y:.2f}" for point in self.points)

    @property
    def band(self) -> str:
        """The outline of the intervals, there and back."""
        there = [f"{point.x:.2f},{point.top:.2f}" for point in self.points]
        back = [f"{point.x:.2f},{point.bottom:.2f}" for point in reversed(self.points)]
        return " ".join(there + back)

    @property
    def ticks(self) -> list[tuple[float, float]]:
        """Shares to name on the scale, with how far down each lies."""
        return [(self.floor + (1 - self.floor) * part / 4, 100 - 25.0 * part) for part in range(5)]


def trend(rows: Sequence[DayRow], gate: Gate, today: date) -> Trend | None:
    """The trend of the last 30 days; None where no day has a decided comparison."""
    first = today - timedelta(days=TREND_DAYS - 1)
    found = [(date.fromisoformat(row.day), standing(row.verdicts, gate)) for row in rows]
    kept = [(day, one) for day, one in found if first <= day <= today and one.sample]
    if not kept:
        return None
    floor = _floor([one.low for _, one in kept] + [gate.parity])

    def down(share: float) -> float:
        return 100 * (1 - share) / (1 - floor)

    points = tuple(
        Point(day, 100 * (day - first).days / (TREND_DAYS - 1), down(one.share), down(one.high), down(one.low), one)
        for day, one in kept
    )
    return Trend(points, floor, down(gate.parity), first, today)


def _floor(shares: Sequence[float]) -> float:
    """A round share below all of them, so that a parity near 1 is still seen to move."""
    lowest = min(shares)
    return next(floor for floor in (0.9, 0.8, 0.6, 0.0) if floor <= lowest)


def halved(share: float) -> float:
    """Where a share lies on a short line from 50 % to 100 %; what is below is at its beginning."""
    return 100 * max(0.0, share - HALF) / (1 - HALF)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, its value in seconds and its width."""

    side: str
    name: str
    seconds: float
    width: float


def bars(latencies: Sequence[Latency]) -> list[Bar]:
    """p50, p90 and p99 of each side; the two sides of one are on one scale, so that it shows which is the slower."""
    found = []
    for name in ("p50", "p90", "p99"):
        values = [(one.side, float(getattr(one, name))) for one in latencies]
        longest = max((seconds for _, seconds in values), default=0.0)
        found += [Bar(side, name, seconds, 100 * seconds / longest if longest else 0) for side, seconds in values]
    return found


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a timeline; `open` when it goes on beyond the end."""

    start: float
    width: float
    since: date
    until: date | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """Days from `first` to `last`, laid out from 0 to 100."""

    first: date
    last: date

    def at(self, day: date) -> float:
        share = (day - self.first).days / max(1, (self.last - self.first).days)
        return 100 * min(1.0, max(0.0, share))

    def spans(self, days: Sequence[date], ends: date | None, on: date) -> list[Span]:
        """The stretches that begin on `days`; the last one ends with `ends`, its last day, or goes on."""
        edges = [*days, ends + timedelta(days=1) if ends is not None else None]
        return [self._span(since, until, on) for since, until in pairwise(edges) if since is not None]

    def _span(self, since: date, until: date | None, on: date) -> Span:
        start = self.at(since)
        width = (self.at(until) if until is not None else 100.0) - start
        return Span(start, width, since, until, since <= on and (until is None or on < until))

    @property
    def years(self) -> list[tuple[int, float]]:
        """The first days of years within, to name on the axis."""
        found = [date(year, 1, 1) for year in range(self.first.year, self.last.year + 1)]
        return [(day.year, self.at(day)) for day in found if self.first <= day <= self.last]
