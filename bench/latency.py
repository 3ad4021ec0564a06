"""What the gateway adds to a call, at half the load that it can take, to the time of the modern side alone."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import load, pace, subjects
from bench.pace import percentile
from bench.subjects import CREATE_ABSENCE

LATER = 1_000_000


@dataclass(frozen=True, slots=True)
class Added:
    """Milliseconds: with the gateway, and of the stub alone under the same load."""

    rate: float
    p50: float
    p99: float
    stub_p50: float
    stub_p99: float


def measure(folder: Path, *, seconds: int, tell: Callable[[str], None]) -> dict[str, Added]:
    """By subject: audited and not. Raises BenchError."""
    measured = {}
    for number, (name, audited) in enumerate((("overgang", True), ("overgang unaudited", False))):
        here = folder / name.replace(" ", "-")
        with subjects.stub(here / "stub") as stub, subjects.overgang(stub, here / "ours", audited=audited) as ours:
            first = 10 * number * LATER
            load.run(ours.url, CREATE_ABSENCE, seconds=2, connections=16, first=first)
            whole = load.run(ours.url, CREATE_ABSENCE, seconds=seconds, connections=16, first=first + LATER)
            rate = whole.rate / 2
            times = pace.apart(ours.url, rate, seconds, first + 2 * LATER).by_status.get(200, [])
            alone = pace.apart(f"{stub}/visiteringogstatus/v1/Fravaer", rate, seconds, first).by_status.get(200, [])
        found = Added(rate, *(percentile(values, share) for values in (times, alone) for share in (0.5, 0.99)))
        tell(f"  {name}: {rate:,.0f} calls/s, p50 {found.p50 - found.stub_p50:.2f} ms added")
        measured[name] = found
    return measured


def table(found: dict[str, Added]) -> list[list[str]]:
    """Rows to print."""
    head = ["half load", "calls/s", "p50 ms", "p99 ms", "stub p50", "stub p99", "added p50", "added p99"]
    rows = [
        [
            *(
                name,
                f"{one.rate:,.0f}",
                f"{one.p50:.2f}",
                f"{one.p99:.2f}",
                f"{one.stub_p50:.2f}",
                f"{one.stub_p99:.2f}",
            ),
            *(f"{one.p50 - one.stub_p50:.2f}", f"{one.p99 - one.stub_p99:.2f}"),
        ]
        for name, one in found.items()
    ]
    return [head, *rows]
