"""What differs between two answers of the old side to one call: learnt by asking it twice, never assumed.

A difference between old and new is noise when
  1. the operation was asked twice at least `pairs` times (20),
  2. the two old answers differed at this place, in this kind, in at least the share `share` of them (5 %), and
  3. old and new don't differ there significantly more often than old and old: the one-sided two-proportion test,
     z = (new - old) / √(p(1-p)(1/n_old + 1/n_new)) with the pooled share p, stays at or below 1.645 (5 %).
     Until old and new were compared as often as condition 1 asks, there is nothing to hold against it.
So what always differs is noise only if it always differs between two old answers too, and a rare flutter of the old
side does not cover a frequent fault of the new one. A side that gave no readable answer, another SOAP version, a fault
where the other side answers: these are never noise.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt
from typing import Final, NamedTuple

from overgang.core.compare.values import Difference, Kind

MOST: Final = 50_000  # spots that are counted; an answer can name its elements as it likes
NEVER: Final = frozenset((Kind.UNREADABLE, Kind.VERSION, Kind.FAULT))
SIGNIFICANT: Final = 1.645  # the normal deviate with 5 % beyond it


class Spot(NamedTuple):
    """Where noise is counted; `operation` is "Name/version/Operation"."""

    operation: str
    place: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Counts:
    """In how many of so many old-old pairs, and of so many old-new pairs, a spot differed."""

    pairs: int
    differed: int
    beside_pairs: int = 0
    beside_differed: int = 0

    @property
    def reason(self) -> str:
        return f"differs in {self.differed} of {self.pairs} pairs of old answers"

    def is_noise(self, pairs: int, share: float) -> bool:
        if self.pairs < max(pairs, 1) or self.differed < share * self.pairs or not self.differed:
            return False
        return self.beside_pairs < pairs or self.excess() <= SIGNIFICANT

    def excess(self) -> float:
        """The test's z: how many standard errors old-new is above old-old."""
        pooled = (self.differed + self.beside_differed) / (self.pairs + self.beside_pairs)
        error = sqrt(pooled * (1 - pooled) * (1 / self.pairs + 1 / self.beside_pairs))
        gap = self.beside_differed / self.beside_pairs - self.differed / self.pairs
        return gap / error if error else 0.0


class Row(NamedTuple):
    """Counts of one spot as a store keeps them; `kind` is the Kind's text."""

    operation: str
    place: str
    kind: str
    differed: int
    beside_differed: int = 0


class Total(NamedTuple):
    """How many pairs of an operation were seen."""

    operation: str
    pairs: int
    beside_pairs: int = 0


@dataclass(slots=True)
class Noise:
    """What was learnt; `pairs` and `share` are the conditions 1 and 2."""

    pairs: int = 20
    share: float = 0.05
    _seen: Counter[str] = field(default_factory=Counter)
    _differed: Counter[Spot] = field(default_factory=Counter)
    _beside_seen: Counter[str] = field(default_factory=Counter)
    _beside_differed: Counter[Spot] = field(default_factory=Counter)

    def learn(self, operation: str, differences: Iterable[Difference]) -> None:
        """Add a pair of old answers to one call, equal ones too; a spot counts once per pair."""
        self._seen[operation] += 1
        _count(self._differed, operation, differences)

    def saw(self, operation: str, differences: Iterable[Difference]) -> None:
        """Add a comparison of old and new, equal ones too."""
        self._beside_seen[operation] += 1
        _count(self._beside_differed, operation, differences)

    def counts(self, spot: Spot) -> Counts:
        operation = spot.operation
        return Counts(
            self._seen[operation],
            self._differed[spot],
            self._beside_seen[operation],
            self._beside_differed[spot],
        )

    def explains(self, operation: str, difference: Difference) -> Counts | None:
        """The counts that make a difference noise, else None."""
        if difference.kind in NEVER:
            return None
        counts = self.counts(Spot(operation, difference.place, difference.kind))
        return counts if counts.is_noise(self.pairs, self.share) else None

    def rows(self) -> tuple[tuple[Total, ...], tuple[Row, ...]]:
        """All that was learnt, in a fixed order; `of_rows` takes it back."""
        totals = tuple(
            Total(name, self._seen[name], self._beside_seen[name]) for name in sorted({*self._seen, *self._beside_seen})
        )
        spots = sorted({*self._differed, *self._beside_differed})
        return totals, tuple(Row(*spot, self._differed[spot], self._beside_differed[spot]) for spot in spots)


def of_rows(totals: Iterable[Total], rows: Iterable[Row], pairs: int = 20, share: float = 0.05) -> Noise:
    """Rows of one operation or spot add up. Raises ValueError for a kind that is none."""
    noise = Noise(pairs, share)
    for total in totals:
        noise._seen[total.operation] += total.pairs
        noise._beside_seen[total.operation] += total.beside_pairs
    for row in rows:
        spot = Spot(row.operation, row.place, Kind(row.kind))
        noise._differed[spot] += row.differed
        noise._beside_differed[spot] += row.beside_differed
    return noise


def _count(counts: Counter[Spot], operation: str, differences: Iterable[Difference]) -> None:
    for spot in {Spot(operation, one.place, one.kind) for one in differences}:
        if spot in counts or len(counts) < MOST:
            counts[spot] += 1
