"""What changes between two days, in words: laws, code values and old services, each with the operations it concerns."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from overgang.core.area import Area
from overgang.core.retirement import Release
from overgang.core.rules import KODELISTE, Law
from overgang.core.timeline import Version
from overgang.shell.loading import Loaded

Change = tuple[date, str]


def laws(areas: Iterable[Area]) -> list[tuple[str, Law[Any]]]:
    """Every law with the area it is declared by; one holds for all of them."""
    return [("all areas", KODELISTE), *((area.name, law) for area in areas for law in area.laws)]


def between(first: date, last: date, laws: Sequence[tuple[str, Law[Any]]], loaded: Loaded) -> list[str]:
    """What begins or ends after `first` and by `last`, in order of its day."""
    days = groupby(changing(first, last, laws, loaded), key=lambda change: change[0])
    return ["\n".join([f"From {day}:", *(text for _, text in changes)]) for day, changes in days]


def changing(first: date, last: date, laws: Sequence[tuple[str, Law[Any]]], loaded: Loaded) -> list[Change]:
    """The same as days and texts; a text's first line says what changes."""
    found = [*_laws(laws, loaded.areas), *_codes(loaded), *services(loaded)]
    return [(day, text) for day, text in sorted(found) if first < day <= last]


def _laws(laws: Sequence[tuple[str, Law[Any]]], areas: Sequence[Area]) -> Iterator[Change]:
    for area, law in laws:
        concerns = f"\n  concerns {', '.join(_operations(law, areas))}" if law.concerns else ""
        for version in law.timeline:
            yield version.since, line(area, law, version) + concerns
        if law.timeline.ends:
            yield law.timeline.ends + timedelta(days=1), f"{law.id} no longer holds\n  {law.text}{concerns}"


def _operations(law: Law[Any], areas: Sequence[Area]) -> Iterator[str]:
    """The modern operations of a law, each with the old ones that lead to it."""
    for id in law.concerns:
        old = [
            f"{service.name}.{operation.name}"
            for area in areas
            for service in area.services
            for operation in service.operations
            if id in operation.modern
        ]
        yield f"{id} ({', '.join(old)})" if old else id


def _codes(loaded: Loaded) -> Iterator[Change]:
    for codelist in loaded.codelists.values():
        for value in codelist.values.values():
            name = f"code list {codelist.name}: {value.id} ({value.name})"
            yield value.since, f"{name} may be used"
            if value.ends:
                yield value.ends + timedelta(days=1), f"{name} may no longer be used"


def services(loaded: Loaded) -> Iterator[Change]:
    """service.udfasning: what the calendar says of each old service."""
    for service in loaded.services:
        if service.retirement is None:
            continue
        told = f"service.udfasning: {service.key}"
        yield service.retirement.deprecated.day, f"{told} is deprecated{_by(service.retirement.deprecated)}"
        yield service.retirement.replaced.day, f"{told} is replaced{_by(service.retirement.replaced)}"
        if service.retirement.sunset is not None:
            ended = service.retirement.sunset + timedelta(days=1)
            yield ended, f"{told} is no longer answered; its modern calls are named in the fault"


def _by(release: Release) -> str:
    return f" by release {release.name}{' (the day is assumed)' if release.assumed else ''}"


def line(area: str, law: Law[Any], version: Version[Any]) -> str:
    """A law's version as it is listed."""
    faces = " and ".join(face.value.upper() for face in law.faces)
    value = f"  value: {version.value}\n" if isinstance(version.value, int | str) else ""
    return f"{law.id}  ({area}, {faces}, since {version.since})\n  {law.text}\n{value}  source: {version.source.title}"
