"""The settings of what is written down of calls, and how long they may take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from overgang.shell import settings
from overgang.shell.settings import Setting

_HALF_A_YEAR, _FIVE_YEARS = 183, 1827


@dataclass(frozen=True, slots=True)
class Audit:
    """Where signed heads of the audit chains are written beside the store, and the days each class is kept.

    `old_keys` are replaced secrets: what was written with them is still found and verified.
    """

    heads: Path | None = None
    read_days: int = _HALF_A_YEAR
    write_days: int = _FIVE_YEARS
    refused_days: int = _HALF_A_YEAR
    admin_days: int = _FIVE_YEARS
    old_keys: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds for a call as a whole, whatever it asks of the modern side; `own` by operation."""

    seconds: float = 30.0
    own: Mapping[str, float] = field(default_factory=dict)

    def of(self, operation: str) -> float:
        """The seconds that a call of this operation (an old name, or an operationId) has."""
        return self.own.get(operation, self.seconds)


def audit(given: Mapping[str, Any], base: Path, lines: list[str]) -> Audit | None:
    """The section [audit]."""
    days = settings.whole(1, 36_600)
    readers = {
        "heads": Setting(partial(settings.place, base), None),
        "read_days": Setting(days, _HALF_A_YEAR),
        "write_days": Setting(days, _FIVE_YEARS),
        "refused_days": Setting(days, _HALF_A_YEAR),
        "admin_days": Setting(days, _FIVE_YEARS),
        "old_key_files": Setting(partial(_secrets, base), ()),
    }
    values = settings.take(given, "audit", readers, lines)
    if values.keys() != readers.keys():
        return None
    return Audit(
        **{name: value for name, value in values.items() if name != "old_key_files"}, old_keys=values["old_key_files"]
    )


def deadlines(given: Mapping[str, Any], lines: list[str]) -> Deadlines:
    """The section [operations]: seconds for all, and tables with those of one operation."""
    seconds = settings.number((int, float), "seconds", 0.1, 600)
    tables = {name: value for name, value in given.items() if isinstance(value, dict)}
    plain = {name: value for name, value in given.items() if name not in tables}
    shared = settings.take(plain, "operations", {"seconds": Setting(seconds, 30.0)}, lines)
    own = {
        name: settings.take(value, f"operations.{name}", {"seconds": Setting(seconds)}, lines)
        for name, value in tables.items()
    }
    return Deadlines(shared.get("seconds", 30.0), {name: value["seconds"] for name, value in own.items() if value})


def _secrets(base: Path, value: Any) -> tuple[bytes, ...]:
    return tuple(settings.secret(base, name) for name in settings.texts(value))
