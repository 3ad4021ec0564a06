"""The settings of trust: who may call, what is written down of it, how much is taken on, what is told outside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from overgang.shell import settings
from overgang.shell.settings import Setting

TEST: Final = "test"
CERTIFICATE: Final = "certificate"
_HALF_A_YEAR, _FIVE_YEARS = 183, 1827


@dataclass(frozen=True, slots=True)
class Clients:
    """How callers are known: `identity` is "certificate", told by the proxy in `header`, or "test": anybody.

    `form` is "rfc9440" or "escaped-pem" (nginx's $ssl_client_escaped_cert). A proxy that does not come through the Unix
    socket proves itself by `proxy_secret`. `issuers` is whose certificates count, "production" or "test"; `older_form`
    lets CVR-FID subjects in; `signatures` says whether a WS-Security signature is "checked". `actors` is the file that
    says which certificate may act for whom.
    """

    identity: str
    header: str = "Client-Cert"
    form: str = "rfc9440"
    proxy_secret: bytes | None = field(default=None, repr=False)
    issuers: str = "production"
    older_form: bool = False
    signatures: str = "off"
    actors: Path | None = None


@dataclass(frozen=True, slots=True)
class Admin:
    """Where the admin port listens; on any address but loopback it asks for the token."""

    host: str = "127.0.0.1"
    token: bytes | None = field(default=None, repr=False)


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
class Admission:
    """How many calls are answered at a time, how many may wait for that, and the seconds they do at most."""

    in_flight: int = 64
    waiting: int = 128
    seconds: float = 0.04


@dataclass(frozen=True, slots=True)
class Telling:
    """How the log is written, "text" or "json"; the OTLP/HTTP collector that traces go to ("": none); as what."""

    log: str = "text"
    otlp: str = ""
    service: str = "overgang"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds for a call as a whole, whatever it asks of the modern side; `own` by operation."""

    seconds: float = 30.0
    own: Mapping[str, float] = field(default_factory=dict)

    def of(self, operation: str) -> float:
        """The seconds that a call of this operation (an old name, or an operationId) has."""
        return self.own.get(operation, self.seconds)


def clients(given: Mapping[str, Any], base: Path, lines: list[str]) -> Clients | None:
    """The section [clients]; None where it has a mistake, which is told in `lines`."""
    readers = {
        "identity": Setting(settings.choice(CERTIFICATE, TEST)),
        "header": Setting(partial(settings.text, pattern=r"[A-Za-z][A-Za-z0-9-]*", expected="a header"), "Client-Cert"),
        "form": Setting(settings.choice("rfc9440", "escaped-pem"), "rfc9440"),
        "proxy_secret_file": Setting(partial(settings.secret, base), None),
        "issuers": Setting(settings.choice("production", "test"), "production"),
        "older_form": Setting(settings.truth, False),
        "signatures": Setting(settings.choice("off", "checked"), "off"),
        "actors": Setting(partial(settings.file, base), None),
    }  # fmt: skip
    values = settings.take(given, "clients", readers, lines)
    if values.keys() != readers.keys():
        return None
    secret = values.pop("proxy_secret_file")
    return Clients(**values, proxy_secret=secret)


def admin(given: Mapping[str, Any], base: Path, lines: list[str]) -> Admin | None:
    """The section [admin]."""
    readers = {
        "host": Setting(settings.host, "127.0.0.1"),
        "token_file": Setting(partial(settings.secret, base), None),
    }
    values = settings.take(given, "admin", readers, lines)
    return Admin(values["host"], values["token_file"]) if values.keys() == readers.keys() else None


def audit(given: Mapping[str, Any], base: Path, lines: list[str]) -> Audit | None:
    """The section [audit]."""
    days = settings.whole(1, 36_600)
    readers = {
        "heads": Setting(lambda value: base / settings.text(value, r".+", "the path of a file"), None),
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


def admission(given: Mapping[str, Any], lines: list[str]) -> Admission:
    """The section [admission]."""
    readers = settings.of(
        Admission,
        {
            "in_flight": settings.whole(1, 100_000),
            "waiting": settings.whole(0, 100_000),
            "seconds": settings.number((int, float), "seconds", 0, 60),
        },
    )
    return Admission(**settings.take(given, "admission", readers, lines))


def telling(given: Mapping[str, Any], lines: list[str]) -> Telling:
    """The section [telemetry]."""
    readers = settings.of(
        Telling,
        {
            "log": settings.choice("text", "json"),
            "otlp": lambda value: value and settings.url(value),
            "service": partial(settings.text, pattern=r"[A-Za-z0-9._-]{1,60}", expected="a service's name"),
        },
    )
    return Telling(**settings.take(given, "telemetry", readers, lines))


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
