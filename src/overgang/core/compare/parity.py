"""How well two sides agree, and how sure that is: a share with its 95 % interval (Wilson, 1927)."""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

Z: Final = 1.959963984540054  # the normal deviate with 2.5 % beyond it on either side


class Readiness(StrEnum):
    READY = "ready"
    NOT_YET = "not-yet"
    TOO_FEW = "too-few"
    CHECKED = "checked"


def wilson(successes: int, trials: int, z: float = Z) -> tuple[float, float]:
    """The bounds of a share: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n); (0, 1) without a trial.

    Raises ValueError for counts that can't be.
    """
    if not 0 <= successes <= trials:
        raise ValueError("expected 0 <= successes <= trials")
    if trials == 0:
        return 0.0, 1.0
    share, square = successes / trials, z * z
    middle = share + square / (2 * trials)
    reach = z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    whole = 1 + square / trials
    lower = 0.0 if successes == 0 else (middle - reach) / whole  # exact where rounding would not be
    upper = 1.0 if successes == trials else (middle + reach) / whole
    return lower, upper


@dataclass(frozen=True, slots=True)
class Parity:
    """Counts of comparisons: all of them (`compared`), and among them the equal, the expected, the undecided ones.

    The rest differed. `agreeing` counts verdict EQUAL only; an expected difference is agreement with what is to be,
    so it counts towards the share, but stays a count of its own. Undecided ones are left out of the share.
    """

    compared: int
    agreeing: int
    expected: int = 0
    undecided: int = 0

    def __post_init__(self) -> None:
        if min(self.agreeing, self.expected, self.undecided, self.different) < 0:
            raise ValueError("expected counts that add up")

    @property
    def different(self) -> int:
        return self.compared - self.agreeing - self.expected - self.undecided

    @property
    def decided(self) -> int:
        """The sample that the share is taken of."""
        return self.compared - self.undecided

    @property
    def share(self) -> float | None:
        """(agreeing + expected) / decided, from 0 to 1; None without a decided comparison."""
        return (self.agreeing + self.expected) / self.decided if self.decided else None

    @property
    def bounds(self) -> tuple[float, float]:
        """The 95 % interval of the share."""
        return wilson(self.agreeing + self.expected, self.decided)

    @property
    def lower(self) -> float:
        return self.bounds[0]

    @property
    def upper(self) -> float:
        return self.bounds[1]

    def readiness(self, threshold: float, least: int = 30) -> Readiness:
        """Ready when even the interval's lower bound reaches `threshold`; too few below `least` decided comparisons.

        Checked: there are as many with the undecided ones, and nothing differs. For writes outside of a test
        environment that is the most that can be known: what would be sent was computed and checked, and the answers
        were not seen.
        """
        if self.decided < max(least, 1):
            checked = self.compared >= max(least, 1) and not self.different
            return Readiness.CHECKED if checked else Readiness.TOO_FEW
        return Readiness.READY if self.lower >= threshold else Readiness.NOT_YET

    def __add__(self, other: "Parity") -> "Parity":
        return Parity(
            self.compared + other.compared,
            self.agreeing + other.agreeing,
            self.expected + other.expected,
            self.undecided + other.undecided,
        )
