"""A report as tables on a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from overgang.core.compare.parity import Parity
from overgang.core.compare.summary import Checked, Summary

_CLUSTERS = 20
_WIDE = 140  # characters


def console() -> Console:
    """Standard output; wide where it is no terminal, so that a file or a log has whole lines."""
    found = Console()
    return found if found.is_terminal else Console(width=_WIDE)


def show(summary: Summary, console: Console, clusters: int = _CLUSTERS) -> None:
    """Print parity per operation and per caller, the most frequent clusters, latency, and what was left out."""
    console.print(summary.source, highlight=False, markup=False, soft_wrap=True)
    if summary.since is not None and summary.until is not None:
        console.print(f"calls of {summary.since:%Y-%m-%d %H:%M} to {summary.until:%Y-%m-%d %H:%M} UTC", highlight=False)
    operations = summary.operations.items()
    names = ("calls", "equal", "expect.", "undec.", "differ", "parity", "95 % interval")
    _table(
        console,
        "Parity by operation",
        ("operation", *names),
        [(_named(*key), *_counts(one)) for key, one in operations],
    )
    callers = [(_named(row.service, row.operation), row.caller, *_counts(row.parity)) for row in summary.rows]
    _table(console, "Parity by operation and caller", ("operation", "caller", *names), callers)
    found = [
        (
            str(one.count),
            _named(one.service, one.operation),
            one.place,
            one.kind.value,
            one.cause,
            one.label.value,
            one.reason,
        )
        for one in summary.clusters[:clusters]
    ]
    title = (
        "Differences" if len(summary.clusters) <= clusters else f"Differences, {clusters} of {len(summary.clusters)}"
    )
    _table(console, title, ("calls", "operation", "place", "kind", "cause", "label", "reason"), found)
    slow = [
        (_named(one.service, one.operation), one.side, str(one.count), *map(milliseconds, (one.p50, one.p90, one.p99)))
        for one in summary.latencies
    ]
    _table(console, "Time to answer, ms", ("operation", "side", "calls", "p50", "p90", "p99"), slow)
    _table(console, "Not compared", ("calls", "why"), [(str(count), why) for why, count in summary.left_out.items()])


def verdict(checks: Checked, wanted: str) -> list[str]:
    """What holding operations to a threshold came to, a line each; `wanted` is it in words."""
    return [
        *(f"below {wanted}: {_named(*key)}" for key in checks.below),
        *(f"too few comparisons: {_named(*key)}" for key in checks.too_few),
        f"{len(checks.reached)} of {len(checks.reached) + len(checks.below)} operations reach {wanted}",
    ]


def percent(share: float | None) -> str:
    """A share as text. One below 1 is never shown as 100 %."""
    if share is None:
        return "–"
    return f"{min(share * 100, 99.99) if share < 1 else 100:.2f} %"


def interval(parity: Parity) -> str:
    """The 95 % interval as text."""
    return f"{percent(parity.lower)[:-2]}–{percent(parity.upper)}" if parity.decided else "–"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


def _counts(parity: Parity) -> tuple[str, ...]:
    counts = (parity.compared, parity.agreeing, parity.expected, parity.undecided, parity.different)
    return (*map(str, counts), percent(parity.share), interval(parity))


def _named(service: str, operation: str) -> str:
    return f"{service}/{operation}"


def _table(console: Console, title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for name in names:
        number = name not in ("operation", "caller", "place", "kind", "cause", "label", "reason", "side", "why")
        table.add_column(name, justify="right" if number else "left", overflow="fold", no_wrap=number)
    for row in rows:
        table.add_row(*map(Text, row))  # a Text has no markup
    console.print(table)
