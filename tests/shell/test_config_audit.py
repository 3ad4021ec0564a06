"""The settings of the audit and of deadlines: each mistake is a line."""

from pathlib import Path

import pytest

from overgang.shell import config_audit
from overgang.shell.config_audit import Deadlines


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "proxy.key").write_bytes(b"p" * 40)
    (tmp_path / "old.key").write_bytes(b"o" * 40)
    (tmp_path / "short.key").write_bytes(b"s")
    (tmp_path / "actors.toml").touch()
    return tmp_path


def test_the_audit_keeps_replaced_keys(base: Path) -> None:
    lines: list[str] = []
    found = config_audit.audit({"heads": "heads.jsonl", "old_key_files": ["old.key"], "read_days": 10}, base, lines)
    assert found is not None
    assert (found.heads, found.old_keys, found.read_days) == (base / "heads.jsonl", (b"o" * 40,), 10)
    assert config_audit.audit({"old_key_files": ["short.key"]}, base, lines) is None
    assert len(lines) == 1


def test_deadlines_hold_for_all_and_for_one() -> None:
    lines: list[str] = []
    found = config_audit.deadlines({"seconds": 20, "CreateAbsence": {"seconds": 5}}, lines)
    assert (found.of("CreateAbsence"), found.of("UpdateAbsence")) == (5.0, 20.0)
    assert config_audit.deadlines({}, lines) == Deadlines()
    assert lines == []
    config_audit.deadlines({"seconds": 0, "CreateAbsence": {"second": 5}}, lines)
    assert len(lines) == 3
