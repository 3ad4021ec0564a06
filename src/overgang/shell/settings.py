"""How settings are read: one table of readers per section, one line per mistake.

A reader turns what TOML gave into the value, or raises ValueError with what was expected.
"""

import difflib
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

Read: TypeAlias = Callable[[Any], Any]

REQUIRED: Final = object()


@dataclass(frozen=True, slots=True)
class Setting:
    """How one setting is read (ValueError says what was expected) and what it is when absent, or REQUIRED."""

    read: Read
    default: Any = REQUIRED


def table(given: Mapping[str, Any], name: str, lines: list[str], where: str = "") -> dict[str, Any]:
    """The table `name`, empty where it is absent."""
    found = given.get(name, {})
    if isinstance(found, dict):
        return found
    lines.append(f"{where}{name}: expected a table")
    return {}


def take(given: Mapping[str, Any], where: str, settings: Mapping[str, Setting], lines: list[str]) -> dict[str, Any]:
    """Each setting read, or its default (which goes the same way, so a default folder that is missing is told)."""
    lines += [f"{where}.{unknown(name, settings)}" for name in given if name not in settings]
    values: dict[str, Any] = {}
    for name, setting in settings.items():
        value = given.get(name, setting.default)
        if value is REQUIRED:
            lines.append(f"{where}.{name}: is missing")
        elif value is None:
            values[name] = None
        else:
            try:
                values[name] = setting.read(value)
            except ValueError as mistake:
                lines.append(f"{where}.{name}: {mistake}")
    return values


def unknown(name: str, known: Iterable[str]) -> str:
    """A line about a name that is not known, with the nearest one that is."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"{name}: unknown" + (f", did you mean {near[0]}?" if near else "")


def of(kind: type[Any], readers: Mapping[str, Read]) -> dict[str, Setting]:
    """A setting for each field of a dataclass, with the field's default."""
    return {
        item.name: Setting(readers[item.name], REQUIRED if item.default is MISSING else item.default)
        for item in fields(kind)
    }


def text(value: Any, pattern: str, expected: str) -> str:
    """A text of this form as a whole."""
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError(f"expected {expected}")
    return value


def texts(value: Any) -> list[str]:
    """A list of texts."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueError("expected a list of texts")
    return list(value)


def number(kinds: tuple[type, ...], name: str, least: float, most: float) -> Read:
    """A number of one of `kinds`, as the last of them, within bounds that both count; true and false are none."""

    def convert(value: Any) -> Any:
        if type(value) not in kinds or not least <= value <= most:
            raise ValueError(f"expected {name} from {least:g} to {most:.10g}")
        return kinds[-1](value)

    return convert


whole = partial(number, (int,), "a whole number")


def choice(*words: str) -> Read:
    """One of `words`."""

    def convert(value: Any) -> Any:
        if value not in words:
            raise ValueError(f"expected {' or '.join(words)}")
        return value

    return convert


def truth(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise ValueError("expected true or false")
    return value


def database(base: Path, value: Any) -> str:
    """The URL of a database; the file of an SQLite one is relative to `base`."""
    address = text(value, r"(sqlite|postgresql(\+[a-z0-9]+)?)://.*", "an address of SQLite or PostgreSQL")
    if not address.startswith("sqlite:///"):
        return address
    return f"sqlite:///{base / address.removeprefix('sqlite:///')}"


def host(value: Any) -> str:
    """An IP address or a host name to listen on."""
    try:
        return str(ipaddress.ip_address(text(value, r".+", "")))
    except ValueError:
        return text(value, r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", "an IP address or a host name")


def url(value: Any) -> str:
    """A base address, without a slash at its end."""
    address = text(value, r"https?://[\x21-\x7e]+", "an address that starts with http:// or https://")
    try:
        parts = urlsplit(address)
        usable = parts.hostname and parts.port != 0
    except ValueError:
        usable = None
    if not usable or parts.username is not None or "?" in address or "#" in address or "/." in parts.path:
        raise ValueError("expected an address with a host, and without user, query or fragment")
    return address.rstrip("/")


def folder(base: Path, value: Any) -> Path:
    """A folder that is there, relative to `base`."""
    path = base / text(value, r".+", "the path of a folder")
    if not path.is_dir():
        raise ValueError(f"no folder {path}")
    return path


def file(base: Path, value: Any) -> Path:
    """A file that is there, relative to `base`."""
    path = base / text(value, r".+", "the path of a file")
    if not path.is_file():
        raise ValueError(f"no file {path}")
    return path


def place(base: Path, value: Any) -> Path:
    """The path of something that need not be there."""
    return base / text(value, r".+", "a path")


def secret(base: Path, value: Any) -> bytes:
    """What a file holds: at least 32 bytes besides white space at its ends."""
    path = file(base, value)
    try:
        found = path.read_bytes().strip()
    except OSError as mistake:
        raise ValueError(f"{path}: {mistake.strerror}") from mistake
    if len(found) < 32:
        raise ValueError(f"{path} holds fewer than 32 bytes")
    return found
