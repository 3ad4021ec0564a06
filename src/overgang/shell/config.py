"""The configuration of a deployment: addresses, folders, limits, callers. Law is code and is not configured.

`read` takes one TOML file and nothing else (no environment variables), reports every mistake in it at once, and
answers with values that need no further checking. config/gateway.toml shows every setting with its default.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from overgang.core.compare.modes import ANY, Scope
from overgang.core.compare.values import Mode
from overgang.shell import config_audit, config_clients, config_life, config_messages, config_telemetry, settings
from overgang.shell.config_audit import Audit, Deadlines
from overgang.shell.config_clients import Admin, Clients
from overgang.shell.config_life import Life
from overgang.shell.config_messages import MessageSettings
from overgang.shell.config_telemetry import Telemetry
from overgang.shell.settings import Read, Setting
from overgang.wire import guard


class ConfigError(Exception):
    """The configuration can't be used; `lines` has one clear line for each mistake."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the gateway listens: host and port, or the Unix `socket`.

    `public` is the base URL written into WSDLs, `prefix` the path before the version.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    admin_port: int = 8081
    public: str = "http://127.0.0.1:8080"
    prefix: str = "/PjakTassWCF"
    socket: Path | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A modern service: base URL without a slash at its end, seconds for a whole call, calls at the same time.

    `waiting` calls may wait for a place. `retries` is the share of calls that may be tried again. At `breaker_share`
    of failures among `breaker_calls` or more within `breaker_seconds` it is not asked for `breaker_pause` seconds.
    """

    url: str
    deadline: float = 10.0
    max_in_flight: int = 64
    waiting: int = 32
    retries: float = 0.2
    breaker_share: float = 0.5
    breaker_calls: int = 20
    breaker_seconds: float = 10.0
    breaker_pause: float = 10.0


@dataclass(frozen=True, slots=True)
class Limits(guard.Limits):
    """The guard's limits on XML, and those on JSON: a request's bytes and nesting, the bytes of a modern reply."""

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
class Comparing:
    """How the old side and the new one are compared.

    `mode` holds where none is set; `sample` is the share of calls that are compared, `noise` that of the reads for
    which the old side is asked twice. `at_once` and `waiting` bound the work beside the calls, `bytes` each message of
    it, `seconds` each comparison. `examples` of each cluster are kept whole, for `days`. In a test environment writes
    go to both sides.
    """

    mode: Mode = Mode.NEW
    sample: float = 1.0
    noise: float = 0.05
    at_once: int = 8
    waiting: int = 64
    bytes: int = 2 * 1024 * 1024
    seconds: float = 30.0
    examples: int = 50
    days: int = 30
    test_environment: bool = False
    expected: Path | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """Where recordings are kept (None: there are none), for how many days, and the bytes of one at most."""

    folder: Path | None = None
    days: int = 7
    bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Config:
    """Everything configured. `switched_off` names rules per caller ("8/101"); `releases` is the calendar's file.

    `old` are the old services' own addresses, by "Name/version": of what is not modernised, and of what is compared.
    `store` is the URL of the database in which the gateway keeps what it must not forget. `modes` are those that hold
    until others are set at run time.
    """

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
    old: Mapping[str, Target] = field(default_factory=dict)
    store: str = field(default="sqlite://", repr=False)  # may hold a password
    modes: Mapping[Scope, Mode] = field(default_factory=dict)
    comparing: Comparing = field(default_factory=Comparing)
    recording: Recording = field(default_factory=Recording)
    audit: Audit = field(default_factory=Audit)
    deadlines: Deadlines = field(default_factory=Deadlines)
    admission: Life = field(default_factory=Life)
    clients: Clients = field(default_factory=Clients)
    admin: Admin = field(default_factory=Admin)
    telemetry: Telemetry = field(default_factory=Telemetry)
    messages: MessageSettings = field(default_factory=MessageSettings)


def read(path: Path, *, rules: Collection[str] | None = None) -> Config:
    """The configuration in `path`; relative paths in it are relative to its folder.

    `rules`, where given, are the ids that switched_off may name. Raises ConfigError with all mistakes.
    """
    lines: list[str] = []
    given = _parse(path)
    base = path.parent
    for name in given.keys() - {*_SECTIONS, "mode"}:
        lines.append(settings.unknown(name, (*_SECTIONS, "mode")))
    part = {name: settings.table(given, name, lines) for name in _SECTIONS}
    folder, file, secret = partial(settings.folder, base), partial(settings.file, base), partial(settings.secret, base)
    shared, upstream = _upstream(part["upstream"], lines)
    listen = settings.take(
        part["listen"], "listen", settings.of(Listen, {**_LISTEN, "socket": partial(settings.place, base)}), lines
    )
    limits = settings.take(part["limits"], "limits", settings.of(Limits, _LIMITS), lines)
    headers = settings.take(part["headers"], "headers", settings.of(HeaderNames, _HEADERS), lines)
    wsdl = settings.take(part["wsdl"], "wsdl", {"folder": Setting(folder, "../wsdl")}, lines)
    codelists = settings.take(part["codelists"], "codelists", {"folder": Setting(folder, "codelists")}, lines)
    identity = settings.take(part["identity"], "identity", {"key_file": Setting(secret)}, lines)
    releases = settings.take(part["releases"], "releases", {"file": Setting(file, None)}, lines)
    switched_off = _callers(part["callers"], rules, lines)
    old = _old(part["old"], lines)
    store = settings.take(part["store"], "store", {"url": Setting(partial(settings.database, base), _STORE)}, lines)
    comparing = settings.take(part["compare"], "compare", _comparing(file), lines)
    recording = settings.take(part["recording"], "recording", _recording(base), lines)
    modes = _modes(given.get("mode", []), old, lines)
    audit = config_audit.audit(part["audit"], base, lines)
    deadlines = config_audit.deadlines(part["operations"], lines)
    if comparing.get("mode", Mode.NEW) is not Mode.NEW and not old:
        lines.append("compare.mode: no old service has an address under [old]")
    admission = config_life.life(part["admission"], lines)
    if admission is not None:
        lines += _crowding(admission.at_once, {**upstream, **old})
    where = listen.get("host", "127.0.0.1"), listen.get("socket")
    clients = config_clients.clients(part["clients"], base, *where, lines)
    admin = config_clients.admin(part["admin"], base, lines)
    telemetry = config_telemetry.telemetry(part["telemetry"], lines)
    messages = config_messages.messages(part["messages"], base, lines)
    if (
        lines
        or audit is None
        or admission is None
        or clients is None
        or admin is None
        or telemetry is None
        or messages is None
    ):
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
        old=old,
        store=store["url"],
        modes=modes,
        comparing=Comparing(**comparing),
        recording=Recording(**recording),
        audit=audit,
        deadlines=deadlines,
        admission=admission,
        clients=clients,
        admin=admin,
        telemetry=telemetry,
        messages=messages,
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


def _upstream(table: Mapping[str, Any], lines: list[str]) -> tuple[dict[str, Any], dict[str, Target]]:
    """The shared settings, and a target per domain: its own settings before the shared ones."""
    domains = {name for name, value in table.items() if isinstance(value, dict)}
    if not domains:
        lines.append("upstream: no modern service is configured, e.g. [upstream.visiteringogstatus]")
    plain = {name: value for name, value in table.items() if name not in domains}
    of_target = settings.of(Target, _TARGET)
    of_all = {name: setting for name, setting in of_target.items() if name != "url"}
    client = Setting(settings.choice("pyreqwest", "httpx"), "pyreqwest")
    shared = settings.take(plain, "upstream", {**of_all, "client": client}, lines)
    targets = {}
    for name in sorted(domains):
        if not re.fullmatch(r"[a-z][a-z0-9]*", name):
            lines.append(f"upstream.{name}: a domain is written in lower case, as in the path")
        own = {key: replace(setting, default=shared.get(key, setting.default)) for key, setting in of_target.items()}
        values = settings.take(table[name], f"upstream.{name}", own, lines)
        if values.keys() == own.keys():
            targets[name] = Target(**values)
    return shared, targets


def _crowding(at_once: int, targets: Mapping[str, Target]) -> Iterator[str]:
    """A line where one slow service could hold every call that is let in, and so keep the others from being asked."""
    held = {where: target.max_in_flight + target.waiting for where, target in targets.items()}
    most = max(held.values(), default=0)
    if most >= at_once:
        where = ", ".join(sorted(name for name in held if held[name] == most))
        yield f"admission.at_once: {where}: max_in_flight + waiting are {most} calls; expected more than those"


def _old(table: Mapping[str, Any], lines: list[str]) -> dict[str, Target]:
    targets = {}
    for name in sorted(table):
        if not re.fullmatch(r"[A-Za-z]+/[1-9][0-9]{0,2}", name):
            lines.append(f'old."{name}": expected service and version, e.g. "PersonRegistrationService/9"')
        own = settings.of(Target, _TARGET)
        values = settings.take(settings.table(table, name, lines, "old."), f'old."{name}"', own, lines)
        if values.keys() == own.keys():
            targets[name] = Target(**values)
    return targets


def _callers(table: Mapping[str, Any], rules: Collection[str] | None, lines: list[str]) -> dict[str, frozenset[str]]:
    switched_off = {}
    for caller in table:
        where = f'callers."{caller}"'
        if not re.fullmatch(r"[1-9][0-9]{0,2}/[^/\s]{1,20}", caller):
            lines.append(f'{where}: expected organisation type and code, e.g. "8/101"')
        own = settings.table(table, caller, lines, "callers.")
        names = settings.take(own, where, _CALLER, lines).get("switched_off", ())
        if rules is not None:
            lines += [f"{where}.switched_off: {settings.unknown(name, rules)}" for name in names if name not in rules]
        switched_off[caller] = frozenset(names)
    return switched_off


def _modes(given: Any, old: Collection[str], lines: list[str]) -> dict[Scope, Mode]:
    """The rows of [[mode]]; each names at least one of service, operation and caller."""
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        lines.append("mode: expected rows [[mode]]")
        return {}
    modes: dict[Scope, Mode] = {}
    for number, row in enumerate(given, 1):
        where = f"mode[{number}]"
        values = settings.take(row, where, _MODE, lines)
        if values.keys() != _MODE.keys():
            continue
        mode, scope = values.pop("mode"), Scope(**values)
        if scope == Scope():
            lines.append(f"{where}: names no service, operation or caller; for all of them there is compare.mode")
        if scope in modes:
            lines.append(f"{where}: there is a row for the same before")
        if mode is not Mode.NEW and (not old or (scope.service != ANY and scope.service not in old)):
            lines.append(f'{where}: mode "{mode}" needs the old service\'s address under [old]')
        modes[scope] = mode
    return modes


def _comparing(file: Read) -> dict[str, Setting]:
    return settings.of(
        Comparing,
        {
            "mode": _mode,
            "sample": settings.number((int, float), "a share", 0, 1),
            "noise": settings.number((int, float), "a share", 0, 1),
            "at_once": settings.whole(1, 1000),
            "waiting": settings.whole(1, 100_000),
            "bytes": settings.whole(1024, 2**30),
            "seconds": settings.number((int, float), "seconds", 0.1, 600),
            "examples": settings.whole(1, 100_000),
            "days": settings.whole(1, 3660),
            "test_environment": settings.truth,
            "expected": file,
        },
    )


def _recording(base: Path) -> dict[str, Setting]:
    return settings.of(
        Recording,
        {
            "folder": partial(settings.folder, base),
            "days": settings.whole(1, 3660),
            "bytes": settings.whole(2**20, 2**40),
        },
    )


def _mode(value: Any) -> Mode:
    return Mode(settings.choice(*Mode)(value))


_SECTIONS = (
    "listen", "wsdl", "codelists", "upstream", "limits", "headers", "identity", "callers", "releases", "old", "store",
    "compare", "recording", "audit", "operations", "admission", "clients", "admin",
    "telemetry", "messages",
)  # fmt: skip
_STORE = "sqlite:///overgang.sqlite"
_MODE = {
    "service": Setting(partial(settings.text, pattern=r"\*|[A-Za-z]+/[1-9][0-9]{0,2}", expected='"Name/version"'), ANY),
    "operation": Setting(
        partial(settings.text, pattern=r"\*|[A-Za-z][A-Za-z0-9]*", expected="an operation's name"), ANY
    ),
    "caller": Setting(
        partial(settings.text, pattern=r"\*|[1-9][0-9]{0,2}/[^/\s]{1,20}", expected='an organisation, e.g. "8/101"'),
        ANY,
    ),
    "mode": Setting(_mode),
}
_LISTEN: Mapping[str, Read] = {
    "host": settings.host,
    "port": settings.whole(0, 65535),
    "admin_port": settings.whole(0, 65535),
    "public": settings.url,
    "prefix": partial(
        settings.text, pattern=r"(/[A-Za-z0-9_-]+)*", expected='a path such as "/PjakTassWCF", or nothing'
    ),
}
_CALLER = {"switched_off": Setting(settings.texts, ())}
_TARGET: Mapping[str, Read] = {
    "url": settings.url,
    "deadline": settings.number((int, float), "seconds", 0.05, 300),
    "max_in_flight": settings.whole(1, 10_000),
    "waiting": settings.whole(0, 100_000),
    "retries": settings.number((int, float), "a share", 0, 1),
    "breaker_share": settings.number((int, float), "a share", 0.01, 1),
    "breaker_calls": settings.whole(1, 1_000_000),
    "breaker_seconds": settings.number((int, float), "seconds", 0.1, 3600),
    "breaker_pause": settings.number((int, float), "seconds", 0.1, 3600),
}
_LIMITS: Mapping[str, Read] = {
    "bytes": settings.whole(1024, 2**30),
    "depth": settings.whole(4, 250),
    "elements": settings.whole(10, 10_000_000),
    "attributes": settings.whole(1, 10_000),
    "name": settings.whole(20, 10_000),
    "value": settings.whole(256, 10_000_000),
    "rest_bytes": settings.whole(1024, 2**30),
    "rest_depth": settings.whole(4, 250),
    "reply_bytes": settings.whole(1024, 2**30),
}
_HEADERS: Mapping[str, Read] = {
    item.name: partial(settings.text, pattern=r"[A-Za-z][A-Za-z0-9-]{0,99}", expected="a header name")
    for item in fields(HeaderNames)
}
