"""The configuration of a deployment: addresses, folders, limits, callers. Law is code and is not configured.

`read` takes one TOML file and nothing else (no environment variables), reports every mistake in it at once, and
answers with values that need no further checking. config/gateway.toml shows every setting with its default.
"""

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit


class ConfigError(Exception):
    """The configuration can't be used; `lines` has one clear line for each mistake."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the gateway listens; `public` is the base URL written into WSDLs, `prefix` the path before the version."""

    host: str = "127.0.0.1"
    port: int = 8080
    admin_port: int = 8081
    public: str = "http://127.0.0.1:8080"
    prefix: str = "/PjakTassWCF"


@dataclass(frozen=True, slots=True)
class Target:
    """A modern service: base URL without a slash at its end, seconds for a whole call, calls at the same time."""

    url: str
    deadline: float = 10.0
    max_in_flight: int = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """What a message may be at most: the guard's limits on XML, then those on JSON. Sizes in bytes."""

    bytes: int = 4 * 1024 * 1024
    depth: int = 40
    elements: int = 50_000
    attributes: int = 50
    name: int = 200
    rest_bytes: int = 1024 * 1024
    rest_depth: int = 32
    reply_bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HeaderNames:
    """The HTTP headers that carry the caller to the modern side; STAR's own names are not public, these are assumed."""

    organisation_type: str = "x-activeOrganisationTypeIdentifier"
    organisation_code: str = "x-activeOrganisationCode"
    user_full_name: str = "x-requestUserFullName"
    user_type: str = "x-requestUserTypeIdentifier"
    user_identifier: str = "x-requestUserIdentifier"
    user_email: str = "x-requestUserEmail"
    user_organisation_type: str = "x-requestOrganisationTypeIdentifier"
    user_organisation_code: str = "x-requestOrganisationCode"
    registered: str = "x-registrationDateTime"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything configured. `switched_off` names rules per caller ("8/101"); `releases` is the calendar's file."""

    listen: Listen
    wsdl: Path
    codelists: Path
    client: str
    upstream: Mapping[str, Target]
    limits: Limits
    headers: HeaderNames
    identity_key: bytes = field(repr=False)
    switched_off: Mapping[str, frozenset[str]]
    releases: Path | None


Read: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Setting:
    """How one setting is read (ValueError says what was expected) and what it is when absent; MISSING: required."""

    read: Read
    default: Any = MISSING


def read(path: Path, *, rules: Collection[str] | None = None) -> Config:
    """The configuration in `path`; relative paths in it are relative to its folder.

    `rules`, where given, are the ids that switched_off may name. Raises ConfigError with all mistakes.
    """
    lines: list[str] = []
    given = _parse(path)
    base = path.parent
    for name in given.keys() - _SECTIONS:
        lines.append(_unknown(name, _SECTIONS))
    part = {name: _table(given, name, lines) for name in _SECTIONS}
    folder, file, secret = partial(_folder, base), partial(_file, base), partial(_secret, base)
    shared, upstream = _upstream(part["upstream"], lines)
    listen = _take(part["listen"], "listen", _of(Listen, _LISTEN), lines)
    limits = _take(part["limits"], "limits", _of(Limits, _LIMITS), lines)
    headers = _take(part["headers"], "headers", _of(HeaderNames, _HEADERS), lines)
    wsdl = _take(part["wsdl"], "wsdl", {"folder": _Setting(folder, "../wsdl")}, lines)
    codelists = _take(part["codelists"], "codelists", {"folder": _Setting(folder, "codelists")}, lines)
    identity = _take(part["identity"], "identity", {"key_file": _Setting(secret)}, lines)
    releases = _take(part["releases"], "releases", {"file": _Setting(file, None)}, lines)
    switched_off = _callers(part["callers"], rules, lines)
    if lines:
        raise ConfigError([f"{path.name}: {line}" for line in lines])
    return Config(
        listen=Listen(**listen),
        wsdl=wsdl["folder"],
        codelists=codelists["folder"],
        client=shared["client"],
        upstream=upstream,
        limits=Limits(**limits),
        headers=HeaderNames(**headers),
        identity_key=identity["key_file"],
        switched_off=switched_off,
        releases=releases["file"],
    )


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as mistake:
        raise ConfigError([f"{path}: {mistake.strerror}"]) from mistake
    except UnicodeDecodeError as mistake:
        raise ConfigError([f"{path.name}: not UTF-8"]) from mistake
    except tomllib.TOMLDecodeError as mistake:
        raise ConfigError([f"{path.name}: not TOML: {mistake}"]) from mistake


def _table(given: Mapping[str, Any], name: str, lines: list[str], where: str = "") -> dict[str, Any]:
    table = given.get(name, {})
    if isinstance(table, dict):
        return table
    lines.append(f"{where}{name}: expected a table")
    return {}


def _take(table: Mapping[str, Any], where: str, settings: Mapping[str, _Setting], lines: list[str]) -> dict[str, Any]:
    """Each setting read, or its default (which goes the same way, so a default folder that is missing is told)."""
    lines += [f"{where}.{_unknown(name, settings)}" for name in table if name not in settings]
    values = {}
    for name, setting in settings.items():
        value = table.get(name, setting.default)
        if value is MISSING:
            lines.append(f"{where}.{name}: is missing")
        elif value is None:
            values[name] = None
        else:
            try:
                values[name] = setting.read(value)
            except ValueError as mistake:
                lines.append(f"{where}.{name}: {mistake}")
    return values


def _unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"{name}: unknown" + (f", did you mean {near[0]}?" if near else "")


