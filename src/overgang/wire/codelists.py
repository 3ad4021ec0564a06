"""The code lists of a deployment, read from a folder with one TOML file per list.

`only` and `not` of a value hold kinds of organisation as words ("a-kasse"): the names of the list OrganisationType in
lower case. `since` and `ends` are the first and the last valid day.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from overgang.core.codelists import CodeList, CodeValue

_LIST: Final[Mapping[str, type]] = {"name": str, "modern": str, "title": str, "source": str}
_VALUE: Final[Mapping[str, type]] = {"id": int, "name": str, "since": date, "evidence": str, "source": str}
_MAY: Final[Mapping[str, type]] = {"ends": date, "internal": bool, "only": list, "not": list}
_EVIDENCE: Final = ("documented", "reconstructed")


class CodeListError(ValueError):
    """Lists that can't be used; `lines` has one line per mistake: file, value, what is wrong."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def load(folder: Path) -> Mapping[str, CodeList]:
    """Every list in `folder` by its (old) name. Raises CodeListError with all mistakes."""
    lines: list[str] = []
    read = {path.name: _parse(path, lines) for path in sorted(folder.glob("*.toml"))}
    good = {file: given for file, given in read.items() if given and _shape(file, given, lines)}
    organisations = {
        value["name"].lower(): value["id"]
        for given in good.values()
        if given["name"] == "OrganisationType"
        for value in given["value"]
    }
    lists = {given["name"]: _list(file, given, organisations, lines) for file, given in good.items()}
    if not read:
        lines.append(f"{folder}: no code lists")
    if lines:
        raise CodeListError(lines)
    return MappingProxyType(lists)


def _parse(path: Path, lines: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as mistake:
        lines.append(f"{path.name}: {mistake}")
        return None


def _shape(file: str, given: Mapping[str, Any], lines: list[str]) -> bool:
    """Whether every key is there, of its type, and known; what is not is told in `lines`."""
    found = _keys(file, {key: part for key, part in given.items() if key != "value"}, _LIST, {})
    values = given.get("value")
    if not isinstance(values, list) or not values:
        found.append(f"{file}: no [[value]]")
    else:
        for number, value in enumerate(values, start=1):
            found += _keys(f"{file}: value {number}", value, _VALUE, _MAY)
    if not found and f"{given['name']}.toml" != file:
        found.append(f"{file}: name is {given['name']}, not the file's")
    lines += found
    return not found


def _keys(where: str, given: Mapping[str, Any], must: Mapping[str, type], may: Mapping[str, type]) -> list[str]:
    kinds = {**must, **may}
    found = [f"{where}: {key} is missing" for key in must if key not in given]
    found += [f"{where}: {key} is unknown" for key in given if key not in kinds]
    found += [
        f"{where}: {key} is not {'a day' if kind is date else f'of type {kind.__name__}'}"
        for key, kind in kinds.items()
        if key in given and not _is(given[key], kind)
    ]
    return found


def _is(value: object, kind: type) -> bool:
    """A datetime is a date to isinstance, and a bool an int; neither is one here."""
    return isinstance(value, kind) and not isinstance(value, datetime) and (kind is bool or not isinstance(value, bool))


def _list(file: str, given: Mapping[str, Any], organisations: Mapping[str, int], lines: list[str]) -> CodeList:
    values: dict[int, CodeValue] = {}
    for entry in given["value"]:
        where = f"{file}: value {entry['id']}"
        if entry["id"] in values:
            lines.append(f"{where}: is there twice")
        if entry["evidence"] not in _EVIDENCE:
            lines.append(f"{where}: evidence is not {' or '.join(_EVIDENCE)}")
        if "ends" in entry and entry["ends"] < entry["since"]:
            lines.append(f"{where}: ends before it begins")
        values[entry["id"]] = CodeValue(
            id=entry["id"],
            name=entry["name"],
            since=entry["since"],
            ends=entry.get("ends"),
            internal=entry.get("internal", False),
            only=_organisations(where, entry.get("only", []), organisations, lines),
            barred=_organisations(where, entry.get("not", []), organisations, lines),
            documented=entry["evidence"] == "documented",
            source=entry["source"],
        )
    return CodeList(given["name"], given["modern"], given["title"], MappingProxyType(values))


def _organisations(where: str, words: list[Any], known: Mapping[str, int], lines: list[str]) -> frozenset[int]:
    lines += [
        f"{where}: {word!r} is no kind of organisation"
        for word in words
        if not isinstance(word, str) or word not in known
    ]
    return frozenset(known[word] for word in words if isinstance(word, str) and word in known)
