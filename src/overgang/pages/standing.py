"""How ready something is: its parity with the interval, against the gate."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeVar

from overgang.core.compare.parity import Parity
from overgang.core.compare.values import Use
from overgang.pages.sources import Source
from overgang.shell.store.values import ParityRow, Verdicts

K = TypeVar("K")
State = Literal["ready", "checked", "not-yet", "too-few", "none"]
STATES: Final[tuple[State, ...]] = ("ready", "checked", "not-yet", "too-few", "none")
RECENT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Gate:
    """When an operation counts as ready: the lower bound of its parity, and the comparisons it takes to say so."""

    parity: float = 0.95
    sample: int = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """Parity as a share with its 95 % interval; `sample` are the comparisons it rests on."""

    verdicts: Verdicts
    sample: int
    share: float
    low: float
    high: float
    state: State


def standing(verdicts: Verdicts, gate: Gate) -> Standing:
    """Agreeing are the equal and the expected; one that could not be decided says nothing either way."""
    parity = Parity(verdicts.total, verdicts.equal, verdicts.expected, verdicts.undecided)
    state: State = parity.readiness(gate.parity, gate.sample).value if verdicts.total else "none"
    return Standing(verdicts, parity.decided, parity.share or 0.0, parity.lower, parity.upper, state)


def summed(rows: Iterable[ParityRow], key: Callable[[ParityRow], K]) -> dict[K, Verdicts]:
    """Verdicts added up by what `key` says of a row."""
    found: dict[K, Verdicts] = {}
    for row in rows:
        name = key(row)
        found[name] = plus(found.get(name, Verdicts()), row.verdicts)
    return found


def plus(one: Verdicts, other: Verdicts) -> Verdicts:
    return Verdicts(
        one.equal + other.equal,
        one.expected + other.expected,
        one.undecided + other.undecided,
        one.different + other.different,
    )


@dataclass(frozen=True, slots=True)
class Traffic:
    """Calls over the two faces."""

    soap: int = 0
    rest: int = 0

    @property
    def moved(self) -> float | None:
        """The share that goes over REST; None without calls."""
        return self.rest / (self.soap + self.rest) if self.soap or self.rest else None

    def __add__(self, other: "Traffic") -> "Traffic":
        return Traffic(self.soap + other.soap, self.rest + other.rest)


def recent(source: Source, today: date, caller: str | None = None) -> tuple[Use, ...]:
    """What was used in the last 30 days."""
    return source.uses(today - RECENT, caller)


def traffic(uses: Iterable[Use], key: Callable[[Use], K]) -> Mapping[K, Traffic]:
    """Calls added up by what `key` says of a use."""
    found: dict[K, Traffic] = {}
    for use in uses:
        one = Traffic(use.calls, 0) if use.face == "soap" else Traffic(0, use.calls)
        name = key(use)
        found[name] = found.get(name, Traffic()) + one
    return found
