"""The settings of how much is taken on at a time, and of how a gateway stops."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from overgang.shell import settings


@dataclass(frozen=True, slots=True)
class Life:
    """`at_once` calls are under way at a time, further ones are refused.

    Once it is told to stop (SIGTERM) a gateway goes on for `drain` seconds while it says that it is not ready, then
    listens no more, and ends when its calls are answered.
    """

    at_once: int = 128
    drain: float = 5.0


def life(given: Mapping[str, Any], lines: list[str]) -> Life | None:
    """The section [admission]."""
    readers = settings.of(
        Life, {"at_once": settings.whole(1, 100_000), "drain": settings.number((int, float), "seconds", 0, 600)}
    )
    values = settings.take(given, "admission", readers, lines)
    return Life(**values) if values.keys() == readers.keys() else None
