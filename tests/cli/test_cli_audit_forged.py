"""`overgang audit verify` after somebody was at the database who can write all of it, but has no key."""

import hashlib
import hmac
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from audit_side import CITIZEN, HEADS, KEY, NOW, OLD, configured, opened, written

from overgang.cli.main import main
from overgang.core.audit import BEGINNING, Head, Kind
from overgang.shell.config_audit import Audit
from overgang.shell.keeping import forget_records
from overgang.shell.scribe import Draft, Item, Scribe
from overgang.shell.signing import Signer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    configured(tmp_path)
    written(tmp_path)
    return tmp_path


def attacked(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / "overgang.sqlite") as copy:
        for statement in statements:
            copy.execute(statement)
    copy.close()


def verify(folder: Path, *more: str) -> int:
    return main(["audit", "verify", "--config", str(folder / "gateway.toml"), *more])


def rehashed(folder: Path, hashed: Callable[[bytes], bytes]) -> None:
    """The third read tells of another, and each hash from there on fits."""
    attacked(folder, "UPDATE audit SET entry = '{\"n\":99}' WHERE number = 3 AND chain LIKE 'read-%'")
    copy = sqlite3.connect(folder / "overgang.sqlite")
    before = BEGINNING
    rows = copy.execute("SELECT * FROM audit WHERE chain LIKE 'read-%' ORDER BY number").fetchall()
    for chain, number, at, subject, entry, was in rows:
        before = hashed(before + f"{chain}\n{number}\n{at}\n{subject.hex()}\n{entry}".encode()) if number > 2 else was
        copy.execute("UPDATE audit SET hash = ? WHERE chain = ? AND number = ?", (before, chain, number))
    copy.commit()
    copy.close()


HASHES = [
    pytest.param(lambda said: hashlib.sha256(said).digest(), id="without a key"),
    pytest.param(lambda said: hmac.digest(b"guess", said, "sha256"), id="with a key that is not ours"),
]


@pytest.mark.parametrize("hashed", HASHES)
@pytest.mark.parametrize("head", ["head", "0", "2"])
def test_an_edit_with_hashes_made_to_fit_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], hashed: Callable[[bytes], bytes], head: str
) -> None:
    rehashed(folder, hashed)
    attacked(folder, f"UPDATE audit_chain SET head = {head} WHERE id LIKE 'read-%'")
    assert verify(folder) == 1
    assert capsys.readouterr().out.startswith("read-")


@pytest.mark.parametrize("hashed", HASHES)
def test_it_is_named_by_the_key_alone_where_an_earlier_signed_head_was_put_back(
    folder: Path, capsys: pytest.CaptureFixture[str], hashed: Callable[[bytes], bytes]
) -> None:
    store = opened(folder)
    (chain,) = (chain.id for chain in store.chains() if chain.kind == Kind.READ)
    store.put_heads([Signer([KEY]).sign(Head(chain, 0, BEGINNING, 0))])  # that of when the chain was opened
    store.close()
    assert verify(folder) == 0
    rehashed(folder, hashed)
    assert verify(folder) == 1
    assert f"{chain} record 3: changed" in capsys.readouterr().out


def test_an_edit_behind_the_last_signature_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = opened(folder)
    scribe = Scribe(store, Signer([KEY]))
    for n in range(3):  # and killed before it signs
        scribe.write([Item(Draft(Kind.WRITE, NOW, {"n": n}, CITIZEN))])
    store.close()
    assert verify(folder) == 0
    attacked(folder, "UPDATE audit SET entry = '{}' WHERE number = 2 AND chain LIKE 'write-%'")
    assert verify(folder) == 1
    assert "record 2: changed" in capsys.readouterr().out


READS = "(SELECT id FROM audit_chain WHERE id LIKE 'read-%')"
FORGED = "INSERT INTO audit_chain VALUES ('read-f', 'read', 0, zeroblob(32), 0, '', x'', 0, zeroblob(32), 0, '', x'')"


@pytest.mark.parametrize(
    ("what", "statements"),
    [
        (
            "a head of the chain is not signed",
            [f"DELETE FROM audit WHERE number > 3 AND chain = {READS}", "UPDATE audit_chain SET head = 0"],
        ),
        ("read-f record 0: the start of the chain is not signed", [FORGED]),
        (
            "the start of the chain is not signed",
            ["UPDATE audit_chain SET start = 3, start_hash = (SELECT hash FROM audit WHERE number = 3)"],
        ),
        ("the kind of the chain was changed", ["UPDATE audit_chain SET kind = 'refused' WHERE kind = 'admin'"]),
        ("the kind of the chain was changed", ["UPDATE audit_chain SET kind = 'none' WHERE kind = 'admin'"]),
        ("a chain that nothing here was signed of", [f"DELETE FROM audit_chain WHERE id = {READS}"]),
        (
            "record 1: missing",
            [f"INSERT INTO audit SELECT chain, -1, at, subject, entry, hash FROM audit WHERE chain = {READS} LIMIT 1"],
        ),
    ],
)
def test_what_is_done_to_a_chain_as_a_whole_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], what: str, statements: list[str]
) -> None:
    attacked(folder, *statements)
    assert verify(folder) == 1
    assert what in capsys.readouterr().out


def test_a_chain_under_a_replaced_secret_is_good_and_held_to_that_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, key=OLD)
    (tmp_path / "old.key").write_bytes(OLD)
    configured(tmp_path, '\n[audit]\nold_key_files = ["old.key"]\n')
    written(tmp_path)
    assert verify(tmp_path) == 0
    assert "4 chains, 20 records good" in capsys.readouterr().out
    configured(tmp_path)
    assert verify(tmp_path) == 1
    assert "2 chains with something wrong" in capsys.readouterr().out


def test_a_file_of_heads_that_is_configured_and_missing_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(tmp_path, HEADS)
    written(tmp_path, tmp_path / "heads.jsonl")
    assert verify(tmp_path) == 0
    (tmp_path / "heads.jsonl").rename(tmp_path / "elsewhere.jsonl")
    assert verify(tmp_path) == 2
    assert "heads.jsonl" in capsys.readouterr().err
    assert verify(tmp_path, "--heads", str(tmp_path / "elsewhere.jsonl")) == 0


def test_what_was_deleted_before_its_time_is_told_by_the_heads_kept_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(tmp_path, HEADS)
    written(tmp_path, tmp_path / "heads.jsonl", at=NOW - timedelta(days=400))
    written(tmp_path, tmp_path / "heads.jsonl")
    store, signer = opened(tmp_path), Signer([KEY])
    assert forget_records(store, signer, Audit(), NOW) == 8
    assert verify(tmp_path) == 0
    assert forget_records(store, signer, Audit(), NOW + timedelta(days=200)) == 8  # by a clock that was set forward
    store.close()
    assert verify(tmp_path) == 1
    assert "record 8: missing: it was deleted before its time" in capsys.readouterr().out
