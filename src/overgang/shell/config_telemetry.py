"""The settings of what is told of a running gateway."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from overgang.shell import settings
from overgang.shell.settings import Setting


@dataclass(frozen=True, slots=True)
class Telemetry:
    """`log` is "json" or "text", `calls`: a line for each call. `otlp` is a collector's URL, `sample` a share."""

    log: str = "json"
    calls: bool = False
    otlp: str | None = None
    sample: float = 1.0


def telemetry(given: Mapping[str, Any], lines: list[str]) -> Telemetry | None:
    """The section [telemetry]."""
    readers = {
        "log": Setting(settings.choice("json", "text"), "json"),
        "calls": Setting(settings.truth, False),
        "otlp": Setting(settings.url, None),
        "sample": Setting(settings.number((int, float), "a share", 0, 1), 1.0),
    }
    values = settings.take(given, "telemetry", readers, lines)
    return Telemetry(**values) if values.keys() == readers.keys() else None
