"""From differences to a verdict: each is unexplained, expected, or noise."""

from collections.abc import Iterable
from datetime import date

from overgang.core.compare.expected import Register
from overgang.core.compare.noise import Noise
from overgang.core.compare.values import Difference, Judged, Label, Verdict


def judge(
    differences: Iterable[Difference], *, operation: str, day: date, register: Register, noise: Noise
) -> tuple[Verdict, tuple[Judged, ...]]:
    """What a comparison came to. `operation` is "Name/version/Operation", `day` the Danish day of the call.

    The register is asked first: what is expected is told as expected, also where it would pass for noise.
    """
    judged = tuple(_judged(one, operation, day, register, noise) for one in differences)
    labels = {one.label for one in judged}
    if Label.UNEXPLAINED in labels:
        return Verdict.DIFFERENT, judged
    return (Verdict.EXPECTED if Label.EXPECTED in labels else Verdict.EQUAL), judged


def _judged(difference: Difference, operation: str, day: date, register: Register, noise: Noise) -> Judged:
    entry = register.find(difference, operation, day)
    if entry is not None:
        return Judged(difference, Label.EXPECTED, entry.explanation)
    counts = noise.explains(operation, difference)
    return Judged(difference) if counts is None else Judged(difference, Label.NOISE, counts.reason)
