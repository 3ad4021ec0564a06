"""How long a side took, counted in buckets of even width on a logarithmic scale: ten to each power of ten.

Bucket i holds what took at most 0.5 ms x 10^(i/10) and longer than bucket i - 1 does: bucket 0 up to 0.5 ms, 10 up to
5 ms, 30 up to 0.5 s, 48 up to 31.5 s; bucket 49 holds what took longer.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping
from typing import Final

PER_DECADE: Final = 10
SHORTEST: Final = 0.0005
EDGES: Final = tuple(SHORTEST * 10 ** (i / PER_DECADE) for i in range(49))
"""The longest time of each bucket but the last, in seconds."""


def bucket(seconds: float) -> int:
    """The bucket that a time is counted in."""
    return bisect_left(EDGES, seconds)


def quantile(counts: Mapping[int, int], share: float) -> float:
    """The estimated time that `share` (above 0, up to 1) of the counted ones took at most, in seconds.

    Exact to the bucket's width, which is 26 %; within it the times are taken to lie evenly on the logarithmic scale. 0
    without any; for the last bucket its shortest time, since it has no longest.
    """
    rank, below = math.ceil(share * sum(counts.values())), 0
    for index in sorted(counts):
        if below + counts[index] >= rank > 0:
            return _within(index, (rank - below) / counts[index])
        below += counts[index]
    return 0.0


def _within(index: int, part: float) -> float:
    return EDGES[-1] if index >= len(EDGES) else EDGES[index] * 10 ** ((part - 1) / PER_DECADE)
