"""The release calendar from its file, config/releases.toml."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from overgang.core.retirement import Brownout, Calendar, Release, Retirement


class CalendarError(ValueError):
    """A calendar that can't be used: one line with file, place and what is wrong."""


def load(path: Path) -> Calendar:
    """The calendar by (service, version). Raises CalendarError."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        releases = {release.name: release for release in map(_release, given["release"])}
        return {(row["name"], row["version"]): _retirement(row, releases) for row in given.get("service", ())}
    except OSError as mistake:
        raise CalendarError(f"{path}: {mistake.strerror}") from mistake
    except KeyError as mistake:
        raise CalendarError(f"{path.name}: {mistake.args[0]} is missing or unknown") from mistake
    except (TypeError, ValueError) as mistake:
        raise CalendarError(f"{path.name}: {mistake}") from mistake


def _release(row: Mapping[str, Any]) -> Release:
    _known(row, ("name", "day", "assumed"), "release")
    return Release(str(row["name"]), _day(row["day"], "release.day"), bool(row.get("assumed", False)))


def _retirement(row: Mapping[str, Any], releases: Mapping[str, Release]) -> Retirement:
    _known(row, ("name", "version", "deprecated", "replaced", "sunset", "brownouts"), f"service {row['name']}")
    deprecated, replaced = releases[row["deprecated"]], releases[row["replaced"]]
    sunset = row.get("sunset")
    if sunset is not None and _day(sunset, "sunset") < deprecated.day:
        raise ValueError(f"{row['name']}: its sunset is before its deprecation")
    return Retirement(
        deprecated, replaced, sunset, tuple(_brownout(row["name"], one) for one in row.get("brownouts", ()))
    )


def _brownout(name: str, given: Mapping[str, Any]) -> Brownout:
    start, end = given["from"], given["to"]
    if not all(isinstance(at, datetime) and at.tzinfo is not None for at in (start, end)) or start >= end:
        raise ValueError(f"{name}: a brownout has from and to, in this order and with their offsets")
    return Brownout(start, end)


def _day(value: Any, place: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"{place}: expected a day")
    return value


def _known(row: Mapping[str, Any], names: Iterable[str], place: str) -> None:
    if unknown := row.keys() - set(names):
        raise ValueError(f"{place}: {min(unknown)} is unknown")
