"""Who uses what: each answered call is told to a sink, which adds them up. No personal data, and never a delay."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias

from overgang.core.compare.values import Use
from overgang.core.messages import Face
from overgang.core.organisations import told
from overgang.core.values import COPENHAGEN

Telemetry: TypeAlias = Callable[[Use], None]
UNKNOWN: Final = "?"  # the caller of a call whose header could not be read


def used(face: Face, caller: str, area: str, service: str, operation: str, status: int, received: datetime) -> Use:
    """One call; `status` is the HTTP status of its answer, `received` an aware datetime."""
    return Use(
        day=received.astimezone(COPENHAGEN).date().isoformat(),
        caller=told(caller) or UNKNOWN,
        face=face.value,
        area=area,
        service=service,
        operation=operation,
        calls=1,
        faults=1 if status >= 400 else 0,
        last=received,
    )


def unheard(use: Use) -> None:
    """The sink of a gateway that keeps no count."""
