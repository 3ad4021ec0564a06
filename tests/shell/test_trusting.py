"""The settings of trust: each mistake is a line, and what is secret does not show."""

from pathlib import Path
from typing import Any

import pytest

from overgang.shell import trusting
from overgang.shell.trusting import Admission, Clients, Deadlines, Telling


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "proxy.key").write_bytes(b"p" * 40)
    (tmp_path / "old.key").write_bytes(b"o" * 40)
    (tmp_path / "short.key").write_bytes(b"s")
    (tmp_path / "actors.toml").touch()
    return tmp_path


def test_how_callers_are_known_has_to_be_said(base: Path) -> None:
    lines: list[str] = []
    assert trusting.clients({}, base, lines) is None
    assert lines == ["clients.identity: is missing"]


def test_everything_of_clients_is_read(base: Path) -> None:
    lines: list[str] = []
    given = {"identity": "certificate", "proxy_secret_file": "proxy.key", "form": "escaped-pem", "issuers": "test"}
    found = trusting.clients({**given, "actors": "actors.toml", "older_form": True}, base, lines)
    assert found == Clients(
        "certificate",
        form="escaped-pem",
        proxy_secret=b"p" * 40,
        issuers="test",
        older_form=True,
        actors=base / "actors.toml",
    )
    assert lines == []
    assert "pppp" not in repr(found)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"identity": "nobody"}, "clients.identity: expected certificate or test"),
        ({"identity": "test", "header": "a b"}, "clients.header: expected a header"),
        ({"identity": "test", "proxy_secret_file": "short.key"}, "clients.proxy_secret_file: "),
        ({"identity": "test", "actors": "none.toml"}, "clients.actors: no file "),
        ({"identity": "test", "trust": 1}, "clients.trust: unknown"),
    ],
)
def test_a_mistake_in_clients_is_told(base: Path, given: dict[str, Any], line: str) -> None:
    lines: list[str] = []
    assert trusting.clients(given, base, lines) is None or lines
    assert lines[0].startswith(line)


def test_the_audit_keeps_replaced_keys(base: Path) -> None:
    lines: list[str] = []
    found = trusting.audit({"heads": "heads.jsonl", "old_key_files": ["old.key"], "read_days": 10}, base, lines)
    assert found is not None
    assert (found.heads, found.old_keys, found.read_days) == (base / "heads.jsonl", (b"o" * 40,), 10)
    assert trusting.audit({"old_key_files": ["short.key"]}, base, lines) is None
    assert len(lines) == 1


def test_the_admin_port_may_have_a_token(base: Path) -> None:
    lines: list[str] = []
    found = trusting.admin({"host": "10.0.0.1", "token_file": "proxy.key"}, base, lines)
    assert found is not None
    assert (found.host, found.token) == ("10.0.0.1", b"p" * 40)
    assert "pppp" not in repr(found)
    assert trusting.admin({"host": "not a host"}, base, lines) is None


def test_deadlines_hold_for_all_and_for_one() -> None:
    lines: list[str] = []
    found = trusting.deadlines({"seconds": 20, "CreateAbsence": {"seconds": 5}}, lines)
    assert (found.of("CreateAbsence"), found.of("UpdateAbsence")) == (5.0, 20.0)
    assert trusting.deadlines({}, lines) == Deadlines()
    assert lines == []
    trusting.deadlines({"seconds": 0, "CreateAbsence": {"second": 5}}, lines)
    assert len(lines) == 3


def test_the_rest_have_their_defaults() -> None:
    lines: list[str] = []
    assert trusting.admission({}, lines) == Admission()
    assert trusting.telling({}, lines) == Telling()
    assert trusting.telling({"otlp": "http://127.0.0.1:4318/"}, lines).otlp == "http://127.0.0.1:4318"
    assert lines == []
