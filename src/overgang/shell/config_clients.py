"""The settings of who may call and who may look after the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from overgang.shell import settings
from overgang.shell.actors import ActorsError, read
from overgang.shell.settings import Setting

CERTIFICATE: Final = "client-cert"
TRIAL: Final = "trial"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Clients:
    """How it is known who calls. `proof` "trial" takes everybody, and is for trials on this machine only.

    With "client-cert" a proxy hands on the certificate: over a Unix socket, or over loopback with `proxy_secret`.
    `authorities` is a PEM file of the issuing authorities. `signatures`: old calls must be signed (WS-Security).
    """

    proof: str = TRIAL
    actors: Path | None = None
    proxy_secret: bytes | None = field(default=None, repr=False)
    authorities: Path | None = None
    test_issuers: bool = False
    legacy: bool = False
    signatures: bool = False


@dataclass(frozen=True, slots=True)
class Admin:
    """Where the admin port listens, by which names it may be asked, and who may: on loopback whoever is on the machine.

    On any other address there is a `token`, or TLS with certificates of `client_authorities`.
    """

    host: str = "127.0.0.1"
    hosts: tuple[str, ...] = ()
    token: bytes | None = field(default=None, repr=False)
    certificate: Path | None = None
    key: Path | None = None
    client_authorities: Path | None = None


def clients(given: Mapping[str, Any], base: Path, host: str, socket: Path | None, lines: list[str]) -> Clients | None:
    """The section [clients], for a gateway that listens on `host`, or on the Unix socket where there is one."""
    file = partial(settings.file, base)
    readers = {
        "proof": Setting(settings.choice(CERTIFICATE, TRIAL), CERTIFICATE),
        "actors": Setting(file, None),
        "proxy_secret_file": Setting(partial(settings.secret, base), None),
        "authorities": Setting(file, None),
        "test_issuers": Setting(settings.truth, False),
        "legacy": Setting(settings.truth, False),
        "signatures": Setting(settings.truth, False),
    }
    values = settings.take(given, "clients", readers, lines)
    if values.keys() != readers.keys():
        return None
    values["proxy_secret"] = values.pop("proxy_secret_file")
    found = Clients(**values)
    _check(found, host, socket, lines)
    return found


def _check(found: Clients, host: str, socket: Path | None, lines: list[str]) -> None:
    local = socket is not None or host in LOOPBACK
    if found.signatures and (lack := _lack(found)):
        lines.append(f"clients.signatures: {lack}")
    if found.authorities is not None and not _readable(found.authorities):
        lines.append("clients.authorities: expected a file of certificates in PEM")
    if found.proof == TRIAL:
        if socket is not None or host not in LOOPBACK:  # behind a socket is a proxy, and whoever it lets in
            lines.append(f'clients.proof: "{TRIAL}" takes everybody, so it listens on loopback only')
        return
    if found.actors is None:
        lines.append('clients.actors: is missing: the file of who may call (for a trial: proof = "trial")')
    else:
        try:
            read(found.actors)
        except ActorsError as mistake:
            lines += mistake.lines
    if not local:
        lines.append("listen.host: the certificate is handed on by a proxy on this machine: loopback, or listen.socket")
    elif socket is None and found.proxy_secret is None:
        lines.append("clients.proxy_secret_file: is missing: on loopback it tells the proxy from everybody else")


def _readable(file: Path) -> bool:
    from overgang.wire import oces

    try:
        return bool(oces.authorities(file.read_bytes()))
    except (OSError, ValueError):
        return False


def _lack(found: Clients) -> str:
    """What is missing for signatures to be checked, "" for nothing."""
    if found.proof == TRIAL:
        return f'there is nobody to sign with proof = "{TRIAL}"'
    return "" if find_spec("signxml") else "needs the extra wsse (pip install 'overgang[wsse]')"


def admin(given: Mapping[str, Any], base: Path, lines: list[str]) -> Admin | None:
    """The section [admin]."""
    file = partial(settings.file, base)
    readers = {
        "host": Setting(settings.host, "127.0.0.1"),
        "hosts": Setting(lambda value: tuple(settings.texts(value)), ()),
        "token_file": Setting(partial(settings.secret, base), None),
        "certificate": Setting(file, None),
        "key": Setting(file, None),
        "client_authorities": Setting(file, None),
    }
    values = settings.take(given, "admin", readers, lines)
    if values.keys() != readers.keys():
        return None
    values["token"] = values.pop("token_file")
    found = Admin(**values)
    if (found.certificate is None) is not (found.key is None):
        lines.append("admin: certificate and key go together")
    if found.client_authorities is not None and found.certificate is None:
        lines.append("admin.client_authorities: needs certificate and key")
    if found.host not in LOOPBACK and found.token is None and found.client_authorities is None:
        lines.append(
            "admin.host: an address that others reach needs token_file, or certificate, key, client_authorities"
        )
    return found
