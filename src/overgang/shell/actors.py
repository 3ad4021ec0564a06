"""The register of actors from its file, config/actors.toml: who may call, and for which organisations."""

import re
import tomllib
from functools import partial
from pathlib import Path
from typing import Any, Final

from overgang.core.identity import Actor, Actors
from overgang.shell import settings
from overgang.shell.settings import Setting

_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UNIT: Final = (rf"{_UUID}|FID:[0-9]{{1,20}}", 'a uuid in lower case, or "FID:" and a number')
_ORGANISATION: Final = (r"\*|[1-9][0-9]{0,2}/(\*|[^/\s*]{1,20})", 'an organisation: "8/101", "8/*" or "*"')
_FINGERPRINT: Final = ("[0-9a-f]{64}", "a SHA-256 in lower-case hex")


class ActorsError(Exception):
    """The file can't be used; `lines` has one clear line for each mistake."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def read(path: Path) -> Actors:
    """The register. Raises ActorsError with all mistakes."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as mistake:
        raise ActorsError([f"{path.name}: can't be read as TOML: {type(mistake).__name__}"]) from mistake
    lines = [settings.unknown(name, ("actor",)) for name in given if name != "actor"]
    rows = given.get("actor", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ActorsError([f"{path.name}: expected rows [[actor]]"])
    actors = [actor for number, row in enumerate(rows, 1) if (actor := _actor(row, f"actor[{number}]", lines))]
    if lines:
        raise ActorsError([f"{path.name}: {line}" for line in lines])
    try:
        return Actors(actors)
    except ValueError as mistake:
        raise ActorsError([f"{path.name}: {mistake}"]) from mistake


def _actor(row: dict[str, Any], where: str, lines: list[str]) -> Actor | None:
    values = settings.take(row, where, _READERS, lines)
    return Actor(**values) if values.keys() == _READERS.keys() else None


def _each(pattern: str, expected: str, value: Any) -> frozenset[str]:
    found = settings.texts(value)
    if not all(re.fullmatch(pattern, one) for one in found):
        raise ValueError(f"expected {expected}")
    return frozenset(found)


_READERS: Final = {
    "name": Setting(partial(settings.text, pattern=r"[^\r\n]{1,100}", expected="a name")),
    "cvr": Setting(partial(settings.text, pattern="[0-9]{8}", expected="eight digits")),
    "units": Setting(partial(_each, *_UNIT)),
    "organisations": Setting(partial(_each, *_ORGANISATION)),
    "fingerprints": Setting(partial(_each, *_FINGERPRINT), ()),
    "suspended": Setting(settings.truth, False),
    "messages": Setting(settings.truth, False),
}
