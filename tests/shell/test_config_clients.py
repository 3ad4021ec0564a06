"""Who may call and who may look after the gateway is decided before it starts, and nothing is left open by mistake."""

from pathlib import Path
from typing import Any

import pytest

from certificates import authority
from overgang.shell.config_clients import Admin, Clients, admin, clients

LOCAL, FOREIGN = "127.0.0.1", "10.0.0.7"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "actors.toml").write_text("")
    for name in ("secret", "token", "a.pem", "a.key", "ca.pem"):
        (tmp_path / name).write_bytes(b"s" * 32)
    (tmp_path / "short").write_bytes(b"s")
    return tmp_path


def told(base: Path, given: dict[str, Any], host: str = LOCAL, socket: Path | None = None) -> list[str]:
    lines: list[str] = []
    clients(given, base, host, socket, lines)
    return lines


ACTORS = {"actors": "actors.toml"}


def test_without_settings_nobody_is_let_in_by_mistake(base: Path) -> None:
    assert len(told(base, {})) == 2  # neither actors nor a secret


@pytest.mark.parametrize(
    ("given", "host", "socket", "lines"),
    [
        ({"proof": "trial"}, LOCAL, None, []),
        ({"proof": "trial"}, "::1", None, []),
        *(
            (
                {"proof": "trial"},
                host,
                "s.sock",
                ['clients.proof: "trial" takes everybody, so it listens on loopback only'],
            )
            for host in (LOCAL, FOREIGN)
        ),
        (
            {"proof": "trial"},
            FOREIGN,
            None,
            ['clients.proof: "trial" takes everybody, so it listens on loopback only'],
        ),
        (
            {"proof": "trial"},
            "0.0.0.0",
            None,
            ['clients.proof: "trial" takes everybody, so it listens on loopback only'],
        ),
        (ACTORS, LOCAL, "s.sock", []),
        ({**ACTORS, "proxy_secret_file": "secret"}, LOCAL, None, []),
        (
            ACTORS,
            LOCAL,
            None,
            ["clients.proxy_secret_file: is missing: on loopback it tells the proxy from everybody else"],
        ),
        (
            {**ACTORS, "proxy_secret_file": "secret"},
            FOREIGN,
            None,
            ["listen.host: the certificate is handed on by a proxy on this machine: loopback, or listen.socket"],
        ),
        ({"proof": "none"}, LOCAL, None, ["clients.proof: expected client-cert or trial"]),
    ],
)
def test_each_proof_has_its_places(
    base: Path, given: dict[str, Any], host: str, socket: str | None, lines: list[str]
) -> None:
    assert told(base, given, host, base / socket if socket else None) == lines


def test_mistakes_in_the_file_of_actors_are_told_at_the_start(base: Path) -> None:
    (base / "actors.toml").write_text("[[actor]]\n")
    assert "actors.toml: actor[1].cvr: is missing" in told(base, ACTORS, socket=base / "s")


def test_authorities_are_certificates(base: Path) -> None:
    given = {**ACTORS, "authorities": "ca.pem"}
    assert told(base, given, socket=base / "s") == ["clients.authorities: expected a file of certificates in PEM"]
    (base / "ca.pem").write_bytes(authority().pem)
    assert told(base, given, socket=base / "s") == []


def test_the_secrets_are_not_shown(base: Path) -> None:
    lines: list[str] = []
    made = (
        clients({**ACTORS, "proxy_secret_file": "secret"}, base, LOCAL, None, lines),
        admin({"token_file": "token"}, base, lines),
    )
    assert lines == []
    assert "sss" not in repr(made)
    assert made[0] == Clients("client-cert", base / "actors.toml", b"s" * 32)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            {"host": FOREIGN},
            "admin.host: an address that others reach needs token_file, or certificate, key, client_authorities",
        ),
        (
            {"host": FOREIGN, "certificate": "a.pem", "key": "a.key"},
            "admin.host: an address that others reach needs token_file, or certificate, key, client_authorities",
        ),
        ({"certificate": "a.pem"}, "admin: certificate and key go together"),
        ({"client_authorities": "ca.pem"}, "admin.client_authorities: needs certificate and key"),
        ({"token_file": "short"}, "admin.token_file: {base}/short holds fewer than 32 bytes"),
    ],
)
def test_an_open_admin_port_is_refused(base: Path, given: dict[str, Any], line: str) -> None:
    lines: list[str] = []
    admin(given, base, lines)
    assert lines == [line.format(base=base)]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"host": FOREIGN, "token_file": "token"},
        {"host": FOREIGN, "certificate": "a.pem", "key": "a.key", "client_authorities": "ca.pem"},
    ],
)
def test_a_closed_one_is_taken(base: Path, given: dict[str, Any]) -> None:
    lines: list[str] = []
    assert isinstance(admin(given, base, lines), Admin)
    assert lines == []
