"""What was measured, summed up over repetitions, as tables for people and as JSON for machines."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

UNITS = {"rate": "calls/s", "p50_ms": "p50 ms", "p99_ms": "p99 ms", "cpu_us": "CPU µs/call", "peak_mb": "peak MB"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One subject in one repetition."""

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several repetitions between the least and the greatest."""

    median: float
    least: float
    greatest: float

    def __str__(self) -> str:
        middle, least, greatest = (_short(value) for value in (self.median, self.least, self.greatest))
        return middle if least == greatest else f"{middle} ({least}-{greatest})"


def spread(values: Sequence[float]) -> Spread:
    """The spread of at least one value."""
    return Spread(statistics.median(values), min(values), max(values))


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def order(names: Sequence[str], repetition: int) -> list[str]:
    """Forwards in even repetitions, backwards in odd ones, so that nobody always runs on a warm or a tired machine."""
    return list(names) if repetition % 2 == 0 else list(reversed(names))


def calls_table(measured: Mapping[str, Sequence[Measured]], ours: str) -> list[list[str]]:
    """The rows of the gateway table: spreads, and ratios of medians; a ratio above 1 is in our favour."""
    sums = {name: _sums(rounds) for name, rounds in measured.items()}
    rows = [["", *UNITS.values(), "ours/its calls/s", "its/ours CPU"]]
    for name, found in sums.items():
        mine = sums.get(ours)
        ratios = [""] * 2
        if mine and name != ours:
            ratios = [f"{mine['rate'].median / found['rate'].median:.2f}", _ratio(found["cpu_us"], mine["cpu_us"])]
        rows.append([name, *(str(found[key]) for key in UNITS), *ratios])
    return rows


def _sums(rounds: Sequence[Measured]) -> dict[str, Spread]:
    return {key: spread([getattr(one, key) for one in rounds]) for key in UNITS}


def _ratio(theirs: Spread, mine: Spread) -> str:
    return f"{theirs.median / mine.median:.2f}" if mine.median else ""


def text(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as a Markdown table, columns padded; the first row is the head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def as_json(measured: Mapping[str, Sequence[Measured]], others: Mapping[str, object]) -> str:
    """Every single figure, not only the medians."""
    calls = {name: [asdict(one) for one in rounds] for name, rounds in measured.items()}
    return json.dumps({"calls": calls, **others}, indent=2, ensure_ascii=False) + "\n"
