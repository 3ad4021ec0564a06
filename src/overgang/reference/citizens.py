"""The demo citizens: invented persons and what is registered about them from the start."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

FORM = (
    r"((((0[1-9]|1[0-9]|2[0-9]|3[0-1])(01|03|05|07|08|10|12))|((0[1-9]|1[0-9]|2[0-9]|30)(04|06|09|11))"
    r"|((0[1-9]|1[0-9]|2[0-9])(02)))[0-9]{6})|0000000000"
)
"""The documented pattern of a CPR number; to be matched in full."""


@dataclass(frozen=True, slots=True)
class Initial:
    """A registration that exists after a reset; dates are days before that day, so that the demo never grows old."""

    kind: str  # the KIND of the service that keeps it
    id: str
    content: Mapping[str, Any]
    dates: Mapping[str, int]  # property -> days before the day of the reset, negative for later days
    organisation_type: int
    organisation_code: str


@dataclass(frozen=True, slots=True)
class Citizen:
    """An invented person; `state` tells what the person is an example of: situation, a_kasse, visitationskategori."""

    label: str
    number: str
    dead: bool = False
    state: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    registrations: tuple[Initial, ...] = ()


def load_citizens(path: Path) -> tuple[Citizen, ...]:
    """Read a citizens file; KeyError or TypeError when something in it is missing or misspelt."""
    return tuple(_citizen(row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["citizen"])


def _citizen(row: Mapping[str, Any]) -> Citizen:
    known = {**row, "registrations": tuple(Initial(**initial) for initial in row.get("registrations", ()))}
    return Citizen(**known)