def _of(kind: type[Any], readers: Mapping[str, Read]) -> dict[str, _Setting]:
    return {item.name: _Setting(readers[item.name], item.default) for item in fields(kind)}


def _upstream(table: Mapping[str, Any], lines: list[str]) -> tuple[dict[str, Any], dict[str, Target]]:
    """The shared settings, and a target per domain: its own settings before the shared ones."""
    domains = {name for name, value in table.items() if isinstance(value, dict)}
    if not domains:
        lines.append("upstream: no modern service is configured, e.g. [upstream.visiteringogstatus]")
    shared_settings = {
        "deadline": _Setting(_TARGET["deadline"], 10.0),
        "max_in_flight": _Setting(_TARGET["max_in_flight"], 64),
        "client": _Setting(_choice("pyreqwest", "httpx"), "pyreqwest"),
    }
    plain = {name: value for name, value in table.items() if name not in domains}
    shared = _take(plain, "upstream", shared_settings, lines)
    targets = {}
    for name in sorted(domains):
        if not re.fullmatch(r"[a-z][a-z0-9]*", name):
            lines.append(f"upstream.{name}: a domain is written in lower case, as in the path")
        own = {key: _Setting(convert, shared.get(key, MISSING)) for key, convert in _TARGET.items()}
        values = _take(table[name], f"upstream.{name}", own, lines)
        if values.keys() == _TARGET.keys():
            targets[name] = Target(**values)
    return shared, targets


def _callers(table: Mapping[str, Any], rules: Collection[str] | None, lines: list[str]) -> dict[str, frozenset[str]]:
    switched_off = {}
    for caller in table:
        where = f'callers."{caller}"'
        if not re.fullmatch(r"[1-9][0-9]{0,2}/[^/\s]{1,20}", caller):
            lines.append(f'{where}: expected organisation type and code, e.g. "8/101"')
        own = _table(table, caller, lines, "callers.")
        names = _take(own, where, {"switched_off": _Setting(_texts, [])}, lines).get("switched_off", ())
        if rules is not None:
            lines += [f"{where}.switched_off: {_unknown(name, rules)}" for name in names if name not in rules]
        switched_off[caller] = frozenset(names)
    return switched_off


# ---- how single values are read; what they raise is told after the setting's name


def _text(value: Any, pattern: str, expected: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError(f"expected {expected}")
    return value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("expected a list of texts")
    return value


def _number(kinds: tuple[type, ...], name: str, least: float, most: float) -> Read:
    def convert(value: Any) -> Any:
        if type(value) not in kinds or not least <= value <= most:
            raise ValueError(f"expected {name} from {least:g} to {most:.10g}")
        return kinds[-1](value)

    return convert


def _choice(*words: str) -> Read:
    def convert(value: Any) -> Any:
        if value not in words:
            raise ValueError(f"expected {' or '.join(words)}")
        return value

    return convert


def _host(value: Any) -> str:
    try:
        return str(ipaddress.ip_address(_text(value, r".+", "")))
    except ValueError:
        return _text(value, r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", "an IP address or a host name")


def _url(value: Any) -> str:
    text = _text(value, r"https?://[\x21-\x7e]+", "an address that starts with http:// or https://")
    try:
        parts = urlsplit(text)
        usable = parts.hostname and parts.port != 0
    except ValueError:
        usable = None
    if not usable or parts.username is not None or "?" in text or "#" in text or "/." in parts.path:
        raise ValueError("expected an address with a host, and without user, query or fragment")
    return text.rstrip("/")


def _folder(base: Path, value: Any) -> Path:
    path = base / _text(value, r".+", "the path of a folder")
    if not path.is_dir():
        raise ValueError(f"no folder {path}")
    return path


def _file(base: Path, value: Any) -> Path:
    path = base / _text(value, r".+", "the path of a file")
    if not path.is_file():
        raise ValueError(f"no file {path}")
    return path


def _secret(base: Path, value: Any) -> bytes:
    path = _file(base, value)
    try:
        secret = path.read_bytes().strip()
    except OSError as mistake:
        raise ValueError(f"{path}: {mistake.strerror}") from mistake
    if len(secret) < 32:
        raise ValueError(f"{path} holds fewer than 32 bytes")
    return secret


_whole = partial(_number, (int,), "a whole number")
_SECTIONS = ("listen", "wsdl", "codelists", "upstream", "limits", "headers", "identity", "callers", "releases")
_LISTEN: Mapping[str, Read] = {
    "host": _host,
    "port": _whole(0, 65535),
    "admin_port": _whole(0, 65535),
    "public": _url,
    "prefix": partial(_text, pattern=r"(/[A-Za-z0-9_-]+)*", expected='a path such as "/PjakTassWCF", or nothing'),
}
_TARGET: Mapping[str, Read] = {
    "url": _url,
    "deadline": _number((int, float), "seconds", 0.05, 300),
    "max_in_flight": _whole(1, 10_000),
}
_LIMITS: Mapping[str, Read] = {
    "bytes": _whole(1024, 2**30),
    "depth": _whole(4, 250),
    "elements": _whole(10, 10_000_000),
    "attributes": _whole(1, 10_000),
    "name": _whole(20, 10_000),
    "rest_bytes": _whole(1024, 2**30),
    "rest_depth": _whole(4, 250),
    "reply_bytes": _whole(1024, 2**30),
}
_HEADERS: Mapping[str, Read] = {
    item.name: partial(_text, pattern=r"[A-Za-z][A-Za-z0-9-]{0,99}", expected="a header name")
    for item in fields(HeaderNames)
}
