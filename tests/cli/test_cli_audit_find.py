"""`overgang audit find`: who looked is written down, and who asked is told as far as it is known."""

import os
import pwd
from io import StringIO
from pathlib import Path

import pytest
from audit_side import CITIZEN, HEADS, KEY, NOW, configured, opened, written

from overgang.cli.main import main
from overgang.core.audit import Kind
from overgang.shell.scribe import Draft, Item, Scribe
from overgang.shell.signing import Signer


def test_a_look_is_kept_under_the_name_the_system_knows_and_its_head_elsewhere_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configured(tmp_path, HEADS)
    written(tmp_path)
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    for _ in range(2):
        monkeypatch.setattr("sys.stdin", StringIO(CITIZEN))
        assert main(["audit", "find", "--config", str(config)]) == 0
    told = capsys.readouterr().out
    assert f"find | {pwd.getpwuid(os.getuid()).pw_name}" in told
    assert "somebody-else" not in told
    assert len((tmp_path / "heads.jsonl").read_text().splitlines()) == 2


def test_who_asked_is_told_whatever_kind_of_user_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configured(tmp_path)
    store = opened(tmp_path)
    scribe = Scribe(store, Signer([KEY]))
    users = (f"{CITIZEN[:6]}-{CITIZEN[6:]}", "0101701234", "CVR:12345678-RID:87654321")
    scribe.write([Item(Draft(Kind.READ, NOW, {"userType": 1}, CITIZEN, user)) for user in users])
    store.close()
    monkeypatch.setattr("sys.stdin", StringIO(CITIZEN))
    assert main(["audit", "find", "--config", str(config), "--users"]) == 0
    own, other, known, _ = capsys.readouterr().out.splitlines()
    assert own.endswith("user the citizen")
    assert "user another citizen (" in other
    assert known.endswith("user CVR:12345678-RID:87654321")
    assert not any(number in own + other for number in (*users[:2], CITIZEN))


def test_a_user_without_a_name_is_kept_by_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nobody(_: int) -> None:
        raise KeyError

    written(tmp_path)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.setattr("sys.stdin", StringIO(CITIZEN))
    assert main(["audit", "find", "--config", str(configured(tmp_path))]) == 0
    store = opened(tmp_path)
    assert any(f'"by":"{os.getuid()}"' in one.entry for one in store.about(CITIZEN))
    store.close()
